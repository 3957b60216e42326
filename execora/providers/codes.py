"""Sending one-time codes: to the console of the demo, as a WhatsApp template, or by an SMS gateway.

Sending again is harmless, since every attempt has a new code and the last one counts: a doubt is a reason to try again.
"""

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import httpx
import orjson
from django.conf import settings

from execora.core.phone import masked
from execora.ops.correlation import HEADER, current_correlation_id

# Source: facts/whatsapp.md; throughput, pair limit and Meta's own failures. All others stay what they are.
_WHATSAPP_PASSING = frozenset((1, 2, 4, 80007, 130429, 131000, 131016, 131056))


class CodeRefused(Exception):
    """The code does not go out, and would not later. The text is for the log: no number, no code, no secret."""


class CodeDelayed(Exception):
    """The code did not go out, or perhaps it did; trying again may help."""


class CodeSender(Protocol):
    """Sends a code to one phone."""

    name: str

    def send(self, *, to_e164: str, code: str, whatsapp_number_id: str | None) -> None:
        """Hand the code over. `whatsapp_number_id` is the number that the business sends from, if it has one.

        Raises:
            CodeRefused, CodeDelayed: as their names say.
        """
        ...


class ConsoleCodes:
    """The demo's: one line on standard output, and one in CODE_SINK_FILE."""

    name = "console"

    def send(self, *, to_e164: str, code: str, whatsapp_number_id: str | None) -> None:
        if not settings.DEMO:
            raise CodeRefused("Codes are shown on the console in the demo alone.")
        sys.stdout.write(f"login code for {masked(to_e164)}: {code}\n")
        sys.stdout.flush()
        if settings.CODE_SINK_FILE:
            line = os.open(settings.CODE_SINK_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(line, f"{to_e164} {code}\n".encode())
            finally:
                os.close(line)


class WhatsAppCodes:
    """An approved template of the category authentication, with the code in its text and on its button.

    Source: Meta, Cloud API, authentication templates.
    """

    name = "whatsapp"

    def send(self, *, to_e164: str, code: str, whatsapp_number_id: str | None) -> None:
        if not whatsapp_number_id:
            raise CodeRefused("The business has no WhatsApp number.")
        shown = [{"type": "text", "text": code}]
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to_e164.removeprefix("+"),
            "type": "template",
            "template": {
                "name": settings.WHATSAPP_CODE_TEMPLATE,
                "language": {"code": settings.WHATSAPP_CODE_LANGUAGE},
                "components": [
                    {"type": "body", "parameters": shown},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": shown},
                ],
            },
        }
        url = f"{settings.WHATSAPP_API_URL}/{whatsapp_number_id}/messages"
        answer = _post(url, body, authorization=f"Bearer {settings.WHATSAPP_TOKEN}")
        if not answer.is_success:
            fault = _whatsapp_fault(answer)
            passing = fault in _WHATSAPP_PASSING if fault is not None else _is_passing(answer)
            raise (CodeDelayed if passing else CodeRefused)(f"WhatsApp answered {answer.status_code}, error {fault}.")


class SmsCodes:
    """A gateway that takes JSON: SMS_BODY with {phone} and {code} filled in."""

    name = "sms"

    def send(self, *, to_e164: str, code: str, whatsapp_number_id: str | None) -> None:
        body = _filled(orjson.loads(settings.SMS_BODY), {"{phone}": to_e164, "{code}": code})
        answer = _post(settings.SMS_URL, body, authorization=settings.SMS_AUTHORIZATION)
        if not answer.is_success:
            raise (CodeDelayed if _is_passing(answer) else CodeRefused)(f"The gateway answered {answer.status_code}.")


_SENDERS: dict[str, Callable[[], CodeSender]] = {"console": ConsoleCodes, "whatsapp": WhatsAppCodes, "sms": SmsCodes}


@cache
def code_sender(name: str) -> CodeSender | None:
    """Return the sender of CODE_PROVIDER; None for "none": no codes here."""
    make = _SENDERS.get(name)
    return make() if make is not None else None


@cache
def _client() -> httpx.Client:
    return httpx.Client(timeout=httpx.Timeout(10.0, connect=3.0), follow_redirects=False)


def _post(url: str, body: Any, *, authorization: str) -> httpx.Response:
    headers = {HEADER: current_correlation_id(), "Content-Type": "application/json"}
    if authorization:
        headers["Authorization"] = authorization
    try:
        return _client().post(url, content=orjson.dumps(body), headers=headers)
    except httpx.TransportError as fault:
        raise CodeDelayed(f"The provider was not reached: {type(fault).__name__}.") from fault


def _is_passing(answer: httpx.Response) -> bool:
    return answer.status_code in (408, 425, 429) or answer.is_server_error


def _whatsapp_fault(answer: httpx.Response) -> int | None:
    try:
        return int(answer.json()["error"]["code"])
    except (ValueError, TypeError, KeyError):
        return None


def _filled(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {key: _filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    if isinstance(template, str):
        for name, value in values.items():
            template = template.replace(name, value)
    return template
