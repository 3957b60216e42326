"""Where log lines go: standard output or a file, in batches, by a thread of its own, so that no request waits for a pipe."""

import atexit
import logging
import os
import sys
import threading
import weakref
from collections import deque

FLUSH_SECONDS = 0.2
MOST_BYTES_WAITING = 8 * 1024 * 1024


class BufferedHandler(logging.Handler):
    """Collect lines and write them at least every FLUSH_SECONDS; errors, and everything when `immediate`, at once.

    With a `path` they are appended to that file, whole lines at a time, so that several processes may share it. When the
    output stands still and MOST_BYTES_WAITING are waiting, further lines are counted and dropped: a full disk or a stuck
    collector must not take the shop down.
    """

    def __init__(self, *, immediate: bool = False, path: str = "") -> None:
        super().__init__()
        self.immediate = immediate
        self._path = path
        self._lines: deque[str] = deque()
        self._waiting_bytes = 0
        self._dropped = 0
        self._wake = threading.Event()
        self._writing = threading.Lock()
        self._flusher: threading.Thread | None = None
        _handlers.add(self)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # a line that cannot be made must not fail the request it tells of
            self.handleError(record)
            return
        if self._waiting_bytes > MOST_BYTES_WAITING:
            self._dropped += 1
            return
        self._lines.append(line)
        self._waiting_bytes += len(line)
        if self.immediate:
            self.flush()
            return
        if self._flusher is None or not self._flusher.is_alive():
            self._start_flusher()
        if record.levelno >= logging.ERROR or self._waiting_bytes > 64 * 1024:
            self._wake.set()

    def flush(self) -> None:
        """Write all that waits."""
        with self._writing:
            self._waiting_bytes = 0
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            dropped, self._dropped = self._dropped, 0
            if dropped:
                lines.append(f'{{"level":"error","event":"log_lines_dropped","count":{dropped}}}')
            if lines:
                text = "\n".join(lines) + "\n"
                append_private(self._path, text) if self._path else _write(text)

    def handleError(self, record: logging.LogRecord) -> None:  # the standard library's name
        """Say that a line was lost, without its content (the standard library would print the record's arguments)."""
        fault = sys.exc_info()[1]
        self._lines.append(f'{{"level":"error","event":"log_line_failed","error_type":"{type(fault).__name__}"}}')

    def _start_flusher(self) -> None:
        try:
            self._flusher = threading.Thread(target=self._flush_forever, name="log-flusher", daemon=True)
            self._flusher.start()
        except RuntimeError:  # the interpreter is shutting down: no new threads
            self.flush()

    def _flush_forever(self) -> None:
        while True:
            self._wake.wait(FLUSH_SECONDS)
            self._wake.clear()
            if self._lines or self._dropped:
                self.flush()

    def _after_fork(self) -> None:
        self._lines, self._waiting_bytes, self._dropped = deque(), 0, 0
        self._flusher = None
        self._wake = threading.Event()
        self._writing = threading.Lock()


_handlers: "weakref.WeakSet[BufferedHandler]" = weakref.WeakSet()


def write_at_once() -> None:
    """Write what waits, and from now on each line at once: a server that ends by a signal runs no further clean-up."""
    for handler in list(_handlers):
        handler.immediate = True
        handler.flush()


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):  # closed or broken: there is nobody left to tell
        pass


def append_private(path: str, text: str) -> None:
    """Append to a file that only its owner may read, in one write: lines of several processes do not mix. Never raises."""
    try:
        target = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(target, text.encode("utf-8", "backslashreplace"))
        finally:
            os.close(target)
    except OSError:
        pass  # as with a broken standard output: there is nobody left to tell


def _flush_all() -> None:
    for handler in list(_handlers):
        handler.flush()


def _forget_all() -> None:
    for handler in list(_handlers):
        handler._after_fork()


atexit.register(_flush_all)
os.register_at_fork(before=_flush_all, after_in_child=_forget_all)
