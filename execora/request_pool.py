"""The threads that run requests."""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from django.db import connections

log = logging.getLogger(__name__)


class RequestPool:
    """A fixed number of threads fed from one queue.

    A job that will last as long as its client likes (a stream) is lent its thread: another takes its place, so that
    slow readers do not stop the others, and the lent thread ends with its job.
    """

    def __init__(self, *, threads: int, lendable: int, name: str = "request") -> None:
        self._size = threads
        self._lendable = lendable
        self._name = name
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._lent: set[threading.Thread] = set()
        self._started = 0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many jobs no thread has taken yet."""
        return self._jobs.qsize()

    def submit(self, job: Callable[[], None]) -> None:
        """Queue `job`. It must not raise; if it does, that is logged and the thread goes on."""
        self._jobs.put(job)
        if self._started < self._size:
            with self._lock:
                while self._started < self._size:
                    self._start_thread()

    def lend(self) -> bool:
        """Called inside a job: let another thread take this one's place. False when too many are lent already."""
        with self._lock:
            if self._closed or len(self._lent) >= self._lendable:
                return False
            self._lent.add(threading.current_thread())
            self._start_thread()
            return True

    def close(self, timeout_seconds: float) -> bool:
        """Let the threads finish what is queued and end; return whether all did in time."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        for _ in threads:
            self._jobs.put(None)
        deadline = threading.Event()
        timer = threading.Timer(timeout_seconds, deadline.set)
        timer.start()
        for thread in threads:
            while thread.is_alive() and not deadline.is_set():
                thread.join(0.05)
        timer.cancel()
        return not any(thread.is_alive() for thread in threads)

    def _start_thread(self) -> None:
        self._started += 1
        thread = threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        me = threading.current_thread()
        try:
            while (job := self._jobs.get()) is not None:
                try:
                    job()
                except BaseException:
                    log.exception("request_thread_failed")
                # The local name would keep the request alive until the next one comes.
                del job
                if me in self._lent:
                    return
        finally:
            connections.close_all()
            with self._lock:
                self._lent.discard(me)
                self._threads.discard(me)
