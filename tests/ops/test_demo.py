"""`manage.py demo`: what it refuses, what it keeps, and that nothing of it outlives it."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from execora.ops.demo import checks, secrets
from execora.ops.demo.output import Output
from execora.ops.demo.supervisor import Program, is_healthy, run_once
from execora.ops.embedded import free_port
from execora.providers.codes import ConsoleCodes

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def demo_directory(settings: object, tmp_path: Path) -> Path:
    tmp_path.chmod(0o711)
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    settings.DEMO_ENV_FILE = tmp_path / "demo.env"  # type: ignore[attr-defined]
    return tmp_path


def test_a_port_in_use_is_refused_with_another_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is in use.*make run PORT={port + 1}"):
            checks.check_port(port)
    checks.check_port(free_port())


def test_a_missing_and_an_outdated_package_are_named(settings: object, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# words\nno-such-package==1.0 # why\npsycopg[binary]==0.1\npytest; python_version > '3'\n")
    with pytest.raises(
        CommandError, match=r"no-such-package \(absent\), psycopg \(\S+ instead of 0.1\)\. Run `make run`"
    ):
        checks.check_packages()


def test_the_installed_packages_are_those_of_requirements() -> None:
    checks.check_packages()


def test_a_database_without_its_logins_is_refused_and_kept(demo_directory: Path) -> None:
    (demo_directory / "postgres").mkdir()
    with pytest.raises(CommandError, match="demo.env, which keeps its secrets and passwords, is gone"):
        checks.check_data()
    assert (demo_directory / "postgres").is_dir()


def test_secrets_are_long_private_and_kept(demo_directory: Path) -> None:
    first = secrets.load_or_make()
    secrets.save(first)
    assert stat.S_IMODE((demo_directory / "demo.env").stat().st_mode) == 0o600
    assert secrets.load_or_make() == first
    assert all(len(first[name]) >= 64 for name in ("SECRET_KEY", "JWT_SECRET", "WHATSAPP_APP_SECRET"))
    assert len({first[name] for name in secrets.PASSWORDS}) == 3
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", first[name]) for name in secrets.PASSWORDS)


def test_only_warnings_reach_the_screen_and_all_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        b"hello\n10:00:00 info    fine\n  more\n10:00:01 error   broken\n    its stack\n10:00:02 info    fine again\n"
    )
    reading, writing = os.pipe()
    os.write(writing, said)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        Output("server", stream, tmp_path / "server.log").join()
    assert capsys.readouterr().err.splitlines() == ["server | 10:00:01 error   broken", "server |     its stack"]
    assert (tmp_path / "server.log").read_bytes() == said


def test_a_one_time_code_reaches_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.DEMO, settings.CODE_SINK_FILE = True, ""
    ConsoleCodes().send(to_e164="+919820000001", code="024817", whatsapp_number_id=None)
    reading, writing = os.pipe()
    os.write(writing, b"10:00:00 info    fine\n" + capsys.readouterr().out.encode() + b"10:00:01 info    fine\n")
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        Output("worker", stream, tmp_path / "worker.log").join()
    assert capsys.readouterr().err.splitlines() == ["worker | login code for *********0001: 024817"]


def test_a_failed_step_shows_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no room'); raise SystemExit(3)"]
    with pytest.raises(CommandError, match="(?s)`manage.py migrate` failed.*no room"):
        run_once("migrate", command, os.environ, tmp_path)


def test_a_program_that_ends_again_and_again_is_given_up(tmp_path: Path) -> None:
    program = Program("worker", [sys.executable, "-c", ""], os.environ, tmp_path)
    program.start()
    restarts = 0
    while program.wait() == 0 and program.restart():
        restarts += 1
    assert restarts == 5


def test_a_program_that_does_not_heed_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("execora.ops.demo.supervisor._STOP_SECONDS", 0.3)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    program = Program("server", [sys.executable, "-c", deaf], os.environ, tmp_path)
    program.start()
    _wait_for(lambda: program.log_path.exists() and b"deaf" in program.log_path.read_bytes())
    program.stop()
    assert program.ended


class Demo:
    """A running `manage.py demo`."""

    def __init__(self, directory: Path, port: int) -> None:
        self._directory = directory
        self.port = port
        names = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "SECRET_KEY", "JWT_SECRET")
        environment = {name: value for name, value in os.environ.items() if name not in names}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env={**environment, "DATA_DIR": str(directory)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def welcome(self) -> str:
        """Return what it printed until it was ready."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C stops everything" in line:
                break
        text = "".join(lines)
        assert "Execora is running" in text, text
        return text

    def programs(self) -> list[dict[str, str]]:
        """Return the environment of each process that this demo has started and that is alive."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                environment = (process / "environ").read_bytes()
            except OSError:
                continue
            if str(self._directory).encode() in command + environment and int(process.name) != self.process.pid:
                pairs = (pair.partition("=") for pair in environment.decode(errors="replace").split("\0"))
                found.append({name: value for name, _, value in pairs} | {"cmdline": command.decode()})
        return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes by /proc")
def test_the_whole_demo_from_start_to_end(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    demo = Demo(tmp_path, free_port())
    try:
        first = demo.welcome()
        assert is_healthy(demo.port)
        serving = [
            program for program in demo.programs() if "serve" in program["cmdline"] or "worker" in program["cmdline"]
        ]
        assert len(serving) == 2
        for program in serving:
            assert "MIGRATE_DATABASE_URL" not in program
            assert "execora_owner" not in "".join(program.values())
            assert not set(secrets.PASSWORDS) & set(program)

        kept = (tmp_path / "demo.env").read_text()
        other = Demo(tmp_path, free_port())
        said, _ = other.process.communicate(timeout=60)
        assert other.process.returncode == 1
        assert f"in use by another process (number {demo.process.pid})" in said
        assert (tmp_path / "demo.env").read_text() == kept

        started = time.monotonic()
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(20) == 0
        assert time.monotonic() - started < 10
        assert demo.programs() == []

        again = Demo(tmp_path, demo.port)
        assert _logins(again.welcome()) == _logins(first)
        again.process.kill()
        again.process.wait()
        _wait_for(lambda: again.programs() == [])
    finally:
        demo.process.kill()


def _logins(text: str) -> list[str]:
    return re.findall(r"(?:admin|staff|cust-001) +(\S+)$", text, re.MULTILINE)


def _wait_for(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
