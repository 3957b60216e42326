"""What a job does when it fails, and when it is of a version that knew less."""

import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from execora.core.jobs import correlated
from execora.ops.metrics import REGISTRY
from reminders.commands import schedule_reminder
from reminders.jobs import sweep_lost
from reminders.models import Reminder
from tests.reminders.support import Shop, tomorrow_at

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_each_failure_is_told_with_its_cause_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise KeyError("Rahul")

    def count() -> float:
        return REGISTRY.get_sample_value("errors_total", {"service": "jobs", "type": "KeyError"}) or 0.0

    before = count()
    with caplog.at_level(logging.ERROR), pytest.raises(KeyError):
        correlated(fails)(correlation_id="cause-of-the-job")
    (record,) = (record for record in caplog.records if record.msg == "job_failed")
    assert record.execora_fields == {"job": "fails"}  # type: ignore[attr-defined]
    assert count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_names_no_business_ends_for_good_and_what_is_due_is_enqueued_again() -> None:
    shop = Shop()
    reminder = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(12))
    long_ago = timezone.now() - timedelta(hours=1)
    Reminder.objects.filter(pk=reminder.pk).update(due_at=long_ago)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET args = args - 'business_id', scheduled_at = %s", [long_ago])
        assert cursor.rowcount == 1
    worker = [sys.executable, "manage.py", "worker", "--one-shot"]
    ran = subprocess.run(worker, cwd=ROOT, env=dict(os.environ), capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    sweep_lost(timezone.now())  # the worker's own may have come first
    first, *later = _jobs()
    assert first == ("aborted", 1, False)
    assert later
    assert all(names_business for _, _, names_business in later)


def _jobs() -> list[tuple[str, int, bool]]:
    """Return status, attempts and whether a business is named, of each sending, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, attempts, args ? 'business_id' FROM procrastinate_jobs"
            " WHERE task_name = 'reminders.send_due' ORDER BY id"
        )
        return list(cursor.fetchall())
