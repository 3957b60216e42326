"""What is recorded as asked, and yet worth a second look. Nothing here stops anybody."""

from django.conf import settings
from django.db.models import Sum

from execora.core.actor import Actor
from execora.core.money import rupees
from ledger.commands import SPLIT
from ledger.models import AccountKind, Entry
from ledger.reports import standing_receipts

_MANY_TIMES = 10
_WORTH_ASKING_PAISE = 50_000_00


def cautions_on(actor: Actor, payment: Entry) -> list[dict[str, str]]:
    """Return codes and messages about a payment of this business that was just recorded.

    Source: Income-tax Act, section 269ST: 2,00,000 rupees or more in cash from one person in a day may not be received.
    The limit is a setting.
    """
    cautions = []
    limit, cash = settings.CASH_FROM_ONE_PERSON_PAISE, _cash_of_that_day(actor, payment)
    if cash >= limit:
        cautions.append(
            {
                "code": "CASH_LIMIT",
                "message": f"{rupees(cash)} rupees in cash from this customer in a day. Section 269ST forbids to receive "
                f"{rupees(limit)} or more: have your accountant look at it.",
            }
        )
    owed = payment.balance_after_paise - payment.effect_paise
    if payment.amount_paise > max(_MANY_TIMES * owed, _WORTH_ASKING_PAISE):
        cautions.append(
            {
                "code": "FAR_ABOVE_DEBT",
                "message": f"{rupees(payment.amount_paise)} rupees were paid where {rupees(max(owed, 0))} were owed. "
                "If a digit too many was typed, reverse the entry.",
            }
        )
    return cautions


def _cash_of_that_day(actor: Actor, payment: Entry) -> int:
    """Return the paise in cash from the payment's customer on its day, reversed payments left out."""
    if payment.mode not in ("cash", SPLIT):
        return 0
    received = standing_receipts(actor, payment.occurred_on).filter(
        account__kind=AccountKind.CASH, entry__customer_id=payment.customer_id
    )
    return int(received.aggregate(paise=Sum("amount_paise"))["paise"] or 0)
