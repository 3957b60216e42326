"""The console provider shows the message in the demo, and hides the number everywhere."""

from typing import Any
from uuid import UUID

import pytest

from execora.providers.messages import ConsoleMessages, message_provider

MESSAGE_ID = UUID("0190b8a0-0000-7000-8000-000000000001")


def test_one_line_without_the_number_in_clear(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.DEMO = True
    body = "Rs 500 baaki hai.\nCall 9820000001\x1b[2J"
    given = ConsoleMessages().send(to_e164="+919820000001", body=body, message_id=MESSAGE_ID)
    written = capsys.readouterr().out
    assert given == f"console-{MESSAGE_ID}"
    assert written.count("\n") == 1
    assert written.endswith("\n")
    assert "Rs 500 baaki hai." in written
    assert "9820000001" not in written
    assert "\x1b" not in written


def test_outside_the_demo_it_does_not_say_what_was_sent(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.DEMO = False
    ConsoleMessages().send(to_e164="+919820000001", body="Namaste Rahul", message_id=MESSAGE_ID)
    assert capsys.readouterr().out == f"message {MESSAGE_ID} to *********0001: not shown\n"


def test_the_console_is_the_configured_provider() -> None:
    assert message_provider().name == "console"
