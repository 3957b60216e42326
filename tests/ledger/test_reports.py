"""Reports of the books: who owes since when, what moved on a day, and that it adds up."""

import csv
import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.test import Client

from billing.commands import Line, create_product, issue_invoice, move_stock
from billing.models import MovementReason
from billing.summary import daily_summary
from customers.commands import create_customer
from execora.api.sheets import safe_cell
from execora.core.actor import Actor
from execora.core.errors import NotPermitted
from ledger.commands import add_credit, record_opening_balance, record_payment, reverse_entry
from ledger.models import Account, AccountKind
from ledger.reports import ageing_of_customers, ageing_of_shop, book_of, owed_at, trial_balance
from ledger.statements import StatementTooLong
from ledger.summary import summary_of_days
from tests.support.factories import Shop, bearer, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def ago(shop: Shop, days: int) -> date:
    return shop.staff.today - timedelta(days=days)


def then(shop: Shop, days: int) -> Actor:
    """Return the admin as they acted so many days ago."""
    return dataclasses.replace(shop.admin, now=shop.admin.now - timedelta(days=days))


def owe(shop: Shop, paise: int, days: int) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=paise, description="x", occurred_on=ago(shop, days))


def test_a_debt_is_as_old_as_the_day_it_is_about_and_payments_settle_the_oldest(shop: Shop) -> None:
    for paise, days in ((1_000, 91), (200, 90), (30, 61), (4, 60), (5_000, 31), (60_000, 30), (700_000, 0)):
        owe(shop, paise, days)
    assert ageing_of_customers(shop.staff, shop.staff.today)[0].buckets_paise == (760_000, 5_004, 230, 1_000)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=1_150, mode="cash")
    rahul = ageing_of_customers(shop.staff, shop.staff.today)[0]
    assert rahul.buckets_paise == (760_000, 5_004, 80, 0)
    assert rahul.owed_paise == Account.objects.get(customer=shop.rahul).balance_paise
    assert ageing_of_shop(shop.staff, shop.staff.today).buckets_paise == rahul.buckets_paise


def test_what_was_reversed_ages_nobody_but_did_before_it_was(shop: Shop) -> None:
    past = then(shop, 40)
    wrong = add_credit(past, customer=shop.rahul, amount_paise=500, description="wrong")
    add_credit(past, customer=shop.rahul, amount_paise=300, description="right")
    reverse_entry(then(shop, 5), entry_id=wrong.pk, reason="wrong")
    assert ageing_of_shop(shop.staff, shop.staff.today).buckets_paise == (0, 300, 0, 0)
    assert ageing_of_shop(shop.staff, ago(shop, 6)).buckets_paise == (0, 800, 0, 0)
    assert owed_at(shop.staff, ago(shop, 6)) == (800, 0)
    assert owed_at(shop.staff, ago(shop, 41)) == (0, 0)


def test_an_advance_stands_apart_from_what_others_owe(shop: Shop) -> None:
    owe(shop, 1_000, 0)
    meena = create_customer(shop.staff, name="Meena")
    record_payment(shop.staff, customer=meena, amount_paise=400, mode="upi")
    total = ageing_of_shop(shop.staff, shop.staff.today)
    assert (total.owed_paise, total.advance_paise) == (1_000, 400)
    assert owed_at(shop.staff, shop.staff.today) == (1_000, 400)
    trial = trial_balance(shop.staff, shop.staff.today)
    assert {row.account: (row.debit_paise, row.credit_paise) for row in trial.rows} == {
        "receivable": (1_000, 0),
        "advances": (0, 400),
        "upi": (400, 0),
        "sales": (0, 1_000),
    }


def test_pending_of_a_past_day_is_that_days(shop: Shop) -> None:
    owe(shop, 10_000, 10)
    owe(shop, 5_000, 2)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=12_000, mode="cash")
    pending = [daily_summary(shop.staff, ago(shop, days))["pendingAmount"] for days in (11, 10, 2, 0)]
    assert pending == ["0.00", "100.00", "150.00", "30.00"]


def test_a_reversal_is_money_given_back_on_its_own_day(shop: Shop) -> None:
    paid = record_payment(then(shop, 3), customer=shop.rahul, amount_paise=700, mode="cash")
    reverse_entry(then(shop, 1), entry_id=paid.pk, reason="bounced")
    book = book_of(shop.staff, account=AccountKind.CASH, first_day=ago(shop, 2), last_day=shop.staff.today)
    assert book.opening_paise == 700
    assert [(day.day, day.in_paise, day.out_paise) for day in book.days] == [(ago(shop, 1), 0, 700)]
    assert book.closing_paise == 0
    before, after = summary_of_days(shop.staff, first_day=ago(shop, 5), last_day=shop.staff.today)
    assert (before.received["cash"], before.returned["cash"], before.change_paise) == (700, 0, -700)
    assert (after.received["cash"], after.returned["cash"], after.change_paise) == (0, 700, 700)


def test_a_kirana_day(client: Client, shop: Shop) -> None:
    """A cash sale paid at once, goods on credit, a part-payment by UPI, and a broken packet: exact to the paisa."""
    rice = create_product(
        shop.staff, name="Rice", unit="kg", price_paise=10_500, gst_rate_bp=500, stock=Decimal(50)
    )  # with tax: 100.00 + 2.50 + 2.50
    meena = create_customer(shop.staff, name="Meena")
    record_opening_balance(then(shop, 1), customer=shop.rahul, amount_paise=25_000)
    bill = issue_invoice(shop.staff, customer=meena, lines=[Line(product=rice, quantity=Decimal(2))])
    record_payment(shop.staff, customer=meena, amount_paise=bill.total_paise, mode="cash")
    issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))])
    add_credit(shop.staff, customer=shop.rahul, amount_paise=3_500, description="doodh")
    record_payment(shop.staff, customer=shop.rahul, amount_paise=20_000, mode="upi")
    move_stock(shop.staff, product=rice, quantity=Decimal(-1), reason=MovementReason.DAMAGE)
    headers = bearer(shop.staff_user)

    def get(path: str) -> dict[str, object]:
        answer = client.get(f"/api/v1/ledger/{path}", headers=headers)
        assert answer.status_code == 200
        return answer.json()

    trial = get("trial-balance")["trialBalance"]
    accounts = [(row["account"], row["debit"], row["credit"]) for row in trial["accounts"]]
    assert accounts == [
        ("receivable", "190.00", "0.00"),
        ("cash", "210.00", "0.00"),
        ("upi", "200.00", "0.00"),
        ("sales", "0.00", "335.00"),
        ("cgst", "0.00", "7.50"),
        ("sgst", "0.00", "7.50"),
        ("opening", "0.00", "250.00"),
    ]
    assert (trial["debits"], trial["credits"]) == ("600.00", "600.00")
    cash = get("cash-book?from=" + ago(shop, 1).isoformat())["cashBook"]
    assert (cash["opening"], cash["closing"]) == ("0.00", "210.00")
    assert [(day["receipts"], day["payments"]) for day in cash["days"]] == [("210.00", "0.00")]
    entries = get("day-book")["entries"]
    assert [entry["kind"] for entry in entries] == ["payment", "credit", "invoice", "payment", "invoice"]
    for entry in entries:
        for side in ("debit", "credit"):
            assert sum(Decimal(posting[side]) for posting in entry["postings"]) == Decimal(entry["amount"])
    summary = get("summary?from=" + shop.staff.today.isoformat())["summary"]
    (today,) = summary["days"]
    assert (today["billed"], today["credit"], today["change"]) == ("315.00", "35.00", "-60.00")
    assert today["received"] == {"cash": "210.00", "upi": "200.00", "card": "0.00", "bank": "0.00", "other": "0.00"}
    assert (summary["owed"], summary["advances"]) == ("190.00", "0.00")
    rice.refresh_from_db()
    assert rice.stock == Decimal(46)


@pytest.mark.parametrize(
    "path",
    [
        "summary?",
        "ageing?",
        "day-book?",
        "cash-book?account=sales&",
        "trial-balance?",
        "cust-001/statement?",
    ],
)
def test_a_csv_opens_in_a_spreadsheet_and_runs_nothing(client: Client, shop: Shop, path: str) -> None:
    shop.rahul.name = "राहुल"
    shop.rahul.save()
    add_credit(shop.staff, customer=shop.rahul, amount_paise=12_345, description='=HYPERLINK("x","y")')
    answer = client.get(f"/api/v1/ledger/{path}format=csv", headers=bearer(shop.staff_user))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "123.45" in cells
    assert not [cell for cell in cells if cell.startswith("=")]
    if path in ("ageing?", "day-book?"):
        assert "राहुल" in cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1"])
def test_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert safe_cell(text) == "'" + text


def test_numbers_and_days_stay_as_they_are() -> None:
    assert [safe_cell(cell) for cell in (Decimal("-12.50"), -3, date(2026, 4, 1), None, "doodh")] == [
        "-12.50",
        "-3",
        "2026-04-01",
        "",
        "doodh",
    ]


def test_ageing_comes_in_pages(client: Client, shop: Shop) -> None:
    for number in range(5):
        who = create_customer(shop.staff, name=f"Grahak {number}")
        add_credit(shop.staff, customer=who, amount_paise=100, description="x")
    headers, seen, cursor = bearer(shop.staff_user), [], ""
    while cursor is not None:
        answer = client.get(f"/api/v1/ledger/ageing?limit=2{cursor and '&cursor=' + cursor}", headers=headers).json()
        seen += [one["name"] for one in answer["customers"]]
        assert answer["total"]["owed"] == "5.00"
        cursor = answer["next"]
    assert seen == [f"Grahak {number}" for number in range(5)]


def test_another_shops_books_are_not_in_it(shop: Shop) -> None:
    owe(shop, 1_000, 0)
    other = make_shop()
    assert trial_balance(other.staff, other.staff.today).rows == ()
    assert ageing_of_customers(other.staff, other.staff.today) == []
    assert owed_at(other.staff, other.staff.today) == (0, 0)


def test_it_is_not_for_customers_nor_for_ever(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        trial_balance(shop.customer, shop.staff.today)
    with pytest.raises(StatementTooLong):
        book_of(shop.staff, account=AccountKind.CASH, first_day=ago(shop, 367), last_day=shop.staff.today)
