"""What is kept of a connection's sound: what comes between voice:start and voice:stop while the speaker's yes holds."""

import asyncio
import wave
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings

from execora.core.errors import DomainError
from voice.listening import USUAL_ENCODING, USUAL_RATES_HZ

IN_MEMORY_BYTES = 64 * 1024
_BYTES_PER_SAMPLE = 2


class ConsentNeeded(DomainError):
    code = "CONSENT_NEEDED"
    message = "Nothing is recorded without a yes. Ask the speaker, then send recording:start with consent: true."


class RecordingTooLong(DomainError):
    status = 413
    code = "RECORDING_TOO_LONG"
    message = "The recording is as long as it may be and has ended; what was recorded is kept."


@dataclass(frozen=True, slots=True)
class Sound:
    """A finished piece of sound, to be stored; `file` is closed by who stores it."""

    file: "SpooledTemporaryFile[bytes]"
    media_type: str
    suffix: str
    bytes: int
    duration_ms: int
    consent_at: datetime


Keep = Callable[[Sound], Coroutine[Any, Any, UUID | None]]


class _Taking:
    """One listening being recorded: WAV of what came as pcm16, and WebM as it came."""

    def __init__(self, encoding: str, rate_hz: int, consent_at: datetime) -> None:
        # It spills into the data directory, which is writable in a container whose root is not.
        self._file = SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(settings.DATA_DIR))  # noqa: SIM115  # closed when stored
        self._consent_at, self._rate_hz = consent_at, rate_hz
        self._began = self._latest = monotonic()
        self._half = b""
        self.bytes = 0
        self._wave: wave.Wave_write | None = None
        if encoding == "pcm16":
            self._wave = wave.open(self._file, "wb")  # noqa: SIM115  # finished in `finish`
            self._wave.setparams((1, _BYTES_PER_SAMPLE, rate_hz, 0, "NONE", "NONE"))

    def take(self, audio: bytes) -> None:
        self._latest = monotonic()
        self.bytes += len(audio)
        if self._wave is None:
            self._file.write(audio)
            return
        audio = self._half + audio
        whole = len(audio) // _BYTES_PER_SAMPLE * _BYTES_PER_SAMPLE
        self._half = audio[whole:]
        self._wave.writeframesraw(audio[:whole])

    def finish(self) -> Sound:
        if self._wave is None:
            duration_ms = int((self._latest - self._began) * 1000)
            return Sound(self._file, "audio/webm", "webm", self._file.tell(), duration_ms, self._consent_at)
        self._wave.close()
        duration_ms = self.bytes // _BYTES_PER_SAMPLE * 1000 // self._rate_hz
        self._file.seek(0, 2)
        return Sound(self._file, "audio/wav", "wav", self._file.tell(), duration_ms, self._consent_at)


class Recorder:
    """Follows the listening of one connection. Each listening becomes a recording of its own, stored in the background.

    Sound from before the yes is never kept. WebM cannot be cut: it is recorded from the next voice:start on.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._consent_at: datetime | None = None
        self._encoding, self._rate_hz = USUAL_ENCODING, USUAL_RATES_HZ[USUAL_ENCODING]
        self._passed_bytes = 0
        self._is_listening = False
        self._taking: _Taking | None = None
        self._storing: list[asyncio.Task[UUID | None]] = []

    @property
    def is_on(self) -> bool:
        return self._consent_at is not None

    def start(self, consent_at: datetime) -> None:
        """Record from now on; a second yes changes nothing."""
        self._consent_at = self._consent_at or consent_at

    def listen(self, audio: dict[str, Any] | None) -> None:
        """A listening begins."""
        self.listened()
        self._encoding = (audio or {}).get("encoding", USUAL_ENCODING)
        self._rate_hz = (audio or {}).get("sampleRate", USUAL_RATES_HZ[self._encoding])
        self._passed_bytes, self._is_listening = 0, True

    def take(self, audio: bytes) -> None:
        """Keep `audio` if recording is on.

        Raises:
            RecordingTooLong: recording has ended, with what was taken before.
        """
        if self._consent_at is None:
            self._passed_bytes += len(audio)
            return
        audio = self._from_here(audio) if audio and self._is_listening else b""
        if self._taking is None or not audio:
            return
        if self._taking.bytes + len(audio) > settings.RECORDING_MAX_BYTES:
            self.listened()
            self._consent_at = None
            raise RecordingTooLong()
        self._taking.take(audio)

    def listened(self) -> None:
        """The listening is over; its sound is stored in the background."""
        taking, self._taking, self._is_listening = self._taking, None, False
        if taking is not None and taking.bytes > 1:
            self._storing.append(asyncio.create_task(self._keep(taking.finish())))

    async def stop(self) -> list[UUID]:
        """Record no more, and return what was stored since the last stop, when all of it is."""
        self.listened()
        self._consent_at = None
        storing, self._storing = self._storing, []
        return [stored for stored in await asyncio.gather(*storing) if stored is not None]

    def _from_here(self, audio: bytes) -> bytes:
        """Open a recording if one may begin here, and return the sound without a sample's second half at its front."""
        if self._taking is not None or self._consent_at is None:
            return audio
        if self._passed_bytes and self._encoding != "pcm16":
            return b""
        cut = self._passed_bytes % _BYTES_PER_SAMPLE if self._encoding == "pcm16" else 0
        self._passed_bytes = 0
        self._taking = _Taking(self._encoding, self._rate_hz, self._consent_at)
        return audio[cut:]
