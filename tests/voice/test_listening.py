"""Audio between voice:start and voice:stop, with a scripted engine."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from execora.providers.audio import AudioUnreadable
from execora.providers.stt import NoSpeechToText, OnTranscript, Transcript
from voice.listening import Listening, SpeechUnavailable


@dataclass
class ScriptedStream:
    on_transcript: OnTranscript
    heard: list[bytes] = field(default_factory=list)
    is_closed: bool = False

    async def push(self, audio: bytes) -> None:
        if audio == b"broken":
            raise AudioUnreadable()
        self.heard.append(audio)

    async def finish(self) -> None:
        await self.on_transcript(Transcript(f"{len(self.heard)} chunks", True, 1.0, 0.1))

    async def close(self) -> None:
        self.is_closed = True


class ScriptedSpeech:
    name = "scripted"
    available = True
    unavailable_reason = ""

    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []
        self.streams: list[ScriptedStream] = []

    def open(self, *, on_transcript: OnTranscript, **how: Any) -> ScriptedStream:
        self.opened.append(how)
        self.streams.append(ScriptedStream(on_transcript))
        return self.streams[-1]


class Ear:
    def __init__(self) -> None:
        self.texts: list[tuple[str, bool, str]] = []

    async def __call__(self, text: str, is_final: bool, provider: str) -> None:
        self.texts.append((text, is_final, provider))


@pytest.mark.asyncio
async def test_what_is_said_between_start_and_stop_is_heard_to_its_end() -> None:
    engine, ear = ScriptedSpeech(), Ear()
    listening = Listening(engine, ear)
    await listening.start({"encoding": "pcm16", "sampleRate": 8000}, language="hi")
    await listening.push(b"a")
    await listening.push(b"b")
    await listening.stop()
    assert ear.texts == [("2 chunks", True, "scripted")]
    assert engine.opened == [{"encoding": "pcm16", "sample_rate_hz": 8000, "language": "hi"}]
    assert engine.streams[0].is_closed
    assert not listening.is_on


@pytest.mark.asyncio
async def test_a_second_start_drops_what_was_not_heard_yet() -> None:
    engine, ear = ScriptedSpeech(), Ear()
    listening = Listening(engine, ear)
    await listening.start(None, language="hi-en")
    await listening.push(b"a")
    await listening.start(None, language="hi-en")
    await listening.stop()
    assert ear.texts == []
    assert engine.streams[0].is_closed


@pytest.mark.asyncio
async def test_broken_audio_ends_the_listening() -> None:
    engine = ScriptedSpeech()
    listening = Listening(engine, Ear())
    await listening.start(None, language="hi-en")
    with pytest.raises(AudioUnreadable):
        await listening.push(b"broken")
    assert engine.streams[0].is_closed
    assert not listening.is_on


@pytest.mark.asyncio
async def test_without_an_engine_audio_is_refused_with_its_reason_and_text_is_not() -> None:
    listening = Listening(NoSpeechToText("Type instead."), Ear())
    with pytest.raises(SpeechUnavailable, match="Type instead"):
        await listening.start({"encoding": "pcm16"}, language="hi")
    await listening.start(None, language="hi")
    assert listening.is_on
