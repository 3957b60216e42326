"""No process of a deployment starts with a secret that is missing, short, known or shared."""

import secrets
import subprocess
import sys

import pytest

from execora.ops.secret_rules import fault_of_code_provider, faults_of
from tests.deploy.conftest import ROOT, Environment, fit_secrets, manage, plain

URL = "postgres://execora_app:9f8e7d6c5b4a3f2e1d@127.0.0.1:1/none"
RANDOM = "7Qm2vX9cLr4Tz8Wb1Ny6Kd3Hs5Gp0Fj"  # a word of a test, not of a deployment


def fit(**changed: str) -> Environment:
    return {**fit_secrets(), "DATABASE_URL": URL, **changed}


def test_random_secrets_are_fit() -> None:
    for _ in range(2000):
        pepper, meta = secrets.token_urlsafe(32), secrets.token_hex(16)
        assert faults_of(fit(OTP_PEPPER=pepper, WHATSAPP_APP_SECRET=meta)) == []


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"]
)
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", "is missing"),
        (RANDOM[:31], "is shorter than 32 bytes"),
        ("dev-secret-change-in-production-and-more", "is a well-known default"),
        ("your-webhook-secret-your-webhook-secret", "is a well-known default"),
        ("minioadmin" * 4, "is a well-known default"),
        ("your-256-bit-random-secret-here-0123456789", "is a well-known default"),
        ("django-insecure-" + RANDOM, "is a well-known default"),
        ("ChangeMe" + RANDOM, "is a well-known default"),
        ("a" * 48, "can be guessed: it repeats itself"),
        ("8c1f0e9d7b6a5324" * 2, "can be guessed: it repeats itself"),
    ],
)
def test_an_unfit_secret_is_named(name: str, value: str, fault: str) -> None:
    found = faults_of(fit(**{name: value}))
    assert found == [f"{name} {fault}."]


@pytest.mark.parametrize("name", ["JWT_SECRET_PREVIOUS", "METRICS_TOKEN", "S3_SECRET_ACCESS_KEY"])
def test_an_optional_secret_is_looked_at_when_it_is_set(name: str) -> None:
    assert faults_of(fit(**{name: ""})) == []
    assert faults_of(fit(**{name: "short"})) == [f"{name} is shorter than 32 bytes."]


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("none", {}, ""),
        ("console", {}, "CODE_PROVIDER is 'console'"),
        ("pigeon", {}, "CODE_PROVIDER is 'pigeon'"),
        ("sms", {"SMS_URL": "http://127.0.0.1:1/"}, "needs SMS_AUTHORIZATION too"),
        ("whatsapp", {}, "needs WHATSAPP_TOKEN and WHATSAPP_CODE_TEMPLATE too"),
        ("whatsapp", {"WHATSAPP_TOKEN": "x", "WHATSAPP_CODE_TEMPLATE": "code"}, ""),
    ],
)
def test_a_provider_of_codes_has_what_it_needs(name: str, given: Environment, fault: str) -> None:
    said = fault_of_code_provider(name, given, demo=False)
    assert fault in said if fault else said == ""


def test_two_secrets_may_not_be_one() -> None:
    same = secrets.token_urlsafe(48)
    assert faults_of(fit(SECRET_KEY=same, JWT_SECRET=same)) == [
        "SECRET_KEY and JWT_SECRET are the same: each needs a value of its own."
    ]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("postgres://execora_app@db:5432/execora", "has no password"),
        ("postgres://execora_app:execora_app@db/execora", "has a well-known password"),
        ("postgres://u:postgres@db/execora", "has a well-known password"),
        ("postgres://u:PASSWORD@localhost:5432/execora", "has a well-known password"),
        ("postgres://u:9f8e7d6c@db/execora", "has a password that is shorter than 16 bytes"),
        ("postgres://[broken", "is not a URL"),
    ],
)
def test_a_database_password_is_looked_at(url: str, fault: str) -> None:
    assert faults_of(fit(DATABASE_URL=url)) == [f"DATABASE_URL {fault}."]
    assert faults_of(fit(MIGRATE_DATABASE_URL=url)) == [f"MIGRATE_DATABASE_URL {fault}."]


def test_a_unix_socket_needs_no_password() -> None:
    assert faults_of(fit(DATABASE_URL="postgres://execora_app@%2Frun%2Fpostgresql/execora")) == []


BOOTS = {
    "server": ["manage.py", "serve", "--port", "0"],
    "worker": ["manage.py", "procrastinate", "worker"],
    "migrate": ["manage.py", "migrate"],
    "check": ["manage.py", "check"],
    "asgi": ["-m", "uvicorn", "execora.asgi:application", "--port", "0"],
}


@pytest.mark.parametrize("process", BOOTS)
def test_no_process_starts_and_all_faults_are_told_at_once(process: str) -> None:
    known = "dev-secret-change-in-production-1234"
    env = plain(SECRET_KEY=known, JWT_SECRET="too-short-4711", DATABASE_URL="postgres://a:a@127.0.0.1:1/b")
    done = subprocess.run(
        [sys.executable, *BOOTS[process]],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    for fault in (
        "SECRET_KEY is a well-known default",
        "JWT_SECRET is shorter than 32 bytes",
        "WHATSAPP_APP_SECRET is missing",
        "WHATSAPP_VERIFY_TOKEN is missing",
        "DATABASE_URL has a well-known password",
    ):
        assert fault in done.stderr
    said = done.stdout + done.stderr
    assert known not in said
    assert "too-short-4711" not in said
    assert "Traceback" not in said


def test_the_demo_is_refused_under_a_public_name() -> None:
    done = manage("check", env=plain(**fit(EXECORA_DEMO="1", ALLOWED_HOSTS="shop.example")))
    assert done.returncode == 1
    assert "EXECORA_DEMO is for this machine alone" in done.stderr


def test_without_a_deployment_no_secret_is_a_known_one() -> None:
    code = "from execora.settings import JWT_SECRET; print(JWT_SECRET)"
    two = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=plain(), capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert len({one.stdout for one in two}) == 2
    assert all(len(one.stdout.strip()) >= 32 for one in two)
