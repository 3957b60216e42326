"""verify_books finds whatever is wrong, and says what: each rule is broken here as no trigger would allow."""

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.books import checks
from billing.commands import Line, cancel_invoice, create_product, issue_invoice
from billing.credit_notes import CreditLine, issue_credit_note
from execora.core.door import acting_in
from execora.ops.management.commands.verify_books import verify
from ledger.commands import add_credit, record_payment, reverse_entry
from tests.support.database import TestDatabase
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(db: None) -> None:
    """Two shops with bills, one of them cancelled, payments, credit and a reversal."""
    for shop in (make_shop(), make_shop()):
        with acting_in(shop.business.pk):
            _fill(shop)


def _fill(shop: Shop) -> None:
    rice = create_product(shop.staff, name="Rice", unit="kg", price_paise=6_000, gst_rate_bp=500, stock=Decimal(90))
    bills = [
        issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(n))])
        for n in (1, 2, 3)
    ]
    cancel_invoice(shop.admin, invoice_id=bills[0].pk, reason="wrong")
    kilo = [CreditLine(line=1, quantity=Decimal(1))]
    issue_credit_note(shop.staff, invoice_id=bills[2].pk, reason="wapas", lines=kilo)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=500, mode="cash")
    credit = add_credit(shop.staff, customer=shop.rahul, amount_paise=700, description="udhaar")
    reverse_entry(shop.admin, entry_id=credit.pk, reason="wrong")


@pytest.fixture
def superuser(test_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(test_database.superuser_url, autocommit=True) as raw:
        raw.execute("SET session_replication_role = replica")
        yield raw


def broken() -> dict[str, list[tuple[object, ...]]]:
    return {finding.check.name: list(finding.rows) for finding in verify() if finding.count}


def test_true_books_get_a_tick_for_each_rule(books: None) -> None:
    out = StringIO()
    call_command("verify_books", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:-1] == [f"✓ {check.name}" for check in checks()]


A_PAYMENT = "(SELECT id FROM ledger_entry WHERE kind = 'payment' LIMIT 1)"
A_BILL = "(SELECT id FROM billing_invoice WHERE status = 'issued' LIMIT 1)"
OTHER_BUSINESS = "(SELECT b.id FROM core_business b WHERE b.id <> business_id)"
# How each rule is broken, and the words of its name by which it is found.
BREAKS = {
    "a posting is larger": (
        f"UPDATE ledger_posting SET amount_paise = amount_paise + 1 WHERE entry_id = {A_PAYMENT} AND side = 'D'",
        "two postings or more",
    ),
    "an entry has lost its postings": (
        f"DELETE FROM ledger_posting WHERE entry_id = {A_PAYMENT}",
        "two postings or more",
    ),
    "a posting is another business's": (
        f"UPDATE ledger_posting SET business_id = {OTHER_BUSINESS} WHERE entry_id = {A_PAYMENT}",
        "every posting belongs",
    ),
    "a posting's account is gone": (
        "DELETE FROM ledger_account WHERE id = (SELECT id FROM ledger_account WHERE kind = 'cash' LIMIT 1)",
        "every posting belongs",
    ),
    "an entry is another business's": (
        f"UPDATE ledger_entry SET business_id = {OTHER_BUSINESS} WHERE id = {A_PAYMENT}",
        "every entry and every account belongs",
    ),
    "an effect is not its postings'": (
        f"UPDATE ledger_entry SET effect_paise = effect_paise - 1 WHERE id = {A_PAYMENT}",
        "what they do to a khata is its effect",
    ),
    "a posting is on another's khata": (
        "UPDATE ledger_account SET customer_id = gen_random_uuid() WHERE customer_id IS NOT NULL",
        "to no other customer's khata",
    ),
    "an entry is missing": (f"DELETE FROM ledger_entry WHERE id = {A_PAYMENT}", "numbered 1, 2, 3 and each balance"),
    "a balance after is changed": (
        f"UPDATE ledger_entry SET balance_after_paise = balance_after_paise + 1 WHERE id = {A_PAYMENT}",
        "numbered 1, 2, 3 and each balance",
    ),
    "a kept balance is changed": (
        "UPDATE ledger_account SET balance_paise = balance_paise + 1 WHERE customer_id IS NOT NULL",
        "a kept balance",
    ),
    "a khata's last number is changed": (
        "UPDATE ledger_account SET last_sequence = last_sequence + 1 WHERE customer_id IS NOT NULL",
        "a kept balance",
    ),
    "a khata is gone": ("DELETE FROM ledger_account WHERE customer_id IS NOT NULL", "every customer with entries"),
    "a description is changed": (
        f"UPDATE ledger_entry SET description = 'another' WHERE id = {A_PAYMENT}",
        "the hash of itself",
    ),
    "a khata's hash is changed": (
        "UPDATE ledger_account SET last_hash = decode('00', 'hex') WHERE customer_id IS NOT NULL",
        "the hash of its last entry",
    ),
    "a reversal undoes another amount": (
        "UPDATE ledger_entry SET total_paise = total_paise + 1 WHERE kind = 'reversal'",
        "a reversal undoes",
    ),
    "a line of a bill is changed": (
        f"UPDATE billing_invoiceitem SET taxable_paise = taxable_paise + 1, total_paise = total_paise + 1 WHERE invoice_id = {A_BILL}",
        "the sum of its lines",
    ),
    "a total is changed": (
        f"UPDATE ledger_entry SET effect_paise = effect_paise + 100 WHERE id = (SELECT entry_id FROM billing_invoice"
        f" WHERE id = {A_BILL})",
        "what its entry in the books says",
    ),
    "a cancelled bill is issued again": (
        "UPDATE billing_invoice SET status = 'issued', cancelled_at = NULL, cancel_reason = '' WHERE status = 'cancelled'",
        "what its entry in the books says",
    ),
    "a bill is gone from its entry": (f"DELETE FROM billing_invoice WHERE id = {A_BILL}", "has its invoice"),
    "a number is missing": (f"DELETE FROM billing_invoice WHERE id = {A_BILL}", "invoice numbers of a series"),
    "a series went on by itself": (
        "UPDATE billing_numberseries SET last_number = last_number + 1",
        "invoice numbers of a series",
    ),
    "a note's number is missing": ("DELETE FROM billing_creditnote", "those of credit notes"),
    "a note's total is changed": (
        "UPDATE billing_creditnote SET total_paise = total_paise + 100, round_off_paise = round_off_paise + 100",
        "a credit note is the sum of its lines",
    ),
    "a note's line is changed": (
        "UPDATE billing_creditnoteitem SET taxable_paise = taxable_paise + 1, total_paise = total_paise + 1",
        "a credit note is the sum of its lines",
    ),
    "a note is gone from its entry": ("DELETE FROM billing_creditnote", "has its credit note"),
    "a note takes more than was billed": (
        "UPDATE billing_creditnoteitem SET quantity = 4",
        "no more than was billed",
    ),
    "a note's goods came back twice": (
        "UPDATE billing_stockmovement SET quantity = quantity * 2 WHERE credit_note_id IS NOT NULL",
        "brought back to the stock",
    ),
    "a movement is changed": (
        "UPDATE billing_stockmovement SET quantity = quantity - 1 WHERE sequence = 2",
        "a product's movements",
    ),
    "a stock is changed": ("UPDATE billing_product SET stock = stock + 1", "a product's stock"),
    "a line is another business's": (
        f"UPDATE billing_invoiceitem SET business_id = {OTHER_BUSINESS} WHERE invoice_id = {A_BILL}",
        "stay within one business",
    ),
}
# What is no row, and how it is put right again.
OF_RIGHTS = {
    "a right to change": (
        "GRANT UPDATE ON ledger_entry TO execora_app",
        "REVOKE UPDATE ON ledger_entry FROM execora_app",
        "what only grows",
    ),
    "a trigger that is off": (
        "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_append_only",
        "ALTER TABLE ledger_posting ENABLE TRIGGER ledger_posting_append_only",
        "what only grows",
    ),
    "security that its owner escapes": (
        "CREATE TABLE escapes (id int); ALTER TABLE escapes ENABLE ROW LEVEL SECURITY",
        "DROP TABLE escapes",
        "row-level security",
    ),
    "rows that the owner cannot see": (
        "CREATE TABLE unseen (id int); ALTER TABLE unseen ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        "DROP TABLE unseen",
        "row-level security",
    ),
    "a table of the application's": (
        "CREATE TABLE owned (id int); ALTER TABLE owned OWNER TO execora_app",
        "DROP TABLE owned",
        "owns nothing",
    ),
}


@pytest.mark.parametrize(("statement", "rule"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_rule_is_found_with_its_rows(
    books: None, superuser: psycopg.Connection, statement: str, rule: str
) -> None:
    assert broken() == {}
    assert superuser.execute(statement).rowcount > 0
    found = {name: rows for name, rows in broken().items() if rule in name}
    assert len(found) == 1
    for identity, expected, really in next(iter(found.values())):
        assert identity
        assert expected != really


@pytest.mark.parametrize(("statement", "undo", "rule"), OF_RIGHTS.values(), ids=OF_RIGHTS.keys())
def test_rights_that_should_not_be_are_found(
    books: None, superuser: psycopg.Connection, statement: str, undo: str, rule: str
) -> None:
    superuser.execute(statement)
    try:
        found = [name for name in broken() if rule in name]
    finally:
        superuser.execute(undo)
    assert len(found) == 1
    assert broken() == {}


def test_every_rule_is_broken_by_some_test() -> None:
    rules = [rule for _, rule in BREAKS.values()] + [rule for *_, rule in OF_RIGHTS.values()]
    assert [check.name for check in checks() if not any(rule in check.name for rule in rules)] == []


def test_the_command_fails_and_shows_the_rows(books: None, superuser: psycopg.Connection) -> None:
    superuser.execute("UPDATE ledger_account SET balance_paise = balance_paise + 7 WHERE customer_id IS NOT NULL")
    out = StringIO()
    with pytest.raises(CommandError, match="1 rules are broken"):
        call_command("verify_books", stdout=out)
    told = out.getvalue().splitlines()
    at = next(place for place, line in enumerate(told) if line.startswith("✗"))
    assert told[at].endswith(": 2 broken")
    assert sum(line.startswith("    ") for line in told) == 2
    account, before = superuser.execute(
        "SELECT id, balance_paise - 7 FROM ledger_account WHERE customer_id IS NOT NULL ORDER BY id LIMIT 1"
    ).fetchone() or ("", 0)
    assert any(f"{account}: expected balance {before} at" in line for line in told)
