"""How fast one client may send: what comes faster waits, and so does the client, for its frames are read one by one."""

import asyncio
from collections import Counter
from collections.abc import Callable
from time import monotonic
from uuid import UUID

from execora.core.errors import DomainError


class TooManySockets(DomainError):
    status = 429
    code = "TOO_MANY_SOCKETS"
    message = "Too many connections are open for this login. Close one first."


class Pace:
    """An allowance that refills: `per_second` units, of which `burst` may be spent at once."""

    def __init__(self, per_second: float, *, burst: float, clock: Callable[[], float] = monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left, self._at = burst, clock()

    def spend(self, units: float) -> float:
        """Spend, also what is not there yet, and return the seconds to wait until it is."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second) - units
        self._at = now
        return max(0.0, -self._left / self._per_second)

    async def keep(self, units: float) -> None:
        """Spend and wait."""
        seconds = self.spend(units)
        if seconds > 0:
            await asyncio.sleep(seconds)


class OpenSockets:
    """How many sockets each user has open in this process. For the event loop's thread only."""

    def __init__(self) -> None:
        self._open: Counter[UUID] = Counter()

    def enter(self, user_id: UUID, *, at_most: int) -> None:
        """Count a socket in.

        Raises:
            TooManySockets: this user has `at_most` open; nothing was counted.
        """
        if self._open[user_id] >= at_most:
            raise TooManySockets()
        self._open[user_id] += 1

    def leave(self, user_id: UUID) -> None:
        self._open[user_id] -= 1
        if self._open[user_id] <= 0:
            del self._open[user_id]


open_sockets = OpenSockets()
