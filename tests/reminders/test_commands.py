"""Promises: the rows they leave, and refusals that leave none."""

import pytest
from django.db import transaction

from execora.core.errors import NotPermitted
from execora.core.models import AuditEvent
from execora.core.permissions import Role
from reminders.commands import cancel_reminder, move_reminder, schedule_reminder
from reminders.errors import OutsideContactHours, ReminderClosed, ReminderNotFound
from reminders.models import OutgoingMessage, Reminder
from tests.reminders.support import Shop, queued, tomorrow_at

pytestmark = pytest.mark.django_db


def test_scheduling_writes_the_promise_its_job_and_the_audit() -> None:
    shop = Shop()
    due = tomorrow_at(18)
    actor = shop.actor()
    reminder = schedule_reminder(
        actor, customer=shop.customer, due_at=due, amount_paise=50_000, message="atta", repeat="weekly"
    )
    row = Reminder.objects.values().get()
    assert row == {
        "id": reminder.pk,
        "business_id": shop.business.pk,
        "customer_id": shop.customer.pk,
        "amount_paise": 50_000,
        "message": "atta",
        "due_at": due,
        "repeat": "weekly",
        "occurrence": 1,
        "status": "scheduled",
        "outcome": "",
        "user_id": shop.staff.pk,
        "created_at": actor.now,
    }
    [(arguments, at)] = queued("reminders.send_due")
    assert (arguments["reminder_id"], arguments["occurrence"], at) == (str(reminder.pk), 1, due)
    assert AuditEvent.objects.filter(command="schedule_reminder", target_id=reminder.pk).count() == 1
    assert OutgoingMessage.objects.count() == 0


def test_the_job_vanishes_with_the_transaction_of_its_cause() -> None:
    shop = Shop()
    with transaction.atomic():
        schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(18))
        transaction.set_rollback(True)
    assert Reminder.objects.count() == 0
    assert queued("reminders.send_due") == []


def test_a_refused_time_writes_nothing() -> None:
    shop = Shop()
    with pytest.raises(OutsideContactHours):
        schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(21))
    assert Reminder.objects.count() == 0
    assert queued("reminders.send_due") == []
    assert not AuditEvent.objects.filter(command="schedule_reminder").exists()


def test_a_customer_may_not_schedule() -> None:
    shop = Shop()
    with pytest.raises(NotPermitted):
        schedule_reminder(shop.actor(Role.CUSTOMER), customer=shop.customer, due_at=tomorrow_at(18))
    assert Reminder.objects.count() == 0


def test_moving_changes_the_time_and_adds_a_job() -> None:
    shop = Shop()
    reminder = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(10))
    move_reminder(shop.actor(), reminder_id=reminder.pk, due_at=tomorrow_at(17, days=2))
    assert Reminder.objects.get().due_at == tomorrow_at(17, days=2)
    assert [at for _, at in queued("reminders.send_due")] == [tomorrow_at(10), tomorrow_at(17, days=2)]


def test_a_refused_move_leaves_the_time() -> None:
    shop = Shop()
    reminder = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(10))
    with pytest.raises(OutsideContactHours):
        move_reminder(shop.actor(), reminder_id=reminder.pk, due_at=tomorrow_at(6))
    assert Reminder.objects.get().due_at == tomorrow_at(10)
    assert len(queued("reminders.send_due")) == 1


def test_a_cancelled_reminder_is_closed() -> None:
    shop = Shop()
    reminder = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(10))
    cancel_reminder(shop.actor(), reminder_id=reminder.pk)
    assert Reminder.objects.get().status == "cancelled"
    with pytest.raises(ReminderClosed):
        move_reminder(shop.actor(), reminder_id=reminder.pk, due_at=tomorrow_at(11))
    with pytest.raises(ReminderClosed):
        cancel_reminder(shop.actor(), reminder_id=reminder.pk)
    assert Reminder.objects.get().due_at == tomorrow_at(10)


def test_another_shops_reminder_is_not_found() -> None:
    shop, other = Shop(), Shop("gupta")
    reminder = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(10))
    with pytest.raises(ReminderNotFound):
        cancel_reminder(other.actor(), reminder_id=reminder.pk)
    assert Reminder.objects.get().status == "scheduled"
