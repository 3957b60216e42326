"""The hardening guide's own test scripts, run as a tester would against a started server of two processes."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.client import Rest
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    # The hour's limit as deployments have it; curl in a loop comes faster than the burst ceiling allows a person.
    limits = {"LIMIT_DEFAULT": "1000/h", "LIMIT_BURST": "10000/s"}
    with LiveServer(
        f"execora_guide_{os.getpid()}", workers=2, redis=True, data="fixture", environment=limits
    ) as started:
        yield started


def script(server: LiveServer, name: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", str(HERE / name)],
        env={**os.environ, "BASE_URL": server.base_url, "no_proxy": "127.0.0.1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def customer(server: LiveServer) -> dict[str, str]:
    shop: dict[str, Any] = server.fixture["businesses"]["A"]
    person = shop["customers"][0]
    return {"CUSTOMER_ID": person["code"], "CUSTOMER_PASSWORD": person["password"], "BUSINESS": shop["slug"]}


def test_jwt(server: LiveServer) -> None:
    done = script(server, "guide_jwt.sh", **customer(server))
    assert done.returncode == 0, done.stderr


def test_jwt_notices_a_login_that_fails(server: LiveServer) -> None:
    done = script(server, "guide_jwt.sh", **{**customer(server), "CUSTOMER_PASSWORD": "not the password"})
    assert done.returncode == 1
    assert "login gave no token" in done.stderr


def token_of_staff(server: LiveServer, number: int) -> str:
    person = server.fixture["businesses"]["A"]["staff"][number]
    answer = Rest(server).post("auth/login", {"username": person["username"], "password": person["password"]})
    return str(answer.json["token"])


def test_rate_limit(server: LiveServer) -> None:
    done = script(server, "guide_rate_limit.sh", TOKEN=token_of_staff(server, 0))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Rate limited at request 1001\n"


def test_rate_limit_notices_that_nothing_is_limited(server: LiveServer) -> None:
    done = script(server, "guide_rate_limit.sh", TOKEN=token_of_staff(server, 1), LIMIT="5")
    assert done.returncode == 1
    assert "15 requests and no 429" in done.stderr


def webhook(server: LiveServer, secret: str) -> "subprocess.CompletedProcess[str]":
    number_id = server.fixture["businesses"]["A"]["whatsappNumberId"]
    return script(server, "guide_webhook.sh", WEBHOOK_SECRET=secret, NUMBER_ID=number_id)


def test_webhook_signature(server: LiveServer) -> None:
    done = webhook(server, server.fixture["webhookSecret"])
    assert done.returncode == 0, done.stderr


def test_webhook_signature_notices_that_the_server_does_not_know_the_secret(server: LiveServer) -> None:
    done = webhook(server, "another secret")
    assert done.returncode == 1
    assert "signed: " in done.stderr
