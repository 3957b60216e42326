"""Credit notes: what they give back, what they leave, and what the database refuses of them.

Source: CGST Act, section 34; CGST Rules, rule 53(1A).
"""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors

from billing.commands import Line, cancel_invoice, issue_invoice
from billing.credit_amounts import share
from billing.credit_notes import CreditLine, issue_credit_note
from billing.errors import (
    CreditExceedsInvoice,
    InvoiceCancelled,
    InvoiceHasCreditNotes,
    InvoiceNotFound,
    InvoiceNotIssued,
    LineNotOnInvoice,
    NothingToCredit,
    SeriesTaken,
)
from billing.models import CreditNote, CreditNoteItem, Invoice, MovementReason, Product, StockMovement
from execora.core.clock import financial_year
from execora.core.door import acting_in
from execora.core.errors import NotPermitted
from execora.core.ids import new_id
from execora.core.models import Business
from ledger.commands import reverse_entry
from ledger.errors import NotReversible
from ledger.models import Account, Entry, Posting
from tests.billing.crowd import together
from tests.support.factories import Shop, bearer, make_shop

pytestmark = pytest.mark.django_db
REFUSED, DENIED = errors.CheckViolation, errors.InsufficientPrivilege
Connect = Callable[[], psycopg.Connection]


def postings_of(entry: Entry) -> dict[str, str]:
    rows = Posting.objects.filter(entry=entry).values_list("account__kind", "side", "amount_paise")
    return {kind: f"{side}{paise}" for kind, side, paise in rows}


def stock_of(product: Product) -> Decimal:
    return Product.objects.get(pk=product.pk).stock


def balance_of(shop: Shop) -> int:
    return Account.objects.get(customer=shop.rahul).balance_paise


@pytest.fixture
def bill(shop: Shop, rice: Product, soap: Product) -> Invoice:
    """335.40 with taxes inside, 335.00 on the khata: 5 kg at 5 % and a piece at 18 %."""
    lines = [Line(product=rice, quantity=Decimal(5)), Line(product=soap, quantity=Decimal(1))]
    return issue_invoice(shop.staff, customer=shop.rahul, lines=lines)


def test_a_credit_note(shop: Shop, bill: Invoice, rice: Product, soap: Product) -> None:
    """A worked example: Rahul brings 2 of 5 kg back, and then all the rest."""
    first = issue_credit_note(
        shop.staff, invoice_id=bill.pk, reason="2 kg wapas", lines=[CreditLine(line=1, quantity=Decimal(2))]
    )
    year = financial_year(shop.staff.today)
    # Rule 53(1A)(c) and (g): a consecutive number of its own series; number and date of the invoice it belongs to.
    assert first.number == f"{year}/CN/000001"
    assert len(first.number) <= 16
    assert (first.invoice.number, first.invoice.issued_on) == (bill.number, bill.issued_on)
    # 2/5 of taxable 285.72, CGST 7.14 and SGST 7.14, at the rate of the invoice.
    assert postings_of(first.entry) == {"receivable": "C12001", "sales": "D11429", "cgst": "D286", "sgst": "D286"}
    assert (stock_of(rice), balance_of(shop), first.entry.kind) == (Decimal(97), 33_500 - 12_001, "credit_note")
    last = issue_credit_note(shop.staff, invoice_id=bill.pk, reason="sab wapas")
    assert last.number == f"{year}/CN/000002"
    assert (stock_of(rice), stock_of(soap), balance_of(shop)) == (Decimal(100), Decimal(100), 0)
    assert last.round_off_paise == -40
    for head in ("taxable_paise", "cgst_paise", "sgst_paise", "igst_paise", "round_off_paise", "total_paise"):
        assert getattr(first, head) + getattr(last, head) == getattr(bill, head), head
    assert [(item.line, item.quantity) for item in last.items.order_by("line")] == [(1, Decimal(3)), (2, Decimal(1))]
    with pytest.raises(NothingToCredit):
        issue_credit_note(shop.staff, invoice_id=bill.pk, reason="again")
    assert CreditNote.objects.count() == 2


def test_damaged_goods_are_not_put_back(shop: Shop, bill: Invoice, rice: Product) -> None:
    issue_credit_note(shop.staff, invoice_id=bill.pk, reason="kharab", restock=False)
    assert (stock_of(rice), balance_of(shop)) == (Decimal(95), 0)
    assert StockMovement.objects.filter(reason=MovementReason.RETURN).count() == 0


def test_never_more_than_was_billed_less_earlier_notes(shop: Shop, bill: Invoice, rice: Product) -> None:
    issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=1, quantity=Decimal(2))])
    before = (Entry.objects.count(), stock_of(rice), balance_of(shop))
    with pytest.raises(CreditExceedsInvoice) as refused:
        issue_credit_note(
            shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=1, quantity=Decimal("3.001"))]
        )
    assert refused.value.message == "Line 1, Basmati Rice: only 3 kg of it can still be credited."
    with pytest.raises(LineNotOnInvoice):
        issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=3, quantity=Decimal(1))])
    assert (Entry.objects.count(), stock_of(rice), balance_of(shop)) == before
    assert CreditNote.objects.count() == 1


def test_an_invoice_with_notes_is_not_cancelled_and_a_cancelled_one_gets_none(
    shop: Shop, bill: Invoice, soap: Product
) -> None:
    issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=2, quantity=Decimal(1))])
    with pytest.raises(InvoiceHasCreditNotes) as refused:
        cancel_invoice(shop.admin, invoice_id=bill.pk, reason="x")
    assert refused.value.status == 409
    line = [Line(product=soap, quantity=Decimal(1))]
    other = issue_invoice(shop.staff, customer=shop.rahul, lines=line)
    cancel_invoice(shop.staff, invoice_id=other.pk, reason="x")
    with pytest.raises(InvoiceCancelled):
        issue_credit_note(shop.staff, invoice_id=other.pk, reason="x")
    draft = issue_invoice(shop.staff, customer=shop.rahul, lines=line, draft=True)
    with pytest.raises(InvoiceNotIssued):
        issue_credit_note(shop.staff, invoice_id=draft.pk, reason="x")
    assert (CreditNote.objects.count(), Invoice.objects.get(pk=bill.pk).status) == (1, "issued")


def test_a_notes_entry_is_not_reversed(shop: Shop, bill: Invoice) -> None:
    note = issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x")
    with pytest.raises(NotReversible):
        reverse_entry(shop.admin, entry_id=note.entry_id, reason="x")
    assert balance_of(shop) == 0


def test_notes_stay_within_the_shop_and_its_roles(shop: Shop, bill: Invoice) -> None:
    other = make_shop()
    with pytest.raises(InvoiceNotFound), acting_in(other.business.pk):
        issue_credit_note(other.admin, invoice_id=bill.pk, reason="x")
    with pytest.raises(NotPermitted):
        issue_credit_note(shop.customer, invoice_id=bill.pk, reason="x")
    assert CreditNote.objects.count() == 0


def test_notes_and_invoices_never_share_a_series(shop: Shop, bill: Invoice) -> None:
    Business.objects.filter(pk=shop.business.pk).update(invoice_series="B", credit_note_series="A")
    shop.business.refresh_from_db()
    with pytest.raises(SeriesTaken):
        issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x")
    assert (CreditNote.objects.count(), balance_of(shop)) == (0, 33_500)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_the_parts_of_an_amount_are_the_amount(whole: int, thousandths: list[int]) -> None:
    parts = [Decimal(part) / 1000 for part in thousandths]
    taken, earlier = [], Decimal(0)
    for part in parts:
        taken.append(share(whole, earlier=earlier, quantity=part, of=sum(parts, Decimal(0))))
        earlier += part
    assert sum(taken) == whole
    assert min(taken) >= 0


@pytest.mark.django_db(transaction=True)
def test_of_many_notes_at_once_the_goods_come_back_once(shop: Shop, bill: Invoice, rice: Product) -> None:
    def credit(number: int) -> None:
        lines = [CreditLine(line=1, quantity=Decimal(2))]
        issue_credit_note(shop.staff, invoice_id=bill.pk, reason=f"attempt {number}", lines=lines)

    assert together(8, credit) == {"ok": 2, "CreditExceedsInvoice": 6}
    assert (stock_of(rice), CreditNote.objects.count()) == (Decimal(99), 2)
    assert sorted(str(note.number)[-6:] for note in CreditNote.objects.all()) == ["000001", "000002"]


COPIED = [field.column for field in CreditNote._meta.concrete_fields]
COPIED_ITEM = [field.column for field in CreditNoteItem._meta.concrete_fields]


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_note_without_its_entry_and_goods(
    shop: Shop, bill: Invoice, app_connection_factory: Connect
) -> None:
    note = issue_credit_note(
        shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=1, quantity=Decimal(1))]
    )
    other = issue_credit_note(
        shop.staff, invoice_id=bill.pk, reason="y", lines=[CreditLine(line=2, quantity=Decimal(1))]
    )
    copied = ", ".join({"id": "%s", "number": "'26-27/CN/9'", "entry_id": "%s"}.get(name, name) for name in COPIED)
    with app_connection_factory() as raw, pytest.raises(errors.UniqueViolation):
        raw.execute(
            f"INSERT INTO billing_creditnote ({', '.join(COPIED)}) SELECT {copied} FROM billing_creditnote WHERE id = %s",
            (new_id(), other.entry_id, note.pk),
        )
    with app_connection_factory() as raw, pytest.raises(REFUSED, match="is not what its entry"):
        raw.execute("SET CONSTRAINTS ALL DEFERRED")
        key = new_id()
        raw.execute(
            f"INSERT INTO billing_creditnote ({', '.join(COPIED)}) SELECT {copied} FROM billing_creditnote WHERE id = %s",
            (key, bill.entry_id, note.pk),
        )
        item = ", ".join({"id": "%s", "note_id": "%s"}.get(name, name) for name in COPIED_ITEM)
        raw.execute(
            f"INSERT INTO billing_creditnoteitem ({', '.join(COPIED_ITEM)})"
            f" SELECT {item} FROM billing_creditnoteitem WHERE note_id = %s",
            (new_id(), key, note.pk),
        )
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert CreditNote.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"line": "9"}, "not on its invoice"),
        ({"line": "2"}, "sum of its 2 lines"),
        ({"quantity": "'NaN'", "line": "2"}, "violates check constraint"),
        ({"stock_quantity": "'NaN'", "line": "2"}, "violates check constraint"),
    ],
)
def test_the_database_refuses_another_line(
    shop: Shop, bill: Invoice, app_connection_factory: Connect, change: dict[str, str], why: str
) -> None:
    issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=1, quantity=Decimal(1))])
    nothing = (
        dict.fromkeys([name for name in COPIED_ITEM if name.endswith("_paise")], "0")
        if change.get("line") == "9"
        else {}
    )
    values = {"id": "gen_random_uuid()", **nothing, **change}
    copied = ", ".join(values.get(name, name) for name in COPIED_ITEM)
    with app_connection_factory() as raw, pytest.raises(REFUSED, match=why):
        raw.execute(
            f"INSERT INTO billing_creditnoteitem ({', '.join(COPIED_ITEM)}) SELECT {copied} FROM billing_creditnoteitem"
        )
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert CreditNoteItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_cancels_no_invoice_with_notes_and_changes_no_note(
    shop: Shop, bill: Invoice, app_connection_factory: Connect
) -> None:
    issue_credit_note(shop.staff, invoice_id=bill.pk, reason="x", lines=[CreditLine(line=1, quantity=Decimal(1))])
    with app_connection_factory() as raw, pytest.raises(REFUSED, match="has credit notes"):
        raw.execute("UPDATE billing_invoice SET status = 'cancelled', cancelled_at = now()")
        raw.execute("SET CONSTRAINTS billing_noted_invoice_checked IMMEDIATE")
    for statement in ("UPDATE billing_creditnote SET reason = 'y'", "DELETE FROM billing_creditnote"):
        with app_connection_factory() as raw, pytest.raises(DENIED):
            raw.execute(statement)
    assert CreditNote.objects.get().reason == "x"


def test_notes_on_the_wire(shop: Shop, bill: Invoice) -> None:
    staff = Client(headers=bearer(shop.staff_user))
    path = f"/api/v1/invoices/{bill.pk}/credit-notes"
    body = {"reason": "2 kg wapas", "items": [{"line": 1, "quantity": "2"}]}
    key = {"Idempotency-Key": "note-00001"}
    made = staff.post(path, body, content_type="application/json", headers=key)
    assert made.status_code == 201
    note = made.json()["creditNote"]
    # Rule 53(1A): nature and number of the document, its date, number and date of the invoice, value, rate and tax.
    shown = {"number": f"{financial_year(shop.staff.today)}/CN/000001", "date": shop.staff.today.isoformat()}
    shown |= {"invoiceId": str(bill.pk), "invoiceNumber": bill.number, "invoiceDate": shop.staff.today.isoformat()}
    shown |= {"customerName": "Rahul Sharma", "taxable": "114.29", "cgst": "2.86", "sgst": "2.86", "total": "120.01"}
    assert {name: note[name] for name in shown} == shown
    assert [(item["line"], item["quantity"], item["gstRate"]) for item in note["items"]] == [(1, "2", "5")]
    again = staff.post(path, body, content_type="application/json", headers=key)
    assert (again.json(), again["Idempotent-Replay"], CreditNote.objects.count()) == (made.json(), "true", 1)
    assert staff.get(f"/api/v1/credit-notes/{note['id']}").json() == made.json()
    assert staff.get(f"/api/v1/credit-notes?invoiceId={bill.pk}").json() == {"creditNotes": [note], "next": None}
    assert staff.get("/api/v1/credit-notes?customerId=cust-001").json()["creditNotes"] == [note]
    own = Client(headers=bearer(shop.customer_user))
    assert own.get("/api/v1/credit-notes").json()["creditNotes"] == [note]
    refused = staff.post(f"/api/v1/invoices/{bill.pk}/cancel", {"reason": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "INVOICE_HAS_CREDIT_NOTES")
    more = staff.post(path, {"reason": "x", "items": [{"line": 1, "quantity": "4"}]}, content_type="application/json")
    assert (more.status_code, more.json()["code"]) == (422, "CREDIT_EXCEEDS_INVOICE")
