"""`manage.py say` against a really listening server in this process."""

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from execora.ops.embedded import free_port

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from billing.models import Product
    from tests.support.factories import Shop


@pytest.fixture
def server(spoken_shop: "Shop", rice: "Product", settings: "SettingsWrapper") -> Iterator[None]:
    """Listen on settings.PORT, with a staff user whom `say` can log in as."""
    import uvicorn

    from execora.asgi import application
    from execora.core.models import User
    from tests.support.factories import PASSWORD

    User.objects.filter(pk=spoken_shop.staff_user.pk).update(username="staff")
    settings.DEMO_PASSWORDS = {"staff": PASSWORD}
    settings.PORT = free_port()
    settings.STT_PROVIDER = "none"
    # Without lifespan: its end closes the request threads, which the next test's server needs again.
    config = uvicorn.Config(application, host="127.0.0.1", port=settings.PORT, log_config=None, lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running.started
    yield
    running.should_exit = True
    thread.join(20)


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("say", *arguments, stdout=out)
    return out.getvalue()


def test_a_text_is_said_and_the_answer_printed_with_its_time(server: None) -> None:
    from ledger.models import Entry

    printed = said("Priya ne 500 rupaye jama kiye")
    answer = next(line for line in printed.splitlines() if "voice:response" in line)
    assert "₹500 jama ho gaye" in answer
    assert " ms " in answer
    assert Entry.objects.get().total_paise == 50_000


def test_yes_is_said_to_a_proposal(server: None) -> None:
    from ledger.models import Entry

    assert "voice:proposal" in said("Priya ne 6000 rupaye jama kiye")
    assert Entry.objects.count() == 0
    assert "₹6,000 jama ho gaye" in said("Priya ne 6000 rupaye jama kiye", "--yes")
    assert Entry.objects.get().total_paise == 600_000


def test_what_is_wrong_is_said_in_words(settings: "SettingsWrapper", tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Give a text, or a recording"):
        said()
    (tmp_path / "a.wav").write_bytes(b"not a recording")
    with pytest.raises(CommandError, match="cannot be read as a WAV file"):
        said("--audio", str(tmp_path / "a.wav"))
    settings.DEMO_PASSWORDS = {"staff": ""}
    with pytest.raises(CommandError, match="DEMO_STAFF_PASSWORD is not set"):
        said("Aaj ki bikri")
    settings.DEMO_PASSWORDS = {"staff": "some password"}
    settings.PORT = free_port()
    with pytest.raises(CommandError, match="Nothing answers on port"):
        said("Aaj ki bikri")


def test_a_question_is_answered_by_the_next_text(server: None) -> None:
    from ledger.models import Entry

    printed = said("Rahul ko 250 rupaye udhaar diye", "mandir wala")
    assert "Kaun sa Rahul?" in printed
    assert "median of 2" in printed
    assert Entry.objects.get().customer.landmark == "mandir wala"


def test_a_client_that_drops_its_socket_leaves_no_fault_in_the_log(
    server: None, spoken_shop: "Shop", settings: "SettingsWrapper", caplog: pytest.LogCaptureFixture
) -> None:
    import json

    from websockets.sync.client import connect

    from execora.core.models import AuditEvent
    from tests.support.factories import token_of

    headers = {"Authorization": f"Bearer {token_of(spoken_shop.staff_user)}"}
    for _ in range(5):
        with connect(f"ws://127.0.0.1:{settings.PORT}/ws", additional_headers=headers, proxy=None) as client:
            client.recv(timeout=10)
            for amount in (100, 200, 300):
                said = {"text": f"Priya ne {amount} rupaye jama kiye"}
                client.send(json.dumps({"type": "voice:final", "data": said}))
            client.socket.close()
    deadline = time.monotonic() + 10
    while AuditEvent.objects.filter(command="record_payment").count() < 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    assert AuditEvent.objects.filter(command="record_payment").count() > 0
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
