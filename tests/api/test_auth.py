"""Logins on REST as a client lives with them: refreshing, logging out, one's devices, and a new password."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from execora.core.door import acting_in
from execora.core.models import AuditEvent, AuthSession, RefreshToken, SocketTicket, User
from tests.support.factories import PASSWORD, Shop, make_shop

pytestmark = pytest.mark.django_db
NEW = "quite another password"


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def post(client: Client, path: str, body: Any, token: str = "", **headers: str) -> Any:
    if token:
        headers["authorization"] = f"Bearer {token}"
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def get(client: Client, path: str, token: str) -> Any:
    return client.get(f"/api/v1/{path}", headers={"authorization": f"Bearer {token}"})


def log_in(client: Client, user: User, password: str = PASSWORD) -> dict[str, Any]:
    answer = post(client, "auth/login", {"username": user.username, "password": password})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_login_and_a_refresh_answer_alike_and_are_kept_by_nobody(client: Client, shop: Shop) -> None:
    first = log_in(client, shop.staff_user)
    answer = post(client, "auth/refresh", {"refreshToken": first["refreshToken"]}, **{"Idempotency-Key": "key-00001"})
    second = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert set(first) == set(second) == {"token", "expiresIn", "refreshToken"}
    assert second["refreshToken"] != first["refreshToken"]
    assert get(client, "me", second["token"]).json()["id"] == str(shop.staff_user.pk)
    with acting_in(shop.business.pk):
        later = timezone.now() + timedelta(seconds=5)
        assert RefreshToken.objects.exclude(used_at=None).update(used_at=later) == 1
    racing = post(client, "auth/refresh", {"refreshToken": first["refreshToken"]})
    assert (racing.status_code, racing.json()["code"], racing["Retry-After"]) == (409, "REFRESH_IN_FLIGHT", "1")


@pytest.mark.parametrize("body", [{}, {"refreshToken": 7}, {"refreshToken": ""}, {"refreshToken": "x" * 3000}])
def test_a_refresh_without_a_token_is_malformed(client: Client, shop: Shop, body: Any) -> None:
    assert post(client, "auth/refresh", body).status_code == 400


def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(client: Client, shop: Shop) -> None:
    pair = log_in(client, shop.staff_user)
    assert post(client, "auth/refresh", {"refreshToken": pair["token"]}).status_code == 401
    assert get(client, "me", pair["refreshToken"]).status_code == 401


def test_logging_out_ends_this_login_at_once_and_no_other(client: Client, shop: Shop) -> None:
    mine, other = log_in(client, shop.staff_user), log_in(client, shop.staff_user)
    assert post(client, "auth/logout", {}, mine["token"]).status_code == 204
    assert get(client, "me", mine["token"]).status_code == 401
    assert post(client, "auth/refresh", {"refreshToken": mine["refreshToken"]}).status_code == 401
    assert get(client, "me", other["token"]).status_code == 200
    assert AuditEvent.objects.filter(command="end_session", user=shop.staff_user).count() == 1


def test_devices_are_listed_and_one_is_ended(client: Client, shop: Shop) -> None:
    mine = log_in(client, shop.staff_user)
    body = {"username": shop.staff_user.username, "password": PASSWORD}
    lost = post(client, "auth/login", body, **{"user-agent": "a lost phone"}).json()
    log_in(client, shop.admin_user)
    listed = get(client, "auth/sessions", mine["token"]).json()
    assert [(one["userAgent"], one["isCurrent"]) for one in listed["sessions"]] == [("a lost phone", False), ("", True)]
    assert listed["next"] is None
    lost_id = listed["sessions"][0]["id"]
    headers = {"authorization": f"Bearer {mine['token']}"}
    assert client.delete(f"/api/v1/auth/sessions/{lost_id}", headers=headers).status_code == 204
    assert get(client, "me", lost["token"]).status_code == 401
    assert client.delete(f"/api/v1/auth/sessions/{lost_id}", headers=headers).json()["code"] == "SESSION_NOT_FOUND"
    assert len(get(client, "auth/sessions", mine["token"]).json()["sessions"]) == 1


@pytest.mark.parametrize("whose", ["admin_user", "customer_user", "elsewhere", "nobody"])
def test_nobody_elses_device_is_ended(client: Client, shop: Shop, whose: str) -> None:
    mine = log_in(client, shop.staff_user)
    user = make_shop().staff_user if whose == "elsewhere" else getattr(shop, whose, None)
    theirs: object = "x"
    if user is not None:
        expires_at = AuthSession.objects.get().expires_at
        with acting_in(user.business_id):
            theirs = AuthSession.objects.create(business_id=user.business_id, user=user, expires_at=expires_at).pk
    address = f"/api/v1/auth/sessions/{theirs}"
    answer = client.delete(address, headers={"authorization": f"Bearer {mine['token']}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "SESSION_NOT_FOUND")
    with acting_in(user.business_id if user is not None else shop.business.pk):
        assert AuthSession.objects.exclude(revoked_at=None).count() == 0


def test_a_new_password_ends_the_other_logins(client: Client, shop: Shop) -> None:
    mine, other = log_in(client, shop.staff_user), log_in(client, shop.staff_user)
    body = {"currentPassword": PASSWORD, "newPassword": NEW}
    assert post(client, "auth/password", body, mine["token"]).status_code == 204
    assert get(client, "me", other["token"]).status_code == 401
    assert post(client, "auth/refresh", {"refreshToken": other["refreshToken"]}).status_code == 401
    assert get(client, "me", mine["token"]).status_code == 200
    assert post(client, "auth/refresh", {"refreshToken": mine["refreshToken"]}).status_code == 200
    old = {"username": shop.staff_user.username, "password": PASSWORD}
    assert post(client, "auth/login", old).status_code == 401
    assert log_in(client, shop.staff_user, NEW)["token"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (("wrong", NEW), (422, "WRONG_PASSWORD", "currentPassword")),
        ((PASSWORD, "short"), (400, "INVALID_INPUT", "newPassword")),
        ((PASSWORD, "password123"), (400, "INVALID_INPUT", "newPassword")),
        ((PASSWORD, ""), (400, "INVALID_INPUT", "newPassword")),
    ],
)
def test_a_password_that_may_not_be_changes_nothing(
    client: Client, shop: Shop, given: tuple[str, str], refused: tuple[int, str, str]
) -> None:
    mine, other = log_in(client, shop.staff_user), log_in(client, shop.staff_user)
    answer = post(client, "auth/password", {"currentPassword": given[0], "newPassword": given[1]}, mine["token"])
    assert (answer.status_code, answer.json()["code"], *answer.json()["fields"]) == refused
    assert get(client, "me", other["token"]).status_code == 200
    assert log_in(client, shop.staff_user)["token"]


def test_who_has_no_password_changes_none(client: Client, shop: Shop) -> None:
    pair = log_in(client, shop.staff_user)
    User.objects.filter(pk=shop.staff_user.pk).update(password=hashers.make_password(None))
    answer = post(client, "auth/password", {"currentPassword": PASSWORD, "newPassword": NEW}, pair["token"])
    assert (answer.status_code, answer.json()["code"]) == (409, "NO_PASSWORD")


def test_me_tells_which_login_and_how_long_its_token_lives(client: Client, shop: Shop) -> None:
    pair = log_in(client, shop.staff_user)
    me = get(client, "me", pair["token"]).json()
    assert me["sessionId"] == str(AuthSession.objects.get().pk)
    assert (me["role"], me["business"]["slug"]) == ("staff", shop.business.slug)
    assert me["tokenExpiresAt"].endswith("+00:00")
    assert "customer.view" in me["permissions"]


def test_only_so_many_tickets_are_given(client: Client, shop: Shop, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "ws_ticket": (2, 3600)}
    token = log_in(client, shop.staff_user)["token"]
    answers = [post(client, "auth/ws-ticket", {}, token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].json()["ticket"] != answers[1].json()["ticket"]
    assert SocketTicket.objects.count() == 2


@pytest.mark.parametrize("given", ["AAAA" + "=" * 60, "=" * 64, "A" * 63 + "=", "A" * 62 + "=="])
def test_what_is_too_short_behind_its_padding_is_no_refresh_token(client: Client, given: str) -> None:
    body = {"refreshToken": given}
    assert client.post("/api/v1/auth/refresh", body, content_type="application/json").status_code == 401
