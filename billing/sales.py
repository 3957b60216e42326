"""What was sold in a time, by bill and rate, as the return and the register of sales need it.

A bill counts on the day of its entry in the books, its cancellation, below zero, on the day of the mirror entry: what is
shown here adds up to the tax accounts of the same days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from billing.models import InvoiceItem
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
    """The lines of one rate of one bill, or of its cancellation (`is_cancellation`, then every amount is below zero).
    `total_paise` is the whole bill's, rounded as it was."""

    invoice_id: UUID
    day: date
    is_cancellation: bool
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

    @property
    def is_taxed(self) -> bool:
        return self.gst_rate_bp > 0 or self.cess_rate_bp > 0


def sales_rows(actor: Actor, *, first_day: date, last_day: date) -> list[SaleRow]:
    """Return the bills and the cancellations of these days by day, number and rate."""
    lines = InvoiceItem.objects.visible_to(actor)
    sold = lines.filter(invoice__entry__occurred_on__range=(first_day, last_day))
    undone = lines.filter(invoice__entry__reversed_by__occurred_on__range=(first_day, last_day))
    rows = [
        *_rows(actor, sold.annotate(day=F("invoice__entry__occurred_on")), is_cancellation=False),
        *_rows(actor, undone.annotate(day=F("invoice__entry__reversed_by__occurred_on")), is_cancellation=True),
    ]
    return sorted(rows, key=lambda row: (row.day, row.number, row.is_cancellation, row.gst_rate_bp, row.cess_rate_bp))


def _rows(actor: Actor, lines: QuerySet[Any], *, is_cancellation: bool) -> Iterator[SaleRow]:
    sign = -1 if is_cancellation else 1
    grouped = lines.values(
        "invoice_id", "day", "gst_rate_bp", "cess_rate_bp", **{f"of_{name}": F(f"invoice__{name}") for name in _BILL}
    )
    for row in grouped.annotate(**{f"sum_{head}": Sum(head) for head in HEADS}).order_by():
        values: dict[str, Any] = {name: row[f"of_{name}"] for name in _BILL}
        at_home = values.pop("supplier_state") or actor.business.state_code
        values |= {head: sign * int(row[f"sum_{head}"]) for head in HEADS}
        values["total_paise"] *= sign
        yield SaleRow(
            **values,
            invoice_id=row["invoice_id"],
            day=row["day"],
            is_cancellation=is_cancellation,
            is_inter_state=values["place_of_supply"] != at_home,
            gst_rate_bp=row["gst_rate_bp"],
            cess_rate_bp=row["cess_rate_bp"],
        )
