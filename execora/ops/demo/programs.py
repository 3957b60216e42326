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
    return manage("worker")


def server(port: int) -> Sequence[str]:
    """Return the command line of the server, on loopback only."""
    # The closing codes and bounds of uvicorn's newer implementation are not measured here.
    quiet = ("-W", "ignore:The `websockets` implementation is deprecated")
    return [sys.executable, *quiet, str(MANAGE), "serve", "--port", str(port)]
