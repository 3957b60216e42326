"""What is kept of a connection's sound, and what never is."""

import asyncio
import io
import wave
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.recording import Recorder, RecordingTooLong, Sound

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

YES = datetime(2026, 11, 24, 12, tzinfo=UTC)
PCM = {"encoding": "pcm16", "sampleRate": 8_000}


class Shelf:
    """Stands where the store is: keeps the bytes of each sound."""

    def __init__(self) -> None:
        self.sounds: list[tuple[Sound, bytes]] = []

    def keep(self, sound: Sound) -> Coroutine[Any, Any, UUID | None]:
        async def kept() -> UUID:
            sound.file.seek(0)
            self.sounds.append((sound, sound.file.read()))
            sound.file.close()
            return uuid4()

        return kept()

    @property
    def samples(self) -> list[bytes]:
        found = []
        for _, raw in self.sounds:
            with wave.open(io.BytesIO(raw)) as file:
                assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8_000)
                found.append(file.readframes(file.getnframes()))
        return found


async def recorded(shelf: Shelf, *steps: object, audio: dict[str, Any] | None = PCM) -> int:
    """Take the steps: bytes are sound, words are what a client sends. Return how many recordings were stored."""
    recorder = Recorder(shelf.keep)
    for step in steps:
        if isinstance(step, bytes):
            recorder.take(step)
        elif step == "yes":
            recorder.start(YES)
        elif step == "listen":
            recorder.listen(audio)
        elif step == "listened":
            recorder.listened()
    return len(await recorder.stop())


@pytest.mark.asyncio
async def test_sound_is_kept_between_the_yes_and_the_stop() -> None:
    shelf = Shelf()
    assert await recorded(shelf, "yes", "listen", b"aabb", b"ccdd", "listened", b"never") == 1
    assert shelf.samples == [b"aabbccdd"]
    sound, raw = shelf.sounds[0]
    assert (sound.media_type, sound.suffix, sound.consent_at) == ("audio/wav", "wav", YES)
    assert sound.bytes == len(raw)


@pytest.mark.asyncio
async def test_without_a_yes_nothing_is_kept() -> None:
    shelf = Shelf()
    assert await recorded(shelf, "listen", b"aabb", "listened") == 0
    assert shelf.sounds == []


@pytest.mark.asyncio
async def test_what_was_said_before_the_yes_is_not_kept() -> None:
    shelf = Shelf()
    await recorded(shelf, "listen", b"aabb", "yes", b"ccdd")
    assert shelf.samples == [b"ccdd"]


@pytest.mark.asyncio
async def test_a_yes_inside_a_sample_begins_at_the_next_one() -> None:
    shelf = Shelf()
    await recorded(shelf, "listen", b"aab", "yes", b"bcc", b"dd")
    assert shelf.samples == [b"ccdd"]


@pytest.mark.asyncio
async def test_webm_cannot_be_cut_and_is_kept_from_the_next_start() -> None:
    shelf = Shelf()
    steps = ("listen", b"header", "yes", b"middle", "listened", "listen", b"header", b"sound")
    assert await recorded(shelf, *steps, audio=None) == 1
    sound, raw = shelf.sounds[0]
    assert (sound.media_type, raw) == ("audio/webm", b"headersound")


@pytest.mark.asyncio
async def test_each_listening_is_a_recording_of_its_own() -> None:
    shelf = Shelf()
    assert await recorded(shelf, "yes", "listen", b"aa", "listened", "listen", b"bb", "listen", b"cc") == 3
    assert shelf.samples == [b"aa", b"bb", b"cc"]


@pytest.mark.asyncio
async def test_a_recording_ends_at_its_ceiling_and_what_it_has_is_kept(settings: "SettingsWrapper") -> None:
    settings.RECORDING_MAX_BYTES = 6
    shelf = Shelf()
    recorder = Recorder(shelf.keep)
    recorder.start(YES)
    recorder.listen(PCM)
    recorder.take(b"aabb")
    with pytest.raises(RecordingTooLong):
        recorder.take(b"ccdd")
    assert not recorder.is_on
    recorder.take(b"ee")
    assert len(await recorder.stop()) == 1
    assert shelf.samples == [b"aabb"]


@given(st.lists(st.binary(max_size=9), max_size=12), st.integers(0, 12))
def test_wherever_frames_are_cut_the_samples_are_whole_and_of_after_the_yes(pieces: list[bytes], yes_at: int) -> None:
    shelf = Shelf()
    before, after = b"".join(pieces[:yes_at]), b"".join(pieces[yes_at:])
    asyncio.run(recorded(shelf, "listen", *pieces[:yes_at], "yes", *pieces[yes_at:]))
    said = after[len(before) % 2 :]
    assert b"".join(shelf.samples) == said[: len(said) // 2 * 2]
