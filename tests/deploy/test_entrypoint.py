"""The steps of a deployment as compose.yaml has them, from what the image holds: roles, migrate, bucket, serve, worker.

The secrets come from AWS Secrets Manager (moto's server) by the image's entry point; PostgreSQL and Redis are real.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from execora.ops.children import spawn, stop, wait_until
from execora.ops.demo.supervisor import is_healthy
from execora.ops.embedded import EmbeddedPostgres, free_port
from tests.deploy.conftest import ROOT, Environment, aws
from tests.deploy.edge import HOST, running_edge
from tests.deploy.test_containers import DOCKERFILE, SERVICES, run, values_of

NAME = "execora/prod/secrets"
MISSED, TRIES = "did not answer in time", 5  # pull_secrets gives up after 4 s, most of which it takes to load boto3
pytestmark = pytest.mark.xdist_group("deployment")  # its steps are taken once, in this order


@dataclass(frozen=True)
class Deployment:
    """`image` holds what the image's /app does; `environment` is what its containers are given."""

    image: Path
    environment: Environment
    superuser_url: str
    secrets: dict[str, str]
    port: int

    def once(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run a service of compose.yaml that ends by itself; again, as one does, when a loaded machine missed a deadline."""
        for _ in range(TRIES):
            done = self._run(service)
            if MISSED not in done.stderr:
                break
        return done

    def _run(self, service: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(service), cwd=self.image, env=self.environment, capture_output=True, text=True, check=False, timeout=240
        )  # fmt: skip

    def command(self, service: str) -> list[str]:
        default = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
        assert default is not None
        words: list[str] = SERVICES[service].get("command") or json.loads(default[1])
        # Loopback, and no port that another test has.
        words = ["127.0.0.1" if word == "0.0.0.0" else word for word in words]
        return ["sh", str(self.image / "scripts" / "entrypoint.sh"), *words]


def make_image(directory: Path) -> Path:
    """Copy what .dockerignore lets in, as `COPY . /app` would."""
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        if not rule.startswith("!"):
            continue
        source, target = ROOT / rule[1:], directory / rule[1:]
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    return directory


@pytest.fixture(scope="module")
def deployment(moto_url: str, redis_url: str) -> Iterator[Deployment]:
    directory = Path(tempfile.mkdtemp(prefix="deployment-", dir=os.environ["DATA_DIR"]))
    directory.chmod(0o711)  # PostgreSQL runs as another user when the tests run as root
    (directory / "deploy").mkdir()
    (directory / "data" / "static").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "make-env.sh", directory / "deploy")
    assert run("sh", str(directory / "deploy" / "make-env.sh"), HOST).returncode == 0
    with EmbeddedPostgres(directory / "server", database="unrelated") as server:
        env = directory / "deploy" / "env"
        app, migrate = values_of(env / "app.env"), values_of(env / "migrate.env")
        place = server.superuser_url("postgres").rpartition("@")[2].partition("/")[0]
        kept = {
            **app,
            "REDIS_URL": redis_url,
            "DATABASE_URL": app["DATABASE_URL"].replace("postgres:5432", place),
            "MIGRATE_DATABASE_URL": migrate["MIGRATE_DATABASE_URL"].replace("postgres:5432", place),
            "SUPERUSER_DATABASE_URL": server.superuser_url("postgres"),
            "S3_ENDPOINT_URL": moto_url,
            "TRUSTED_PROXIES": "127.0.0.1",
        }
        client = boto3.client(
            "secretsmanager",
            endpoint_url=moto_url,
            region_name="ap-south-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        client.create_secret(Name=NAME, SecretString=json.dumps(kept))
        port = free_port()
        environment = aws(moto_url, SECRETS_NAME=NAME, PORT=str(port), STT_PROVIDER="none")
        environment |= {"DATA_DIR": str(directory / "data"), "PYTHONDONTWRITEBYTECODE": "1"}
        # As in the image, `python` is the one of the virtual environment.
        assert shutil.which("python", path=environment["PATH"]) == str(Path(sys.executable).parent / "python")
        yield Deployment(make_image(directory / "app"), environment, server.superuser_url("execora"), kept, port)
        client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)


@pytest.fixture(scope="module")
def released(deployment: Deployment) -> Deployment:
    """The steps that end by themselves, in the order of compose.yaml, the first two of them twice."""
    for service in ("roles", "roles", "migrate", "migrate", "bucket", "bucket"):
        done = deployment.once(service)
        assert done.returncode == 0, f"{service}: {done.stdout}{done.stderr}"
        said = done.stdout + done.stderr
        assert not [name for name, value in deployment.secrets.items() if len(value) > 30 and value in said]
    return deployment


def test_before_the_roles_are_there_migrating_fails_with_the_reason(deployment: Deployment) -> None:
    done = deployment.once("migrate")
    assert done.returncode == 1
    assert "cannot be reached with MIGRATE_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_application_owns_nothing_and_may_define_nothing(released: Deployment) -> None:
    with psycopg.connect(released.superuser_url) as admin:
        owners = {row[0] for row in admin.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")}
    assert owners == {"execora_owner"}
    application = psycopg.connect(released.secrets["DATABASE_URL"])
    with application, pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("CREATE TABLE mine (a int)")


def test_server_and_worker_start_serve_and_end_when_asked(released: Deployment, tmp_path: Path) -> None:
    processes = {}
    try:
        for service in ("app", "worker"):
            processes[service] = _started(released, service, tmp_path / service)
        said = {service: (tmp_path / service).read_text for service in processes}
        assert wait_until(lambda: is_healthy(released.port), timeout_seconds=90), said["app"]()
        assert wait_until(lambda: "worker_ready" in said["worker"](), timeout_seconds=60), said["worker"]()
        _healthcheck(released)
        _through_the_edge(released, tmp_path)
        with connect(f"ws://127.0.0.1:{released.port}/ws") as socket:
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=20)
            assert socket.close_code == 1008
        for service, process in processes.items():
            environment = Path(f"/proc/{process.pid}/environ").read_bytes()
            assert b"JWT_SECRET=" in environment
            for kept_back in (b"MIGRATE_DATABASE_URL=", b"SUPERUSER_DATABASE_URL="):
                assert kept_back not in environment, service
            assert b"entrypoint" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()  # it gets the signals itself
    finally:
        for process in processes.values():
            stop(process, (signal.SIGTERM, 20.0))
    assert {service: process.returncode for service, process in processes.items()} in (
        {"app": 0, "worker": 0},
        {"app": -signal.SIGTERM, "worker": 0},
    )
    for text in (said["app"](), said["worker"]()):
        assert "Traceback" not in text
        assert not [name for name, value in released.secrets.items() if len(value) > 30 and value in text]


def _through_the_edge(released: Deployment, directory: Path) -> None:
    """Over TLS the application knows that it is: cookies and HSTS say so, and a form of the admin's is its own."""
    (directory / "edge").mkdir()
    with running_edge(directory / "edge", upstream=f"127.0.0.1:{released.port}") as edge:
        page = edge.ask("/admin/login/")
        assert page.headers["strict-transport-security"].startswith("max-age=31536000")
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-csrf=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert token is not None
        form = b"username=nobody&password=not-this-one&csrfmiddlewaretoken=" + token[1]
        headers = {"Cookie": cookie.partition(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
        own = edge.ask("/admin/login/", method="POST", body=form, headers={**headers, "Origin": f"https://{HOST}"})
        assert (own.status, b"Please enter the correct" in own.body) == (200, True)
        foreign = {**headers, "Origin": "https://evil.example"}
        assert edge.ask("/admin/login/", method="POST", body=form, headers=foreign).status == 403


def _started(released: Deployment, service: str, log: Path) -> subprocess.Popen[bytes]:
    """Start a service and return when it has its secrets."""
    for _ in range(TRIES):
        with log.open("wb") as output:
            process = spawn(
                released.command(service),
                environment=released.environment,
                output=output,
                working_directory=released.image,
            )
        environment = Path(f"/proc/{process.pid}/environ")
        wait_until(_either(process, environment), timeout_seconds=30)
        if MISSED not in log.read_text():
            break
    return process


def _either(process: subprocess.Popen[bytes], environment: Path) -> Callable[[], bool]:
    """Return whether it has ended, or has become the command with the secrets."""
    return lambda: process.poll() is not None or b"JWT_SECRET=" in environment.read_bytes()


def _healthcheck(released: Deployment) -> None:
    """Run the image's own check against the server, and against nothing."""
    found = re.search(r"HEALTHCHECK .*\\\n\s+CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    for port, code in ((released.port, 0), (free_port(), 1)):
        environment = {**released.environment, "PORT": str(port)}
        done = subprocess.run(json.loads(found[1]), env=environment, capture_output=True, check=False, timeout=30)
        assert done.returncode == code


def test_what_cannot_be_made_is_told_in_a_line(released: Deployment) -> None:
    for changed, said in (
        ({"SUPERUSER_DATABASE_URL": ""}, "Set SUPERUSER_DATABASE_URL"),
        ({"MIGRATE_DATABASE_URL": released.secrets["DATABASE_URL"]}, "must be set, and log in as execora_owner"),
        ({"DATABASE_URL": released.secrets["DATABASE_URL"].rpartition("/")[0] + "/other"}, "name two databases"),
        ({"SUPERUSER_DATABASE_URL": "postgres://postgres:9f8e7d6c5b4a3f2e1d@127.0.0.1:1/postgres"}, "name two servers"),
    ):
        environment = {**released.environment, **released.secrets, **changed, "SECRETS_NAME": ""}
        done = subprocess.run(
            released.command("roles"), cwd=released.image, env=environment, capture_output=True, text=True, check=False, timeout=60
        )  # fmt: skip
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
