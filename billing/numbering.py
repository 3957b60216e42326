"""Invoice numbers: consecutive in a series and a financial year, without a gap.

Source: CGST Rules, rule 46(b): at most 16 characters of letters, digits, hyphen and slash.
"""

from billing.errors import NumbersExhausted
from billing.models import NumberSeries
from execora.core.actor import Actor
from execora.core.clock import financial_year

_DIGITS = 6


def take_number(actor: Actor) -> str:
    """Return the next number, "26-27/A/000001", in the financial year of the shop's day.

    Locks the series until the commit; take it after every other lock. A rollback gives the number back.

    Raises:
        NumbersExhausted: the series has had its last number of this year.
    """
    year, series = financial_year(actor.today), actor.business.invoice_series
    rows = NumberSeries.objects.filter(business_id=actor.business_id, financial_year=year, series=series)
    row = rows.select_for_update().first()
    if row is None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(business_id=actor.business_id, financial_year=year, series=series)], ignore_conflicts=True
        )
        row = rows.select_for_update().get()
    row.last_number += 1
    if row.last_number >= 10**_DIGITS:
        raise NumbersExhausted()
    row.save(update_fields=["last_number"])
    return f"{year}/{series}/{row.last_number:0{_DIGITS}d}"
