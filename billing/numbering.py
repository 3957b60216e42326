"""Numbers of invoices and credit notes: consecutive in a series and a financial year, without a gap.

Source: CGST Rules, rules 46(b) and 53(1A)(c): at most 16 characters of letters, digits, hyphen and slash.
"""

from billing.errors import NumbersExhausted, SeriesTaken, SeriesUnknown
from billing.models import NumberedDocument, NumberSeries
from execora.core.actor import Actor
from execora.core.clock import financial_year

_DIGITS = 6


def take_number(actor: Actor, *, series: str, document: NumberedDocument = NumberedDocument.INVOICE) -> str:
    """Return the next number of a series, "26-27/A/000001", in the financial year of the shop's day.

    Locks the series until the commit; take it after every other lock. A rollback gives the number back.

    Raises:
        NumbersExhausted: the series has had its last number of this year.
        SeriesTaken: documents of another kind are numbered in it this year.
    """
    year = financial_year(actor.today)
    rows = NumberSeries.objects.filter(business_id=actor.business_id, financial_year=year, series=series)
    row = rows.select_for_update().first()
    if row is None:
        first = NumberSeries(business_id=actor.business_id, financial_year=year, series=series, document=document)
        NumberSeries.objects.bulk_create([first], ignore_conflicts=True)
        row = rows.select_for_update().get()
    if row.document != document:
        raise SeriesTaken()
    row.last_number += 1
    if row.last_number >= 10**_DIGITS:
        raise NumbersExhausted()
    row.save(update_fields=["last_number"])
    return f"{year}/{series}/{row.last_number:0{_DIGITS}d}"


def invoice_series(actor: Actor, asked: str) -> str:
    """Return the series that a bill is numbered in: the one asked for, or without one ("") the shop's first.

    Raises:
        SeriesUnknown: it is none of the shop's.
    """
    known = (actor.business.invoice_series, *actor.business.more_invoice_series)
    if asked and asked not in known:
        raise SeriesUnknown(known)
    return asked or known[0]
