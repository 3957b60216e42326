"""Secrets go from AWS to the command's environment and nowhere else; whatever is wrong ends before the command starts."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from execora.ops.pull_secrets import Refused, read_secrets
from tests.deploy.conftest import NAME, ROOT, Environment, aws, fit_secrets, manage

Keep = Callable[[object], Environment]
VALUE = "a-value-that-nobody-may-see-4711"
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


def test_the_command_gets_the_secrets_and_they_win(keep: Keep) -> None:
    env = keep({"JWT_SECRET": VALUE, "SECRET_KEY": "नमस्ते = $x\n"}) | {"JWT_SECRET": "older", "KEPT": "yes"}
    done = manage("pull_secrets", "--", sys.executable, "-c", SHOW, env=env)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["JWT_SECRET"], seen["SECRET_KEY"], seen["KEPT"]) == (VALUE, "नमस्ते = $x\n", "yes")


def test_without_a_command_names_are_printed_and_never_values(keep: Keep) -> None:
    done = manage("pull_secrets", "--name", NAME, env=keep({"B": VALUE, "A": VALUE}))
    assert (done.returncode, done.stdout, done.stderr) == (0, "A\nB\n", "")


def test_what_is_left_out_does_not_reach_the_command(keep: Keep) -> None:
    env = keep({"MIGRATE_DATABASE_URL": VALUE, "A": "b"})
    done = manage("pull_secrets", "--without", "MIGRATE_DATABASE_URL", "--", sys.executable, "-c", SHOW, env=env)
    assert json.loads(done.stdout)["A"] == "b"
    assert VALUE not in done.stdout


def test_it_replaces_itself_and_no_command_line_shows_a_value(keep: Keep) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "pull_secrets", "--", sys.executable, "-c", "print(1, flush=True); input()"],
        cwd=ROOT,
        env=keep({"JWT_SECRET": VALUE}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        # The very process that was started is the command now.
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert shown.split(b"\0")[1:3] == [b"-c", b"print(1, flush=True); input()"]
        assert VALUE.encode() not in shown
        assert VALUE.encode() in Path(f"/proc/{process.pid}/environ").read_bytes()
        process.communicate(b"\n", timeout=20)
    assert process.returncode == 0


def test_the_exit_code_is_the_commands(keep: Keep) -> None:
    assert manage("pull_secrets", "--", "sh", "-c", "exit 7", env=keep({"A": "b"})).returncode == 7


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("not json " + VALUE, "not JSON"),
        (json.dumps([["A", VALUE]]), "not a JSON object"),
        (json.dumps(VALUE), "not a JSON object"),
        ("null", "not a JSON object"),
        ({"A": 5}, "value of A is not a text"),
        ({"A": {"B": VALUE}}, "value of A is not a text"),
        ({"A": "x\0" + VALUE}, "value of A is not a text"),
        ('{"A": "1", "A": "' + VALUE + '"}', "A stands twice"),
        ({"lower": VALUE}, "of capitals"),
        ({"PATH": VALUE}, "PATH may not be set"),
        ({"LD_PRELOAD": VALUE}, "LD_PRELOAD may not be set"),
        ({"PYTHONPATH": VALUE}, "PYTHONPATH may not be set"),
        ({"EXECORA_DEMO": "1"}, "EXECORA_DEMO may not be set"),
        ({"WANTED": ""}, "Missing in the secret, or empty: WANTED, OTHER"),
    ],
)
def test_an_unfit_secret_is_refused_without_a_value(secret: object, reason: str) -> None:
    text = secret if isinstance(secret, str) else json.dumps(secret)
    with pytest.raises(Refused, match=reason) as fault:
        read_secrets(text, required=["WANTED", "OTHER"])
    assert VALUE not in str(fault.value)


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def refused_in_time(env: Environment, *arguments: str, tmp_path: Path) -> str:
    """Return what was said; the command would have left a file."""
    mark = tmp_path / "ran"
    began = time.monotonic()
    done = manage("pull_secrets", *arguments, "--", "touch", str(mark), env=env)
    took = time.monotonic() - began
    assert (done.returncode, done.stdout, mark.exists()) == (1, "", False)
    assert "Traceback" not in done.stderr
    assert took < 5  # the bound
    return done.stderr


def test_a_server_that_never_answers(silent_url: str, tmp_path: Path) -> None:
    said = refused_in_time(aws(silent_url, SECRETS_READ_SECONDS="0.5"), tmp_path=tmp_path)
    assert f'Read timeout on endpoint URL: "{silent_url}' in said


def test_patience_set_too_long_still_ends_in_time(silent_url: str, tmp_path: Path) -> None:
    env = aws(silent_url, SECRETS_READ_SECONDS="50", SECRETS_ATTEMPTS="9")
    assert "did not answer in time" in refused_in_time(env, tmp_path=tmp_path)


def test_nobody_listens(tmp_path: Path) -> None:
    said = refused_in_time(aws("http://127.0.0.1:1"), tmp_path=tmp_path)
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:1/"' in said


def test_access_is_denied(denying_url: str, tmp_path: Path) -> None:
    assert "AccessDeniedException" in refused_in_time(aws(denying_url), tmp_path=tmp_path)


def test_the_secret_is_absent(moto_url: str, tmp_path: Path) -> None:
    said = refused_in_time(aws(moto_url), "--name", "other/name", tmp_path=tmp_path)
    assert "AWS refused other/name: ResourceNotFoundException" in said


def test_the_secret_is_binary(keep: Keep, tmp_path: Path) -> None:
    assert "is binary" in refused_in_time(keep(b"\x00\x01"), tmp_path=tmp_path)


def test_a_required_name_is_missing(keep: Keep, tmp_path: Path) -> None:
    said = refused_in_time(keep({"A": VALUE}), "--require", "A", "JWT_SECRET", tmp_path=tmp_path)
    assert "empty: JWT_SECRET." in said
    assert VALUE not in said


def test_credentials_are_missing(moto_url: str, tmp_path: Path) -> None:
    env = aws(moto_url, AWS_EC2_METADATA_DISABLED="true")
    del env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
    assert "credentials" in refused_in_time(env | {"HOME": str(tmp_path)}, tmp_path=tmp_path)


def test_the_command_is_absent(keep: Keep) -> None:
    done = manage("pull_secrets", "--", "no-such-command", env=keep({"A": VALUE}))
    assert (done.returncode, done.stdout) == (1, "")
    assert "'no-such-command' is not there" in done.stderr


def test_the_settings_read_what_was_pulled(keep: Keep) -> None:
    good = fit_secrets() | {"DATABASE_URL": "postgres://execora_app:9f8e7d6c5b4a3f2e1d@127.0.0.1:1/none"}
    read = "from django.conf import settings; print(settings.JWT_SECRET)"
    command = ("pull_secrets", "--", sys.executable, "manage.py", "shell", "--no-imports", "-c", read)
    assert manage(*command, env=keep(good)).stdout.strip() == good["JWT_SECRET"]
