"""Keeps the demo's programs running and ends them together."""

import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.core.management.base import CommandError

from execora.ops.children import spawn, stop, wait_until
from execora.ops.demo.output import Output, last_lines

_RESTARTS = 5
_RESTART_WINDOW_SECONDS = 60.0
_STOP_SECONDS = 6.0


class Program:
    """A program that runs until it is stopped."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path, *, quiet: bool = False
    ) -> None:
        self.name = name
        self.log_path = logs / f"{name}.log"
        self._command = command
        self._environment = environment
        self._quiet = quiet
        self._process: subprocess.Popen[bytes] | None = None
        self._output: Output | None = None
        self._starts: list[float] = []

    def start(self) -> None:
        """Start it; it is killed should this process be."""
        self._starts.append(time.monotonic())
        self._process = spawn(
            self._command, environment=self._environment, output=subprocess.PIPE, death_signal=signal.SIGKILL
        )
        assert self._process.stdout is not None
        self._output = Output(self.name, self._process.stdout, self.log_path, quiet=self._quiet)

    @property
    def ended(self) -> bool:
        """Whether it was started and has ended."""
        return self._process is not None and self._process.poll() is not None

    def restart(self) -> bool:
        """Start it again after it ended by itself; False when it has ended too often of late to be tried again."""
        recent = [moment for moment in self._starts if moment > time.monotonic() - _RESTART_WINDOW_SECONDS]
        if len(recent) > _RESTARTS:
            return False
        self.start()
        return True

    def wait(self) -> int:
        """Wait until it ends by itself; return its exit status."""
        assert self._process is not None
        status = self._process.wait()
        self._take_rest()
        return status

    def request_stop(self) -> None:
        """Ask it to end, without waiting."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Ask it to end; kill it when it takes too long."""
        if self._process is None:
            return
        stop(self._process, (signal.SIGTERM, _STOP_SECONDS))
        self._take_rest()

    def _take_rest(self) -> None:
        if self._output is not None:
            self._output.join()


def run_once(name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
    """Run a program to its end; what it says is shown only when it fails.

    Raises:
        CommandError: it failed.
    """
    program = Program(name, command, environment, logs, quiet=True)
    try:
        program.start()
        status = program.wait()
    finally:
        program.stop()
    if status != 0:
        raise CommandError(
            f"`manage.py {name}` failed. Its last words, also in {program.log_path}:\n{last_lines(program.log_path)}"
        )


def wait_until_healthy(server: Program, port: int, *, timeout_seconds: float = 60.0) -> None:
    """Wait until the server answers /health with 200.

    Raises:
        CommandError: it ended, or did not become healthy in time.
    """
    became_healthy = wait_until(
        lambda: server.ended or is_healthy(port), timeout_seconds=timeout_seconds, pause_seconds=0.1
    )
    if server.ended or not became_healthy:
        happened = "ended" if server.ended else f"was not healthy after {timeout_seconds:.0f} s"
        raise CommandError(
            f"The server {happened}. Its last words, also in {server.log_path}:\n{last_lines(server.log_path)}"
        )


def is_healthy(port: int) -> bool:
    """Tell whether /health answers 200 now."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
