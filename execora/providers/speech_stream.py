"""One speaker's stream: sound in, partial and final transcripts out, through an engine that all streams share."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from time import monotonic

import numpy as np

from execora.providers.audio import MAX_SECONDS, AudioTooLong, Decoder
from execora.providers.segments import Piece, Segmenter, Span
from execora.providers.speech_engine import SpeechEngine
from execora.providers.stt import OnTranscript, Transcript
from execora.providers.vad import FRAME_SECONDS

_PARTIAL_SECONDS = 1.0


@dataclass(frozen=True)
class _Guess:
    """A text made before it was known that nobody would speak on. It holds for exactly these frames."""

    span: Span
    text: str


class EngineStream:
    """Implements SpeechStream.

    `push` only keeps bytes; one task per stream takes them to the listening threads (decoding, voice activity), then to
    the engine. A short silence already makes it recognise what was said so far; if the speaker has indeed ended, the final
    text is ready by the time the pause is long enough.
    """

    def __init__(
        self,
        *,
        engine: SpeechEngine,
        decoder: Decoder,
        segmenter: Callable[[], Segmenter],
        listeners: Executor,
        on_transcript: OnTranscript,
        waiting_bytes_max: int,
    ) -> None:
        self._engine = engine
        self._decoder = decoder
        self._make_segmenter = segmenter
        self._segmenter: Segmenter | None = None
        self._listeners = listeners
        self._on_transcript = on_transcript
        self._waiting = bytearray()
        self._waiting_bytes_max = waiting_bytes_max
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ended = self._closed = False
        self._guess: _Guess | None = None
        self._tried: Span | None = None  # what the last partial was made of
        self._said: list[str] = []  # by the closed pieces of the open segment
        self._said_seconds = 0.0
        self._shown = ""

    async def push(self, audio: bytes) -> None:
        """See SpeechStream."""
        self._raise_fault()
        if self._ended or self._closed or not audio:
            return
        if len(self._waiting) + len(audio) > self._waiting_bytes_max:
            await self.close()
            raise AudioTooLong()
        self._waiting += audio
        self._wake.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="speech-stream")

    async def finish(self) -> None:
        """See SpeechStream."""
        self._ended = True
        self._wake.set()
        if self._task is None or self._task is asyncio.current_task():
            return
        await asyncio.wait({self._task})  # unlike awaiting the task, leaves it running when this call is cancelled
        self._raise_fault()

    async def close(self) -> None:
        """See SpeechStream."""
        self._closed = True
        self._waiting.clear()
        self._decoder.close()
        if self._task is None or self._task is asyncio.current_task():
            return
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.exception()  # seen: nobody is left to be told

    def _raise_fault(self) -> None:
        if self._task is not None and self._task.done() and not self._task.cancelled():
            self._task.result()

    async def _work(self) -> None:
        try:
            while not self._closed:
                await self._wake.wait()
                self._wake.clear()
                ended, audio = self._ended, bytes(self._waiting)
                self._waiting.clear()
                for piece in await asyncio.get_running_loop().run_in_executor(
                    self._listeners, self._hear, audio, ended
                ):
                    await self._take(piece)
                if ended:
                    return
                await self._show_partial()
        finally:
            self._decoder.close()

    def _hear(self, audio: bytes, ended: bool) -> list[Piece]:
        """Runs in a listening thread, one call at a time."""
        if self._segmenter is None:
            self._segmenter = self._make_segmenter()
        samples = self._decoder.push(audio)
        if not ended:
            return self._segmenter.push(samples)
        rest = np.concatenate([samples, self._decoder.finish()])
        return self._segmenter.push(rest) + self._segmenter.finish()

    async def _take(self, piece: Piece) -> None:
        began = monotonic()
        if piece.samples.size:
            guessed = self._guess is not None and self._guess.span == piece.span
            text = self._guess.text if guessed and self._guess else await self._engine.text_of(piece.samples)
            self._said.append(text)
            self._said_seconds += _seconds(piece)
        if piece.ends_segment:
            text, seconds = _joined(self._said), self._said_seconds
            self._said, self._said_seconds, self._shown, self._tried = [], 0.0, "", None
            if text:
                await self._tell(Transcript(text, True, seconds, monotonic() - began))

    async def _show_partial(self) -> None:
        """Recognise what is open, if it is time and nobody else needs the engine."""
        piece = self._segmenter.so_far() if self._segmenter and not self._waiting_ahead() else None
        if piece is None or self._segmenter is None or not self._is_time(piece, self._segmenter.paused()):
            return
        paused, began = self._segmenter.paused(), monotonic()
        text = await self._engine.text_if_idle(piece.samples)
        if text is None:
            return
        self._tried = piece.span
        if paused:
            self._guess = _Guess(piece.span, text)
        shown = _joined([*self._said, text])
        if shown and shown != self._shown:
            self._shown = shown
            await self._tell(Transcript(shown, False, self._said_seconds + _seconds(piece), monotonic() - began))

    def _is_time(self, piece: Piece, paused: bool) -> bool:
        if paused:
            return self._tried != piece.span
        begun = self._tried is not None and self._tried.start == piece.span.start
        since = self._tried.end if begun and self._tried else piece.span.start
        return (piece.span.end - since) * FRAME_SECONDS >= _PARTIAL_SECONDS

    def _waiting_ahead(self) -> bool:
        """True when a second or more has come meanwhile, which may end the segment: a partial would only hold it up."""
        return self._ended or len(self._waiting) > self._waiting_bytes_max / MAX_SECONDS

    async def _tell(self, transcript: Transcript) -> None:
        if not self._closed:
            await self._on_transcript(transcript)


def _joined(texts: list[str]) -> str:
    return " ".join(filter(None, texts))


def _seconds(piece: Piece) -> float:
    return (piece.span.end - piece.span.start) * FRAME_SECONDS
