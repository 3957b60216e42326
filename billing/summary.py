"""A shop's day in seven figures."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from billing.models import Invoice, InvoiceStatus
from execora.core.actor import Actor
from execora.core.money import rupees
from ledger.models import AccountKind
from ledger.reports import entitled, owed_at, standing_receipts


def daily_summary(actor: Actor, day: date) -> dict[str, Any]:
    """Return the figures of a day of the shop as the wire spells them, money in rupee strings.

    Cancelled invoices and reversed payments do not count. `pendingAmount` is what customers owed at the end of that day;
    what others have paid in advance is not taken off it.

    Raises:
        NotPermitted: the actor's role does not see the shop's figures.
    """
    entitled(actor)
    invoices = Invoice.objects.visible_to(actor).filter(issued_on=day, status=InvoiceStatus.ISSUED)
    sales = invoices.aggregate(count=Count("id"), total=Sum("total_paise"))
    paid = standing_receipts(actor, day).aggregate(
        total=Sum("amount_paise"),
        cash=Sum("amount_paise", filter=Q(account__kind=AccountKind.CASH)),
        upi=Sum("amount_paise", filter=Q(account__kind=AccountKind.UPI)),
    )
    owed_paise, _ = owed_at(actor, day)
    return {
        "date": day.isoformat(),
        "invoiceCount": sales["count"],
        "totalSales": rupees(sales["total"] or 0),
        "totalPayments": rupees(paid["total"] or 0),
        "cashPayments": rupees(paid["cash"] or 0),
        "upiPayments": rupees(paid["upi"] or 0),
        "pendingAmount": rupees(owed_paise),
    }
