"""The bank on fire for twenty seconds: what was acknowledged is there once, the rest whole or not at all."""

import pytest

from bench.bank import burn


@pytest.mark.xdist_group("live_server")
def test_every_operation_is_there_once_after_a_fire() -> None:
    burnt = burn(seed=20, seconds=20, writers=16)
    assert burnt.faults == []
    assert burnt.kills.total() >= 1
    assert any(operation.answer is not None for operation in burnt.operations)
