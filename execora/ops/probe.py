"""Questions to other servers that are asked in the background, so that one that hangs does not hang who asks."""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import psycopg
from django.db import connections

T = TypeVar("T")

# An asking that takes longer than this is given up: its thread ends when it can, another one takes over.
GIVEN_UP_SECONDS = 10.0


class Probe(Generic[T]):
    """Keep the newest answer of `ask`, which runs in a thread of its own.

    With `every_seconds` it is asked again and again from the first use on; without, only when an answer is wanted and
    the last one is too old. `ask` must not raise. `end` is called in the thread when it ends.
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[], T],
        *,
        every_seconds: float | None,
        patience_seconds: float,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._ask = ask
        self._end = end
        self._every_seconds = every_seconds
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition()
        self._is_wanted = False
        self._thread: threading.Thread | None = None
        self._answer: T | None = None
        self._answered_at = float("-inf")
        self._asked_at: float | None = None

    def newest(self, *, oldest_seconds: float) -> T | None:
        """Return an answer at most `oldest_seconds` old, waiting `patience_seconds` for it at most, else None."""
        now = time.monotonic()
        if now - self._answered_at <= oldest_seconds and not self._is_stuck(now) and self._is_running():
            return self._answer
        with self._changed:
            stuck = self._is_stuck(now)
            self._ensure_running(now)
            if self._asked_at is None:
                self._is_wanted = True
                self._changed.notify_all()
            if stuck:
                return None
            self._changed.wait_for(lambda: now - self._answered_at <= oldest_seconds, self._patience_seconds)
            return self._answer if now - self._answered_at <= oldest_seconds else None

    def stop(self) -> None:
        """Forget the answer and let the thread end after its current asking."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._answered_at, self._asked_at = float("-inf"), None
            self._changed.notify_all()
        if thread is not None:
            thread.join(self._patience_seconds)

    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _is_stuck(self, now: float) -> bool:
        asked_at = self._asked_at
        return asked_at is not None and now - asked_at > self._patience_seconds

    def _ensure_running(self, now: float) -> None:
        given_up = self._asked_at is not None and now - self._asked_at > GIVEN_UP_SECONDS
        if self._is_running() and not given_up:
            return
        self._asked_at = now
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        me = threading.current_thread()
        try:
            while True:
                answer = self._ask()
                with self._changed:
                    if self._thread is not me:
                        return
                    self._answer, self._answered_at, self._asked_at = answer, time.monotonic(), None
                    self._is_wanted = False
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._is_wanted or self._thread is not me, self._every_seconds)
                    if self._thread is not me:
                        return
                    self._asked_at = time.monotonic()
        finally:
            self._end()


class ProbeConnection:
    """A connection to the application's database, of its own and with short time-outs; opened again after a fault."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._parameters: dict[str, Any] = {}

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of `statement`. Raises: psycopg.Error."""
        parameters = _parameters()
        if self._connection is not None and parameters != self._parameters:
            self.close()
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(**parameters)
            self._parameters = parameters
        try:
            return self._connection.execute(statement.encode()).fetchall()
        except psycopg.Error:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _parameters() -> dict[str, Any]:
    wrapper = connections["default"]
    given = {key: value for key, value in wrapper.get_connection_params().items() if key not in _OF_DJANGO}
    return {
        **given,
        "connect_timeout": 2,
        "options": "-c statement_timeout=1500 -c lock_timeout=500",
        "application_name": "execora-probe",
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 5000,
        "autocommit": True,
    }


# What Django gives its own connection beside libpq's parameters.
_OF_DJANGO = frozenset(("context", "cursor_factory", "prepare_threshold", "pool", "server_side_binding"))
