"""Sending one-time codes by the real client, to a server on loopback that answers as the services do."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from execora.ops.correlation import bind_correlation_id
from execora.ops.embedded import free_port
from execora.providers.codes import CodeDelayed, CodeRefused, ConsoleCodes, SmsCodes, WhatsAppCodes, code_sender
from tests.support.quiet import QuietHandler

PHONE, CODE, NUMBER = "+919820000001", "024817", "100000000000001"


@dataclass
class Service:
    """What was asked of the server, and what it answers next; `answer` None: it hangs up."""

    url: str = ""
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answer: tuple[int, Any] | None = (200, {"messages": [{"id": "wamid.1"}]})


@pytest.fixture
def service() -> Iterator[Service]:
    kept = Service()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if kept.answer is None:
                self.close_connection = True
                self.connection.close()
                return
            status, answer = kept.answer
            said = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(said)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept.url = f"http://127.0.0.1:{server.server_port}"
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _settings(settings: Any, service: Service) -> None:
    settings.WHATSAPP_API_URL, settings.WHATSAPP_TOKEN = f"{service.url}/v25.0", "whatsapp-token"
    settings.WHATSAPP_CODE_TEMPLATE, settings.WHATSAPP_CODE_LANGUAGE = "login_code", "hi"
    settings.SMS_URL, settings.SMS_AUTHORIZATION = f"{service.url}/send", "Key of-the-gateway"
    settings.SMS_BODY = '{"to": "{phone}", "parts": [{"text": "{code} is it"}], "flash": false}'


def send(sender: Any, number: str | None = NUMBER) -> None:
    with bind_correlation_id("correlation-1"):
        sender.send(to_e164=PHONE, code=CODE, whatsapp_number_id=number)


def test_whatsapp_gets_an_authentication_template_with_the_code_twice(service: Service) -> None:
    send(WhatsAppCodes())
    [(path, headers, body)] = service.asked
    assert path == f"/v25.0/{NUMBER}/messages"
    assert (headers["authorization"], headers["x-correlation-id"]) == ("Bearer whatsapp-token", "correlation-1")
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "919820000001",
        "type": "template",
        "template": {
            "name": "login_code",
            "language": {"code": "hi"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": CODE}]},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": CODE}]},
            ],
        },
    }


def test_the_gateway_gets_the_shops_own_json(service: Service) -> None:
    send(SmsCodes(), None)
    [(path, headers, body)] = service.asked
    assert (path, headers["authorization"]) == ("/send", "Key of-the-gateway")
    assert body == {"to": PHONE, "parts": [{"text": f"{CODE} is it"}], "flash": False}


@pytest.mark.parametrize(
    ("status", "fault", "raised"),
    [
        (400, 131026, CodeRefused),
        (400, 132001, CodeRefused),
        (401, 190, CodeRefused),
        (400, 131056, CodeDelayed),
        (429, 130429, CodeDelayed),
        (500, 131000, CodeDelayed),
        (404, None, CodeRefused),
        (503, None, CodeDelayed),
        (302, None, CodeRefused),
    ],
)
def test_whatsapps_errors_are_final_or_passing(
    service: Service, status: int, fault: int | None, raised: type[Exception]
) -> None:
    service.answer = (status, {"error": {"code": fault, "message": f"about {PHONE}"}} if fault else b"<html>")
    with pytest.raises(raised) as told:
        send(WhatsAppCodes())
    assert all(secret not in str(told.value) for secret in (PHONE, CODE, "whatsapp-token"))
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, CodeRefused), (403, CodeRefused), (408, CodeDelayed), (429, CodeDelayed), (502, CodeDelayed)],
)
def test_the_gateways_errors_are_final_or_passing(service: Service, status: int, raised: type[Exception]) -> None:
    service.answer = (status, {})
    with pytest.raises(raised):
        send(SmsCodes())


@pytest.mark.parametrize("how", ["nobody listens", "hangs up"])
def test_a_service_that_does_not_answer_may_answer_later(service: Service, settings: Any, how: str) -> None:
    if how == "hangs up":
        service.answer = None
    else:
        settings.SMS_URL = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(CodeDelayed):
        send(SmsCodes())


def test_a_business_without_a_number_sends_no_whatsapp(service: Service) -> None:
    with pytest.raises(CodeRefused):
        send(WhatsAppCodes(), None)
    assert service.asked == []


def test_the_console_is_for_the_demo_alone(settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEMO, settings.CODE_SINK_FILE = False, str(tmp_path / "codes")
    with pytest.raises(CodeRefused):
        send(ConsoleCodes())
    assert not (tmp_path / "codes").exists()
    settings.DEMO = True
    send(ConsoleCodes())
    send(ConsoleCodes())
    assert (tmp_path / "codes").read_text() == f"{PHONE} {CODE}\n" * 2
    assert (tmp_path / "codes").stat().st_mode & 0o077 == 0
    shown = capsys.readouterr().out
    assert CODE in shown
    assert PHONE not in shown


def test_the_sender_is_chosen_by_its_name() -> None:
    names = [getattr(code_sender(name), "name", None) for name in ("console", "whatsapp", "sms", "none")]
    assert names == ["console", "whatsapp", "sms", None]
