"""Logging in: one answer for all that is wrong, a session for what is right, and a customer only where the shop is clear."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from customers.errors import InvalidCredentials
from customers.login import BusinessNeeded, log_in_customer, log_in_staff
from execora.api.authentication import login_by_token
from execora.core.actor import Channel
from execora.core.door import leave
from execora.core.hashers import Argon2id
from execora.core.ids import new_id
from execora.core.models import AuthSession
from execora.core.permissions import Role
from tests.support.factories import PASSWORD, Shop, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def staff(username: str | None, password: str = PASSWORD) -> tuple[str, int]:
    pair = log_in_staff(username=username or "", password=password, user_agent="a phone")
    return pair.token, pair.seconds


def customer(reference: str, password: str = PASSWORD, business: str | None = None) -> tuple[str, int]:
    pair = log_in_customer(reference=reference, password=password, business_slug=business, user_agent="a phone")
    return pair.token, pair.seconds


def who(token: str) -> Any:
    return login_by_token(token, channel=Channel.REST, correlation_id="test", now=timezone.now()).actor


@pytest.mark.parametrize(("user", "role"), [("staff_user", Role.STAFF), ("admin_user", Role.ADMIN)])
def test_staff_and_admins_log_in_by_name_in_any_case(shop: Shop, user: str, role: Role) -> None:
    found = getattr(shop, user)
    for username in (found.username, found.username.upper()):
        token, seconds = staff(username)
        actor = who(token)
        assert (actor.user_id, actor.role, actor.business_id, seconds) == (found.pk, role, shop.business.pk, 900)


def test_a_login_is_a_session_that_ends(shop: Shop) -> None:
    staff(shop.staff_user.username)
    session = AuthSession.objects.get()
    assert (session.user_id, session.business_id, session.revoked_at) == (shop.staff_user.pk, shop.business.pk, None)
    assert session.user_agent == "a phone"
    assert abs(session.expires_at - timezone.now() - timedelta(days=30)) < timedelta(seconds=30)


def test_a_long_user_agent_is_cut(shop: Shop) -> None:
    log_in_staff(username=shop.staff_user.username or "", password=PASSWORD, user_agent="x" * 5_000)
    assert len(AuthSession.objects.get().user_agent) == 200


def test_a_customer_logs_in_by_id_or_code(shop: Shop) -> None:
    for reference in (str(shop.rahul.pk), "cust-001", "CUST-001"):
        token, seconds = customer(reference)
        actor = who(token)
        assert (actor.role, actor.customer_id, actor.user_id, seconds) == (
            Role.CUSTOMER,
            shop.rahul.pk,
            shop.customer_user.pk,
            86_400,
        )


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "x" * 200])
def test_a_wrong_password_opens_nothing(shop: Shop, password: str) -> None:
    for log_in in (lambda: staff(shop.staff_user.username, password), lambda: customer("cust-001", password)):
        with pytest.raises(InvalidCredentials):
            log_in()
    assert AuthSession.objects.count() == 0


def test_everything_wrong_is_said_in_the_same_words(shop: Shop) -> None:
    from customers.commands import create_customer

    create_customer(shop.staff, name="No Login")  # cust-002 has no user
    attempts = [
        lambda: staff("nobody"),
        lambda: staff(""),
        lambda: staff(shop.staff_user.username, "wrong"),
        lambda: customer("cust-999"),
        lambda: customer("cust-002"),
        lambda: customer(str(new_id())),
        lambda: customer("cust-001", "wrong"),
        lambda: customer(shop.staff_user.username or ""),
        lambda: staff("cust-001"),
    ]
    said = set()
    for attempt in attempts:
        with pytest.raises(InvalidCredentials) as refused:
            attempt()
        said.add((refused.value.status, refused.value.code, refused.value.message))
    assert said == {(401, "INVALID_CREDENTIALS", "The name or the password is wrong.")}


@pytest.mark.parametrize("reference", ["nobody", "known"])
def test_one_password_is_hashed_whoever_is_asked_for(
    shop: Shop, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer does not tell who exists: each costs exactly one Argon2."""
    hashed = []
    plain = Argon2id

    class Counting(plain):  # type: ignore[valid-type, misc]
        def encode(self, password: str, salt: str) -> str:
            hashed.append("encode")
            return str(super().encode(password, salt))

        def verify(self, password: str, encoded: str) -> bool:
            hashed.append("verify")
            return bool(super().verify(password, encoded))

    counting = Counting()
    monkeypatch.setattr(hashers, "get_hashers", lambda: [counting])
    monkeypatch.setattr(hashers, "get_hashers_by_algorithm", lambda: {"argon2": counting})
    with pytest.raises(InvalidCredentials):
        staff(shop.staff_user.username if reference == "known" else "nobody", "wrong")
    assert hashed == (["verify"] if reference == "known" else ["encode"])


def test_an_inactive_user_does_not_log_in(shop: Shop) -> None:
    for user in (shop.staff_user, shop.customer_user):
        user.is_active = False
        user.save()
    with pytest.raises(InvalidCredentials):
        staff(shop.staff_user.username)
    with pytest.raises(InvalidCredentials):
        customer("cust-001")


def test_with_several_shops_a_code_needs_its_shop_and_an_id_does_not(shop: Shop) -> None:
    other = make_shop()
    with pytest.raises(BusinessNeeded) as refused:
        customer("cust-001")
    assert (refused.value.status, refused.value.code) == (400, "BUSINESS_NEEDED")
    for one in (shop, other):
        assert who(customer("cust-001", business=one.business.slug)[0]).customer_id == one.rahul.pk
        assert who(customer(str(one.rahul.pk))[0]).customer_id == one.rahul.pk
    with pytest.raises(InvalidCredentials):
        customer(str(shop.rahul.pk), business=other.business.slug)
    with pytest.raises(InvalidCredentials):
        customer("cust-001", business="nowhere")


def test_tries_at_a_customer_leave_their_namesake_of_another_shop_alone(
    client: Client, shop: Shop, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "login": (2, 60)}
    other, hosts = make_shop(), iter(range(1, 250))

    def attempt(reference: str, business: str, password: str = "not theirs") -> int:
        body = {"customerId": reference, "password": password, "business": business}
        leave()
        host = f"192.0.2.{next(hosts)}"
        answer = client.post("/api/v1/auth/login", body, content_type="application/json", REMOTE_ADDR=host)
        return int(answer.status_code)

    mine, theirs = shop.business.slug, other.business.slug
    assert [attempt(name, mine) for name in ("cust-001", "CUST-001", "Cust-001")] == [401, 401, 429]
    assert attempt("cust-001", mine.upper()) == 429
    assert attempt("cust-001", theirs, PASSWORD) == 200
    with_id = str(other.rahul.pk)
    answers = [attempt(with_id, slug) for slug in (theirs, mine, "any")]
    assert answers == [401, 401, 429], "an id is one customer's, whatever shop is said"
