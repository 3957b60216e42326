"""Refresh tokens: each good once, its answer for ten seconds, and whoever comes later with a copy ends the login."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone

from execora.api.authentication import login_by_token
from execora.core.actor import Channel
from execora.core.door import acting_in, leave
from execora.core.errors import DomainError, Unauthenticated
from execora.core.models import AuthSession, RefreshToken, User
from execora.core.permissions import Role
from execora.core.refresh import Pair, RefreshInFlight, begin_session, renew
from tests.support.factories import PASSWORD, Shop, make_shop
from tests.support.tokens import claims_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def begin(user: User) -> Pair:
    return begin_session(user, user_agent="a phone", now=timezone.now())


def again(raw: str) -> Pair:
    return renew(raw, now=timezone.now())


def opens(pair: Pair) -> bool:
    try:
        login_by_token(pair.token, channel=Channel.REST, correlation_id="test", now=timezone.now())
    except Unauthenticated:
        return False
    finally:
        leave()
    return True


def used_ago(shop: Shop, seconds: float) -> None:
    """Let every used token have been used so long ago, whatever time the test itself has taken; less than 0: to come."""
    with acting_in(shop.business.pk):
        assert RefreshToken.objects.exclude(used_at=None).update(used_at=Now() - timedelta(seconds=seconds))


def refused(raw: str) -> type[DomainError] | None:
    try:
        again(raw)
    except DomainError as refusal:
        return type(refusal)
    return None


def test_each_pair_gives_the_next_of_the_same_login(shop: Shop) -> None:
    first = begin(shop.staff_user)
    second = again(first.refresh_token)
    third = again(second.refresh_token)
    assert len({pair.refresh_token for pair in (first, second, third)}) == 3
    assert len({claims_of(pair.token)["sid"] for pair in (first, second, third)}) == 1
    assert len({claims_of(pair.token)["jti"] for pair in (first, second, third)}) == 3
    assert all(opens(pair) for pair in (first, second, third))
    assert third.seconds == 900


def test_a_lost_answer_is_repeated_for_ten_seconds(shop: Shop) -> None:
    first = begin(shop.staff_user)
    second = again(first.refresh_token)
    for seconds in (1, 4, 7):
        used_ago(shop, seconds)
        assert again(first.refresh_token).refresh_token == second.refresh_token
    assert opens(again(second.refresh_token))


def test_a_copy_that_comes_later_ends_the_login(shop: Shop) -> None:
    first, other = begin(shop.staff_user), begin(shop.staff_user)
    second = again(first.refresh_token)
    used_ago(shop, 10.5)
    assert refused(first.refresh_token) is Unauthenticated
    assert not opens(first)
    assert not opens(second)
    assert refused(second.refresh_token) is Unauthenticated
    assert opens(other), "another login of the same user goes on"


def test_a_copy_of_a_token_whose_successor_was_used_ends_the_login_within_the_ten_seconds(shop: Shop) -> None:
    first = begin(shop.staff_user)
    second = again(first.refresh_token)
    third = again(second.refresh_token)
    used_ago(shop, 2)
    assert refused(first.refresh_token) is Unauthenticated
    assert not opens(third)


def test_several_at_the_same_time_do_not_end_the_login(shop: Shop) -> None:
    first = begin(shop.staff_user)
    second = again(first.refresh_token)
    used_ago(shop, -5)
    assert refused(first.refresh_token) is RefreshInFlight
    assert (RefreshInFlight.status, RefreshInFlight.code) == (409, "REFRESH_IN_FLIGHT")
    assert opens(again(second.refresh_token))


def test_of_eight_at_the_same_time_one_wins_in_fifty_rounds(shop: Shop) -> None:
    together = Barrier(8)

    def attempt(raw: str) -> str | None:
        connection.ensure_connection()
        together.wait()
        try:
            return again(raw).refresh_token
        except RefreshInFlight:
            return None

    raw, winners = begin(shop.staff_user).refresh_token, []
    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            won = [answer for answer in pool.map(attempt, [raw] * 8) if answer is not None]
            winners.append(len(won))
            raw = won[0]
        list(pool.map(lambda _: (together.wait(), connections.close_all()), range(8)))
    assert winners == [1] * 50


@pytest.mark.parametrize("ended", ["revoked", "over", "inactive", "another role", "gone"])
def test_a_login_that_ended_is_not_refreshed(shop: Shop, ended: str) -> None:
    first = begin(shop.admin_user)
    with acting_in(shop.business.pk):
        sessions = AuthSession.objects.filter(user=shop.admin_user)
        users = User.objects.filter(pk=shop.admin_user.pk)
        if ended == "revoked":
            sessions.update(revoked_at=timezone.now())
        elif ended == "over":
            sessions.update(expires_at=timezone.now())
        elif ended == "inactive":
            users.update(is_active=False)
        elif ended == "another role":
            users.update(role=Role.STAFF)
        else:
            sessions.delete()
    assert refused(first.refresh_token) is Unauthenticated


def test_the_database_holds_no_token(shop: Shop) -> None:
    first = begin(shop.staff_user)
    second = again(first.refresh_token)
    with acting_in(shop.business.pk):
        kept = [bytes(value) for row in RefreshToken.objects.values_list("token_hash", "salt") for value in row]
    for pair in (first, second):
        assert base64.urlsafe_b64decode(pair.refresh_token)[16:] not in b"".join(kept)


def test_what_is_no_refresh_token_of_ours_is_refused(shop: Shop) -> None:
    pair, other = begin(shop.staff_user), make_shop()
    moved = base64.urlsafe_b64encode(other.business.pk.bytes + base64.urlsafe_b64decode(pair.refresh_token)[16:])
    odd = ["", "x", "é" * 64, "A" * 64, "A" * 63, "\x00" * 64, "====" * 16, pair.token, f"{pair.refresh_token} "]
    for raw in (moved.decode(), pair.refresh_token[:-1], pair.refresh_token.swapcase(), *odd):
        assert refused(raw) is Unauthenticated
    assert opens(again(pair.refresh_token))


def test_a_user_who_changed_since_the_proof_was_checked_does_not_log_in(shop: Shop) -> None:
    changes: list[dict[str, Any]] = [{"is_active": False}, {"password": "another"}, {"role": Role.ADMIN}]
    for change in changes:
        user = User.objects.get(pk=shop.staff_user.pk)
        before = {name: getattr(user, name) for name in change}
        assert user.check_password(PASSWORD)
        User.objects.filter(pk=user.pk).update(**change)
        with pytest.raises(Unauthenticated):
            begin(user)
        User.objects.filter(pk=user.pk).update(**before)
    assert AuthSession.objects.count() == 0
