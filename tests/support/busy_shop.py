"""A shop in which much has happened, by the real commands in a random order that a seed repeats."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from billing.commands import Line, cancel_invoice, confirm_invoice, create_product, issue_invoice, move_stock
from billing.credit_notes import CreditLine, issue_credit_note
from billing.models import InvoiceStatus, MovementReason, Product
from customers.commands import create_customer
from customers.models import Customer
from execora.core.errors import DomainError
from ledger.commands import PAYMENT_MODES, add_credit, record_opening_balance, record_payment, reverse_entry
from reminders.commands import schedule_reminder
from tests.reminders.support import tomorrow_at
from tests.support.factories import Shop, make_shop

NAMES = (
    "गीता देवी",
    'Suresh "Sonu" Kumar',
    "Back\\slash & Sons",
    "O'Brien; DROP",
    "Smiley 😀 Stores",
    "=cmd|' /C calc'!A0",
    "Ravi {curly} [square] #tag ^link",
)
STATES = ("", "27", "29", "07")
WORDS = (
    "rashan",
    'he said "later"',
    "कल देगा",
    "two\nlines",
    "tab\there",
    "back\\",
    "# no comment",
    "; nor this",
    "=1+1",
)
RATES = (0, 500, 1_800, 4_000)


class BusyShop:
    """`shop` after random commands. `done` counts by name those that were carried out, `refused` those that were not."""

    def __init__(self, seed: int, steps: int) -> None:
        self.random = Random(seed)
        self.shop: Shop = make_shop(name='राम "Kirana" & Sons \\ Co')
        self.customers = [self.shop.rahul, *(self._customer(name) for name in NAMES)]
        self.products = [self._product(number) for number in range(12)]
        self.done: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self._entries: list[UUID] = []
        self._invoices: list[UUID] = []
        self._drafts: list[UUID] = []
        for customer in self.customers[:4]:
            self._try("opening", lambda customer=customer: self._opening(customer))
        acts = [getattr(self, f"_do_{name}") for name in ("bill", "bill", "bill", "pay", "pay", "credit", "draft")]
        acts += [getattr(self, f"_do_{name}") for name in ("confirm", "cancel", "reverse", "stock", "remind", "note")]
        for _ in range(steps):
            act: Callable[[], None] = self.random.choice(acts)
            self._try(act.__name__.removeprefix("_do_"), act)

    def _try(self, name: str, act: Callable[[], None]) -> None:
        try:
            act()
        except DomainError:
            self.refused[name] = self.refused.get(name, 0) + 1
        else:
            self.done[name] = self.done.get(name, 0) + 1

    def _customer(self, name: str) -> Customer:
        return create_customer(self.shop.staff, name=name, state_code=self.random.choice(STATES), address="गली 3")

    def _product(self, number: int) -> Product:
        return create_product(
            self.shop.staff,
            name=f"चीज़ {number}",
            unit=self.random.choice(("kg", "packet", "litre")),
            price_paise=self.random.randint(101, 99_999),
            hsn=self.random.choice(("", "1006", "17019990")),
            gst_rate_bp=RATES[number % len(RATES)],
            stock=Decimal(300),
        )

    def _opening(self, customer: Customer) -> None:
        amount = self.random.randint(1, 900_000)
        record_opening_balance(self.shop.staff, customer=customer, amount_paise=amount, occurred_on=self._day())

    def _day(self):  # type: ignore[no-untyped-def]  # a day of the last hundred
        return self.shop.staff.today - timedelta(days=self.random.randint(0, 100))

    def _lines(self) -> list[Line]:
        chosen = self.random.sample(self.products, self.random.randint(1, 4))
        return [
            Line(
                product=product,
                quantity=Decimal(self.random.randint(1, 4_000)) / 1_000,
                discount_paise=self.random.choice((0, 0, 7)),
            )
            for product in chosen
        ]

    def _do_bill(self) -> None:
        customer = self.random.choice(self.customers)
        bill = issue_invoice(self.shop.staff, customer=customer, lines=self._lines(), notes=self.random.choice(WORDS))
        self._invoices.append(bill.pk)

    def _do_draft(self) -> None:
        customer = self.random.choice(self.customers)
        self._drafts.append(issue_invoice(self.shop.staff, customer=customer, lines=self._lines(), draft=True).pk)

    def _do_confirm(self) -> None:
        if self._drafts:
            bill = confirm_invoice(self.shop.staff, invoice_id=self.random.choice(self._drafts))
            assert bill.status == InvoiceStatus.ISSUED
            self._invoices.append(bill.pk)

    def _do_cancel(self) -> None:
        if self._invoices:
            cancel_invoice(self.shop.admin, invoice_id=self.random.choice(self._invoices), reason="गलत बिल")

    def _do_note(self) -> None:
        if not self._invoices:
            return
        bill, whole = self.random.choice(self._invoices), self.random.random() < 0.3
        lines = None if whole else [CreditLine(line=1, quantity=Decimal(self.random.choice((250, 1_000))) / 1_000)]
        reason, restock = self.random.choice(WORDS), self.random.random() < 0.7
        issue_credit_note(self.shop.staff, invoice_id=bill, reason=reason, lines=lines, restock=restock)

    def _do_pay(self) -> None:
        entry = record_payment(
            self.shop.staff,
            customer=self.random.choice(self.customers),
            amount_paise=self.random.randint(1, 500_000),
            mode=self.random.choice(sorted(PAYMENT_MODES)),
            notes=self.random.choice(WORDS),
            occurred_on=self._day(),
        )
        self._entries.append(entry.pk)

    def _do_credit(self) -> None:
        entry = add_credit(
            self.shop.staff,
            customer=self.random.choice(self.customers),
            amount_paise=self.random.randint(1, 100_000),
            description=self.random.choice(WORDS),
            occurred_on=self._day(),
        )
        self._entries.append(entry.pk)

    def _do_reverse(self) -> None:
        if self._entries:
            reverse_entry(self.shop.admin, entry_id=self.random.choice(self._entries), reason=self.random.choice(WORDS))

    def _do_stock(self) -> None:
        quantity = Decimal(self.random.choice((-1_500, 250, 3_000))) / 1_000
        product = self.random.choice(self.products)
        move_stock(self.shop.staff, product=product, quantity=quantity, reason=MovementReason.COUNT)

    def _do_remind(self) -> None:
        customer = self.random.choice(self.customers)
        schedule_reminder(self.shop.staff, customer=customer, due_at=tomorrow_at(12, days=self.random.randint(1, 9)))
