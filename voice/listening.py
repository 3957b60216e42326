"""The audio side of a connection: one speech stream between voice:start and voice:stop."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from execora.core.errors import DomainError
from execora.ops.metrics import observe_stt
from execora.providers.stt import SpeechStream, SpeechToText, Transcript

Heard = Callable[[str, bool, str], Awaitable[None]]
# What a browser's MediaRecorder gives, for clients that do not say.
USUAL_ENCODING: Literal["pcm16", "webm-opus"] = "webm-opus"
USUAL_RATES_HZ = {"pcm16": 16_000, "webm-opus": 48_000}


class SpeechUnavailable(DomainError):
    status = 503
    code = "STT_UNAVAILABLE"
    message = "Speech recognition is not available here. Type the command instead."


class Listening:
    """Opens, feeds and ends the speech stream. What is heard goes to `heard(text, is_final, provider)`."""

    def __init__(self, engine: SpeechToText, heard: Heard) -> None:
        self._engine = engine
        self._heard = heard
        self._stream: SpeechStream | None = None
        self._audio: dict[str, Any] = {}
        self._language = "hi-en"
        self.is_on = False

    async def start(self, audio: dict[str, Any] | None, *, language: str) -> None:
        """Begin to listen; a session that was on begins anew. The stream opens at the first audio, for text needs none.

        Raises:
            SpeechUnavailable: audio is announced and no engine is there.
        """
        await self.close()
        if audio is not None and not self._engine.available:
            raise SpeechUnavailable(self._engine.unavailable_reason)
        self._audio = audio or {}
        self._language = language
        self.is_on = True

    async def push(self, audio: bytes) -> None:
        """Feed audio.

        Raises:
            SpeechUnavailable: no engine is there.
            DomainError: the audio is unreadable or too long, or the engine is busy; listening ends.
        """
        if self._stream is None:
            self._stream = self._open()
        try:
            await self._stream.push(audio)
        except BaseException:
            await self.close()
            raise

    async def stop(self) -> None:
        """Hear the audio to its end, then listen no more."""
        stream, self._stream, self.is_on = self._stream, None, False
        if stream is None:
            return
        try:
            await stream.finish()
        finally:
            await stream.close()

    async def close(self) -> None:
        """Drop what is not heard yet."""
        stream, self._stream, self.is_on = self._stream, None, False
        if stream is not None:
            await stream.close()

    def _open(self) -> SpeechStream:
        if not self._engine.available:
            raise SpeechUnavailable(self._engine.unavailable_reason)
        encoding: Literal["pcm16", "webm-opus"] = self._audio.get("encoding", USUAL_ENCODING)
        return self._engine.open(
            encoding=encoding,
            sample_rate_hz=self._audio.get("sampleRate", USUAL_RATES_HZ[encoding]),
            language=self._language,
            on_transcript=self._on_transcript,
        )

    async def _on_transcript(self, transcript: Transcript) -> None:
        if transcript.is_final:
            observe_stt(self._engine.name, transcript.spent_seconds)
        await self._heard(transcript.text, transcript.is_final, self._engine.name)
