"""What must be so before the demo starts, each with what to do when it is not."""

import importlib.metadata
import re
import socket

from django.conf import settings
from django.core.management.base import CommandError

MAX_PORT = 65_535
_REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;#]+)")


def check_packages() -> None:
    """Refuse when a package of requirements.txt is absent or of another version."""
    faults = []
    for line in (settings.BASE_DIR / "requirements.txt").read_text().splitlines():
        requirement = _REQUIREMENT.match(line)
        if requirement is None:
            continue
        try:
            installed = importlib.metadata.version(requirement["name"])
        except importlib.metadata.PackageNotFoundError:
            faults.append(f"{requirement['name']} (absent)")
            continue
        if installed != requirement["version"]:
            faults.append(f"{requirement['name']} ({installed} instead of {requirement['version']})")
    if faults:
        raise CommandError(
            f"Not installed as requirements.txt says: {', '.join(faults)}. Run `make run`, which installs them "
            f"into .venv, or `python -m pip install -r requirements.txt`."
        )


def check_port(port: int) -> None:
    """Refuse when something listens on `port` already."""
    if not 1 <= port <= MAX_PORT:
        raise CommandError(f"Port {port} does not exist: give one from 1024 to {MAX_PORT}, such as 3001.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as refused:
            raise CommandError(f"Port {port} needs root. Choose one above 1023: make run PORT=3001") from refused
        except OSError as taken:
            raise CommandError(
                f"Port {port} is in use: another program, or a demo that runs already. Stop it, or choose another "
                f"port: make run PORT={port + 1}"
            ) from taken


def check_data() -> None:
    """Refuse when the data directory cannot be used, or holds a database whose logins are lost."""
    directory = settings.DATA_DIR
    try:
        (directory / "static").mkdir(parents=True, exist_ok=True)
        (directory / ".writable").touch()
        (directory / ".writable").unlink()
    except OSError as refused:
        raise CommandError(
            f"{directory} cannot be written to ({refused.strerror}). Set DATA_DIR to a directory of your own."
        ) from refused
    if (directory / "postgres").exists() and not settings.DEMO_ENV_FILE.exists():
        raise CommandError(
            f"{directory} has a database, but {settings.DEMO_ENV_FILE.name}, which keeps its secrets and passwords, is "
            f"gone. Put the file back; or move {directory} away (`make clean-data` removes it with all its data) to "
            f"begin anew."
        )
