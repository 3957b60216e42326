"""The engine's queue, with a scripted recogniser in it: turns, limits, giving up, and failing."""

import asyncio
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from execora.providers.audio import Samples
from execora.providers.speech_engine import SpeechEngine
from execora.providers.stt import SpeechBusy
from execora.providers.whisper_model import ModelUnavailable


class Scripted:
    """A recogniser that answers when told to, and remembers the order it was asked in."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[int] = []

    def __call__(self, samples: Samples) -> str:
        assert self.go.wait(10)
        self.asked.append(samples.size)
        if samples.size == 13:
            raise ValueError("unlucky")
        return f"heard {samples.size}"


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def engine(scripted: Scripted) -> Iterator[SpeechEngine]:
    made = SpeechEngine(check=lambda: None, load=lambda: scripted, waiting_max=3, patience_seconds=5)
    yield made
    scripted.go.set()
    made.close()


def sound(size: int) -> Samples:
    return np.zeros(size, dtype=np.float32)


async def started(engine: SpeechEngine, *sizes: int) -> list[asyncio.Task[str]]:
    tasks = []
    for size in sizes:
        tasks.append(asyncio.create_task(engine.text_of(sound(size))))
        await asyncio.sleep(0.05)
    return tasks


@pytest.mark.asyncio
async def test_pieces_are_served_in_the_order_they_came(engine: SpeechEngine, scripted: Scripted) -> None:
    tasks = await started(engine, 1, 2, 3, 4)
    scripted.go.set()
    assert await asyncio.gather(*tasks) == ["heard 1", "heard 2", "heard 3", "heard 4"]
    assert scripted.asked == [1, 2, 3, 4]


@pytest.mark.asyncio
async def test_a_full_queue_refuses_and_serves_the_others(engine: SpeechEngine, scripted: Scripted) -> None:
    tasks = await started(engine, 1, 2, 3, 4)  # one in hand, three waiting
    with pytest.raises(SpeechBusy, match="in a moment, or type"):
        await engine.text_of(sound(5))
    scripted.go.set()
    await asyncio.gather(*tasks)
    assert scripted.asked == [1, 2, 3, 4]


@pytest.mark.asyncio
async def test_partials_are_made_only_when_nobody_waits(engine: SpeechEngine, scripted: Scripted) -> None:
    tasks = await started(engine, 1)
    assert await engine.text_if_idle(sound(2)) is None
    scripted.go.set()
    await asyncio.gather(*tasks)
    await asyncio.sleep(0.05)
    assert await engine.text_if_idle(sound(3)) == "heard 3"
    assert scripted.asked == [1, 3]


@pytest.mark.asyncio
async def test_giving_up_frees_the_place_in_the_queue(engine: SpeechEngine, scripted: Scripted) -> None:
    tasks = await started(engine, 1, 2, 3, 4)
    tasks[2].cancel()
    await asyncio.sleep(0.05)
    tasks += await started(engine, 5)
    scripted.go.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[2], asyncio.CancelledError)
    assert scripted.asked == [1, 2, 4, 5]


@pytest.mark.asyncio
async def test_waiting_is_bounded(scripted: Scripted) -> None:
    engine = SpeechEngine(check=lambda: None, load=lambda: scripted, patience_seconds=0.1)
    with pytest.raises(SpeechBusy):
        await engine.text_of(sound(1))
    scripted.go.set()
    engine.close()


@pytest.mark.asyncio
async def test_a_piece_that_fails_does_not_stop_the_engine(engine: SpeechEngine, scripted: Scripted) -> None:
    scripted.go.set()
    with pytest.raises(ValueError, match="unlucky"):
        await engine.text_of(sound(13))
    assert await engine.text_of(sound(14)) == "heard 14"


@pytest.mark.asyncio
async def test_an_engine_that_cannot_load_says_why() -> None:
    def load() -> Scripted:
        raise RuntimeError("no memory left")

    engine = SpeechEngine(check=lambda: None, load=load)
    assert engine.fault is None
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="no memory left"):
            await engine.text_of(sound(1))
    assert engine.fault is not None
    engine.close()


@pytest.mark.asyncio
async def test_the_model_is_loaded_only_when_somebody_speaks(scripted: Scripted) -> None:
    loaded: list[bool] = []

    def load() -> Scripted:
        loaded.append(True)
        return scripted

    scripted.go.set()
    engine = SpeechEngine(check=lambda: None, load=load)
    await asyncio.sleep(0.1)
    assert not loaded
    await engine.text_of(sound(1))
    assert loaded
    engine.close()
