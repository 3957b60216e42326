"""Speech to text, whoever provides it: what a provider must do, and the one that the settings name."""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from execora.core.errors import Busy
from execora.providers.audio import Encoding
from execora.providers.whisper_model import ModelUnavailable

_making = threading.Lock()
_made: "dict[tuple[str, str, Path], SpeechToText]" = {}


class SpeechBusy(Busy):
    """More people speak than can be understood at once. Retryable."""

    code = "SPEECH_BUSY"
    message = "Too many people are speaking at once. Say it again in a moment, or type it."


@dataclass(frozen=True)
class Transcript:
    """What was heard. `spent_seconds` is the wait from the sound being complete to the text."""

    text: str
    is_final: bool
    audio_seconds: float
    spent_seconds: float


OnTranscript = Callable[[Transcript], Awaitable[None]]


class SpeechStream(Protocol):
    """One speaker's sound. Transcripts come through the callback, in order, never two at a time."""

    async def push(self, audio: bytes) -> None:
        """Take sound and return at once; nothing happens after `finish` or `close`.

        Raises:
            AudioUnreadable, AudioTooLong, SpeechBusy, ModelUnavailable: the stream has failed, perhaps on an earlier push.
        """

    async def finish(self) -> None:
        """Return when the last final transcript has been handed out; after it no more come. Raises as `push` does."""

    async def close(self) -> None:
        """Drop everything at once: no transcript comes any more. Never raises; may be called at any time, also twice."""


class SpeechToText(Protocol):
    """A recogniser. `available` may turn false when the engine fails to load; `unavailable_reason` then says what to do."""

    name: str

    @property
    def available(self) -> bool: ...

    @property
    def unavailable_reason(self) -> str: ...

    def open(
        self, *, encoding: Encoding, sample_rate_hz: int, language: str, on_transcript: OnTranscript
    ) -> SpeechStream:
        """Return a stream; needs a running event loop, does not block it.

        Every segment of speech gives one final transcript when it ends in a pause or with `finish`, unless no word in it
        stands out. Partial ones may come before it and may be wrong.

        Raises:
            ModelUnavailable: there is no engine.
            AudioUnreadable: the encoding or the rate is not supported.
        """


class NoSpeechToText:
    """Stands where no engine is: people type."""

    name = "none"
    available = False

    def __init__(self, reason: str) -> None:
        self.unavailable_reason = reason

    def open(
        self, *, encoding: Encoding, sample_rate_hz: int, language: str, on_transcript: OnTranscript
    ) -> SpeechStream:
        """Refuse.

        Raises:
            ModelUnavailable: always.
        """
        raise ModelUnavailable(self.unavailable_reason)


def speech_to_text() -> SpeechToText:
    """Return this process's recogniser, made on first use. Never raises and never blocks on the model: it loads by itself."""
    wanted = (settings.STT_PROVIDER, settings.WHISPER_MODEL_DIR, settings.DATA_DIR)
    with _making:
        if wanted not in _made:
            _made[wanted] = _make(*wanted)
        return _made[wanted]


def _make(provider: str, model_dir: str, data_dir: Path) -> SpeechToText:
    from execora.providers.stt_whisper import WhisperSpeech  # it implements what is defined above

    if provider == "whisper":
        return WhisperSpeech.of_model(data_dir=data_dir, chosen_dir=model_dir)
    if provider == "none":
        return NoSpeechToText("Speech recognition is switched off (STT_PROVIDER=none). Type instead of speaking.")
    return NoSpeechToText(f"STT_PROVIDER is {provider!r}, which is unknown. Set it to whisper or none.")
