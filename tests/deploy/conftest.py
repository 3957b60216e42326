"""A deployment's pieces on loopback: AWS by moto's server, spoken to by the real boto3 in processes of their own."""

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.support.quiet import QuietHandler

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "execora/test/secrets"
Environment = dict[str, str]


def plain(**more: str) -> Environment:
    """Return an environment that configures nothing but what is given."""
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "DATA_DIR": os.environ["DATA_DIR"], **more}


def aws(url: str, **more: str) -> Environment:
    return plain(
        SECRETS_ENDPOINT_URL=url,
        AWS_REGION="ap-south-1",
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY=secrets.token_urlsafe(20),
        **more,
    )


def manage(*arguments: str, env: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def fit_secrets() -> dict[str, str]:
    names = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
    return {name: secrets.token_urlsafe(48) for name in names}


def deployment(**more: str) -> Environment:
    """Return what a deployment sets; nobody listens at its database."""
    url = f"postgres://execora_app:{fit_secrets()['JWT_SECRET']}@127.0.0.1:1/none"
    names = {"ALLOWED_HOSTS": "shop.example", "ALLOWED_ORIGINS": "https://shop.example"}
    return plain(**fit_secrets(), DATABASE_URL=url, **names, **more)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def keep(moto_url: str) -> Iterator[Callable[[str | bytes | dict[str, object]], Environment]]:
    """Keep a value as the secret NAME, and return the environment to fetch it with."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url=moto_url,
        region_name="ap-south-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )

    def kept(value: str | bytes | dict[str, object]) -> Environment:
        if isinstance(value, bytes):
            client.create_secret(Name=NAME, SecretBinary=value)
        else:
            client.create_secret(Name=NAME, SecretString=value if isinstance(value, str) else json.dumps(value))
        return aws(moto_url, SECRETS_NAME=NAME)

    yield kept
    client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)


class _Denies(QuietHandler):
    def do_POST(self) -> None:
        body = b'{"__type":"AccessDeniedException","Message":"not authorized"}'
        self.send_response(400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def denying_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Denies) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
