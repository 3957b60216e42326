"""What a stored event does to our messages, by the job that the worker runs."""

from typing import Any

import pytest
from django.utils import timezone

from reminders.models import MessageStatus, OutgoingMessage, Reminder
from tests.reminders.support import Shop
from tests.webhooks.bodies import NUMBER_ID, body_of, change, deliver, status
from webhooks.jobs import process_event
from webhooks.models import RawEvent

pytestmark = pytest.mark.django_db


def message_of(shop: Shop, wamid: str | None = "wamid.1", known: str = MessageStatus.SENT) -> OutgoingMessage:
    now = timezone.now()
    reminder = Reminder.objects.create(
        business=shop.business, customer=shop.customer, due_at=now, created_at=now, status="done", outcome=known
    )
    return OutgoingMessage.objects.create(
        business=shop.business,
        customer=shop.customer,
        reminder=reminder,
        occurrence=1,
        provider="whatsapp",
        body="Rs 500 baaki hai.",
        status=known,
        provider_message_id=wamid,
        created_at=now,
        status_at=now,
    )


def report(*statuses: dict[str, Any], number_id: str = NUMBER_ID) -> RawEvent:
    """Deliver the statuses as Meta does, and run the job."""
    assert deliver(body_of(change(*statuses, number_id=number_id))).status_code == 200
    event = RawEvent.objects.order_by("-id")[0]
    process_event(correlation_id="e" * 32, event_id=str(event.pk))
    event.refresh_from_db()
    return event


def test_a_delivery_is_marked_on_the_message_and_its_reminder() -> None:
    message = message_of(Shop(number_id=NUMBER_ID))
    event = report(status("wamid.1", "delivered"))
    message.refresh_from_db()
    assert (message.status, int(message.status_at.timestamp())) == ("delivered", 1795500000)
    assert Reminder.objects.get().outcome == "delivered"
    assert event.outcome == "1 of 1 statuses belong to our messages"
    assert event.processed_at is not None


@pytest.mark.parametrize(
    ("reported", "final"),
    [
        (["delivered", "sent"], "delivered"),
        (["read", "delivered", "sent"], "read"),
        (["read"], "read"),
        (["failed", "sent"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
    ],
)
def test_a_status_never_goes_back(reported: list[str], final: str) -> None:
    message = message_of(Shop(number_id=NUMBER_ID))
    for name in reported:
        report(status("wamid.1", name))
    message.refresh_from_db()
    assert message.status == final
    assert Reminder.objects.get().outcome == final


def test_a_failure_before_a_delivery_is_remembered() -> None:
    message = message_of(Shop(number_id=NUMBER_ID))
    report(status("wamid.1", "failed", errors=[{"code": 131049, "title": "Held back"}]))
    report(status("wamid.1", "delivered"))
    message.refresh_from_db()
    assert (message.status, message.error) == ("delivered", "131049 Held back")


def test_our_own_id_finds_a_message_whose_sending_was_never_answered() -> None:
    message = message_of(Shop(number_id=NUMBER_ID), wamid=None, known=MessageStatus.UNKNOWN)
    report(status("wamid.9", "sent", biz_opaque_callback_data=str(message.pk)))
    message.refresh_from_db()
    assert (message.status, message.provider_message_id) == ("sent", "wamid.9")


def test_an_event_acts_only_inside_the_business_that_its_number_names() -> None:
    message = message_of(Shop(number_id=NUMBER_ID))
    Shop(slug="verma", number_id="999")
    for known in ({}, {"biz_opaque_callback_data": str(message.pk)}):
        event = report(status("wamid.1", "read", **known), number_id="999")
        assert event.outcome == "0 of 1 statuses belong to our messages"
    message.refresh_from_db()
    assert message.status == "sent"


@pytest.mark.parametrize("number_id", ["12345", ""])
def test_a_number_of_no_business_is_stored_and_answered_and_nothing_is_done(number_id: str) -> None:
    message = message_of(Shop(number_id=NUMBER_ID))
    event = report(status("wamid.1", "read"), number_id=number_id)
    assert event.outcome == "0 of 1 statuses belong to our messages; 1 name a number of no business"
    assert event.processed_at is not None
    message.refresh_from_db()
    assert message.status == "sent"


def test_an_event_is_processed_once() -> None:
    message = message_of(Shop(number_id=NUMBER_ID))
    event = report(status("wamid.1", "delivered"))
    OutgoingMessage.objects.update(status="sent")
    process_event(correlation_id="e" * 32, event_id=str(event.pk))
    message.refresh_from_db()
    assert message.status == "sent"


@pytest.mark.parametrize(("body", "outcome"), [(b"\xff", "is not JSON"), (b"[" * 30 + b"]" * 30, "nested too deeply")])
def test_strange_bodies_are_closed_with_a_word(body: bytes, outcome: str) -> None:
    deliver(body)
    event = RawEvent.objects.get()
    process_event(correlation_id="e" * 32, event_id=str(event.pk))
    event.refresh_from_db()
    assert outcome in event.outcome
    assert event.processed_at is not None
