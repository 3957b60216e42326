"""One utterance that comes twice, heard by the server and sent as text by the client, runs once."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from execora.providers.stt import OnTranscript, Transcript
from tests.support.socket_client import Socket, opened, received, sent, until
from tests.support.threads import in_thread
from voice.echoes import ECHO_SECONDS, RecentFinals

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop

HEARD = "Priya ne 500 rupaye jama kiye"


@dataclass
class HearsText:
    """A stream whose sound is its text: each push is one final."""

    on_transcript: OnTranscript

    async def push(self, audio: bytes) -> None:
        await self.on_transcript(Transcript(audio.decode(), True, 1.0, 0.1))

    async def finish(self) -> None:
        pass

    async def close(self) -> None:
        pass


class SpeechOfText:
    name = "scripted"
    available = True
    unavailable_reason = ""

    def open(self, *, on_transcript: OnTranscript, **how: Any) -> HearsText:
        return HearsText(on_transcript)


@pytest.fixture
def token(spoken_shop: "Shop", rice: "Product", monkeypatch: pytest.MonkeyPatch) -> str:
    from tests.support.factories import token_of

    monkeypatch.setattr("voice.consumers.speech_to_text", SpeechOfText)
    return token_of(spoken_shop.staff_user)


async def heard(communicator: Socket, text: str) -> tuple[str, dict[str, Any]]:
    """Speak; return the utteranceId and the answer."""
    await sent(communicator, "voice:start")
    await communicator.give(audio=text.encode())
    transcript = await until(communicator, "voice:transcript")
    assert (transcript["text"], transcript["isFinal"]) == (text, True)
    return transcript["utteranceId"], await until(communicator, "voice:response")


async def totals() -> list[int]:
    from ledger.models import Entry

    return await in_thread(lambda: list(Entry.objects.values_list("total_paise", flat=True)))()


@pytest.mark.asyncio
@pytest.mark.parametrize("echo", ["same id", "no id", "own id", "other case"])
async def test_what_was_heard_and_comes_as_text_gets_the_first_answer(token: str, echo: str) -> None:
    communicator = await opened(token)
    utterance_id, first = await heard(communicator, HEARD)
    data = {
        "same id": {"text": HEARD, "utteranceId": utterance_id},
        "no id": {"text": HEARD},
        "own id": {"text": HEARD, "utteranceId": "the-clients-own"},
        "other case": {"text": f" {HEARD.lower()}."},
    }[echo]
    await sent(communicator, "voice:final", **data)
    assert await until(communicator, "voice:response") == first
    assert await totals() == [50_000]
    if echo == "own id":
        other = await opened(token)
        await sent(other, "voice:final", **data)
        assert await until(other, "voice:response") == first
        assert await totals() == [50_000]
        await other.disconnect()
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_two_heard_and_both_sent_again_run_once_each(token: str) -> None:
    communicator = await opened(token)
    texts = [HEARD, "Mohan ne 300 rupaye jama kiye"]
    for text in texts:
        await heard(communicator, text)
    for text in texts:
        await sent(communicator, "voice:final", text=text)
        await until(communicator, "voice:response")
    assert await totals() == [50_000, 30_000]
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_what_is_said_twice_on_purpose_runs_twice(token: str) -> None:
    communicator = await opened(token)
    await heard(communicator, HEARD)
    await heard(communicator, HEARD)
    assert await totals() == [50_000, 50_000]
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_on_another_socket_the_same_words_are_another_utterance(token: str) -> None:
    one, other = await opened(token), await opened(token)
    await heard(one, HEARD)
    await sent(other, "voice:final", text=HEARD)
    await until(other, "voice:response")
    assert await totals() == [50_000, 50_000]
    await asyncio.gather(one.disconnect(), other.disconnect())


@pytest.mark.asyncio
async def test_a_partial_has_no_id(token: str) -> None:
    communicator = await opened(token)
    await sent(communicator, "voice:transcript", text="aaj")
    assert (await received(communicator))["data"] == {"text": "aaj", "isFinal": False}
    await communicator.disconnect()


def test_after_its_time_the_same_words_are_meant_again() -> None:
    recent = RecentFinals()
    assert recent.take("heard", HEARD, "a", at_seconds=100.0) == "a"
    assert recent.take("typed", HEARD, "b", at_seconds=100.0 + ECHO_SECONDS - 0.1) == "a"
    assert recent.take("typed", HEARD, "c", at_seconds=100.0 + ECHO_SECONDS) == "c"


def test_a_yes_after_another_command_is_another_yes() -> None:
    recent = RecentFinals()
    recent.take("heard", "haan", "a", at_seconds=0.0)
    recent.take("typed", "Priya ne 6000 diye", "b", at_seconds=1.0)
    assert recent.take("typed", "haan", "c", at_seconds=2.0) == "c"


def test_typed_first_and_heard_after_is_the_same_utterance() -> None:
    recent = RecentFinals()
    recent.take("typed", HEARD, "a", at_seconds=0.0)
    assert recent.take("heard", f"{HEARD.lower()}.", "b", at_seconds=2.0) == "a"
    assert recent.take("heard", "Mohan ne 300 diye", "c", at_seconds=2.0) == "c"
