"""Access tokens: only one that we signed, for this API, that has not expired, opens anything."""

import base64
import hmac
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.utils import timezone

from execora.api.authentication import login_by_token
from execora.core.actor import Channel
from execora.core.errors import Unauthenticated
from execora.core.ids import new_id
from execora.core.models import AuthSession
from execora.core.permissions import Role
from execora.core.tokens import issue_access_token, key_id, read_access_token
from tests.support.factories import Shop, make_shop, token_of
from tests.support.tokens import claims_of, part, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def test_a_token_says_who_for_what_and_how_long(shop: Shop) -> None:
    session = AuthSession.objects.create(
        business=shop.business, user=shop.staff_user, expires_at=timezone.now() + timedelta(days=1)
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
    assert claims["nbf"] == claims["iat"]
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": key_id(settings.JWT_SECRET)}
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
    {"business": "1"},
    {"iat": 4_000_000_000},
    {"nbf": 4_000_000_000},
    {"exp": 1e400},
    {"exp": True},
    {"exp": []},
    {"aud": ["execora-api", "someone-else"]},
    *({name: None} for name in ("jti", "iat", "nbf", "role", "business")),
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


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "HS256", ""])
def test_an_unsigned_token_is_refused(shop: Shop, algorithm: str) -> None:
    header = {"alg": algorithm, "typ": "JWT", "kid": key_id(settings.JWT_SECRET)}
    with pytest.raises(Unauthenticated):
        read_access_token(f"{part(header)}.{part(claims_of(token_of(shop.staff_user)))}.")


def rsa_keys() -> tuple[Any, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, private.public_key().public_bytes(*form).decode()


def test_another_key_or_algorithm_is_refused(shop: Shop) -> None:
    claims = claims_of(token_of(shop.staff_user))
    private, public = rsa_keys()
    head, body = (part(piece) for piece in ({"alg": "HS256", "kid": key_id(settings.JWT_SECRET)}, claims))
    with_public = hmac.digest(public.encode(), f"{head}.{body}".encode(), "sha256")
    forged = [
        signed(claims, secret="another key of thirty-two bytes!!"),
        signed(claims, algorithm="HS384"),
        jwt.encode(claims, private, algorithm="RS256", headers={"kid": key_id(settings.JWT_SECRET)}),
        f"{head}.{body}.{base64.urlsafe_b64encode(with_public).decode().rstrip('=')}",
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            read_access_token(token)


@pytest.mark.parametrize("kid", [None, "", "0" * 16, "../../dev/null", "' OR 1=1 --", 7, ["x"], {}, True], ids=str)
def test_a_key_that_is_not_ours_by_name_is_refused(shop: Shop, kid: Any) -> None:
    """An odd `kid` is not even a string: no library signs it, so the signature is made by hand."""
    header = {"alg": "HS256", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    text = f"{part(header)}.{part(claims_of(token_of(shop.staff_user)))}"
    signature = hmac.digest(settings.JWT_SECRET.encode(), text.encode(), "sha256")
    with pytest.raises(Unauthenticated):
        read_access_token(f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")


def test_a_secret_is_rotated_and_nobody_is_logged_out(shop: Shop, settings: Any) -> None:
    before = token_of(shop.staff_user)
    old, settings.JWT_SECRET = settings.JWT_SECRET, "the second secret of this test, 32 bytes"
    with pytest.raises(Unauthenticated):
        read_access_token(before)
    settings.JWT_SECRET_PREVIOUS = old
    after = token_of(shop.staff_user)
    assert read_access_token(before).user_id == read_access_token(after).user_id == shop.staff_user.pk
    assert jwt.get_unverified_header(after)["kid"] != jwt.get_unverified_header(before)["kid"]
    settings.JWT_SECRET_PREVIOUS, settings.JWT_SECRET = settings.JWT_SECRET, "the third secret of this test, 32 bytes."
    assert read_access_token(after)
    with pytest.raises(Unauthenticated):
        read_access_token(before)


def test_a_token_ends_with_its_session(shop: Shop) -> None:
    session = AuthSession.objects.create(
        business=shop.business, user=shop.customer_user, expires_at=timezone.now() + timedelta(seconds=90)
    )
    token, seconds = issue_access_token(session)
    assert 85 <= seconds <= 90
    assert claims_of(token)["exp"] <= session.expires_at.timestamp()


def test_another_spelling_of_the_same_signature_is_refused(shop: Shop) -> None:
    """The last letter of a signature has two bits that mean nothing to the decoder."""
    token = token_of(shop.staff_user)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + letters[letters.index(token[-1]) ^ 1]
    assert base64.urlsafe_b64decode(other.split(".")[2] + "=") == base64.urlsafe_b64decode(token.split(".")[2] + "=")
    for raw in (other, f" {token}", f"{token} ", f"{token}=", f"{token}\n", token.replace(".", " .")):
        with pytest.raises(Unauthenticated):
            read_access_token(raw)


@pytest.mark.parametrize(
    "raw", ["", " ", "x", "a.b.c", "..", "\x00", "é", "\ud800", "e30.e30.", "a" * 10_000, "[" * 1_500 + ".a.a"]
)
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
    claims = {**claims_of(token_of(shop.staff_user)), "role": "admin"}
    actor = login(signed(claims)).actor
    assert (actor.role, actor.business_id, actor.customer_id) == (Role.STAFF, shop.business.pk, None)
    with pytest.raises(Unauthenticated):
        login(signed({**claims, "business": str(make_shop().business.pk)}))


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
