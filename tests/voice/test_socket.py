"""The socket itself: who may open it, what bad frames come to, and the events of the shop."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.socket_client import opened, received, sent, socket, until
from tests.support.threads import in_thread

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from billing.models import Product
    from tests.support.factories import Shop

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _no_engine(settings: "SettingsWrapper") -> None:
    settings.STT_PROVIDER = "none"


@pytest.fixture
def token(spoken_shop: "Shop", rice: "Product") -> str:
    from tests.support.factories import token_of

    return token_of(spoken_shop.staff_user)


@pytest.mark.parametrize("door", ["query", "header", "subprotocol"])
async def test_a_token_opens_the_socket_by_each_door(token: str, door: str) -> None:
    how: dict[str, Any] = {}
    if door == "header":
        how["headers"] = [(b"authorization", f"Bearer {token}".encode())]
    if door == "subprotocol":
        how["subprotocols"] = ["execora.v1", f"bearer.{token}"]
    communicator = socket(f"?token={token}" if door == "query" else "", **how)
    answer = await communicator.connect()
    assert answer["type"] == "websocket.accept"
    assert answer["subprotocol"] == ("execora.v1" if door == "subprotocol" else None)
    hello = await received(communicator)
    assert hello["data"].keys() == {"sessionId", "sttAvailable", "ttsAvailable", "sttProvider", "ttsProvider"}
    assert hello["data"]["sttAvailable"] is False
    await communicator.disconnect()


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", []),
        ("?token=nonsense", []),
        ("?token={token}", [(b"origin", b"https://evil.example")]),
        ("?token={token}", [(b"origin", b"http://localhost:3000.evil.example")]),
        ("?token={token}", [(b"origin", b"null")]),
        ("?token={token}", [(b"authorization", b"Bearer another")]),
        ("?ticket=nonsense", []),
        ("?ticket={token}", []),
    ],
)
async def test_a_refused_socket_is_accepted_then_closed_1008_with_a_reason(
    token: str, query: str, headers: list[tuple[bytes, bytes]]
) -> None:
    from voice.models import VoiceSession

    communicator = socket(query.format(token=token), headers=headers)
    assert (await communicator.connect())["type"] == "websocket.accept"
    closed = await communicator.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
    assert closed["reason"]
    assert await in_thread(VoiceSession.objects.count)() == 0


async def test_a_ticket_opens_one_socket_which_lives_as_long_as_its_token(spoken_shop: "Shop") -> None:
    import time

    from django.test import AsyncClient

    from tests.support.factories import token_of
    from tests.support.tokens import claims_of, signed

    claims = await in_thread(lambda: claims_of(token_of(spoken_shop.staff_user)))()
    ends_soon = signed({**claims, "exp": int(time.time()) + 3})
    asked = await AsyncClient().post(
        "/api/v1/auth/ws-ticket",
        "{}",
        content_type="application/json",
        headers={"authorization": f"Bearer {ends_soon}"},
    )
    assert (asked.status_code, asked.json()["expiresIn"]) == (200, 30)
    address = f"?ticket={asked.json()['ticket']}"
    first, second = socket(address), socket(address)
    await first.connect()
    assert (await received(first))["type"] == "voice:start"
    await second.connect()
    assert (await second.receive_output(timeout=10))["code"] == 1008
    closed = await first.receive_output(timeout=15)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
    await asyncio.gather(first.disconnect(), second.disconnect())


async def test_one_user_has_only_so_many_sockets_open(token: str, settings: "SettingsWrapper") -> None:
    from voice.models import VoiceSession

    settings.OPEN_SOCKETS_PER_USER = 2
    first, second, third = await opened(token), await opened(token), socket(f"?token={token}")
    await third.connect()
    closed = await third.receive_output(timeout=10)
    assert (closed["code"], closed["reason"]) == (
        1008,
        "Too many connections are open for this login. Close one first.",
    )
    await third.disconnect()
    await first.disconnect()
    fourth = await opened(token)
    await asyncio.gather(second.disconnect(), fourth.disconnect())
    assert await in_thread(VoiceSession.objects.count)() == 3


async def test_a_user_opens_only_so_many_sockets_a_day(token: str, settings: "SettingsWrapper") -> None:
    from voice.models import VoiceSession

    settings.LIMITS = {**settings.LIMITS, "socket": (1, 86_400)}
    first, second = await opened(token), socket(f"?token={token}")
    await second.connect()
    closed = await second.receive_output(timeout=10)
    assert (closed["code"], closed["reason"]) == (1008, "Too many connections today. Try again tomorrow.")
    await asyncio.gather(first.disconnect(), second.disconnect())
    assert await in_thread(VoiceSession.objects.count)() == 1


@pytest.mark.usefixtures("spoken_shop")
async def test_knocking_with_nothing_counts_by_address(settings: "SettingsWrapper") -> None:
    from execora.api import counting

    counting.forget()
    settings.LIMITS = {**settings.LIMITS, "default": (2, 3600)}
    reasons = []
    for _ in range(3):
        communicator = socket("?ticket=" + "A" * 64)
        await communicator.connect()
        reasons.append((await communicator.receive_output(timeout=10))["reason"])
    counting.forget()
    assert reasons[0] == reasons[1]
    assert reasons[2].startswith("Rate limit exceeded.")


async def test_frames_above_the_rate_wait_and_none_is_lost(token: str, settings: "SettingsWrapper") -> None:
    from time import monotonic

    settings.FRAMES_PER_SECOND = 5
    communicator, began = await opened(token), monotonic()
    for _ in range(8):
        await sent(communicator, "ping")
    for _ in range(8):
        assert (await received(communicator))["type"] == "pong"
    assert monotonic() - began >= 3 / 5 - 0.05
    await communicator.disconnect()


async def test_the_shops_own_page_may_open_the_socket(token: str, settings: "SettingsWrapper") -> None:
    origin = settings.ALLOWED_ORIGINS[0].encode()
    communicator = socket(f"?token={token}", headers=[(b"origin", origin)])
    await communicator.connect()
    assert (await received(communicator))["type"] == "voice:start"
    await communicator.disconnect()


async def test_a_malformed_frame_gets_an_error_and_the_socket_lives(token: str) -> None:
    communicator = await opened(token)
    await communicator.give(text="{")
    error = (await received(communicator))["data"]
    assert error["code"] == "INVALID_FRAME"
    assert error.keys() == {"error", "code", "correlationId"}
    await sent(communicator, "ping")
    assert (await received(communicator))["type"] == "pong"
    await communicator.disconnect()


@pytest.mark.parametrize("frame", [{"text": "x" * (256 * 1024 + 1)}, {"audio": b"x" * (256 * 1024 + 1)}])
async def test_a_frame_above_256_kb_closes_1009(token: str, frame: dict[str, Any]) -> None:
    communicator = await opened(token)
    await communicator.give(**frame)
    closed = await communicator.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1009)


async def test_audio_before_the_start_is_refused(token: str) -> None:
    communicator = await opened(token)
    await communicator.give(audio=b"\0\0")
    assert (await received(communicator))["data"]["code"] == "NOT_LISTENING"
    await communicator.disconnect()


async def test_without_an_engine_audio_is_refused_in_words_and_text_works(token: str) -> None:
    communicator = await opened(token)
    await sent(communicator, "voice:start", audio={"encoding": "pcm16", "sampleRate": 16000})
    assert (await received(communicator))["data"]["code"] == "STT_UNAVAILABLE"
    await sent(communicator, "voice:start")
    assert (await received(communicator))["type"] == "voice:started"
    await sent(communicator, "voice:transcript", text="aaj")
    assert (await received(communicator))["data"] == {"text": "aaj", "isFinal": False}
    await sent(communicator, "voice:stop")
    assert (await received(communicator))["type"] == "voice:stopped"
    await communicator.disconnect()


async def test_a_final_text_runs_and_the_shop_hears_of_it(token: str) -> None:
    communicator = await opened(token)
    await sent(communicator, "voice:final", text="Priya ne 500 rupaye jama kiye", utteranceId="u-1")
    frames = [await received(communicator) for _ in range(3)]
    kinds = {frame["type"]: frame["data"] for frame in frames}
    assert kinds.keys() == {"voice:intent", "voice:response", "event"}
    assert kinds["voice:intent"]["entities"] == {
        "customer": kinds["voice:intent"]["entities"]["customer"],
        "amount": 500,
    }
    assert kinds["voice:response"]["executionResult"]["success"] is True
    assert kinds["event"]["name"] == "payment.recorded"
    assert kinds["event"]["data"]["balance"] == "-500.00"
    await communicator.disconnect()


async def test_a_proposal_is_confirmed_by_its_button_once(token: str) -> None:
    communicator = await opened(token)
    await sent(communicator, "voice:final", text="Priya ne 6000 rupaye jama kiye")
    proposal = await until(communicator, "voice:proposal")
    await sent(communicator, "voice:confirm", proposalId=proposal["proposalId"])
    assert (await until(communicator, "voice:response"))["executionResult"]["success"] is True
    await sent(communicator, "voice:confirm", proposalId=proposal["proposalId"])
    assert (await until(communicator, "error"))["code"] == "PROPOSAL_GONE"
    await communicator.disconnect()


async def test_another_connection_cannot_confirm_a_proposal(token: str) -> None:
    one, other = await opened(token), await opened(token)
    await sent(one, "voice:final", text="Priya ne 6000 rupaye jama kiye")
    proposal = await until(one, "voice:proposal")
    await sent(other, "voice:confirm", proposalId=proposal["proposalId"])
    assert (await received(other))["data"]["code"] == "PROPOSAL_GONE"
    await asyncio.gather(one.disconnect(), other.disconnect())


async def test_a_login_that_ended_ends_the_socket_at_the_next_utterance(token: str) -> None:
    from django.utils import timezone

    from execora.core.models import AuthSession
    from ledger.models import Entry

    communicator = await opened(token)
    await in_thread(AuthSession.objects.update)(revoked_at=timezone.now())
    await sent(communicator, "voice:final", text="Priya ne 500 rupaye jama kiye")
    assert (await received(communicator))["data"]["code"] == "UNAUTHENTICATED"
    closed = await communicator.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
    assert await in_thread(Entry.objects.count)() == 0


@pytest.mark.parametrize("ended", ["revoked", "session", "user", "role", "token"])
async def test_a_silent_socket_is_closed_soon_after_its_login_ends(
    token: str, spoken_shop: "Shop", monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from execora.core.models import AuthSession, User
    from voice import consumers
    from voice.models import VoiceSession

    monkeypatch.setattr(consumers, "LOGIN_CHECK_SECONDS", 0.2)
    if ended == "token":
        token = await in_thread(token_for_a_second)(spoken_shop)
    communicator = await opened(token)
    await asyncio.sleep(0.5)
    await sent(communicator, "ping")
    assert (await received(communicator))["type"] == "pong"
    if ended == "revoked":
        await in_thread(AuthSession.objects.update)(revoked_at=timezone.now())
    elif ended == "session":
        await in_thread(AuthSession.objects.update)(expires_at=timezone.now() - timedelta(seconds=1))
    elif ended == "user":
        await in_thread(User.objects.filter(pk=spoken_shop.staff_user.pk).update)(is_active=False)
    elif ended == "role":
        await in_thread(User.objects.filter(pk=spoken_shop.staff_user.pk).update)(role="admin")
    closed = await communicator.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
    assert "Log in again" in closed["reason"]
    await communicator.disconnect()
    assert (await in_thread(VoiceSession.objects.get)()).ended_at is not None


def token_for_a_second(shop: "Shop") -> str:
    import time

    from tests.support.factories import token_of
    from tests.support.tokens import claims_of, signed

    return signed({**claims_of(token_of(shop.staff_user)), "exp": int(time.time()) + 2})


async def test_a_client_that_is_gone_is_no_fault_of_ours(
    token: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from ledger.models import Entry
    from voice.consumers import VoiceConsumer

    gone = iter([OSError("the client is gone"), *[RuntimeError("Unexpected ASGI message")] * 20])

    async def send(self: VoiceConsumer, **frame: Any) -> None:
        raise next(gone)

    communicator = await opened(token)
    with monkeypatch.context() as patch:
        patch.setattr(VoiceConsumer, "send", send)
        await sent(communicator, "voice:final", text="Priya ne 500 rupaye jama kiye")
        await sent(communicator, "ping")
        await communicator.disconnect()
    assert "voice_failed" not in caplog.text
    assert await in_thread(Entry.objects.count)() == 1


async def test_a_customers_socket_hears_only_of_themselves(spoken_shop: "Shop", token: str) -> None:
    from tests.support.factories import token_of

    staff = await opened(token)
    customer = await opened(await in_thread(token_of)(spoken_shop.customer_user))
    await sent(staff, "voice:final", text="Priya ne 500 rupaye jama kiye")
    await until(staff, "event")
    await sent(staff, "voice:final", text="Rahul Sharma ne 200 rupaye jama kiye")
    assert (await until(customer, "event"))["data"]["amount"] == "200.00"
    await asyncio.gather(staff.disconnect(), customer.disconnect())


async def test_a_session_is_kept_with_its_end(token: str) -> None:
    from voice.models import Utterance, VoiceSession

    communicator = await opened(token)
    await sent(communicator, "voice:final", text="Aaj ki kul bikri kitni hui")
    await until(communicator, "voice:response")
    await communicator.disconnect()
    session = await in_thread(VoiceSession.objects.get)()
    assert session.ended_at is not None
    assert (await in_thread(Utterance.objects.get)()).intent == "DAILY_SUMMARY"
