"""Access tokens: only one that we signed, for this API, that has not expired, opens anything."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from execora.api.authentication import login_by_token
from execora.core.actor import Channel
from execora.core.errors import Unauthenticated
from execora.core.ids import new_id
from execora.core.models import AuthSession
from execora.core.permissions import Role
from execora.core.tokens import issue_access_token, read_access_token
from tests.support.factories import Shop, make_shop, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims: dict[str, Any], *, key: str = "", algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key or settings.JWT_SECRET, algorithm=algorithm)


def test_a_token_says_who_for_what_and_how_long(shop: Shop) -> None:
    session = AuthSession.objects.create(
        business=shop.business, user=shop.staff_user, expires_at=timezone.now() + timedelta(hours=1)
    )
    token, seconds = issue_access_token(session)
    claims = claims_of(token)
    assert {name: claims[name] for name in ("iss", "aud", "typ", "sub", "role", "business", "sid")} == {
        "iss": "execora",
        "aud": "execora-api",
        "typ": "access",
        "sub": str(shop.staff_user.pk),
        "role": "staff",
        "business": str(shop.business.pk),
        "sid": str(session.pk),
    }
    assert seconds == settings.STAFF_TOKEN_SECONDS
    assert claims["exp"] - time.time() == pytest.approx(seconds, abs=5)
    assert claims["jti"]
    read = read_access_token(token)
    assert (read.session_id, read.user_id, read.expires_at) == (session.pk, shop.staff_user.pk, claims["exp"])


@pytest.mark.parametrize(("role", "seconds"), [("staff_user", 900), ("admin_user", 900), ("customer_user", 86_400)])
def test_a_customers_token_lives_a_day_and_a_staffs_a_quarter_of_an_hour(shop: Shop, role: str, seconds: int) -> None:
    claims = claims_of(token_of(getattr(shop, role)))
    assert claims["exp"] - claims["iat"] == pytest.approx(seconds, abs=2)


CHANGES: list[dict[str, Any]] = [
    {"exp": 1},
    {"exp": "never"},
    {"exp": None},
    {"aud": "someone-else"},
    {"aud": None},
    {"iss": "someone-else"},
    {"iss": None},
    {"typ": "refresh"},
    {"typ": None},
    {"sid": "not-an-id"},
    {"sid": None},
    {"sub": "1"},
    {"sub": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_claim_that_is_wrong_or_absent_is_refused(shop: Shop, change: dict[str, Any]) -> None:
    claims = {
        name: value for name, value in {**claims_of(token_of(shop.staff_user)), **change}.items() if value is not None
    }
    with pytest.raises(Unauthenticated):
        read_access_token(signed(claims))


def test_a_token_that_expired_a_second_ago_is_refused(shop: Shop) -> None:
    claims = claims_of(token_of(shop.staff_user))
    assert read_access_token(signed({**claims, "exp": int(time.time()) + 30}))
    with pytest.raises(Unauthenticated):
        read_access_token(signed({**claims, "exp": int(time.time()) - 1}))


def unsigned(claims: dict[str, Any], algorithm: str) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}."


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "HS256", ""])
def test_an_unsigned_token_is_refused(shop: Shop, algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(unsigned(claims_of(token_of(shop.staff_user)), algorithm))


@pytest.mark.parametrize(("key", "algorithm"), [("another key of thirty-two bytes!!", "HS256"), ("", "HS384")])
def test_another_key_or_algorithm_is_refused(shop: Shop, key: str, algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(signed(claims_of(token_of(shop.staff_user)), key=key, algorithm=algorithm))


@pytest.mark.parametrize("raw", ["", " ", "x", "a.b.c", "..", "\x00", "é", "\ud800", "e30.e30.", "a" * 10_000])
def test_what_is_no_token_is_refused(raw: str) -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(raw)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_letter_is_refused(shop: Shop, part: int) -> None:
    parts = token_of(shop.staff_user).split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    with pytest.raises(Unauthenticated):
        read_access_token(".".join(parts))


def login(token: str) -> Any:
    return login_by_token(token, channel=Channel.REST, correlation_id="test", now=timezone.now())


def test_the_role_and_the_business_are_the_databases_not_the_tokens(shop: Shop) -> None:
    other = make_shop()
    claims = {**claims_of(token_of(shop.staff_user)), "role": "admin", "business": str(other.business.pk)}
    actor = login(signed(claims)).actor
    assert (actor.role, actor.business_id, actor.customer_id) == (Role.STAFF, shop.business.pk, None)


def test_a_token_with_another_users_session_is_refused(shop: Shop) -> None:
    mine, theirs = claims_of(token_of(shop.customer_user)), claims_of(token_of(shop.admin_user))
    for claims in ({**mine, "sid": theirs["sid"]}, {**mine, "sub": theirs["sub"]}, {**mine, "sid": str(new_id())}):
        with pytest.raises(Unauthenticated):
            login(signed(claims))


@pytest.mark.parametrize("ended", ["revoked", "over", "inactive", "gone"])
def test_a_session_that_ended_ends_its_tokens(shop: Shop, ended: str) -> None:
    token = token_of(shop.staff_user)
    assert login(token).actor.user_id == shop.staff_user.pk
    sessions = AuthSession.objects.filter(user=shop.staff_user)
    if ended == "revoked":
        sessions.update(revoked_at=timezone.now())
    elif ended == "over":
        sessions.update(expires_at=timezone.now())
    elif ended == "inactive":
        shop.staff_user.is_active = False
        shop.staff_user.save()
    else:
        sessions.delete()
    with pytest.raises(Unauthenticated):
        login(token)
    assert login(token_of(shop.admin_user)).actor.role == Role.ADMIN


def test_a_customer_without_their_row_is_nobody(shop: Shop) -> None:
    from customers.models import Customer

    token = token_of(shop.customer_user)
    Customer.objects.update(user=None)
    with pytest.raises(Unauthenticated):
        login(token)
