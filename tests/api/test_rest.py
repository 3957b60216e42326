"""REST as a client meets it: who is let in, what is refused and how, what a key replays."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from customers.models import Customer
from execora.core.models import AuthSession
from ledger.models import Entry
from tests.support.factories import PASSWORD, Shop, bearer, make_shop

pytestmark = pytest.mark.django_db
# A recording is had by its signed link, tested in tests/voice/test_recordings.py.
SIGNED = "media/recordings/<path:name>"
PUBLIC = {
    "health",
    "livez",
    "metrics",
    ".well-known/security.txt",
    "api/schema",
    "api/docs",
    "auth/login",
    "auth/refresh",
    "webhook/whatsapp",
    SIGNED,
    "",
}


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def post(client: Client, path: str, body: Any, headers: dict[str, str]) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if address.startswith("admin"):
            continue  # asks for a session, in tests/admin/test_matrix.py
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def test_every_route_that_is_not_declared_public_asks_for_a_token(client: Client) -> None:
    tried = 0
    for address, pattern in routes(get_resolver().url_patterns):
        plain = address.replace("<str:pk>", "cust-001")
        if plain.removeprefix("api/v1/") in PUBLIC or plain.startswith("static"):
            continue
        methods = getattr(pattern.callback, "actions", {"get": ""})
        for method in sorted(set(methods) - {"head"}):
            answer = client.generic(method.upper(), f"/{plain}", b"{}", content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED"), (method, plain)
            tried += 1
    assert tried >= 10


def test_login_gives_a_token_that_works(client: Client, shop: Shop) -> None:
    answer = post(client, "/api/v1/auth/login", {"username": shop.staff_user.username, "password": PASSWORD}, {})
    assert (answer.status_code, answer.json()["expiresIn"]) == (200, 900)
    me = client.get("/api/v1/me", headers={"authorization": f"Bearer {answer.json()['token']}"}).json()
    assert (me["role"], me["business"]["slug"]) == ("staff", shop.business.slug)


def test_a_customer_logs_in_by_id_for_a_day(client: Client, shop: Shop) -> None:
    answer = post(client, "/api/v1/auth/login", {"customerId": str(shop.rahul.pk), "password": PASSWORD}, {})
    assert (answer.status_code, answer.json()["expiresIn"]) == (200, 86_400)


@pytest.mark.parametrize("who", [{"username": "nobody"}, {"customerId": "cust-999"}])
def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(
    client: Client, shop: Shop, who: dict[str, str]
) -> None:
    known = {"username": shop.staff_user.username, "password": "wrong"}
    answers = [post(client, "/api/v1/auth/login", body, {}) for body in (known, {**who, "password": "wrong"})]
    bodies = [{k: v for k, v in answer.json().items() if k != "correlationId"} for answer in answers]
    assert bodies[0] == bodies[1]
    assert (answers[0].status_code, AuthSession.objects.count()) == (401, 0)


def test_a_revoked_session_ends_its_token(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    AuthSession.objects.update(revoked_at=shop.staff.now)
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_deactivated_or_demoted_user_loses_at_once(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    shop.staff_user.is_active = False
    shop.staff_user.save()
    assert client.get("/api/v1/customers", headers=headers).status_code == 401


def test_a_customer_sees_only_themselves(client: Client, shop: Shop) -> None:
    headers = bearer(shop.customer_user)
    Customer.objects.create(business=shop.business, code="cust-900", name="Other", sound_keys=" other ")
    listed = client.get("/api/v1/customers", headers=headers).json()["customers"]
    assert [row["id"] for row in listed] == [str(shop.rahul.pk)]
    assert client.get("/api/v1/customers/cust-900", headers=headers).status_code == 404
    assert client.get("/api/v1/ledger/cust-900", headers=headers).status_code == 404
    assert client.get("/api/v1/customers/search?q=other", headers=headers).status_code == 403


def test_another_shops_customer_is_absent(client: Client, shop: Shop) -> None:
    other = make_shop()
    headers = bearer(shop.admin_user)
    body = {"customerId": str(other.rahul.pk), "amount": "5.00", "paymentMode": "cash"}
    assert client.get(f"/api/v1/customers/{other.rahul.pk}", headers=headers).status_code == 404
    assert post(client, "/api/v1/ledger/payment", body, headers).json()["code"] == "CUSTOMER_NOT_FOUND"
    assert Entry.objects.count() == 0


def test_a_payment_is_answered_with_the_new_balance(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    body = {"customerId": shop.rahul.code, "amount": "500.00", "paymentMode": "upi"}
    answer = post(client, "/api/v1/ledger/payment", body, headers)
    assert (answer.status_code, answer.json()["entry"]["balance"]) == (201, "-500.00")
    page = client.get(f"/api/v1/ledger/{shop.rahul.code}", headers=headers).json()
    assert (page["balance"], [entry["amount"] for entry in page["entries"]], page["next"]) == (
        "-500.00",
        ["500.00"],
        None,
    )


def test_the_same_key_replays_the_first_answer(client: Client, shop: Shop) -> None:
    headers = {**bearer(shop.staff_user), "Idempotency-Key": "abcd-1234"}
    body = {"customerId": shop.rahul.code, "amount": 12.5, "paymentMode": "cash"}
    first, second = (post(client, "/api/v1/ledger/payment", body, headers) for _ in range(2))
    assert first.content == second.content
    assert second.headers["Idempotent-Replay"] == "true"
    third = post(client, "/api/v1/ledger/payment", {**body, "amount": 13}, headers)
    assert (third.status_code, third.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert Entry.objects.count() == 1


BAD_PAYMENTS = [
    {"amount": "-5"},
    {"amount": "0"},
    {"amount": 0.004},
    {"amount": "1" * 20},
    {"amount": 10**20},
    {"amount": "NaN"},
    {"amount": True},
    {"amount": None},
    {"amount": "५००"},
    {"amount": "1e3"},
    {"paymentMode": "cheque"},
    {"customerId": 7},
    {"date": "2026-02-30"},
    {"extra": 1},
    {"notes": "x" * 301},
    {"notes": "nul \x00 byte"},
]


@pytest.mark.parametrize("fault", BAD_PAYMENTS, ids=str)
def test_a_bad_payment_is_refused_by_field_and_writes_nothing(
    client: Client, shop: Shop, fault: dict[str, Any]
) -> None:
    body = {"customerId": shop.rahul.code, "amount": "5.00", "paymentMode": "cash", **fault}
    answer = post(client, "/api/v1/ledger/payment", body, bearer(shop.staff_user))
    problem = answer.json()
    assert (answer.status_code, problem["statusCode"], problem["error"], problem["code"]) == (
        400,
        400,
        "Bad Request",
        "INVALID_INPUT",
    )
    assert set(problem["fields"]) == set(fault)
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b"null", b'{"amount": NaN}', b"\xff\xfe", b"[" * 10_000, b""])
def test_a_body_that_is_no_object_is_refused(client: Client, shop: Shop, raw: bytes) -> None:
    answer = client.post(
        "/api/v1/ledger/payment", raw, content_type="application/json", headers=bearer(shop.staff_user)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


def test_other_methods_and_media_types_and_addresses_get_the_wires_error(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    assert client.put("/api/v1/customers", headers=headers).json()["code"] == "METHOD_NOT_ALLOWED"
    form = client.post("/api/v1/customers", {"name": "x"}, headers=headers)
    assert (form.status_code, form.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert client.get("/api/v1/nowhere", headers=headers).json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=%00", "cursor=bm8", "other=1", "limit=1&limit=2"]
)
def test_a_bad_query_is_refused(client: Client, shop: Shop, query: str) -> None:
    answer = client.get(f"/api/v1/customers?{query}", headers=bearer(shop.staff_user))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


def test_pages_follow_each_other_without_loss(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    for number in range(5):
        body = {"customerId": shop.rahul.code, "amount": number + 1, "paymentMode": "cash"}
        assert post(client, "/api/v1/ledger/payment", body, headers).status_code == 201
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(
            f"/api/v1/ledger/{shop.rahul.code}?limit=2{cursor and '&cursor=' + cursor}", headers=headers
        ).json()
        seen += [entry["amount"] for entry in page["entries"]]
        cursor = page["next"]
    assert seen == ["5.00", "4.00", "3.00", "2.00", "1.00"]


def test_a_customer_is_created_found_and_changed(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    made = post(client, "/api/v1/customers", {"name": "Geeta Rani", "phone": "98200 00002"}, headers).json()["customer"]
    assert (made["phone"], made["code"], made["balance"]) == ("+919820000002", "cust-002", "0.00")
    for words in ("geeta", "Gita", "geetha rani", "9820000002", "cust-002"):
        found = client.get("/api/v1/customers/search", {"q": words}, headers=headers).json()["customers"]
        assert found[0]["id"] == made["id"], words
        assert 0 < found[0]["matchScore"] <= 1
    changed = client.patch(
        f"/api/v1/customers/{made['id']}", {"landmark": "bank wali"}, content_type="application/json", headers=headers
    )
    assert changed.json()["customer"]["landmark"] == "bank wali"
    again = post(client, "/api/v1/customers", {"name": "Other", "phone": "+919820000002"}, headers)
    assert (again.status_code, again.json()["code"], Customer.objects.count()) == (409, "CUSTOMER_EXISTS", 2)


def test_the_schema_names_the_routes_and_their_errors(client: Client) -> None:
    schema = client.get("/api/schema", headers={"accept": "application/json"}).json()
    assert schema["openapi"].startswith("3.1")
    assert "409" in schema["paths"]["/api/v1/ledger/payment"]["post"]["responses"]


@pytest.mark.parametrize("code", ["zz", "99", "२७", "00", "7"])
def test_a_state_that_does_not_exist_is_refused(client: Client, shop: Shop, code: str) -> None:
    answer = post(client, "/api/v1/customers", {"name": "Other", "stateCode": code}, bearer(shop.staff_user))
    assert (answer.status_code, Customer.objects.count()) == (400, 1)


def test_the_shops_notes_are_not_shown_to_the_customer(client: Client, shop: Shop) -> None:
    Customer.objects.filter(pk=shop.rahul.pk).update(notes="pays late")
    staff, own = bearer(shop.staff_user), bearer(shop.customer_user)
    path = f"/api/v1/customers/{shop.rahul.pk}"
    assert client.get(path, headers=staff).json()["customer"]["notes"] == "pays late"
    assert "pays late" not in client.get(path, headers=own).content.decode()
    assert "pays late" not in client.get("/api/v1/customers", headers=own).content.decode()


def test_a_key_is_answered_from_what_was_answered_whatever_changed_since(client: Client, shop: Shop) -> None:
    headers = {**bearer(shop.staff_user), "Idempotency-Key": "abcd-5678"}
    body = {"customerId": shop.rahul.code, "amount": 12, "paymentMode": "cash"}
    first = post(client, "/api/v1/ledger/payment", body, headers)
    Customer.objects.filter(pk=shop.rahul.pk).update(code="cust-777")
    for path in ("/api/v1/ledger/payment", "/api/v1/ledger/payment/"):
        again = post(client, path, body, headers)
        assert (again.status_code, again.content) == (201, first.content)
    assert Entry.objects.count() == 1
