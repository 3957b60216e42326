"""Sending one-time codes, and forgetting logins that are over. A code is made here: neither request nor queue has held it."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from customers.codes import Request, Standing, asked_for, keep_code, standing_of
from customers.models import Customer, LoginCode
from execora.api.limits import TooManyRequests, take_code_sent
from execora.core.door import acting_in, business_ids
from execora.core.jobs import correlated, renew_connection
from execora.core.models import AuthSession, RefreshToken, SocketTicket
from execora.ops.correlation import bind_correlation_id
from execora.providers.codes import CodeRefused, CodeSender, code_sender

log = structlog.get_logger(__name__)


@app.periodic(cron="41 * * * *")
@app.task(name="customers.forget_logins")
def forget_logins(timestamp: int) -> None:
    """Every hour: delete what nobody can log in with any more."""
    with bind_correlation_id(""):
        renew_connection()
        log.info("logins_forgotten", count=forget_over(timezone.now()))


def forget_over(now: datetime) -> int:
    """Delete logins with their refresh tokens a day after their end, and tickets and codes an hour after theirs."""
    day_ago, hour_ago = now - timedelta(days=1), now - timedelta(hours=1)
    count = 0
    for business_id in business_ids():
        with acting_in(business_id):
            over = (
                RefreshToken.objects.filter(business_id=business_id, session__expires_at__lt=day_ago),
                AuthSession.objects.filter(business_id=business_id, expires_at__lt=day_ago),
                SocketTicket.objects.filter(business_id=business_id, expires_at__lt=hour_ago),
                LoginCode.objects.filter(business_id=business_id, expires_at__lt=hour_ago),
            )
            count += sum(rows.delete()[0] for rows in over)
    return count


@app.task(name="customers.send_code", retry=RetryStrategy(max_attempts=4, exponential_wait=3))
@correlated
def send_code(*, sealed: str) -> None:
    """Send a new code to who was asked for, if that is anybody; again with another code when the provider did not take it."""
    request, sender = asked_for(sealed), code_sender(settings.CODE_PROVIDER)
    if request is None or sender is None:
        return
    with acting_in(request.business_id):
        log.info("login_code", outcome=_send(request, sender), provider=sender.name)


def _send(request: Request, sender: CodeSender) -> str:
    customers = Customer.objects.select_related("user", "business").filter(business_id=request.business_id)
    customer = customers.filter(pk=request.customer_id).first()
    if customer is None or not customer.phone_e164:
        return "no_phone"
    if customer.user is not None and not customer.user.is_active:
        return "inactive"
    standing = standing_of(request)
    if standing is Standing.SUPERSEDED:
        return "superseded"
    try:
        if standing is Standing.NEW:
            take_code_sent(customer.phone_e164)
    except TooManyRequests as refusal:
        log.warning("login_code_stopped", limit=refusal.taken.limit.name, delay_seconds=refusal.retry_after_seconds)
        return "too_many"
    code = keep_code(request)
    if code is None:
        return "superseded"
    try:
        sender.send(to_e164=customer.phone_e164, code=code, whatsapp_number_id=customer.business.whatsapp_number_id)
    except CodeRefused as refusal:
        log.error("login_code_refused", reason=str(refusal), provider=sender.name)
        return "refused"
    return "sent"
