"""What every answer tells a browser, which other origins may call, and that Django finds nothing to warn of."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from execora.api.headers import BrowserHeaders
from execora.request_checks import Refused
from execora.settings import STATIC_URL
from tests.deploy.conftest import deployment, manage

ORIGIN = "https://app.shop.example"
ROUTES = ("/", "/api/docs", "/api/schema", "/api/v1/me", "/api/v1/no/such", "/admin/login/", "/livez", "/no/such")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*ROUTES, f"/{STATIC_URL.strip('/')}/voice/app.js"])
def test_every_answer_carries_the_policies(client: Client, path: str) -> None:
    headers = client.get(path, secure=True).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "'unsafe-inline'" not in policy.get("script-src", "")
    assert "*" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert re.fullmatch(r"max-age=\d{8}", headers["Strict-Transport-Security"])
    assert headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/customers", "/api/v1/no/such", "/admin/login/", "/health"])
def test_no_answer_about_somebody_is_kept(client: Client, path: str) -> None:
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_what_the_bridge_itself_refuses_is_no_page_and_is_not_kept() -> None:
    headers = dict(Refused(413, "Too large.").headers())
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'")
    assert (headers[b"x-content-type-options"], headers[b"cache-control"]) == (b"nosniff", b"no-store")


def test_a_view_has_the_last_word() -> None:
    policy = "default-src 'none'; sandbox"
    answer = BrowserHeaders(lambda request: HttpResponse(headers={"Content-Security-Policy": policy}))
    assert answer(RequestFactory().get("/")).headers["Content-Security-Policy"] == policy


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/api/docs"])
def test_without_tls_no_browser_is_told_of_it(client: Client, path: str) -> None:
    assert "Strict-Transport-Security" not in client.get(path).headers


@pytest.mark.django_db
def test_the_admins_cookies_are_for_this_host_and_its_server_alone(client: Client) -> None:
    client.get("/admin/login/", secure=True)
    cookie = client.cookies["__Host-csrf"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        *(True, True, "Strict"),
        *("/", ""),
    )


@pytest.fixture
def listed(settings: object) -> Client:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]  # type: ignore[attr-defined]
    return Client()


def preflight(client: Client, origin: str, *, path: str = "/api/v1/invoices") -> HttpResponse:
    return client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,x-correlation-id",
        },
    )


def test_a_listed_origin_may_call_with_a_token_and_read_what_it_needs(listed: Client) -> None:
    headers = preflight(listed, ORIGIN).headers
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {"POST", "PATCH"} <= set(headers["Access-Control-Allow-Methods"].split(", "))
    allowed = set(headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed >= {"authorization", "content-type", "idempotency-key", "x-correlation-id"}
    answer = listed.get("/api/v1/me", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, ORIGIN)
    assert {"X-Correlation-ID", "Retry-After"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert "origin" in answer.headers["Vary"].lower()
    for one in (headers, answer.headers):
        assert "Access-Control-Allow-Credentials" not in one  # no cookie travels with it


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://app.shop.example.evil.example",
        "https://evil-app.shop.example",
        "http://app.shop.example",
        "https://app.shop.example:444",
        "HTTPS://APP.SHOP.EXAMPLE.",
        "null",
        "*",
    ],
)
def test_no_other_origin_may(listed: Client, origin: str) -> None:
    for answer in (preflight(listed, origin), listed.get("/api/v1/me", headers={"Origin": origin})):
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/admin/login/", "/metrics", "/api/docs"])
def test_a_listed_origin_may_call_rest_alone(listed: Client, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in listed.get(path, headers={"Origin": ORIGIN}).headers


def test_unless_set_no_origin_is_listed(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(client, ORIGIN).headers


def test_django_finds_nothing_to_warn_of_in_a_deployment() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", env=deployment())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("System check identified no issues")


@pytest.mark.parametrize(
    "origin", ["*", "https://*.shop.example", "https://a.example/path", "http://a.example", "a.example"]
)
def test_an_origin_that_is_not_exact_ends_the_start(origin: str) -> None:
    done = manage("check", env=deployment(CORS_ALLOWED_ORIGINS=origin))
    assert done.returncode == 1
    assert f"CORS_ALLOWED_ORIGINS has '{origin}'" in done.stderr
    assert "Traceback" not in done.stderr
