"""Run every check of the project, all of them even when one fails; exit with 1 when any did."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
STEPS = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "types": [PYTHON, "-m", "mypy"],
    "imports": [str(Path(PYTHON).parent / "lint-imports"), "--no-logo"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
}


def main(arguments: list[str]) -> int:
    """Run the steps, then pytest with `arguments` unless they say --no-tests."""
    # The tools read the settings; no deployment's configuration has a say in what they find.
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "EXECORA_DEMO")}
    environment["DATA_DIR"] = str(ROOT / ".checks-use-no-data")
    failed = [name for name, command in STEPS.items() if not _passes(name, command, environment)]
    closing = ""
    if "--no-tests" not in arguments:
        passed, closing = _run_tests(arguments)
        if not passed:
            failed.append("tests")
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    if closing and failed:
        print(closing)
    return 1 if failed else 0


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    took = time.monotonic() - started
    print(f"{name:<11} {'ok' if done.returncode == 0 else 'FAILED'} ({took:.1f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def _run_tests(arguments: list[str]) -> tuple[bool, str]:
    """Tell whether pytest passed, and its closing line. No test at all is a failure."""
    command = [PYTHON, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", "--quiet", *arguments]
    closing = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(line, end="", flush=True)
            closing = line.strip() or closing
    return tests.returncode == 0, closing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
