"""Speech is cut at pauses, whatever the frames it came in. Here a sample of 1.0 is a voice and 0.0 is none."""

import numpy as np
import pytest

from execora.providers.audio import Samples
from execora.providers.segments import Piece, Segmenter

FRAME_SECONDS = 0.032


def sound(*parts: tuple[float, float]) -> Samples:
    """Return samples of (seconds, loudness) one after another."""
    return np.concatenate([np.full(int(seconds * 16_000), loudness, dtype=np.float32) for seconds, loudness in parts])


def loudness(frame: Samples) -> float:
    return float(frame.mean())


def heard(samples: Samples, step: int = 100_000_000, pause_seconds: float = 0.7) -> list[Piece]:
    segmenter = Segmenter(loudness, pause_seconds=pause_seconds)
    pieces: list[Piece] = []
    for at in range(0, samples.size, step):
        pieces += segmenter.push(samples[at : at + step])
    return pieces + segmenter.finish()


def voiced_seconds(piece: Piece) -> float:
    return float((piece.samples > 0).sum()) / 16_000


def test_silence_and_clicks_are_no_speech() -> None:
    assert heard(sound((5, 0))) == []
    assert heard(sound((1, 0), (0.06, 1), (1, 0), (0.06, 1), (1, 0))) == []


def test_a_short_answer_is_a_segment_with_silence_around_it() -> None:
    (piece,) = heard(sound((1, 0), (0.3, 1), (2, 0)))
    assert voiced_seconds(piece) == pytest.approx(0.3)
    assert piece.samples.size / 16_000 == pytest.approx(0.7, abs=0.07)
    assert piece.ends_segment


def test_pauses_of_the_given_length_separate_segments() -> None:
    speech = sound((0.5, 0), (1, 1), (0.5, 0), (1, 1), (0.9, 0), (1, 1), (0.1, 0))
    assert [voiced_seconds(piece) for piece in heard(speech)] == [pytest.approx(2.0), pytest.approx(1.0)]
    assert [voiced_seconds(piece) for piece in heard(speech, pause_seconds=0.4)] == [pytest.approx(1.0)] * 3
    assert all(piece.ends_segment for piece in heard(speech))


def test_a_segment_is_handed_out_when_its_pause_is_over() -> None:
    segmenter = Segmenter(loudness)
    assert segmenter.push(sound((0.5, 0), (1, 1), (0.6, 0))) == []
    assert segmenter.speaking
    assert len(segmenter.push(sound((0.2, 0)))) == 1
    assert not segmenter.speaking
    assert segmenter.finish() == []


@pytest.mark.parametrize("step", [1, 320, 511, 512, 5_000])
def test_the_frames_do_not_matter(step: int) -> None:
    samples = sound((0.3, 0), (1, 1), (1, 0), (0.4, 0.6), (0.2, 0))
    whole, framed = heard(samples), heard(samples, step)
    assert [piece.span for piece in framed] == [piece.span for piece in whole]
    assert all(np.array_equal(one.samples, other.samples) for one, other in zip(framed, whole, strict=True))


def test_long_speech_is_cut_where_it_is_quietest() -> None:
    first, second = heard(sound((6, 1), (0.3, 0), (6, 1)))
    assert (first.ends_segment, second.ends_segment) == (False, True)
    assert voiced_seconds(first) == pytest.approx(6.0, abs=FRAME_SECONDS)
    assert voiced_seconds(second) == pytest.approx(6.0, abs=FRAME_SECONDS)
    assert first.span.end == second.span.start


def test_endless_speech_is_cut_within_ten_seconds_and_loses_nothing() -> None:
    pieces = heard(sound((35, 1)))
    assert all(piece.samples.size <= 160_000 for piece in pieces)
    assert [piece.ends_segment for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert sum(map(voiced_seconds, pieces)) == pytest.approx(35)


def test_little_sound_is_kept() -> None:
    segmenter = Segmenter(loudness)
    for _ in range(100):
        segmenter.push(sound((1, 0)))
        assert segmenter.held_seconds < 0.5
    for _ in range(40):
        segmenter.push(sound((1, 1)))
        assert segmenter.held_seconds <= 10.1


def test_what_was_said_so_far_is_what_the_segment_becomes() -> None:
    segmenter = Segmenter(loudness)
    segmenter.push(sound((0.5, 0)))
    assert segmenter.so_far() is None
    segmenter.push(sound((1, 1), (0.1, 0)))
    assert not segmenter.paused()
    segmenter.push(sound((0.3, 0)))
    assert segmenter.paused()
    so_far = segmenter.so_far()
    (piece,) = segmenter.push(sound((0.5, 0)))
    assert so_far is not None
    assert so_far.span == piece.span
    assert np.array_equal(so_far.samples, piece.samples)
