"""Understanding stored events: what became of the messages that were sent."""

from datetime import datetime
from uuid import UUID

import orjson
import structlog
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from execora.core.actor import system_actor
from execora.core.ids import parse_id
from execora.core.jobs import correlated
from execora.ops.correlation import current_correlation_id
from reminders.delivery import record_message_status
from reminders.jobs import renew_connection
from reminders.models import OutgoingMessage
from webhooks.models import RawEvent
from webhooks.parsers import StatusReport, statuses_in

log = structlog.get_logger(__name__)


@app.task(name="webhooks.process_event", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
@correlated
def process_event(*, event_id: str) -> None:
    """Write what a stored event reports, once: a second run finds it processed. Locks the event, then its messages."""
    renew_connection()
    with transaction.atomic():
        event = RawEvent.objects.select_for_update().get(pk=UUID(event_id))
        if event.processed_at is not None:
            return
        event.outcome = _act_on(bytes(event.body), event.received_at)
        event.processed_at = timezone.now()
        event.save(update_fields=["outcome", "processed_at"])
    log.info("webhook_processed", event_id=event_id, outcome=event.outcome)


def _act_on(body: bytes, received_at: datetime) -> str:
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "not JSON"
    # Sorted, so that two events about the same messages lock them in the same order.
    reports = sorted(statuses_in(payload), key=lambda report: report.wamid)
    known = sum(_record(report, received_at) for report in reports)
    return f"{known} of {len(reports)} statuses belong to our messages"


def _record(report: StatusReport, received_at: datetime) -> bool:
    message = _message_of(report)
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


def _message_of(report: StatusReport) -> OutgoingMessage | None:
    """Find the message by its wamid or, when the answer to the sending never came, by our own id that went along.

    A message of a shop that has another number than the one reported is not meant.
    """
    rows = OutgoingMessage.objects.select_related("business")
    message: OutgoingMessage | None = rows.filter(provider_message_id=report.wamid).first()
    own_id = parse_id(report.message_id)
    if message is None and own_id is not None:
        message = rows.filter(pk=own_id, provider_message_id=None).first()
    if message is None:
        return None
    number = message.business.whatsapp_number_id
    return message if not number or number == report.phone_number_id else None
