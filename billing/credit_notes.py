"""Taking back what was billed, in whole or by line: a numbered note, the books, and the goods back on the shelf.

Source: CGST Act, section 34; CGST Rules, rule 53(1A). Locks in one order: the customer's account and the invoice, products
by id, the number series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum

from billing.credit_amounts import Taxes, share, sides_of_note
from billing.errors import (
    CreditExceedsInvoice,
    CreditNoteNotFound,
    InvoiceCancelled,
    InvoiceNotIssued,
    LineNotOnInvoice,
    NothingToCredit,
)
from billing.lookup import locked_invoice
from billing.models import (
    CreditNote,
    CreditNoteItem,
    Invoice,
    InvoiceItem,
    InvoiceStatus,
    MovementReason,
    NumberedDocument,
)
from billing.numbering import take_number
from billing.stock import apply_movements, lock_products
from billing.units import convert
from customers.models import person_of
from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.events import announce
from execora.core.ids import new_id, parse_id
from execora.core.money import rupees
from execora.core.permissions import Permission
from execora.ops.metrics import count_invoice_operation
from ledger.models import Account, AccountKind, Entry, EntryKind, Posting, Side
from ledger.postings import post_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """A line of the invoice by its place (1, 2, ...), and how much of it is taken back, in the line's own unit."""

    line: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class _Part:
    """A quantity of an invoice's line, what it comes to, and the same in the product's own unit."""

    item: InvoiceItem
    quantity: Decimal
    stock_quantity: Decimal
    taxes: Taxes


@command(requires=Permission.CREDIT_NOTE_ISSUE)
def issue_credit_note(
    actor: Actor, *, invoice_id: UUID, reason: str, lines: Sequence[CreditLine] | None = None, restock: bool = True
) -> CreditNote:
    """Take back what remains of an issued invoice, or the given part of its lines: the khata goes down, taxes are given
    back at the rates of the invoice, and with `restock` the goods are in stock again. It is never undone.

    Raises:
        InvoiceNotFound, InvoiceNotIssued, InvoiceCancelled, LineNotOnInvoice, UnitMismatch: as their names say.
        CreditExceedsInvoice: more of a line than earlier notes left.
        NothingToCredit: nothing is left, or what is asked comes to 0 rupees.
        SeriesTaken, NumbersExhausted: the shop's series for notes cannot be used.
    """
    invoice, account = locked_invoice(actor, invoice_id)
    if invoice.status == InvoiceStatus.CANCELLED:
        raise InvoiceCancelled()
    if invoice.status == InvoiceStatus.DRAFT or invoice.entry is None:
        raise InvoiceNotIssued()
    items = list(InvoiceItem.objects.filter(invoice=invoice).select_related("product").order_by("line"))
    credited = _credited_by_line(invoice)
    parts = _parts(items, credited, lines)
    note = _new_note(actor, invoice, parts, is_last=_is_the_last(items, credited, parts))
    note.reason, note.restock = reason, restock
    back = _back_to_stock(parts) if restock else {}
    products = lock_products(actor, back)
    _enter(actor, note, account)
    _write_items(note, parts)
    if back:
        apply_movements(
            actor, products, back, reason=MovementReason.RETURN, note=reason, invoice=invoice, credit_note=note
        )
    transaction.on_commit(lambda: count_invoice_operation("credit_note", "success"), robust=True)
    _announce(actor, note)
    return note


def credit_notes_of(actor: Actor) -> QuerySet[CreditNote]:
    """Return the credit notes the actor may see; a customer sees their own."""
    rows: QuerySet[CreditNote] = CreditNote.objects.visible_to(actor)
    return rows


def find_credit_note(actor: Actor, reference: str) -> CreditNote:
    """Return the note that an id or a number ("26-27/CN/000001") names.

    Raises:
        CreditNoteNotFound: there is none, or it is not theirs to see.
    """
    key = parse_id(reference)
    named = {"pk": key} if key is not None else {"number": reference.upper()}
    note = credit_notes_of(actor).select_related("customer", "invoice").filter(**named).first()
    if note is None:
        raise CreditNoteNotFound()
    return note


def _credited_by_line(invoice: Invoice) -> dict[int, Decimal]:
    rows = CreditNoteItem.objects.filter(note__invoice=invoice).values_list("line")
    return dict(rows.annotate(sum=Sum("quantity")))


def _parts(
    items: Sequence[InvoiceItem], credited: Mapping[int, Decimal], lines: Sequence[CreditLine] | None
) -> list[_Part]:
    """Return what is taken of each line, in the order of the invoice."""
    wanted: dict[int, Decimal] = {}
    if lines is None:
        wanted = {item.line: item.quantity - credited.get(item.line, Decimal(0)) for item in items}
    for given in lines or ():
        wanted[given.line] = wanted.get(given.line, Decimal(0)) + given.quantity
    for line in sorted(wanted.keys() - {item.line for item in items}):
        raise LineNotOnInvoice(line)
    return [
        _part(item, credited.get(item.line, Decimal(0)), wanted[item.line])
        for item in items
        if wanted.get(item.line, 0) > 0
    ]


def _part(item: InvoiceItem, earlier: Decimal, quantity: Decimal) -> _Part:
    if quantity > item.quantity - earlier:
        raise CreditExceedsInvoice(item.line, item.description, item.unit, item.quantity - earlier)
    taxes = Taxes(
        **{
            head: share(getattr(item, head), earlier=earlier, quantity=quantity, of=item.quantity)
            for head in Taxes.__dataclass_fields__
        }
    )
    stock_quantity = convert(quantity, item.unit, item.product.unit) if item.product else Decimal(0)
    return _Part(item, quantity, stock_quantity, taxes)


def _new_note(actor: Actor, invoice: Invoice, parts: Sequence[_Part], *, is_last: bool) -> CreditNote:
    """Return the note of these parts, not yet numbered or entered. What earlier notes left bounds its total.

    Raises:
        NothingToCredit: as its name says.
    """
    taxes = sum((part.taxes for part in parts), Taxes())
    earlier = CreditNote.objects.filter(invoice=invoice).aggregate(total=Sum("total_paise", default=0))
    left_paise = invoice.total_paise - earlier["total"]
    total = left_paise if is_last else min(taxes.exact_paise, left_paise)
    if total <= 0:
        raise NothingToCredit()
    return CreditNote(
        id=new_id(),
        business_id=actor.business_id,
        customer=invoice.customer,
        invoice=invoice,
        issued_on=actor.today,
        round_off_paise=total - taxes.exact_paise,
        total_paise=total,
        created_at=actor.now,
        user_id=actor.user_id,
        **asdict(taxes),
    )


def _enter(actor: Actor, note: CreditNote, account: Account) -> None:
    """Number the note and enter it in the books."""
    taxes = Taxes(**{head: getattr(note, head) for head in Taxes.__dataclass_fields__})
    earlier = CreditNote.objects.filter(invoice=note.invoice).aggregate(taxable=Sum("taxable_paise", default=0))
    sides = sides_of_note(
        _sides_of(note.invoice.entry),
        taxes,
        earlier_taxable_paise=earlier["taxable"],
        round_off_paise=note.round_off_paise,
    )
    series = actor.business.credit_note_series
    note.number = take_number(actor, series=series, document=NumberedDocument.CREDIT_NOTE)
    note.entry = post_entry(
        actor,
        account=account,
        kind=EntryKind.CREDIT_NOTE,
        sides=sides,
        description=f"Credit note {note.number} for invoice {note.invoice.number}",
    )
    note.save(force_insert=True)


def _is_the_last(items: Sequence[InvoiceItem], credited: Mapping[int, Decimal], parts: Sequence[_Part]) -> bool:
    """Return whether nothing of the invoice is left after these parts."""
    now = {part.item.line: part.quantity for part in parts}
    nothing = Decimal(0)
    return all(item.quantity == credited.get(item.line, nothing) + now.get(item.line, nothing) for item in items)


def _back_to_stock(parts: Sequence[_Part]) -> dict[UUID, Decimal]:
    back: dict[UUID, Decimal] = {}
    for part in parts:
        if part.item.product_id:
            back[part.item.product_id] = back.get(part.item.product_id, Decimal(0)) + part.stock_quantity
    return back


def _sides_of(entry: Entry | None) -> dict[AccountKind, int]:
    """Return an entry's postings by account, debit positive."""
    rows = Posting.objects.filter(entry=entry).values_list("account__kind", "side", "amount_paise")
    return {AccountKind(kind): paise if side == Side.DEBIT else -paise for kind, side, paise in rows}


def _write_items(note: CreditNote, parts: Sequence[_Part]) -> None:
    CreditNoteItem.objects.bulk_create(
        CreditNoteItem(
            business_id=note.business_id,
            note=note,
            line=part.item.line,
            product_id=part.item.product_id,
            description=part.item.description,
            hsn=part.item.hsn,
            quantity=part.quantity,
            unit=part.item.unit,
            stock_quantity=part.stock_quantity,
            gst_rate_bp=part.item.gst_rate_bp,
            total_paise=part.taxes.exact_paise,
            **asdict(part.taxes),
        )
        for part in parts
    )


def _announce(actor: Actor, note: CreditNote) -> None:
    data = {
        "customer": person_of(note.customer),
        "creditNoteId": str(note.pk),
        "number": note.number,
        "invoiceId": str(note.invoice_id),
        "invoiceNumber": note.invoice.number,
        "total": rupees(note.total_paise),
    }
    announce(actor, "credit_note.created", data, customer_id=note.customer_id)
