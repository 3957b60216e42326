"""Any sequence of commands leaves the books as a plain model of dicts has them; a refusal leaves everything as it was."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billing.commands import Line, cancel_invoice, confirm_invoice, create_product, issue_invoice, move_stock
from billing.errors import InsufficientStock, InvoiceCancelled, InvoiceNotDraft, InvoiceNotIssued
from billing.models import Invoice, MovementReason, Product
from customers.commands import create_customer
from ledger.commands import add_credit, record_opening_balance, record_payment, reverse_entry
from ledger.errors import AlreadyReversed, OpeningBalanceExists
from ledger.models import Account, Entry
from ledger.statements import statement_for
from tests.support.factories import Shop, make_shop

PRICES_PAISE = (10_00, 37_00)
FIRST_STOCK = 20
who = st.integers(0, 1)
paise = st.integers(1, 10_000_00)
baskets = st.dictionaries(st.integers(0, 1), st.integers(1, 6), min_size=1)
places = st.integers(0, 10**6)


class Books(RuleBasedStateMachine):
    """A shop with two customers and two products; each example is rolled back."""

    shop: Shop

    @initialize()
    def open_shop(self) -> None:
        self.example = transaction.atomic()
        self.example.__enter__()
        staff = self.shop.staff
        self.customers = [create_customer(staff, name=name) for name in ("Asha", "Bina")]
        self.products = [
            create_product(
                staff,
                name=f"Machine {price}",
                unit="kg",
                price_paise=price,
                gst_rate_bp=500,
                stock=Decimal(FIRST_STOCK),
            )
            for price in PRICES_PAISE
        ]
        self.balances, self.stock = [0, 0], [FIRST_STOCK, FIRST_STOCK]
        self.issued = 0
        self.opening: dict[int, Any] = {}
        self.entries: list[dict[str, Any]] = []
        self.bills: list[dict[str, Any]] = []

    def teardown(self) -> None:
        if hasattr(self, "example"):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    @rule(customer=who, basket=baskets, draft=st.booleans())
    def bill(self, customer: int, basket: dict[int, int], draft: bool) -> None:
        lines = [Line(product=self.products[place], quantity=Decimal(count)) for place, count in basket.items()]
        total = sum(PRICES_PAISE[place] * count for place, count in basket.items())
        made = {"customer": customer, "basket": basket, "total": total, "status": "draft"}

        def write() -> Invoice:
            return issue_invoice(self.shop.staff, customer=self.customers[customer], lines=lines, draft=draft)

        if draft or self._has(basket):
            made["id"] = write().pk
            self.bills.append(made)
            if not draft:
                self._issued(made)
        else:
            self._refused(InsufficientStock, write)

    @rule(place=places)
    def confirm(self, place: int) -> None:
        if self.bills:
            made = self.bills[place % len(self.bills)]

            def write() -> Invoice:
                return confirm_invoice(self.shop.staff, invoice_id=made["id"])

            if made["status"] != "draft":
                self._refused(InvoiceNotDraft, write)
            elif not self._has(made["basket"]):
                self._refused(InsufficientStock, write)
            else:
                write()
                self._issued(made)

    @rule(place=places)
    def cancel(self, place: int) -> None:
        if self.bills:
            made = self.bills[place % len(self.bills)]

            def write() -> Invoice:
                return cancel_invoice(self.shop.admin, invoice_id=made["id"], reason="machine")

            if made["status"] == "issued":
                write()
                made["status"] = "cancelled"
                self.balances[made["customer"]] -= made["total"]
                for product, count in made["basket"].items():
                    self.stock[product] += count
            else:
                self._refused(InvoiceNotIssued if made["status"] == "draft" else InvoiceCancelled, write)

    @rule(customer=who, amount=paise)
    def pay(self, customer: int, amount: int) -> None:
        entry = record_payment(self.shop.staff, customer=self.customers[customer], amount_paise=amount, mode="cash")
        self._entered(entry, customer, -amount)

    @rule(customer=who, amount=paise)
    def lend(self, customer: int, amount: int) -> None:
        entry = add_credit(
            self.shop.staff, customer=self.customers[customer], amount_paise=amount, description="machine"
        )
        self._entered(entry, customer, amount)

    @rule(customer=who, amount=paise)
    def carry_over(self, customer: int, amount: int) -> None:
        def write() -> Entry:
            return record_opening_balance(self.shop.staff, customer=self.customers[customer], amount_paise=amount)

        if customer in self.opening:
            self._refused(OpeningBalanceExists, write)
        else:
            entry = write()
            self.opening[customer] = entry.pk
            self._entered(entry, customer, amount)

    @rule(place=places)
    def reverse(self, place: int) -> None:
        if self.entries:
            made = self.entries[place % len(self.entries)]

            def write() -> Entry:
                return reverse_entry(self.shop.admin, entry_id=made["id"], reason="machine")

            if made["is_reversed"]:
                self._refused(AlreadyReversed, write)
            else:
                write()
                made["is_reversed"] = True
                self.balances[made["customer"]] -= made["effect"]
                if self.opening.get(made["customer"]) == made["id"]:
                    del self.opening[made["customer"]]

    @rule(product=who, quantity=st.integers(-8, 8).filter(bool))
    def move(self, product: int, quantity: int) -> None:
        def write() -> Any:
            return move_stock(
                self.shop.staff,
                product=self.products[product],
                quantity=Decimal(quantity),
                reason=MovementReason.COUNT,
            )

        if self.stock[product] + quantity < 0:
            self._refused(InsufficientStock, write)
        else:
            write()
            self.stock[product] += quantity

    @invariant()
    def is_as_the_model_says(self) -> None:
        if not hasattr(self, "example"):
            return
        with connection.cursor() as cursor:
            # What the database would check at the commit.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert self._seen() == (self.balances, self.balances, self.stock, self.issued)

    def _seen(self) -> tuple[list[int], list[int], list[Any], int]:
        """Return kept balances, closing balances of statements, stock and how many numbers are used, from 1 without a gap."""
        kept = dict(Account.objects.filter(customer__in=self.customers).values_list("customer_id", "balance_paise"))
        today = self.shop.staff.today
        closing = [
            statement_for(self.shop.staff, customer=customer, first_day=today, last_day=today).closing_paise
            for customer in self.customers
        ]
        shelf = dict(
            Product.objects.filter(pk__in=[product.pk for product in self.products]).values_list("pk", "stock")
        )
        numbers = sorted(Invoice.objects.exclude(number=None).values_list("number", flat=True))
        assert [int(number[-6:]) for number in numbers] == list(range(1, len(numbers) + 1))
        balances = [kept.get(customer.pk, 0) for customer in self.customers]
        return balances, closing, [shelf[product.pk] for product in self.products], len(numbers)

    def _has(self, basket: dict[int, int]) -> bool:
        return all(self.stock[product] >= count for product, count in basket.items())

    def _issued(self, made: dict[str, Any]) -> None:
        made["status"] = "issued"
        self.issued += 1
        self.balances[made["customer"]] += made["total"]
        for product, count in made["basket"].items():
            self.stock[product] -= count

    def _entered(self, entry: Entry, customer: int, effect: int) -> None:
        self.entries.append({"id": entry.pk, "customer": customer, "effect": effect, "is_reversed": False})
        self.balances[customer] += effect

    def _refused(self, fault: type[Exception], write: Any) -> None:
        before = Entry.objects.count(), Invoice.objects.count(), self._seen()
        with pytest.raises(fault):
            write()
        assert (Entry.objects.count(), Invoice.objects.count(), self._seen()) == before


@pytest.mark.django_db
def test_any_sequence_of_commands_keeps_the_books() -> None:
    Books.shop = make_shop()
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
