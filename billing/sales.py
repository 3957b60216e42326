"""What was sold in a time, by bill and rate, as the return and the register of sales need it.

A bill counts on the day of its entry in the books; its cancellation and its credit notes, below zero, on the days of
theirs: what is shown here adds up to the tax accounts of the same days.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum, Value

from billing.models import CreditNoteItem, InvoiceItem
from execora.core.actor import Actor

HEADS = ("taxable_paise", "cgst_paise", "sgst_paise", "igst_paise", "cess_paise")
_BILL = (
    "number",
    "issued_on",
    "document_type",
    "status",
    "place_of_supply",
    "supplier_state",
    "recipient_name",
    "recipient_gstin",
    "reverse_charge",
    "total_paise",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRow:
    """The lines of one rate of one document; `kind` is "invoice", or with every amount below zero "cancellation" or
    "credit_note". `total_paise` is the whole document's, rounded as it was; `number` and `issued_on` are the bill's, or the
    note's, and then `bill_number` and `bill_issued_on` those of the bill it is about."""

    kind: str
    invoice_id: UUID
    day: date
    number: str
    issued_on: date
    document_type: str
    status: str
    place_of_supply: str
    is_inter_state: bool
    recipient_name: str
    recipient_gstin: str
    reverse_charge: bool
    gst_rate_bp: int
    cess_rate_bp: int
    taxable_paise: int
    cgst_paise: int
    sgst_paise: int
    igst_paise: int
    cess_paise: int
    total_paise: int
    bill_number: str
    bill_issued_on: date
    bill_total_paise: int

    @property
    def is_cancellation(self) -> bool:
        return self.kind == "cancellation"

    @property
    def is_credit_note(self) -> bool:
        return self.kind == "credit_note"

    @property
    def is_taxed(self) -> bool:
        return self.gst_rate_bp > 0 or self.cess_rate_bp > 0 or self.cess_paise != 0


def sales_rows(actor: Actor, *, first_day: date, last_day: date) -> list[SaleRow]:
    """Return the bills, the cancellations and the credit notes of these days by day, number and rate."""
    lines, days = InvoiceItem.objects.visible_to(actor), (first_day, last_day)
    sold = lines.filter(invoice__entry__occurred_on__range=days)
    undone = lines.filter(invoice__entry__reversed_by__occurred_on__range=days)
    taken_back = CreditNoteItem.objects.visible_to(actor).filter(note__entry__occurred_on__range=days)
    rows = [
        *_rows(actor, sold.annotate(day=F("invoice__entry__occurred_on")), kind="invoice"),
        *_rows(actor, undone.annotate(day=F("invoice__entry__reversed_by__occurred_on")), kind="cancellation"),
        *_note_rows(actor, taken_back),
    ]
    return sorted(rows, key=lambda row: (row.day, row.number, row.is_cancellation, row.gst_rate_bp, row.cess_rate_bp))


def _rows(actor: Actor, lines: QuerySet[Any], *, kind: str) -> Iterator[SaleRow]:
    of_bill = {f"of_{name}": F(f"invoice__{name}") for name in _BILL}
    grouped = lines.values("invoice_id", "day", "gst_rate_bp", "cess_rate_bp", **of_bill)
    for row in grouped.annotate(**{f"sum_{head}": Sum(head) for head in HEADS}).order_by():
        yield _row(actor, row, kind=kind)


def _note_rows(actor: Actor, lines: QuerySet[Any]) -> Iterator[SaleRow]:
    of_bill = {f"of_{name}": F(f"note__invoice__{name}") for name in _BILL}
    of_note = {f"note_{name}": F(f"note__{name}") for name in ("number", "issued_on", "total_paise")}
    grouped = lines.values(
        "gst_rate_bp",
        cess_rate_bp=Value(0),
        invoice_id=F("note__invoice_id"),
        day=F("note__entry__occurred_on"),
        **of_bill,
        **of_note,
    )
    for row in grouped.annotate(**{f"sum_{head}": Sum(head) for head in HEADS}).order_by():
        bill = _row(actor, row, kind="credit_note")
        yield replace(
            bill, number=row["note_number"], issued_on=row["note_issued_on"], total_paise=-row["note_total_paise"]
        )


def _row(actor: Actor, row: dict[str, Any], *, kind: str) -> SaleRow:
    sign = 1 if kind == "invoice" else -1
    values: dict[str, Any] = {name: row[f"of_{name}"] for name in _BILL}
    at_home = values.pop("supplier_state") or actor.business.state_code
    values |= {head: sign * int(row[f"sum_{head}"]) for head in HEADS}
    bill_total_paise = values.pop("total_paise")
    return SaleRow(
        **values,
        kind=kind,
        invoice_id=row["invoice_id"],
        day=row["day"],
        is_inter_state=values["place_of_supply"] != at_home,
        gst_rate_bp=row["gst_rate_bp"],
        cess_rate_bp=row["cess_rate_bp"],
        total_paise=sign * bill_total_paise,
        bill_number=values["number"],
        bill_issued_on=values["issued_on"],
        bill_total_paise=bill_total_paise,
    )
