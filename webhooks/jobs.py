"""Understanding stored events: what became of the messages that were sent."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from execora.core.actor import system_actor
from execora.core.door import acting_in, business_of_number
from execora.core.ids import parse_id
from execora.core.jobs import correlated
from execora.core.strict_json import NotJson, parse_json
from execora.ops.correlation import current_correlation_id
from reminders.delivery import record_message_status
from reminders.models import OutgoingMessage
from webhooks.models import RawEvent
from webhooks.parsers import StatusReport, statuses_in

log = structlog.get_logger(__name__)


@app.task(name="webhooks.process_event", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
@correlated
def process_event(*, event_id: str) -> None:
    """Write what a stored event reports, once: a second run finds it processed. Locks the event, then its messages."""
    with transaction.atomic():
        event = RawEvent.objects.select_for_update().get(pk=UUID(event_id))
        if event.processed_at is not None:
            return
        event.outcome = _act_on(bytes(event.body), event.received_at)
        event.processed_at = timezone.now()
        event.save(update_fields=["outcome", "processed_at"])
    log.info("webhook_processed", event_id=event_id, outcome=event.outcome)


def _act_on(body: bytes, received_at: datetime) -> str:
    """Act on each report inside the business that its number id names; one that names none changes nothing."""
    try:
        payload = parse_json(body)
    except NotJson as fault:
        return str(fault)
    # Sorted, so that two events about the same messages lock them in the same order.
    reports = sorted(statuses_in(payload), key=lambda report: report.wamid)
    business_of = {number: business_of_number(number) for number in {report.phone_number_id for report in reports}}
    known = strange = 0
    for report in reports:
        business_id = business_of[report.phone_number_id]
        if business_id is None:
            strange += 1
            continue
        with acting_in(business_id):
            known += _record(business_id, report, received_at)
    outcome = f"{known} of {len(reports)} statuses belong to our messages"
    return f"{outcome}; {strange} name a number of no business" if strange else outcome


def _record(business_id: UUID, report: StatusReport, received_at: datetime) -> bool:
    message = _message_of(business_id, report)
    if message is None:
        return False
    now = timezone.now()
    actor = system_actor(message.business, correlation_id=current_correlation_id(), now=now)
    record_message_status(
        actor,
        message_id=message.pk,
        status=report.status,
        at=report.at or received_at,
        error=report.error,
        provider_message_id=report.wamid,
    )
    return True


def _message_of(business_id: UUID, report: StatusReport) -> OutgoingMessage | None:
    """Find the business's message by its wamid or, when the answer to the sending never came, by our own id that went along."""
    rows = OutgoingMessage.objects.select_related("business").filter(business_id=business_id)
    message: OutgoingMessage | None = rows.filter(provider_message_id=report.wamid).first()
    own_id = parse_id(report.message_id)
    if message is None and own_id is not None:
        message = rows.filter(pk=own_id, provider_message_id=None).first()
    return message
