#!/usr/bin/env python
"""Run a Django management command."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "execora.settings")
    if sys.argv[1:2] == ["pull_secrets"]:  # it makes the environment that the settings read: it runs before them
        from execora.ops.pull_secrets import main as pull_secrets

        raise SystemExit(pull_secrets(sys.argv[2:]))
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except ModuleNotFoundError as absent:
        if (Path(__file__).parent / str(absent.name).partition(".")[0]).exists():
            raise
        raise SystemExit(
            f"{absent.name} is not installed here. Run `make run` (or `make test`), which installs everything into .venv."
        ) from absent
    except Exception as fault:
        if type(fault).__name__ != "ImproperlyConfigured":
            raise
        raise SystemExit(
            f"{fault}. See .env.example; or start the demo with `make run`, which needs none of it."
        ) from None


if __name__ == "__main__":
    main()
