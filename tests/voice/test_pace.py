"""An allowance that refills, and how many sockets one user has open."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.pace import OpenSockets, Pace, TooManySockets


class Clock:
    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_passes_and_what_is_above_it_waits_its_turn() -> None:
    pace = Pace(20, burst=20, clock=Clock())
    assert [pace.spend(1) for _ in range(20)] == [0.0] * 20
    assert [pace.spend(1) for _ in range(3)] == pytest.approx([0.05, 0.10, 0.15])


def test_rest_refills_the_allowance_to_its_burst_and_not_above() -> None:
    clock = Clock()
    pace = Pace(10, burst=5, clock=clock)
    pace.spend(5)
    clock.at += 3600
    assert pace.spend(5) == 0
    assert pace.spend(1) == pytest.approx(0.1)


@given(st.lists(st.integers(1, 262_144), min_size=1, max_size=200))
def test_who_waits_as_told_never_passes_the_rate(sizes: list[int]) -> None:
    clock = Clock()
    pace = Pace(1_000, burst=4_000, clock=clock)
    for size in sizes:
        clock.at += pace.spend(size)
    assert sum(sizes) <= 4_000 + 1_000 * (clock.at - 100.0) + 1e-3 * len(sizes)


def test_waiting_leaves_the_loop_free() -> None:
    async def both() -> list[str]:
        order: list[str] = []
        pace = Pace(20, burst=1)

        async def slow() -> None:
            await pace.keep(1)
            await pace.keep(1)
            order.append("slow")

        async def quick() -> None:
            order.append("quick")

        await asyncio.gather(slow(), quick())
        return order

    assert asyncio.run(both()) == ["quick", "slow"]


def test_a_user_has_at_most_so_many_sockets_open_and_others_are_not_concerned() -> None:
    sockets, one, other = OpenSockets(), uuid4(), uuid4()
    sockets.enter(one, at_most=2)
    sockets.enter(one, at_most=2)
    with pytest.raises(TooManySockets):
        sockets.enter(one, at_most=2)
    sockets.enter(other, at_most=2)
    sockets.leave(one)
    sockets.enter(one, at_most=2)
