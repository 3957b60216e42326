"""A bill's lines by HSN, unit code and rate.

Source: CGST Rules, rule 46(g) and table 12 of GSTR-1.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import InvoiceItem

AMOUNTS = ("taxable_paise", "cgst_paise", "sgst_paise", "igst_paise", "cess_paise", "total_paise")


@dataclass(slots=True)
class HsnRow:
    """The goods of an HSN that are counted alike and taxed alike; amounts are sums in paise."""

    hsn: str
    uqc: str
    gst_rate_bp: int
    quantity: Decimal = field(default_factory=Decimal)
    taxable_paise: int = 0
    cgst_paise: int = 0
    sgst_paise: int = 0
    igst_paise: int = 0
    cess_paise: int = 0
    total_paise: int = 0


def hsn_summary(items: Iterable[InvoiceItem]) -> list[HsnRow]:
    """Return one row for each HSN, unit code and rate, in that order; together they are the lines."""
    rows: dict[tuple[str, str, int], HsnRow] = {}
    for item in items:
        key = (item.hsn, item.uqc, item.gst_rate_bp)
        row = rows.setdefault(key, HsnRow(*key))
        row.quantity += item.quantity
        for name in AMOUNTS:
            setattr(row, name, getattr(row, name) + getattr(item, name))
    return [rows[key] for key in sorted(rows)]
