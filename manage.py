#!/usr/bin/env python
"""Run a Django management command."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "execora.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as absent:
        raise SystemExit(
            f"{absent.name or 'Django'} is not installed here. Run `make run` (or `make test`), which installs everything into .venv."
        ) from absent
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
