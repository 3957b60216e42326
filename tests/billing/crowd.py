"""Many writers at once, each on its own connection, all in the business of whoever calls."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.support.threads import on_own_connection


def together(count: int, act: Callable[[int], Any]) -> Counter[str]:
    """Call `act(0)` to `act(count - 1)` at once, each on its own connection; count what came of them: "ok" or the error."""
    barrier = Barrier(count)

    def run(number: int) -> str:
        try:
            barrier.wait()
            act(number)
        except Exception as fault:
            return type(fault).__name__
        else:
            return "ok"

    with ThreadPoolExecutor(count) as threads:
        return Counter(threads.map(on_own_connection(run), range(count)))
