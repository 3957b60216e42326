"""Sound as people's devices send it, turned into what speech recognition hears: float32 mono samples at 16 kHz."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from execora.core.errors import DomainError

Samples = NDArray[np.float32]
Encoding = Literal["pcm16", "webm-opus"]

SAMPLE_RATE_HZ = 16_000
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8_000, 48_000
MAX_SECONDS = 60.0

_NOTHING: Samples = np.zeros(0, dtype=np.float32)
_STUCK_SECONDS = 20.0
_HEADER_BYTES_MAX = 1 << 20
_CONTAINERS = {b"RIFF": "wav", b"OggS": "ogg", b"\x1aE\xdf\xa3": "matroska"}
# The container is always named, never guessed, and of codecs only these run: a playlist that opens other files is no sound.
_CODECS = ("opus", "vorbis", "pcm_")
# Enough to find the one audio stream of a recording; more would hold back its first words.
_PROBE = {"probesize": "4096", "analyzeduration": "0"}


class AudioUnreadable(DomainError):
    """The bytes are not sound in the announced form."""

    code = "AUDIO_UNREADABLE"
    message = (
        "This sound cannot be read. Send WebM/Opus, Ogg/Opus, WAV or 16-bit PCM, and record it again if it was cut off."
    )


class AudioTooLong(DomainError):
    """More sound than is kept at once."""

    status = 413
    code = "AUDIO_TOO_LONG"
    message = f"This is more than {MAX_SECONDS:.0f} seconds of sound at once. Speak in shorter turns."


class Decoder(Protocol):
    """Turns a stream of bytes into samples as they come. Blocks briefly: not for the event loop. One thread at a time."""

    def push(self, data: bytes) -> Samples:
        """Return what `data` completes, possibly nothing.

        Raises:
            AudioUnreadable: the stream is broken for good.
            AudioTooLong: these few bytes unfold to more than 60 s.
        """

    def finish(self) -> Samples:
        """Return the rest; nothing may be pushed afterwards."""

    def close(self) -> None:
        """Drop everything. Always safe, also twice."""


def open_decoder(encoding: Encoding, sample_rate_hz: int) -> Decoder:
    """Return a decoder for a stream. `sample_rate_hz` matters for pcm16 only; WebM names its own.

    Raises:
        AudioUnreadable: the encoding or the rate is not one of ours.
    """
    if encoding == "webm-opus":
        return WebmDecoder()
    if encoding == "pcm16":
        return Pcm16Decoder(sample_rate_hz)
    raise AudioUnreadable(f"The encoding {str(encoding)[:20]!r} is unknown. Use pcm16 or webm-opus.")


def waiting_bytes_max(encoding: Encoding, sample_rate_hz: int) -> int:
    """Return how many bytes a stream may be behind: 60 s of PCM, or of Opus at its usual highest rate (256 kbit/s)."""
    bytes_per_second = sample_rate_hz * 2 if encoding == "pcm16" else 256_000 // 8
    return int(MAX_SECONDS * bytes_per_second)


def decode_file(source: bytes | Path, *, max_seconds: float = MAX_SECONDS) -> Samples:
    """Return the samples of a whole WAV, Ogg or WebM recording.

    Raises:
        AudioUnreadable: it is something else, damaged, or holds no sound.
        AudioTooLong: it lasts longer than `max_seconds`.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    container = _CONTAINERS.get(data[:4])
    if container is None:
        raise AudioUnreadable()
    resampler, pieces, seconds = None, [], 0.0
    try:
        for samples, rate_hz in _decoded(io.BytesIO(data), container):
            seconds += samples.size / rate_hz
            if seconds > max_seconds:
                raise AudioTooLong(f"This recording is longer than {max_seconds:g} seconds. Send a shorter one.")
            resampler = resampler or _Resampler(rate_hz)
            pieces.append(resampler.push(samples))
    except (av.FFmpegError, ValueError, EOFError) as fault:
        raise AudioUnreadable() from fault
    if resampler is None:
        raise AudioUnreadable("This recording holds no sound. Record it again.")
    return np.concatenate([*pieces, resampler.finish()])


class _Resampler:
    """Brings samples of one rate to 16 kHz, piece by piece."""

    def __init__(self, rate_hz: int) -> None:
        same = rate_hz == SAMPLE_RATE_HZ
        self._stream = None if same else soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32")

    def push(self, samples: Samples) -> Samples:
        return samples if self._stream is None else self._stream.resample_chunk(samples)

    def finish(self) -> Samples:
        return _NOTHING if self._stream is None else self._stream.resample_chunk(_NOTHING, last=True)


class Pcm16Decoder:
    """Little-endian 16-bit mono samples, cut into frames anywhere, also inside a sample."""

    def __init__(self, sample_rate_hz: int) -> None:
        if not LOWEST_RATE_HZ <= sample_rate_hz <= HIGHEST_RATE_HZ:
            raise AudioUnreadable(f"The sample rate must be {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz.")
        self._rate_hz = sample_rate_hz
        self._resampler = _Resampler(sample_rate_hz)
        self._half = b""

    def push(self, data: bytes) -> Samples:
        data = self._half + data
        whole = len(data) // 2 * 2
        self._half = data[whole:]
        if whole / 2 > MAX_SECONDS * self._rate_hz:
            raise AudioTooLong()
        samples = np.frombuffer(data, dtype="<i2", count=whole // 2).astype(np.float32) / np.float32(32_768)
        return self._resampler.push(samples)

    def finish(self) -> Samples:
        return self._resampler.finish()

    def close(self) -> None:
        self._half = b""


class WebmDecoder:
    """WebM/Opus as a browser's MediaRecorder hands it out, chunk by chunk.

    PyAV pulls from a file while we are given pushes, so it runs in a thread that sleeps in `read` between chunks; `push`
    returns when that thread asks for more, which makes the result independent of timing.
    """

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._bytes = bytearray()
        self._ready: list[Samples] = []
        self._ready_seconds = 0.0
        self._resampler: _Resampler | None = None
        self._fault: Exception | None = None
        self._started = self._hungry = self._ended = self._dropped = self._done = False
        self._header_bytes = 0

    def push(self, data: bytes) -> Samples:
        if self._resampler is None:
            self._header_bytes += len(data)
            if self._header_bytes > _HEADER_BYTES_MAX:
                self.close()
                raise AudioUnreadable()
        return self._hand_over(data)

    def finish(self) -> Samples:
        with self._state:
            self._ended = True
        rest = self._hand_over(b"")
        if self._resampler is None:
            raise AudioUnreadable("This recording holds no sound. Record it again.")
        return np.concatenate([rest, self._resampler.finish()])

    def close(self) -> None:
        with self._state:
            self._ended = self._dropped = True
            self._bytes.clear()
            self._state.notify_all()

    def read(self, size: int) -> bytes:
        """Give PyAV the next bytes: some as soon as there are any, none at the end of the stream."""
        with self._state:
            while not self._bytes and not self._ended:
                self._hungry = True
                self._state.notify_all()
                self._state.wait()
            taken = bytes(self._bytes[:size])
            del self._bytes[:size]
            return taken

    def _hand_over(self, data: bytes) -> Samples:
        with self._state:
            self._bytes += data
            self._hungry = False
            if not self._started:
                self._started = True
                threading.Thread(target=self._decode, name="webm-decoder", daemon=True).start()
            self._state.notify_all()
            answered = self._state.wait_for(lambda: self._hungry or self._done, _STUCK_SECONDS)
            ready, self._ready, self._ready_seconds = self._ready, [], 0.0
            fault = self._fault
        if fault is not None or not answered:
            self.close()
            if isinstance(fault, DomainError):
                raise fault
            raise AudioUnreadable() from fault
        return np.concatenate([_NOTHING, *ready])

    def _decode(self) -> None:
        try:
            for samples, rate_hz in _decoded(self, "matroska"):
                with self._state:
                    self._resampler = self._resampler or _Resampler(rate_hz)
                    self._ready.append(self._resampler.push(samples))
                    self._ready_seconds += samples.size / rate_hz
                    if self._ready_seconds > MAX_SECONDS:
                        raise AudioTooLong()
                    if self._dropped:
                        return
        except Exception as fault:  # whatever stops the thread is told to the one who pushes
            self._fault = None if self._ended and self._resampler and isinstance(fault, av.FFmpegError) else fault
        finally:
            with self._state:
                self._done = True
                self._bytes.clear()
                self._state.notify_all()


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _decoded(file: _Readable, container: str) -> Iterator[tuple[Samples, int]]:
    """Yield mono samples and their rate, packet by packet, from the first sound of a container."""
    with av.open(file, mode="r", format=container, options=_PROBE if container == "matroska" else {}) as opened:
        if not opened.streams.audio:
            raise AudioUnreadable("This recording holds no sound. Record it again.")
        codec = opened.streams.audio[0].codec_context
        rate_hz = codec.sample_rate
        if not codec.name.startswith(_CODECS) or not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ or codec.channels > 2:
            raise AudioUnreadable()
        to_mono = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
        for frame in opened.decode(audio=0):
            for mono in to_mono.resample(frame):
                yield np.ascontiguousarray(mono.to_ndarray()[0], dtype=np.float32), rate_hz
