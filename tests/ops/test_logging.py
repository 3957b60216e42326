"""Log lines: what is in them, and above all what is not."""

import ast
import json
import logging
import logging.config
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from execora.ops.correlation import bind_correlation_id
from execora.ops.log_output import BufferedHandler
from execora.ops.logging import ALLOWED_KEYS, LineFormatter, bind_log_fields, log_fields, logging_config, short_stack
from execora.ops.redaction import masked, phone_hash
from tests.ops.server import ROOT, Server

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
PHONE = "+919876543210"
SECRETS = [JWT, PHONE, PHONE[1:], "98765 43210", "hunter2hunter2", "ticket-canary", "c2lnbmF0dXJlLWNhbmFyeQ", "Rahul"]


class Sink(logging.Handler):
    """Keeps lines as they would be written."""

    def __init__(self, *, readable: bool = False) -> None:
        super().__init__()
        self.setFormatter(LineFormatter(readable=readable))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def only(self) -> dict[str, Any]:
        assert len(self.lines) == 1
        parsed: dict[str, Any] = json.loads(self.lines[0])
        return parsed


@pytest.fixture
def sink() -> Iterator[Sink]:
    handler, tested = Sink(), logging.getLogger("tested")
    tested.addHandler(handler)
    previous, tested.propagate = tested.level, False
    tested.setLevel(logging.DEBUG)
    yield handler
    tested.removeHandler(handler)
    tested.setLevel(previous)
    tested.propagate = True


log = structlog.get_logger("tested")
foreign = logging.getLogger("tested")


class TestWhatIsWritten:
    def test_an_event_with_its_allowed_fields(self, sink: Sink) -> None:
        with bind_correlation_id("the-correlation-id"), log_fields(business_id="b-1"):
            log.info("invoice_issued", invoice_id="i-1", duration_ms=1.5, items=2, secret_field="x", notes="y")
        line = sink.only()
        assert line.pop("timestamp").endswith("+00:00")
        assert line == {
            "level": "info",
            "logger": "tested",
            "event": "invoice_issued",
            "correlation_id": "the-correlation-id",
            "business_id": "b-1",
            "invoice_id": "i-1",
            "duration_ms": 1.5,
            "items": 2,
        }

    def test_a_container_is_no_value(self, sink: Sink) -> None:
        log.info("told", items=[{"name": "Rahul"}], status={"a": 1}, reason=b"Rahul")
        assert not {"items", "status", "reason"} & sink.only().keys()

    def test_a_long_value_is_cut(self, sink: Sink) -> None:
        log.info("told", reason="x" * 10_000)
        assert len(sink.only()["reason"]) == 200

    def test_a_transcript_only_when_debugging(self, sink: Sink) -> None:
        log.info("heard", transcript="Rahul ko")
        assert "transcript" not in sink.only()
        sink.lines.clear()
        foreign.debug("heard", extra={"execora_fields": {"transcript": "Rahul ko"}})
        assert sink.only()["transcript"] == "Rahul ko"

    def test_fields_of_the_context_end_with_it(self, sink: Sink) -> None:
        with log_fields(job="remind"):
            bind_log_fields(attempt=2)
            log.info("in")
        log.info("out")
        inside, outside = (json.loads(line) for line in sink.lines)
        assert (inside["job"], inside["attempt"]) == ("remind", 2)
        assert "job" not in outside
        assert "attempt" not in outside

    def test_an_exception_is_a_short_stack_without_values(self, sink: Sink) -> None:
        def deep(password: str, levels: int) -> None:
            if levels:
                deep(password, levels - 1)
            raise ValueError(f"token={password} of {PHONE}\nDETAIL: Key (phone)=({PHONE})")

        try:
            deep("hunter2hunter2", 60)
        except ValueError:
            log.exception("failed")
        stack = sink.only()["exception"]
        assert stack[0] == "ValueError: token=[masked] of [masked]"
        assert len(stack) <= 13
        assert stack[-1].endswith(" deep")
        assert "hunter2" not in sink.lines[0]

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            (KeyError("Rahul"), "KeyError: [masked]"),
            (
                ValueError("could not convert string to float: 'Rahul'"),
                "ValueError: could not convert string to float: [masked]",
            ),
            (ValueError("bad: 'Rahul\n' is bad"), "ValueError: bad: [masked]"),
            (
                ValueError('invalid syntax for uuid: "a"Rahul"b" at 1'),
                "ValueError: invalid syntax for uuid: [masked] at 1",
            ),
            (ValueError(f"base 10: '{'1' * 3000}Rahul'"), "ValueError: base 10: [masked]"),
            (
                ValueError(
                    'new row for relation "customers_customer" violates check constraint "x_1"\nDETAIL: (Rahul)'
                ),
                "ValueError: new row for relation customers_customer violates check constraint x_1",
            ),
            (
                OSError('connection to server at "127.0.0.1", port 9 failed: it can\'t be reached'),
                "OSError: connection to server at 127.0.0.1, port 9 failed: it can't be reached",
            ),
        ],
    )
    def test_no_fault_tells_the_value_that_it_quotes(self, fault: Exception, told: str) -> None:
        assert short_stack(fault) == [told]

    def test_the_cause_is_named(self) -> None:
        fault = RuntimeError("y")
        fault.__cause__ = KeyError("x")
        assert short_stack(fault) == ["RuntimeError: y", "after KeyError: [masked]"]

    def test_a_message_that_cannot_be_formatted_is_written_as_it_is(self, sink: Sink) -> None:
        # Straight to the handler: pytest's own one raises on such a record.
        sink.emit(foreign.makeRecord("tested", logging.WARNING, "", 0, "%d apples", ("three",), None))
        assert sink.only()["event"] == "%d apples"

    def test_a_person_reads_one_plain_line(self) -> None:
        handler = Sink(readable=True)
        record = foreign.makeRecord("tested", logging.INFO, "", 0, "request", (), None)
        record.execora_fields = {"method": "GET", "route": "/health", "status_code": 200, "password": "x"}
        handler.emit(record)
        assert handler.lines[0].split(maxsplit=1)[1] == "info    request method=GET route=/health status_code=200"


MASKED = [
    f"GET /ws?token={JWT} HTTP/1.1",
    f"Authorization: Bearer {JWT}",
    f"{{'authorization': 'Bearer {JWT}', 'x': 1}}",
    f"headers [(b'authorization', b'Bearer {JWT}')]",
    "headers [('Authorization', 'Basic aHVudGVyMmh1bnRlcjI=hunter2hunter2')]",
    '{"password": "hunter2hunter2"}',
    "{'new_password': 'hunter2hunter2'}",
    "password=hunter2hunter2&x=1",
    "WHATSAPP_APP_SECRET=hunter2hunter2",
    "api-key: hunter2hunter2",
    "Cookie: sessionid=hunter2hunter2",
    "postgres://execora_app:hunter2hunter2@localhost/execora",
    "redis://:hunter2hunter2@localhost:6379/0",
    "/ws?ticket=ticket-canary&correlation_id=12345678",
    "ticket='ticket-canary'",
    "/api/v1/customers/search?q=Rahul",
    f"send to {PHONE} failed",
    "call 98765 43210 back",
    "call +91 98765 43210 back",
    f"Key (phone)=({PHONE}) already exists.",
    f"subprotocols execora.v1, bearer.{JWT}",
    f"{JWT[:40]}",
]


class TestMasking:
    @pytest.mark.parametrize("text", MASKED)
    def test_no_secret_is_left(self, text: str) -> None:
        cleaned = masked(text)
        assert "[masked]" in cleaned
        assert not [secret for secret in [*SECRETS, "eyJ", "hunter2"] if secret in cleaned]

    @pytest.mark.parametrize(
        "text",
        [
            "Started server process [9148]",
            "duplicate key value violates unique constraint \"billing_invoice_number_key\"",
            "connection to 127.0.0.1:5432 refused after 3 tries",
            "job 01a20c3b-412d-7563-a8ac-74d761d181b3 took 1234567 us",
            "2026-11-24T06:25:39.361+00:00 started",
        ],
    )  # fmt: skip
    def test_what_is_harmless_stays(self, text: str) -> None:
        assert masked(text) == text

    @given(st.text(alphabet="abc:=\"' ?&token.bearerpassword0123456789+-()", max_size=1000))
    def test_no_text_takes_long(self, text: str) -> None:
        began = time.thread_time()  # what it takes itself, not what a busy machine makes it wait
        masked(text)
        assert time.thread_time() - began < 0.1

    @pytest.mark.parametrize(
        "text",
        [f"{word}" * 400 for word in ("9 ", "token", "bearer ", "bearer", "eyJ", "a-", "://", "://a:", "? ", "otp =")],
    )
    def test_no_repetition_takes_long(self, text: str) -> None:
        began = time.thread_time()
        masked(text[:1000])
        assert time.thread_time() - began < 0.05


class TestPhoneHash:
    def test_names_the_phone_only_to_who_has_the_key(self) -> None:
        assert phone_hash(PHONE, "key") == phone_hash(PHONE, b"key")
        assert len(phone_hash(PHONE, "key")) == 16
        assert phone_hash(PHONE, "key") != phone_hash(PHONE, "other")
        assert phone_hash(PHONE, "key") != phone_hash("+919876543211", "key")

    def test_takes_keys_of_any_length(self) -> None:
        assert phone_hash(PHONE, "k" * 64 + "a") != phone_hash(PHONE, "k" * 64 + "b")


class TestOverHttp:
    def test_nothing_secret_is_written_whatever_code_logs(self, server: Server) -> None:
        body = json.dumps({"password": "hunter2hunter2", "phone": PHONE, "token": JWT}).encode()
        status, _, _ = server.get(
            f"/tell?token={JWT}&ticket=ticket-canary&phone=%2B919876543210&q=Rahul",
            method="POST",
            body=body,
            headers={
                "Authorization": f"Bearer {JWT}",
                "Cookie": "sessionid=hunter2hunter2",
                "X-Correlation-ID": "canary-request",
                "Content-Type": "application/json",
            },
        )
        assert status == 204
        server.get(f"/{PHONE}/{JWT}?password=hunter2hunter2")
        server.get(f"/where/%zz{JWT}?password=hunter2hunter2")
        server.raw(f"GET /where HTTP/1.1\r\nHost: {JWT}\r\nConnection: close\r\n\r\n".encode())
        assert len([line for line in server.lines("told_reason") if line["correlation_id"] == "canary-request"]) == 1
        assert [secret for secret in SECRETS if secret in server.output()] == []

    def test_a_request_is_one_line_with_its_pattern(self, server: Server) -> None:
        server.get("/where/Rahul/9876543210", headers={"X-Correlation-ID": "one-line-please"})
        mine = [line for line in server.lines("request") if line["correlation_id"] == "one-line-please"]
        assert len(mine) == 1
        assert mine[0]["duration_ms"] > 0
        assert {key: mine[0][key] for key in ("method", "route", "status_code", "level")} == {
            "method": "GET",
            "route": "/where/<path:rest>",
            "status_code": 200,
            "level": "info",
        }

    def test_fields_bound_in_a_request_are_on_its_line_and_on_no_other(self, server: Server) -> None:
        server.get("/tell", headers={"X-Correlation-ID": "bound-request"})
        for _ in range(8):
            server.get("/plain", headers={"X-Correlation-ID": "later-request"})
        lines = server.lines("request")
        assert [line["business_id"] for line in lines if line["correlation_id"] == "bound-request"] == ["b-1"]
        assert not [line for line in lines if line["correlation_id"] == "later-request" and "business_id" in line]

    def test_every_line_is_json(self, server: Server) -> None:
        server.get("/broken")
        time.sleep(0.5)
        lines = [line for line in server.output().splitlines() if "UserWarning" not in line and line.strip()]
        unreadable = [line for line in lines if not line.startswith("{") and "mw_instance" not in line]
        assert unreadable == []

    def test_the_demo_writes_for_a_person(self, tmp_path: Path) -> None:
        own = Server(tmp_path / "output.log", EXECORA_DEMO="1")
        own.get("/plain")
        assert "info    request method=GET route=/plain status_code=200" in own.output()
        own.stop()


class TestOutput:
    def test_lines_come_out_by_themselves(self, capsys: pytest.CaptureFixture[str]) -> None:
        handler = BufferedHandler()
        handler.emit(foreign.makeRecord("tested", logging.INFO, "", 0, "one", (), None))
        assert capsys.readouterr().out == ""
        time.sleep(0.5)
        assert capsys.readouterr().out == "one\n"

    def test_a_stuck_output_blocks_nobody_and_drops_are_told(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("execora.ops.log_output.MOST_BYTES_WAITING", 10)
        handler = BufferedHandler()
        with handler._writing:
            for _ in range(5):
                handler.emit(foreign.makeRecord("tested", logging.INFO, "", 0, "0123456789", (), None))
        handler.flush()
        out = capsys.readouterr().out
        assert out.count("0123456789") == 2
        assert '"count":3' in out

    def test_a_line_that_cannot_be_made_is_told_without_its_content(self, capsys: pytest.CaptureFixture[str]) -> None:
        handler = BufferedHandler(immediate=True)
        handler.setFormatter(logging.Formatter("{nothing}", style="{", validate=False))
        handler.emit(foreign.makeRecord("tested", logging.INFO, "", 0, "hunter2", (), None))
        handler.flush()
        out = capsys.readouterr().out
        assert json.loads(out)["event"] == "log_line_failed"
        assert "hunter2" not in out

    def test_a_closed_output_is_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Closed:
            def write(self, text: str) -> int:
                raise BrokenPipeError

        monkeypatch.setattr(sys, "stdout", Closed())
        handler = BufferedHandler(immediate=True)
        handler.emit(foreign.makeRecord("tested", logging.INFO, "", 0, "one", (), None))


def test_the_configuration_is_one_that_the_standard_library_takes() -> None:
    configuration = logging_config("debug", demo=False)
    assert configuration["loggers"]["execora"]["level"] == logging.DEBUG
    logging.config.DictConfigurator(configuration)
    assert configuration["loggers"]["uvicorn.access"]["propagate"] is False
    # Libraries write below INFO what they were given.
    assert configuration["root"]["level"] == logging.INFO
    assert configuration["loggers"]["uvicorn.error"]["level"] == "INFO"


def test_every_field_that_the_program_logs_is_on_the_list() -> None:
    """One that is not would be lost in silence."""
    lost = [
        f"{path.relative_to(ROOT)}:{call.lineno} {field.arg}"
        for room in ("execora", "customers", "ledger", "billing", "reminders", "voice", "webhooks")
        for path in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and _is_log_call(call.func)
        for field in call.keywords
        if field.arg is not None and field.arg not in ALLOWED_KEYS | {"exc_info", "transcript"}
    ]
    assert lost == []


def _is_log_call(function: ast.expr) -> bool:
    text = ast.unparse(function)  # also "log.info if fine else log.error"
    return text in ("bind_log_fields", "log_fields") or text.startswith("log.")
