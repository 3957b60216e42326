"""Meta's door: proof, storage once, and nothing stored without proof."""

import hashlib
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.reminders.support import queued
from tests.webhooks.bodies import ADDRESS, body_of, change, deliver, status
from webhooks.models import RawEvent
from webhooks.signature import is_signed, signature_of

pytestmark = pytest.mark.django_db
BODY = body_of(change(status("wamid.1", "delivered")))


def test_a_signed_body_is_stored_as_it_came_with_its_job() -> None:
    answer = deliver(BODY)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    event = RawEvent.objects.get()
    assert (event.source, bytes(event.body)) == ("whatsapp", BODY)
    assert event.digest == hashlib.sha256(BODY).hexdigest()
    assert (event.processed_at, event.outcome) == (None, "")
    [(arguments, at)] = queued("webhooks.process_event")
    assert (arguments["event_id"], at) == (str(event.pk), None)
    assert arguments["correlation_id"] == event.correlation_id == answer.headers["X-Correlation-ID"]


def test_a_repeated_delivery_is_stored_once() -> None:
    assert [deliver(BODY).status_code for _ in range(3)] == [200, 200, 200]
    assert RawEvent.objects.count() == 1
    assert len(queued("webhooks.process_event")) == 1


def test_a_trailing_slash_is_accepted() -> None:
    headers = {"X-Hub-Signature-256": signature_of(BODY, app_secret=settings.WHATSAPP_APP_SECRET)}
    answer = Client().post(f"{ADDRESS}/", BODY, content_type="application/json", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha256=caf\xe9" + "0" * 60,
        "sha256=\u0915" + "0" * 63,
        "sha1=" + "0" * 40,
        hashlib.sha256(BODY).hexdigest(),
        signature_of(BODY, app_secret="another"),
        signature_of(BODY + b" ", app_secret=settings.WHATSAPP_APP_SECRET),
        signature_of(BODY, app_secret=settings.WHATSAPP_VERIFY_TOKEN),
        signature_of(BODY, app_secret=settings.WHATSAPP_APP_SECRET).removeprefix("sha256="),
    ],
)
def test_without_the_right_signature_nothing_is_stored(signature: str) -> None:
    answer = deliver(BODY, signature)
    assert answer.status_code == 403
    error = answer.json()
    assert (error["statusCode"], error["error"], error["code"]) == (403, "Forbidden", "NOT_PERMITTED")
    assert error["correlationId"] == answer.headers["X-Correlation-ID"]
    assert RawEvent.objects.count() == 0
    assert queued("webhooks.process_event") == []


def test_the_bytes_are_signed_not_what_they_mean() -> None:
    spaced = BODY.replace(b": ", b":  ")
    signature = signature_of(BODY, app_secret=settings.WHATSAPP_APP_SECRET)
    assert deliver(spaced, signature).status_code == 403
    assert RawEvent.objects.count() == 0


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed(BODY, signature_of(BODY, app_secret=""), app_secret="")


def test_signed_bytes_that_are_no_json_are_kept() -> None:
    assert deliver(b"\xff not json").status_code == 200
    assert bytes(RawEvent.objects.get().body) == b"\xff not json"


def challenge(**query: str) -> Any:
    return Client().get(ADDRESS, {f"hub.{name}": value for name, value in query.items()})


def test_the_challenge_is_answered_as_plain_text() -> None:
    answer = challenge(mode="subscribe", verify_token=settings.WHATSAPP_VERIFY_TOKEN, challenge="1158201444")
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "गलत", "challenge": "1"},
        {"mode": "other", "verify_token": settings.WHATSAPP_VERIFY_TOKEN, "challenge": "1"},
        {"mode": "subscribe", "verify_token": settings.WHATSAPP_VERIFY_TOKEN},
    ],
)
def test_a_wrong_challenge_is_refused(query: dict[str, str]) -> None:
    answer = challenge(**query)
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_PERMITTED")


def test_other_methods_are_refused() -> None:
    answer = Client().delete(ADDRESS)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"
