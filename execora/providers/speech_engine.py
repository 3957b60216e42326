"""The one thread that understands speech, and the queue in front of it."""

import asyncio
import atexit
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from execora.core.errors import DomainError
from execora.providers.audio import Samples
from execora.providers.stt import SpeechBusy
from execora.providers.whisper_model import ModelUnavailable

Recogniser = Callable[[Samples], str]

_EXIT_SECONDS = 5.0


@dataclass(frozen=True)
class _Job:
    samples: Samples
    text: "Future[str]" = field(default_factory=Future)


class SpeechEngine:
    """Recognises pieces one after another in a thread of its own.

    First come, first served: a stream has one piece here at a time, so streams take turns. The recogniser is prepared in
    that thread: `check` at once (does everything exist?), `load` when it is first needed.
    """

    def __init__(
        self,
        *,
        check: Callable[[], None],
        load: Callable[[], Recogniser],
        waiting_max: int = 32,
        patience_seconds: float = 20.0,
    ) -> None:
        self._check, self._load = check, load
        self._waiting_max, self._patience_seconds = waiting_max, patience_seconds
        self._state = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._fault: DomainError | None = None
        self._busy = self._wanted = self._closed = False
        self._thread = threading.Thread(target=self._run, name="speech-engine", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # native code must not run on while the interpreter goes away

    @property
    def fault(self) -> DomainError | None:
        """Why nothing can be recognised, as far as known."""
        return self._fault

    def warm_up(self) -> None:
        """Load the model now, while the first words are still being spoken."""
        with self._state:
            self._wanted = True
            self._state.notify()

    async def text_of(self, samples: Samples) -> str:
        """Return what was said in at most 10 s of sound. Cancelling gives the place in the queue back.

        Raises:
            SpeechBusy: the queue is full, or the turn did not come in time.
            ModelUnavailable: the engine could not be loaded.
        """
        return await self._answer(self._enqueue(samples))

    async def text_if_idle(self, samples: Samples) -> str | None:
        """Return as `text_of`, or None at once if anybody else is being served."""
        with self._state:
            if self._busy or self._jobs:
                return None
            job = self._enqueue(samples)
        return await self._answer(job)

    def close(self) -> None:
        """Stop the thread after the piece in hand; what waits is cancelled."""
        with self._state:
            self._closed = True
            for job in self._jobs:
                job.text.cancel()
            self._state.notify()
        atexit.unregister(self.close)
        self._thread.join(_EXIT_SECONDS)

    def _enqueue(self, samples: Samples) -> _Job:
        with self._state:
            if self._fault is not None:
                raise type(self._fault)(self._fault.message)
            self._jobs = deque(job for job in self._jobs if not job.text.cancelled())
            if self._closed or len(self._jobs) >= self._waiting_max:
                raise SpeechBusy()
            job = _Job(samples)
            self._jobs.append(job)
            self._state.notify()
            return job

    async def _answer(self, job: _Job) -> str:
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await asyncio.wrap_future(job.text)
        except TimeoutError as fault:
            raise SpeechBusy() from fault

    def _run(self) -> None:
        try:
            self._check()
            recognise = self._load() if self._wait_until_wanted() else None
        except Exception as fault:  # told to everyone who asks
            self._fail(fault)
            return
        while recognise is not None and (job := self._next()) is not None:
            try:
                job.text.set_result(recognise(job.samples))
            except Exception as fault:  # this piece only; the next may be fine
                job.text.set_exception(fault)

    def _wait_until_wanted(self) -> bool:
        with self._state:
            self._state.wait_for(lambda: self._wanted or self._jobs or self._closed)
            return not self._closed

    def _next(self) -> _Job | None:
        with self._state:
            self._busy = False
            while not self._closed:
                while self._jobs:
                    job = self._jobs.popleft()
                    if job.text.set_running_or_notify_cancel():
                        self._busy = True
                        return job
                self._state.wait()
            return None

    def _fail(self, fault: Exception) -> None:
        told = (
            fault if isinstance(fault, DomainError) else ModelUnavailable(f"Speech recognition cannot start: {fault}.")
        )
        with self._state:
            self._fault = told
            while self._jobs:
                job = self._jobs.popleft()
                if job.text.set_running_or_notify_cancel():
                    job.text.set_exception(told)
