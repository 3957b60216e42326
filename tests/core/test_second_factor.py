"""The second factor: asked for after the password, each code once, backup codes when the phone is lost."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from execora.core.door import acting_in, leave
from execora.core.errors import DomainError
from execora.core.models import AuditEvent, AuthSession, BackupCode, SecondFactor, User
from execora.core.people import end_logins, set_user_active, set_user_role
from execora.core.permissions import Role
from execora.core.second_factor import (
    Enrolled,
    check_second_factor,
    enrol_second_factor,
    offer_second_factor,
    remove_second_factor,
    reset_second_factor,
)
from tests.support.authenticator import code_of
from tests.support.factories import PASSWORD, Shop, actor_of_user, make_shop, make_user, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def enrol(shop: Shop, user: User) -> tuple[str, Enrolled]:
    """Return the key that the user's app holds. The code that enrolled it is of the step before now."""
    offer = offer_second_factor(user)
    with acting_in(shop.business.pk):
        code = code_of(offer.key_base32, steps_from_now=-1)
        given = {"current_password": PASSWORD, "sealed": offer.sealed, "code": code}
        return offer.key_base32, enrol_second_factor(actor_of_user(user), **given)


def log_in(user: User, **more: str) -> Any:
    leave()
    body = {"username": user.username, "password": PASSWORD, **more}
    return Client().post("/api/v1/auth/login", body, content_type="application/json")


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_who_enrolled_needs_the_code_and_who_did_not_does_not(shop: Shop) -> None:
    key, _ = enrol(shop, shop.admin_user)
    assert said(log_in(shop.admin_user)) == (401, "TOTP_REQUIRED")
    assert said(log_in(shop.admin_user, totp=wrong(code_of(key)))) == (401, "TOTP_INVALID")
    assert said(log_in(shop.admin_user, totp="nonsense")) == (401, "TOTP_INVALID")
    assert log_in(shop.admin_user, totp=code_of(key)).status_code == 200
    assert log_in(shop.staff_user).status_code == 200


def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(shop: Shop) -> None:
    key, _ = enrol(shop, shop.admin_user)
    for password in ("wrong", ""):
        body = {"username": shop.admin_user.username, "password": password or "x", "totp": code_of(key)}
        leave()
        answer = Client().post("/api/v1/auth/login", body, content_type="application/json")
        assert said(answer) == (401, "INVALID_CREDENTIALS")
    assert log_in(shop.admin_user, totp=code_of(key)).status_code == 200, "a wrong password uses no code up"


def test_a_code_is_used_once_also_by_several_at_the_same_time(shop: Shop) -> None:
    key, _ = enrol(shop, shop.admin_user)
    code, together = code_of(key), Barrier(4)

    def attempt(_: int) -> int:
        connection.ensure_connection()
        together.wait()
        return int(log_in(shop.admin_user, totp=code).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [200, 401, 401, 401]
        list(pool.map(lambda _: (together.wait(), connections.close_all()), range(4)))
    assert said(log_in(shop.admin_user, totp=code)) == (401, "TOTP_INVALID")


def test_the_code_that_enrolled_opens_nothing_more(shop: Shop) -> None:
    key, _ = enrol(shop, shop.admin_user)
    assert said(log_in(shop.admin_user, totp=code_of(key, steps_from_now=-1))) == (401, "TOTP_INVALID")


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_time_is_wrong(shop: Shop, steps: int) -> None:
    key, _ = enrol(shop, shop.admin_user)
    assert said(log_in(shop.admin_user, totp=code_of(key, steps_from_now=steps))) == (401, "TOTP_INVALID")


def test_a_backup_code_stands_in_once(shop: Shop) -> None:
    _, enrolled = enrol(shop, shop.admin_user)
    assert len(set(enrolled.backup_codes)) == 10
    assert log_in(shop.admin_user, totp=enrolled.backup_codes[3].upper()).status_code == 200
    assert said(log_in(shop.admin_user, totp=enrolled.backup_codes[3])) == (401, "TOTP_INVALID")
    assert log_in(shop.admin_user, totp=enrolled.backup_codes[4]).status_code == 200
    with acting_in(shop.business.pk):
        assert BackupCode.objects.count() == 8


def test_after_five_wrong_codes_a_right_one_must_wait(shop: Shop) -> None:
    key, _ = enrol(shop, shop.admin_user)
    now = timezone.now()

    def attempt(code: str, at: Any) -> str:
        try:
            check_second_factor(shop.admin_user, code, now=at)
        except DomainError as refused:
            return refused.code
        return "in"

    with acting_in(shop.business.pk):
        tried = [attempt(wrong(code_of(key)), now) for _ in range(8)]
        assert tried == ["TOTP_INVALID"] * 5 + ["TOTP_PAUSED"] * 3
        factor = SecondFactor.objects.get()
        assert factor.failures == 5, "what is refused unseen does not count"
        assert attempt(code_of(key), now) == "TOTP_PAUSED"
        assert attempt(code_of(key), now + timedelta(seconds=2)) == "in"
        assert SecondFactor.objects.get().failures == 0


def test_a_pause_is_told_and_stops_no_backup_code(shop: Shop) -> None:
    """Whoever knows the password can bring the pause about, and must not lock the owner out by it."""
    key, enrolled = enrol(shop, shop.admin_user)
    with acting_in(shop.business.pk):
        SecondFactor.objects.update(failures=12, failed_at=timezone.now())
    paused = log_in(shop.admin_user, totp=code_of(key))
    assert said(paused) == (429, "TOTP_PAUSED")
    assert 0 < int(paused.headers["Retry-After"]) <= 128
    assert said(log_in(shop.admin_user, totp="a" * 16)) == (401, "TOTP_INVALID")
    assert log_in(shop.admin_user, totp=enrolled.backup_codes[0]).status_code == 200
    assert said(log_in(shop.admin_user, totp=enrolled.backup_codes[0])) == (401, "TOTP_INVALID")
    with acting_in(shop.business.pk):
        assert SecondFactor.objects.get().failures == 12


def test_the_key_is_not_in_the_database_and_outlives_a_rotation(shop: Shop, settings: Any) -> None:
    key, enrolled = enrol(shop, shop.admin_user)
    with acting_in(shop.business.pk):
        row = SecondFactor.objects.get()
        assert key not in row.sealed_key
        assert base64.b32decode(key).hex() not in row.sealed_key
        hashes = b"".join(bytes(one) for one in BackupCode.objects.values_list("code_hash", flat=True))
        assert not any(code.encode() in hashes for code in enrolled.backup_codes)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "the next secret key of this test, long enough"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert log_in(shop.admin_user, totp=code_of(key)).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert log_in(shop.admin_user, totp=code_of(key, steps_from_now=1)).status_code == 200, "it was sealed anew"


def test_an_offer_is_for_one_user_and_a_code_must_be_its_own(shop: Shop) -> None:
    offer = offer_second_factor(shop.staff_user)
    assert f"secret={offer.key_base32}" in offer.address
    with acting_in(shop.business.pk):
        for user, sealed, code in (
            (shop.admin_user, offer.sealed, code_of(offer.key_base32)),
            (shop.staff_user, "nonsense", code_of(offer.key_base32)),
            (shop.staff_user, offer.sealed, wrong(code_of(offer.key_base32))),
            (shop.staff_user, offer.sealed, ""),
        ):
            with pytest.raises(DomainError):
                enrol_second_factor(actor_of_user(user), current_password=PASSWORD, sealed=sealed, code=code)
        assert SecondFactor.objects.count() == 0
        right = {"current_password": PASSWORD, "sealed": offer.sealed, "code": code_of(offer.key_base32)}
        with pytest.raises(DomainError) as refused:
            enrol_second_factor(actor_of_user(shop.staff_user), **{**right, "current_password": "wrong"})
        assert refused.value.code == "WRONG_PASSWORD"
        enrol_second_factor(actor_of_user(shop.staff_user), **right)
        with pytest.raises(DomainError) as refused:
            enrol_second_factor(actor_of_user(shop.staff_user), **right)
        assert refused.value.code == "SECOND_FACTOR_THERE"


def test_another_admin_resets_it_and_the_logins_end(shop: Shop) -> None:
    enrol(shop, shop.admin_user)
    token = token_of(shop.admin_user)
    second = make_user(shop.business, Role.ADMIN)
    with acting_in(shop.business.pk):
        for actor, code in (
            (shop.admin, "NOT_YOURSELF"),
            (make_shop().admin, "USER_NOT_FOUND"),
            (shop.staff, "NOT_PERMITTED"),
        ):
            with pytest.raises(DomainError) as refused:
                reset_second_factor(actor, user_id=shop.admin_user.pk)
            assert refused.value.code == code
        reset_second_factor(actor_of_user(second), user_id=shop.admin_user.pk)
        assert (SecondFactor.objects.count(), BackupCode.objects.count()) == (0, 0)
        assert AuditEvent.objects.filter(command="reset_second_factor", user=second).count() == 1
    leave()
    assert Client().get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert log_in(shop.admin_user).status_code == 200


def test_one_removes_ones_own(shop: Shop) -> None:
    enrol(shop, shop.admin_user)
    with acting_in(shop.business.pk):
        remove_second_factor(shop.admin)
    assert log_in(shop.admin_user).status_code == 200


def test_what_an_admin_decides_takes_effect_at_the_next_request(shop: Shop) -> None:
    def me(token: str) -> tuple[int, str]:
        leave()
        answer = Client().get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
        return answer.status_code, answer.json().get("role", "")

    user_id = shop.staff_user.pk
    for act in (
        lambda: set_user_role(shop.admin, user_id=user_id, role=Role.ADMIN),
        lambda: set_user_role(shop.admin, user_id=user_id, role=Role.STAFF),
        lambda: end_logins(shop.admin, user_id=user_id),
        lambda: set_user_active(shop.admin, user_id=user_id, is_active=False),
    ):
        shop.staff_user.refresh_from_db()
        token = token_of(shop.staff_user)
        assert me(token)[0] == 200
        with acting_in(shop.business.pk):
            act()
        assert me(token)[0] == 401
    assert log_in(shop.staff_user).status_code == 401
    with acting_in(shop.business.pk):
        set_user_active(shop.admin, user_id=user_id, is_active=True)
    assert log_in(shop.staff_user).status_code == 200


@pytest.mark.parametrize("whose", ["own", "elsewhere", "customer"])
def test_what_an_admin_may_not_decide(shop: Shop, whose: str) -> None:
    user = {"own": shop.admin_user, "elsewhere": make_shop().staff_user, "customer": shop.customer_user}[whose]
    code = {"own": "NOT_YOURSELF", "elsewhere": "USER_NOT_FOUND", "customer": "ROLE_NOT_FOR_THEM"}[whose]
    with acting_in(shop.business.pk), pytest.raises(DomainError) as refused:
        set_user_role(shop.admin, user_id=user.pk, role=Role.STAFF)
    assert refused.value.code == code
    with acting_in(user.business_id):
        assert User.objects.get(pk=user.pk).role == user.role
        assert AuthSession.objects.count() == 0
