"""Takes of one limit by many threads of one process; run as a program by test_limits.py. Prints how many were let through."""

import sys
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from execora.api import counting  # noqa: E402  # the settings must be ready
from execora.api.limits import Limit, TooManyRequests, take  # noqa: E402  # the settings must be ready


def let_through(limit: Limit, key: str, *, times: int, threads: int) -> int:
    """Take `times` times by `threads` threads; return how many were let through."""

    def once(_: int) -> bool:
        try:
            take(limit, key)
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(once, range(times)))


if __name__ == "__main__":
    count, times, threads = (int(word) for word in sys.argv[2:])
    # What is tested is the count; on a loaded machine a slow answer would be taken for a Redis that is down.
    counting.ANSWER_SECONDS = counting.CONNECT_SECONDS = 20.0
    print("ready", flush=True)
    sys.stdin.readline()
    print(let_through(Limit("crowd", count, 86_400), sys.argv[1], times=times, threads=threads), flush=True)
