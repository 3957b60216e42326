"""Counters that several processes share, in Redis; in this process's memory when there is no Redis or it is down.

What is counted together is counted all or not at all: who is refused by one counter has not used up the others.
"""

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from redis import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError

from execora.core.errors import LimitsUnavailable
from execora.ops import metrics

log = structlog.get_logger(__name__)

# Together below 300 ms, also when a dead connection is found first and a new one is made.
CONNECT_SECONDS = 0.1
ANSWER_SECONDS = 0.15
# How long nobody asks a Redis that failed; then one request tries it for all.
REST_SECONDS = 1.0
MOST_IN_MEMORY = 100_000

# KEYS: the counters. ARGV: for each its ceiling and its life in seconds. Answers whether it counted, then the counts.
_SCRIPT = """
local counts, counted = redis.call('MGET', unpack(KEYS)), 1
for i = 1, #KEYS do
  counts[i] = tonumber(counts[i] or 0)
  if counts[i] >= tonumber(ARGV[2 * i - 1]) then counted = 0 end
end
if counted == 1 then
  for i, key in ipairs(KEYS) do
    counts[i] = redis.call('INCR', key)
    if counts[i] == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
  end
end
return {counted, unpack(counts)}
"""
_SCRIPT_NAME = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Counter:
    """One window of one limit: its key, how far it may go, and when it may be forgotten."""

    key: str
    life_seconds: int
    ceiling: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """Whether all were counted, and where each stands now."""

    is_counted: bool
    counts: Sequence[int]


class CountingCache(BaseCache):
    """The cache of django-ratelimit: it names the window and its life, `noted` collects them, `count` counts them."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._location = location

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        _noting.counters.append(Counter(key, timeout))
        return True

    def count(self, counters: Sequence[Counter], *, is_needed: bool) -> Counted:
        """Count one on each of `counters`, or on none if one of them is at its ceiling. One round trip.

        Raises:
            LimitsUnavailable: `is_needed` and Redis is down.
        """
        return _store_at(self._location).count(counters, is_needed=is_needed)


_noting = threading.local()


@contextmanager
def noted() -> Iterator[list[Counter]]:
    """Collect the counters that django-ratelimit asks for in the block."""
    _noting.counters = []
    try:
        yield _noting.counters
    finally:
        del _noting.counters


class MemoryCounters:
    """Counters of this process, exact under its threads. Holds MOST_IN_MEMORY at most: the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept_at = 1024

    def count(self, counters: Sequence[Counter], *, is_needed: bool = False) -> Counted:
        now = time.monotonic()
        with self._lock:
            if len(self._counts) >= self._swept_at:
                self._sweep(now)
            found = [self._counts.get(counter.key, (0, 0.0)) for counter in counters]
            counts = [count if end > now else 0 for count, end in found]
            if any(count >= counter.ceiling for count, counter in zip(counts, counters, strict=True)):
                return Counted(False, counts)
            for place, counter in enumerate(counters):
                counts[place] += 1
                end = found[place][1] if counts[place] > 1 else now + counter.life_seconds
                self._counts[counter.key] = (counts[place], end)
            return Counted(True, counts)

    def _sweep(self, now: float) -> None:
        kept = [(key, entry) for key, entry in self._counts.items() if entry[1] > now]
        self._counts = dict(kept[-MOST_IN_MEMORY // 2 :])
        self._swept_at = min(MOST_IN_MEMORY, max(1024, 2 * len(self._counts)))


class RedisCounters:
    """Counters in Redis, on a bare connection a thread: a client's pool, retries and handshake cost more than counting.

    Raises RedisError or OSError, after CONNECT_SECONDS and ANSWER_SECONDS at the latest.
    """

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool.from_url(
            url, protocol=2, driver_info=None, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
        )
        self._of_thread = threading.local()

    def count(self, counters: Sequence[Counter]) -> Counted:
        keys = [counter.key for counter in counters]
        numbers = [number for counter in counters for number in (counter.ceiling, counter.life_seconds)]
        try:
            counted, *counts = self._ask("EVALSHA", _SCRIPT_NAME, len(keys), *keys, *numbers)
        except NoScriptError:
            counted, *counts = self._ask("EVAL", _SCRIPT, len(keys), *keys, *numbers)
        return Counted(bool(counted), counts)

    def _ask(self, *command: str | int) -> Any:
        connection = getattr(self._of_thread, "connection", None)
        if connection is not None:
            try:
                return self._exchange(connection, command)
            except (RedisConnectionError, ConnectionError):
                pass  # closed while it was idle, by a restart or a firewall: once more on a new one
        self._of_thread.connection = connection = self._pool.make_connection()
        return self._exchange(connection, command)

    def _exchange(self, connection: Any, command: Sequence[str | int]) -> Any:
        try:
            connection.send_command(*command)
            return connection.read_response()
        except NoScriptError:
            raise
        except BaseException:
            # An answer that is still on its way must never be read as that of the next command.
            self._of_thread.connection = None
            connection.disconnect()
            raise


class SharedCounters:
    """Counters in Redis while it answers, in memory while it does not. A Redis that failed is left alone for
    REST_SECONDS, so that requests do not queue up to wait for it; then one of them tries."""

    def __init__(self, url: str) -> None:
        self._redis = RedisCounters(url)
        self._memory = MemoryCounters()
        self._lock = threading.Lock()
        self._is_down = False
        self._asked_again_at = 0.0

    def count(self, counters: Sequence[Counter], *, is_needed: bool) -> Counted:
        if self._may_ask():
            try:
                counted = self._redis.count(counters)
            except (RedisError, OSError) as fault:
                self._went_down(fault)
            else:
                if self._is_down:
                    self._came_back()
                return counted
        if is_needed:
            raise LimitsUnavailable()
        return self._memory.count(counters)

    def _may_ask(self) -> bool:
        if not self._is_down:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._asked_again_at:
                return False
            self._asked_again_at = now + REST_SECONDS
            return True

    def _went_down(self, fault: Exception) -> None:
        metrics.count_error("limits", type(fault).__name__)
        with self._lock:
            self._asked_again_at = time.monotonic() + REST_SECONDS
            was_down, self._is_down = self._is_down, True
        if not was_down:
            metrics.limits_are_shared(False)
            log.error("limits_redis_down", error_type=type(fault).__name__)

    def _came_back(self) -> None:
        with self._lock:
            was_down, self._is_down = self._is_down, False
        if was_down:
            metrics.limits_are_shared(True)
            log.info("limits_redis_back")


_stores: dict[str, MemoryCounters | SharedCounters] = {}
_stores_lock = threading.Lock()


def _store_at(url: str) -> MemoryCounters | SharedCounters:
    store = _stores.get(url)
    if store is None:
        with _stores_lock:
            store = _stores.setdefault(url, SharedCounters(url) if url else MemoryCounters())
    return store


def forget() -> None:
    """Forget what this process holds, counts in memory and connections to Redis; for tests."""
    with _stores_lock:
        _stores.clear()
