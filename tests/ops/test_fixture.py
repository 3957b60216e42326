"""`manage.py fixture`: what it makes and prints, and where it refuses; and the two files a tester watches."""

import io
import json
import logging
import os
import stat
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError

from execora.core.door import acting_in, businesses_count
from execora.core.models import AuditEvent, User
from execora.ops.demo import programs
from execora.ops.log_output import BufferedHandler, append_private
from execora.ops.logging import logging_config
from tests.support import services
from tests.support.database import TestDatabase
from voice.models import Recording


def shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape_of(inner) for key, inner in value.items()}
    return [shape_of(inner) for inner in value] if isinstance(value, list) else type(value).__name__


@pytest.fixture
def made(db: None, settings: Any) -> dict[str, Any]:
    settings.DEMO = True
    printed = io.StringIO()
    call_command("fixture", stdout=printed)
    parsed: dict[str, Any] = json.loads(printed.getvalue())
    return parsed


def test_two_shops_that_differ_in_one_product_are_printed(made: dict[str, Any]) -> None:
    first, second = made["businesses"]["A"], made["businesses"]["B"]
    assert first.pop("stockProduct")["stock"] == "10"
    assert shape_of(first) == shape_of(second)
    assert (len(first["staff"]), len(first["customers"])) == (2, 2)
    assert first["whatsappNumberId"] != second["whatsappNumberId"]
    phones = [person["phone"] for shop in (first, second) for person in shop["customers"]]
    assert len(set(phones)) == 4


def test_every_printed_login_holds(made: dict[str, Any]) -> None:
    for shop in made["businesses"].values():
        with acting_in(UUID(shop["id"])):
            for person in (shop["admin"], *shop["staff"]):
                assert User.objects.get(username=person["username"]).check_password(person["password"])
            for person in shop["customers"]:
                assert User.objects.get(pk=person["userId"]).check_password(person["password"])


def test_what_stands_in_the_books_was_written_by_commands(made: dict[str, Any]) -> None:
    shop = made["businesses"]["A"]
    with acting_in(UUID(shop["id"])):
        done = dict(AuditEvent.objects.filter(business_id=shop["id"]).values_list("target_id", "command"))
    by_id = {str(key): command for key, command in done.items()}
    expected = {
        "invoice": "issue_invoice",
        "entry": "record_payment",
        "reminder": "schedule_reminder",
        "product": "create_product",
        "stockProduct": "create_product",
    }
    assert {name: by_id[shop[name]["id"]] for name in expected} == expected


def test_each_session_has_a_recording_that_can_be_heard(made: dict[str, Any]) -> None:
    for shop in made["businesses"].values():
        with acting_in(UUID(shop["id"])):
            row = Recording.objects.get(pk=shop["recording"]["id"])
        assert (str(row.session_id), row.state) == (shop["session"]["id"], "stored")
        kept = io.BytesIO(storages["recordings"].open(row.object_name).read())
        assert len(kept.getvalue()) == row.bytes
        with wave.open(kept) as sound:
            assert sound.getnframes() / sound.getframerate() == shop["recording"]["durationMs"] / 1000


def test_a_second_run_is_refused_and_changes_nothing(made: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="a business here already"):
        call_command("fixture")
    assert businesses_count() == 2


@pytest.mark.django_db
def test_outside_the_demo_it_is_refused(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="EXECORA_DEMO is not set"):
        call_command("fixture")
    assert businesses_count() == 0


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        programs.manage(*arguments),
        cwd=services.ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_another_database_gets_the_same_shape_and_nothing_but_json_is_printed(made: dict[str, Any]) -> None:
    other = TestDatabase(f"execora_fixture_{os.getpid()}")
    try:
        again = manage("fixture", EXECORA_DEMO="1", **other.environment())
    finally:
        other.drop()
    assert again.returncode == 0, again.stderr
    assert shape_of(json.loads(again.stdout)) == shape_of(made)


def test_the_code_sink_is_refused_outside_the_demo(tmp_path: Path) -> None:
    sink = str(tmp_path / "codes")
    refused = manage("check", CODE_SINK_FILE=sink)
    assert refused.returncode != 0
    assert "CODE_SINK_FILE" in refused.stderr
    assert manage("check", CODE_SINK_FILE=sink, EXECORA_DEMO="1").returncode == 0


_APPENDING = """
import sys
from execora.ops.log_output import append_private
for number in range(200):
    append_private(sys.argv[1], f"{sys.argv[2]} {number} {'x' * 500}\\n")
"""


def test_lines_of_several_processes_do_not_mix_in_the_log_file(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", _APPENDING, str(path), name], cwd=services.ROOT) for name in "ab"
    ]
    assert [writer.wait(30) for writer in writers] == [0, 0]
    lines = path.read_text().splitlines()
    assert len(lines) == 400
    assert all(line.endswith("x" * 500) and len(line.split()) == 3 for line in lines)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_log_file_gets_json_also_where_the_screen_does_not(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    config = logging_config("INFO", demo=True, log_file=str(path))
    assert config["root"]["handlers"] == ["stdout", "file"]
    chosen = config["handlers"]["file"]
    assert "readable" not in config["formatters"][chosen["formatter"]]
    handler = BufferedHandler(path=chosen["path"], immediate=chosen["immediate"])
    handler.emit(logging.LogRecord("tested", logging.INFO, "", 0, "told", None, None))
    assert path.read_text() == "told\n"


def test_a_log_file_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    append_private(str(tmp_path), "a directory is no file\n")
    assert list(tmp_path.iterdir()) == []
