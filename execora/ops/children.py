"""Child processes that end with their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1


def die_with_parent(death_signal: int) -> Callable[[], None] | None:
    """Return a `preexec_fn` that has the kernel send `death_signal` when the parent ends, however it ends.

    None where the system cannot do that (only Linux can). The signal follows the thread that starts the child: start
    children from a thread that lives as long as they should.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the kernel was asked
            os._exit(1)

    return ask_the_kernel


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    output: IO[bytes] | int,
    death_signal: int = signal.SIGTERM,
    user: int | None = None,
    group: int | None = None,
    working_directory: str | Path | None = None,
    standard_input: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches only the parent, which stops it in its turn.

    `user` and `group` are numeric ids to run as; only root may give them.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(environment),
        stdin=standard_input,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=working_directory,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        preexec_fn=die_with_parent(death_signal),  # noqa: PLW1509 - one call of prctl, looked up before the fork
    )


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str], user: int | None = None, group: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end, in the root directory; the caller looks at its exit status and what it said."""
    return subprocess.run(
        [str(part) for part in command],
        env=dict(environment),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
    )


def stop(process: subprocess.Popen[bytes], *steps: tuple[int, float]) -> None:
    """Stop `process`: send each step's signal and wait that many seconds; at last SIGKILL to its whole session.

    Does nothing when it has already ended.
    """
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
        process.wait(5)


def wait_until(condition: Callable[[], bool], *, timeout_seconds: float, pause_seconds: float = 0.02) -> bool:
    """Tell whether `condition` came true within `timeout_seconds`."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_seconds)
    return True
