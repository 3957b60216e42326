"""Many writers at once, each on its own connection."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


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
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return Counter(threads.map(run, range(count)))
