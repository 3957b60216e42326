"""The job itself, run as the worker runs it, against a real database."""

import threading
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connections
from django.utils import timezone

from customers.models import Customer
from execora.providers.messages import MessageOutcomeUnknown, MessageRefused
from reminders import jobs
from reminders.commands import cancel_reminder, move_reminder, schedule_reminder
from reminders.models import OutgoingMessage, Reminder
from tests.reminders.support import INDIA, RecordingProvider, Shop, queued, tomorrow_at

pytestmark = pytest.mark.django_db(transaction=True)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let the jobs, and nothing else, read this moment from the clock."""
    monkeypatch.setattr(jobs, "timezone", SimpleNamespace(now=lambda: moment))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> RecordingProvider:
    recording = RecordingProvider()
    monkeypatch.setattr(jobs, "message_provider", lambda: recording)
    return recording


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the jobs at twelve o'clock of the shop's tomorrow: an hour in which customers may be written to."""
    set_clock(monkeypatch, tomorrow_at(12))


def promise(shop: Shop, **options: object) -> Reminder:
    """Return a reminder of 10:00 tomorrow, two hours before the job's noon. It was made a day earlier."""
    due = tomorrow_at(10)
    actor = shop.actor(now=due - timedelta(days=1))
    return schedule_reminder(actor, customer=shop.customer, due_at=due, **options)  # type: ignore[arg-type]


def run(reminder: Reminder, occurrence: int = 1) -> None:
    jobs.send_due(
        correlation_id="d" * 32,
        business_id=str(reminder.business_id),
        reminder_id=str(reminder.pk),
        occurrence=occurrence,
    )


@pytest.fixture
def shop(noon: None) -> Shop:
    return Shop()


def test_a_due_reminder_is_sent_and_written(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop, amount_paise=50_000, message="Dhanyavaad.")
    run(reminder)
    body = "Namaste Bharat, Sharma Kirana se yaad dila rahe hain: Rs 500 baaki hai. Dhanyavaad."
    assert provider.sent == [("+919820000001", body)]
    message = OutgoingMessage.objects.get()
    assert (message.status, message.provider, message.body) == ("sent", "recording", body)
    assert (message.reminder_id, message.occurrence, message.customer_id) == (reminder.pk, 1, shop.customer.pk)
    assert message.provider_message_id is not None
    reminder.refresh_from_db()
    assert (reminder.status, reminder.outcome) == ("done", "sent")


def test_run_twice_it_sends_once(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop)
    run(reminder)
    run(reminder)
    assert len(provider.sent) == 1
    assert OutgoingMessage.objects.count() == 1
    reminder.refresh_from_db()
    assert reminder.outcome == "sent"


def test_run_by_several_workers_at_once_it_sends_once(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop, repeat="daily")
    gate = threading.Barrier(4)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait(10)
            run(reminder)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert faults == []
    assert len(provider.sent) == 1
    reminder.refresh_from_db()
    assert reminder.occurrence == 2


def test_a_cancelled_reminder_is_not_sent(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop)
    cancel_reminder(shop.actor(), reminder_id=reminder.pk)
    run(reminder)
    reminder.refresh_from_db()
    assert (provider.sent, reminder.status, reminder.outcome) == ([], "cancelled", "cancelled")
    assert OutgoingMessage.objects.count() == 0


def test_a_moved_reminder_waits_for_its_new_time(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop)
    move_reminder(shop.actor(), reminder_id=reminder.pk, due_at=tomorrow_at(15))
    run(reminder)
    reminder.refresh_from_db()
    assert (provider.sent, reminder.status, reminder.outcome) == ([], "scheduled", "moved")
    assert OutgoingMessage.objects.count() == 0


def test_a_paid_balance_is_not_asked_for(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop, amount_paise=50_000)
    shop.pay()
    run(reminder)
    reminder.refresh_from_db()
    assert (provider.sent, reminder.status, reminder.outcome) == ([], "done", "already_paid")
    assert OutgoingMessage.objects.count() == 0


def test_never_more_is_asked_for_than_is_owed(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop, amount_paise=50_000)
    shop.pay(60_000)
    run(reminder)
    assert "Rs 200 baaki" in provider.sent[0][1]


def test_without_a_phone_the_outcome_says_so(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop)
    Customer.objects.update(phone_e164=None)
    run(reminder)
    reminder.refresh_from_db()
    assert (provider.sent, reminder.status, reminder.outcome) == ([], "done", "no_phone")


def test_a_late_worker_does_not_write_at_night(
    shop: Shop, provider: RecordingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminder = promise(shop)
    set_clock(monkeypatch, tomorrow_at(23))
    run(reminder)
    reminder.refresh_from_db()
    assert (provider.sent, reminder.status, reminder.outcome) == ([], "scheduled", "postponed_to_contact_hours")
    assert reminder.due_at == tomorrow_at(9, days=2)
    assert queued("reminders.send_due")[-1][1] == tomorrow_at(9, days=2)


def test_a_repeated_reminder_schedules_its_next_occurrence(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop, repeat="weekly")
    run(reminder)
    reminder.refresh_from_db()
    assert (reminder.status, reminder.outcome, reminder.occurrence) == ("scheduled", "sent", 2)
    assert reminder.due_at.astimezone(INDIA) == tomorrow_at(10, days=8)
    arguments, at = queued("reminders.send_due")[-1]
    assert (arguments["occurrence"], at) == (2, tomorrow_at(10, days=8))


def test_a_refusal_is_final(shop: Shop, provider: RecordingProvider) -> None:
    provider.fault = MessageRefused("131026 undeliverable")
    reminder = promise(shop)
    run(reminder)
    run(reminder)
    message = OutgoingMessage.objects.get()
    assert (message.status, message.error, len(provider.sent)) == ("failed", "131026 undeliverable", 1)
    reminder.refresh_from_db()
    assert reminder.outcome == "failed"


@pytest.mark.parametrize("fault", [MessageOutcomeUnknown("No answer in time."), RuntimeError("broken")])
def test_when_nobody_knows_it_is_not_sent_again(shop: Shop, provider: RecordingProvider, fault: Exception) -> None:
    provider.fault = fault
    reminder = promise(shop)
    run(reminder)
    run(reminder)
    assert (OutgoingMessage.objects.get().status, len(provider.sent)) == ("unknown", 1)


def test_the_sweep_finds_what_a_lost_job_missed(shop: Shop) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    reminder = promise(shop)
    future = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(18))
    before = ProcrastinateJob.objects.count()
    jobs.sweep_lost(tomorrow_at(12))
    assert ProcrastinateJob.objects.count() == before + 1
    arguments, at = queued("reminders.send_due")[-1]
    assert (arguments["reminder_id"], arguments["occurrence"], at) == (str(reminder.pk), 1, None)
    assert future.pk != reminder.pk


def test_the_sweep_gives_up_on_a_message_whose_sender_died(shop: Shop, provider: RecordingProvider) -> None:
    reminder = promise(shop)
    actor = shop.actor(now=tomorrow_at(11))
    jobs.take_occurrence(actor, reminder_id=reminder.pk, occurrence=1, provider_name="recording")
    jobs.sweep(timestamp=int(timezone.now().timestamp()))
    run(reminder)
    assert provider.sent == []
    assert OutgoingMessage.objects.get().status == "unknown"
    reminder.refresh_from_db()
    assert reminder.outcome == "unknown"
