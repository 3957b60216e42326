"""The command lines of what a deployment runs."""

import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

MANAGE: Path = settings.BASE_DIR / "manage.py"


def manage(*arguments: str) -> Sequence[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(MANAGE), *arguments]


def worker() -> Sequence[str]:
    """Return the command line of the job worker."""
    return manage("procrastinate", "worker")


def server(port: int) -> Sequence[str]:
    """Return the command line of the server, on loopback only. A frame over 256 KiB closes its socket with 1009."""
    return [
        sys.executable,
        # uvicorn would rather use its other implementation, whose closing codes and bounds nobody here has measured.
        *("-W", "ignore:The `websockets` implementation is deprecated"),
        *("-m", "uvicorn", "execora.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--ws", "websockets", "--ws-max-size", "262144"),
        *("--timeout-graceful-shutdown", "5", "--no-access-log", "--no-server-header"),
    ]
