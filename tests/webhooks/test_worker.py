"""The worker's own program finds the jobs by their names and runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reminders.models import OutgoingMessage
from tests.reminders.support import Shop
from tests.webhooks.bodies import NUMBER_ID, body_of, change, deliver, status
from tests.webhooks.test_jobs import message_of
from webhooks.models import RawEvent

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db(transaction=True)
def test_the_worker_marks_what_was_delivered() -> None:
    message_of(Shop(number_id=NUMBER_ID))
    deliver(body_of(change(status("wamid.1", "read"))))
    worker = [sys.executable, "manage.py", "worker", "--one-shot"]
    ran = subprocess.run(
        worker, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert OutgoingMessage.objects.get().status == "read"
    assert RawEvent.objects.get().processed_at is not None
