"""What the demo tells the person in front of it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings


def welcome(port: int, values: Mapping[str, str]) -> str:
    """Return the addresses, the logins, and what to try first."""
    address = f"http://localhost:{port}"
    say = f'{_python()} manage.py say "Rahul mandir wala ko 2 packet doodh ka bill banao"'
    return f"""
Execora is running. Only this machine can reach it.

  Page       {address}/
  Admin      {address}/admin/
  API        {address}/api/docs

  Admin      admin       {values["DEMO_ADMIN_PASSWORD"]}
  Staff      staff       {values["DEMO_STAFF_PASSWORD"]}
  Customer   cust-001    {values["DEMO_CUSTOMER_PASSWORD"]}

  Speak to it from another terminal:
    {say}

  Logs in {_short(settings.DATA_DIR / "logs")}. Ctrl-C stops everything; the data stays in {_short(settings.DATA_DIR)}.
"""


def _python() -> str:
    """Return how to call this Python from the project's directory."""
    inside = settings.BASE_DIR / ".venv" / "bin" / "python"
    return ".venv/bin/python" if inside.exists() and os.path.samefile(inside, sys.executable) else sys.executable


def _short(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path)
