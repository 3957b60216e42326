"""Cutting a stream of sound into what was said: from the first voice to the pause after it, without the silence around it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from execora.providers.audio import SAMPLE_RATE_HZ, Samples
from execora.providers.vad import FRAME_SAMPLES, FRAME_SECONDS

PIECE_SECONDS_MAX = 10.0

# Speech begins with three frames (96 ms) above the first threshold: shorter than any "haan", longer than a click. It goes
# on above the second, so that a soft syllable does not end it.
_STARTS_ABOVE, _CONTINUES_ABOVE, _STARTING_FRAMES = 0.5, 0.35, 3
_PAD_FRAMES = round(0.2 / FRAME_SECONDS)
_PIECE_FRAMES = int(PIECE_SECONDS_MAX / FRAME_SECONDS)
# A piece is cut where it is quietest, but not in its first 4 s: two long pieces read better than many shreds.
_EARLIEST_CUT_FRAMES = round(4.0 / FRAME_SECONDS)
_QUIET = np.ones(5) / 5


@dataclass(frozen=True)
class Span:
    """Frames of a stream, the end not included. Equal spans of one stream hold the same sound."""

    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """At most 10 s of speech. The last piece of a segment may be empty when only silence was left."""

    samples: Samples
    span: Span
    ends_segment: bool


class Segmenter:
    """Takes samples as they come and gives pieces of speech when they are complete.

    `voice` tells how likely a frame holds speech and is asked once a frame, in order. The result does not depend on how the
    samples were grouped into calls.
    """

    def __init__(self, voice: Callable[[Samples], float], *, pause_seconds: float = 0.7) -> None:
        self._voice = voice
        self._pause_frames = max(1, round(pause_seconds / FRAME_SECONDS))
        self._rest = np.zeros(0, dtype=np.float32)
        self._frames: list[Samples] = []
        self._chances: list[float] = []
        self._first = 0  # the index in the stream of self._frames[0]
        self._start: int | None = None  # where the open piece begins, when somebody speaks
        self._voiced_end = 0
        self._run = 0

    @property
    def speaking(self) -> bool:
        """True from the first voice to the end of the pause after the last."""
        return self._start is not None

    @property
    def held_seconds(self) -> float:
        """How much sound is kept here."""
        return len(self._frames) * FRAME_SECONDS + self._rest.size / SAMPLE_RATE_HZ

    def push(self, samples: Samples) -> list[Piece]:
        """Return the pieces that `samples` complete."""
        waiting = np.concatenate([self._rest, samples])
        whole = waiting.size // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = waiting[whole:]
        pieces: list[Piece] = []
        for at in range(0, whole, FRAME_SAMPLES):
            pieces += self._hear(waiting[at : at + FRAME_SAMPLES])
        return pieces

    def finish(self) -> list[Piece]:
        """End the stream and return what is left of the open segment."""
        pieces: list[Piece] = []
        if self._rest.size:
            pieces = self.push(np.zeros(FRAME_SAMPLES - self._rest.size, dtype=np.float32))
        if self._start is not None:
            pieces.append(self._end_segment(self._start))
        return pieces

    def so_far(self) -> Piece | None:
        """Return the open piece as it would be if nobody spoke on; None when nobody speaks or all of it was handed out."""
        if self._start is None or self._voiced_end <= self._start:
            return None
        return self._cut(self._start, self._padded_end(), ends_segment=True)

    def paused(self) -> bool:
        """True when the open piece has its whole padding of silence: `so_far` stays what it is unless somebody speaks on."""
        return self._start is not None and self._now >= self._voiced_end + _PAD_FRAMES

    @property
    def _now(self) -> int:
        return self._first + len(self._frames)

    def _hear(self, frame: Samples) -> list[Piece]:
        chance = self._voice(frame)
        self._frames.append(frame)
        self._chances.append(chance)
        if self._start is None:
            self._run = self._run + 1 if chance >= _STARTS_ABOVE else 0
            if self._run == _STARTING_FRAMES:
                self._start = max(self._first, self._now - _STARTING_FRAMES - _PAD_FRAMES)
                self._voiced_end = self._now
            else:
                self._forget(self._now - _STARTING_FRAMES - _PAD_FRAMES)
            return []
        if chance >= _CONTINUES_ABOVE:
            self._voiced_end = self._now
        if self._now - self._voiced_end >= self._pause_frames:
            return [self._end_segment(self._start)]
        if self._now - self._start >= _PIECE_FRAMES:
            return [self._cut_at_quietest(self._start)]
        return []

    def _padded_end(self) -> int:
        return min(self._now, self._voiced_end + _PAD_FRAMES)

    def _end_segment(self, start: int) -> Piece:
        end = self._padded_end() if self._voiced_end > start else start
        piece = self._cut(start, end, ends_segment=True)
        self._start, self._run = None, 0
        self._forget(max(end, self._now - _STARTING_FRAMES - _PAD_FRAMES))
        return piece

    def _cut_at_quietest(self, start: int) -> Piece:
        loudness = np.convolve(self._chances[start - self._first :], _QUIET, mode="same")
        at = start + _EARLIEST_CUT_FRAMES + int(np.argmin(loudness[_EARLIEST_CUT_FRAMES:-2]))
        piece = self._cut(start, at, ends_segment=False)
        self._start = at
        self._forget(at)
        return piece

    def _cut(self, start: int, end: int, *, ends_segment: bool) -> Piece:
        frames = self._frames[start - self._first : end - self._first]
        samples = np.concatenate(frames) if frames else np.zeros(0, dtype=np.float32)
        return Piece(samples, Span(start, end), ends_segment)

    def _forget(self, before: int) -> None:
        count = max(0, before - self._first)
        del self._frames[:count], self._chances[:count]
        self._first += count
