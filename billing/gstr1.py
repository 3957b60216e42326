"""The figures of GSTR-1 for a month, by its tables, from the bills.

A bill that was cancelled within its month is in no table but that of documents; one of an earlier month, which was
reported then, is under `cancelledLater`, to be amended. Without those the tables are the month's tax accounts. A credit
note is listed when its bill was (`cdnr`, `cdnur`), else it is taken off the sums of its rate and place (`b2cs`, `nil`).
Source: form GSTR-1, tables 4A, 5A, 7, 8, 9B, 12 and 13 (CGST Rules, rule 59).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, Sum, Value

from billing.models import CreditNote, CreditNoteItem, DocumentType, Invoice, InvoiceItem, InvoiceStatus
from billing.sales import HEADS, SaleRow, sales_rows
from billing.units import uqc_of
from execora.core.actor import Actor
from execora.core.money import plain_quantity, rupees
from execora.core.snapshot import one_moment

_NAMES = dict(zip(HEADS, ("taxable", "cgst", "sgst", "igst", "cess"), strict=True))


def gstr1(actor: Actor, *, first_day: date) -> dict[str, Any]:
    """Return the month that begins with `first_day` as the wire has it, read at one moment."""
    last_day = (first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    with one_moment():
        rows = sales_rows(actor, first_day=first_day, last_day=last_day)
        undone = {row.invoice_id for row in rows if row.is_cancellation}
        bills = [row for row in rows if not row.is_cancellation and row.invoice_id not in undone]
        later = [row for row in rows if row.is_cancellation and row.issued_on < first_day]
        hsn = _hsn(actor, first_day, last_day)
        documents = _documents(actor, first_day, last_day)
    taxed = [row for row in bills if row.is_taxed and row.document_type == DocumentType.TAX_INVOICE]
    registered = [row for row in taxed if row.recipient_gstin]
    large = [row for row in taxed if not row.recipient_gstin and _is_large(row)]
    small = [row for row in taxed if not row.recipient_gstin and not _is_large(row)]
    return {
        "period": f"{first_day:%Y-%m}",
        "b2b": [
            {"gstin": gstin, "name": of[0].recipient_name, "invoices": _bills(of)}
            for gstin, of in _grouped(_bills_of(registered), lambda row: row.recipient_gstin)
        ],
        "b2cl": _bills(_bills_of(large)),
        "b2cs": [
            {"placeOfSupply": key[0], "interState": key[1], "rate": _percent(key[2]), **_sums(of)}
            for key, of in _grouped(small, lambda row: (row.place_of_supply, row.is_inter_state, row.gst_rate_bp))
        ],
        "cdnr": [
            {"gstin": gstin, "name": of[0].recipient_name, "notes": _notes(of)}
            for gstin, of in _grouped(_notes_of(registered), lambda row: row.recipient_gstin)
        ],
        "cdnur": _notes(_notes_of(large)),
        "nil": [
            {"interState": key[0], "registered": key[1], "value": rupees(sum(row.taxable_paise for row in of))}
            for key, of in _grouped(_untaxed(bills), lambda row: (row.is_inter_state, bool(row.recipient_gstin)))
        ],
        "hsnB2b": [row for is_b2b, row in hsn if is_b2b],
        "hsnB2c": [row for is_b2b, row in hsn if not is_b2b],
        "documents": documents,
        "cancelledLater": _bills(later),
        "totals": _sums([*bills, *later]),
    }


def _untaxed(rows: Iterable[SaleRow]) -> Iterable[SaleRow]:
    """What is nil rated or exempt. A shop without a registration files no return, and its bills are in none."""
    return (row for row in rows if not row.is_taxed and row.document_type != DocumentType.INVOICE)


def _is_large(row: SaleRow) -> bool:
    """Whether a bill to somebody unregistered is listed by itself: to another state, and above the limit of its day."""
    limit = max((since, paise) for since, paise in settings.GSTR1_LARGE_ABOVE if since <= row.bill_issued_on)[1]
    return row.is_inter_state and row.bill_total_paise > limit


def _bills_of(rows: Iterable[SaleRow]) -> list[SaleRow]:
    return [row for row in rows if not row.is_credit_note]


def _notes_of(rows: Iterable[SaleRow]) -> list[SaleRow]:
    return [row for row in rows if row.is_credit_note]


def _grouped(rows: Iterable[SaleRow], key: Callable[[SaleRow], Any]) -> list[tuple[Any, list[SaleRow]]]:
    groups: dict[Hashable, list[SaleRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return sorted(groups.items())


def _bills(rows: Iterable[SaleRow]) -> list[dict[str, Any]]:
    return [
        {
            "number": of[0].number,
            "date": of[0].issued_on.isoformat(),
            "value": rupees(of[0].total_paise),
            "placeOfSupply": of[0].place_of_supply,
            "reverseCharge": of[0].reverse_charge,
            "rates": _by_rate(of),
        }
        for _, of in _grouped(rows, lambda row: (row.issued_on, row.number))
    ]


def _notes(rows: Iterable[SaleRow]) -> list[dict[str, Any]]:
    """Return credit notes with their amounts above zero, as the form has them."""
    return [
        {
            "number": of[0].number,
            "date": of[0].issued_on.isoformat(),
            "billNumber": of[0].bill_number,
            "billDate": of[0].bill_issued_on.isoformat(),
            "value": rupees(-of[0].total_paise),
            "placeOfSupply": of[0].place_of_supply,
            "reverseCharge": of[0].reverse_charge,
            "rates": _by_rate(of, sign=-1),
        }
        for _, of in _grouped(rows, lambda row: (row.issued_on, row.number))
    ]


def _by_rate(rows: Iterable[SaleRow], *, sign: int = 1) -> list[dict[str, str]]:
    groups = _grouped(rows, lambda row: row.gst_rate_bp)
    return [{"rate": _percent(rate), **_sums(part, sign=sign)} for rate, part in groups]


def _sums(rows: Iterable[SaleRow], *, sign: int = 1) -> dict[str, str]:
    rows = list(rows)
    return {name: rupees(sign * sum(getattr(row, head) for row in rows)) for head, name in _NAMES.items()}


def _percent(rate_bp: int) -> str:
    return f"{rate_bp // 100}.{rate_bp % 100:02d}".rstrip("0").rstrip(".")


def _hsn(actor: Actor, first_day: date, last_day: date) -> list[tuple[bool, dict[str, Any]]]:
    """Return table 12: by HSN, unit code and rate, what went to registered recipients (True) apart from the rest, less what
    was taken back."""
    days = (first_day, last_day)
    is_undone_later = Q(invoice__entry__reversed_by__isnull=True) | Q(
        invoice__entry__reversed_by__occurred_on__gt=last_day
    )
    sold = (
        InvoiceItem.objects.visible_to(actor)
        .filter(is_undone_later, invoice__entry__occurred_on__range=days)
        .exclude(invoice__document_type=DocumentType.INVOICE)
        .values("hsn", "unit", is_b2b=~Q(invoice__recipient_gstin=""), rate=F("gst_rate_bp"))
    )
    taken_back = (
        CreditNoteItem.objects.visible_to(actor)
        .filter(note__entry__occurred_on__range=days)
        .exclude(note__invoice__document_type=DocumentType.INVOICE)
        .values("hsn", "unit", is_b2b=~Q(note__invoice__recipient_gstin=""), rate=F("gst_rate_bp"))
    )
    columns = ("quantity", "total_paise", *HEADS)
    table: dict[tuple[str, str, int, bool], dict[str, Any]] = defaultdict(lambda: dict.fromkeys(columns, 0))
    for rows, sign in ((sold, 1), (taken_back, -1)):
        for row in rows.annotate(**{f"sum_{column}": Sum(column) for column in columns}).order_by():
            line = table[(row["hsn"], uqc_of(row["unit"]), row["rate"], row["is_b2b"])]
            for column in columns:
                line[column] += sign * row[f"sum_{column}"]
    return [
        (
            is_b2b,
            {
                "hsn": hsn,
                "unitCode": uqc,
                "rate": _percent(rate),
                "quantity": plain_quantity(line["quantity"]),
                "value": rupees(int(line["total_paise"])),
                **{name: rupees(int(line[head])) for head, name in _NAMES.items()},
            },
        )
        for (hsn, uqc, rate, is_b2b), line in sorted(table.items())
    ]


def _documents(actor: Actor, first_day: date, last_day: date) -> list[dict[str, Any]]:
    """Return table 13: each series' numbers of the month, and how many of them are cancelled by now."""
    series: dict[str, list[tuple[str, str]]] = defaultdict(list)
    days = (first_day, last_day)
    issued = Invoice.objects.visible_to(actor).filter(issued_on__range=days).values_list("number", "status")
    notes = CreditNote.objects.visible_to(actor).filter(issued_on__range=days).values_list("number", Value("issued"))
    for number, status in (*issued, *notes):
        series[number.rpartition("/")[0]].append((number, status))
    answer = []
    for name, numbers in sorted(series.items()):
        cancelled = sum(status == InvoiceStatus.CANCELLED for _, status in numbers)
        answer.append(
            {
                "series": name,
                "from": min(numbers)[0],
                "to": max(numbers)[0],
                "total": len(numbers),
                "cancelled": cancelled,
                "net": len(numbers) - cancelled,
            }
        )
    return answer
