"""The one door for writing: permission, transaction, key, audit row, and what happens when two come at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from customers.models import Customer
from execora.core import commands
from execora.core.actor import Actor
from execora.core.commands import Once, command, fingerprint_of
from execora.core.errors import Busy, Conflict, IdempotencyKeyReused, NotPermitted
from execora.core.models import AuditEvent, Business, IdempotencyKey
from execora.core.permissions import Permission
from tests.support.factories import Shop, make_shop
from tests.support.threads import on_own_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Iterator[Shop]:
    yield make_shop()
    connection.close()


@command(requires=Permission.CUSTOMER_CHANGE)
def rename(actor: Actor, *, name: str) -> Business:
    """A command of the tests: it changes one row."""
    Business.objects.filter(pk=actor.business_id).update(name=name)
    return actor.business


@command(requires=Permission.CUSTOMER_CHANGE)
def rename_and_fail(actor: Actor, *, name: str) -> Business:
    rename(actor, name=name)
    raise Conflict()


def name_of(shop: Shop) -> str:
    return str(Business.objects.get(pk=shop.business.pk).name)


def audited() -> list[str]:
    return list(AuditEvent.objects.exclude(command="create_customer").order_by("id").values_list("command", flat=True))


def test_a_command_writes_its_effect_and_who_did_it(shop: Shop) -> None:
    rename(shop.staff, name="New")
    event = AuditEvent.objects.get(command="rename")
    assert name_of(shop) == "New"
    assert (event.business_id, event.user_id, event.channel, event.correlation_id, event.at) == (
        shop.business.pk,
        shop.staff_user.pk,
        "rest",
        shop.staff.correlation_id,
        shop.staff.now,
    )
    assert event.target_id == shop.business.pk


def test_a_role_without_the_permission_does_nothing(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        rename(shop.customer, name="Mine")
    with pytest.raises(NotPermitted):
        rename.once(shop.customer, Once("key-00001", b"x" * 32), lambda _: {}, name="Mine")
    assert (name_of(shop), audited(), IdempotencyKey.objects.count()) == (shop.business.name, [], 0)


def test_the_permission_is_asked_before_an_earlier_answer_is_given(shop: Shop) -> None:
    from dataclasses import replace

    from execora.core.permissions import Role

    once = Once("key-00001", b"x" * 32)
    rename.once(shop.staff, once, lambda _: {"secret": 1}, name="New")
    with pytest.raises(NotPermitted):
        rename.once(replace(shop.staff, role=Role.CUSTOMER), once, lambda _: {}, name="New")


def test_a_refusal_takes_back_what_was_done_inside_it(shop: Shop) -> None:
    with pytest.raises(Conflict):
        rename_and_fail(shop.staff, name="New")
    assert (name_of(shop), audited()) == (shop.business.name, [])


def test_a_nested_command_that_is_refused_leaves_the_callers_work(shop: Shop) -> None:
    @command(requires=Permission.CUSTOMER_CHANGE)
    def outer(actor: Actor) -> Business:
        rename(actor, name="Outer")
        with pytest.raises(Conflict):
            rename_and_fail(actor, name="Inner")
        return actor.business

    outer(shop.staff)
    assert (name_of(shop), audited()) == ("Outer", ["rename", "outer"])


def test_the_same_key_gives_the_first_answer_and_does_nothing_more(shop: Shop) -> None:
    once = Once("key-00001", fingerprint_of("rename", {"name": "New"}))
    first = rename.once(shop.staff, once, lambda business: {"id": str(business.pk), "n": 1}, name="New")
    second = rename.once(shop.staff, once, lambda _: {"n": 2}, name="Later")
    assert (first.is_replay, second.is_replay) == (False, True)
    assert first.body == second.body == {"id": str(shop.business.pk), "n": 1}
    assert (name_of(shop), audited()) == ("New", ["rename"])


def test_the_key_for_something_else_is_refused(shop: Shop) -> None:
    rename.once(shop.staff, Once("key-00001", b"a" * 32), lambda _: {}, name="New")
    with pytest.raises(IdempotencyKeyReused):
        rename.once(shop.staff, Once("key-00001", b"b" * 32), lambda _: {}, name="Other")
    assert name_of(shop) == "New"


def test_keys_are_each_users_own_and_a_refused_attempt_uses_none_up(shop: Shop) -> None:
    once = Once("key-00001", b"x" * 32)
    with pytest.raises(Conflict):
        rename_and_fail.once(shop.staff, once, lambda _: {}, name="New")
    assert not rename.once(shop.staff, once, lambda _: {}, name="Staff").is_replay
    assert not rename.once(shop.admin, once, lambda _: {}, name="Admin").is_replay
    assert (name_of(shop), IdempotencyKey.objects.count()) == ("Admin", 2)


def test_the_order_of_keys_does_not_change_the_fingerprint() -> None:
    assert fingerprint_of("c", {"a": 1, "b": [1, 2]}) == fingerprint_of("c", {"b": [1, 2], "a": 1})
    assert fingerprint_of("c", {"a": 1}) != fingerprint_of("d", {"a": 1})
    assert fingerprint_of("c", {"a": 1}) != fingerprint_of("c", {"a": "1"})
    assert len(fingerprint_of("c", {})) == 32


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads of their own; return what each returned or raised."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as fault:
            return fault

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(on_own_connection(run), acts))


def test_one_key_at_once_from_eight_acts_once(shop: Shop) -> None:
    barrier = Barrier(8)

    def act() -> Any:
        barrier.wait(10)
        return rename.once(shop.staff, Once("key-00001", b"x" * 32), lambda _: {"n": 1}, name="New")

    answers = _at_once(*[act] * 8)
    assert [answer.body for answer in answers] == [{"n": 1}] * 8
    assert sorted(answer.is_replay for answer in answers) == [False] + [True] * 7
    assert audited() == ["rename"]


def test_a_real_deadlock_is_tried_again_and_both_succeed(shop: Shop) -> None:
    """Two commands lock two rows in opposite order. PostgreSQL ends one of them; it runs again, whole."""
    other = Customer.objects.create(business=shop.business, code="cust-900", name="Other", sound_keys=" other ")
    barrier, attempts = Barrier(2), []

    @command(requires=Permission.CUSTOMER_CHANGE)
    def lock_both(actor: Actor, *, first: Customer, second: Customer) -> Customer:
        attempts.append(first.pk)
        Customer.objects.select_for_update().get(pk=first.pk)
        if len(attempts) <= 2:
            barrier.wait(10)
        Customer.objects.select_for_update().get(pk=second.pk)
        Customer.objects.filter(pk=first.pk).update(notes=f"{first.notes} by {first.code}")
        return first

    results = _at_once(
        lambda: lock_both(shop.staff, first=shop.rahul, second=other),
        lambda: lock_both(shop.staff, first=other, second=shop.rahul),
    )
    assert [getattr(result, "pk", result) for result in results] == [shop.rahul.pk, other.pk]
    assert len(attempts) == 3
    assert [audit for audit in audited() if audit == "lock_both"] == ["lock_both"] * 2
    notes = set(Customer.objects.values_list("notes", flat=True))
    assert notes == {f" by {shop.rahul.code}", " by cust-900"}


def test_a_lock_that_is_not_had_in_time_is_busy_and_nothing_is_written(
    shop: Shop, app_connection_factory: Callable[[], psycopg.Connection]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    with app_connection_factory() as raw:
        raw.execute("SELECT 1 FROM core_business WHERE id = %s FOR UPDATE", (shop.business.pk,))
        with pytest.raises(Busy) as busy:
            rename(shop.staff, name="New")
        with pytest.raises(Busy):
            rename.once(shop.staff, Once("key-00001", b"x" * 32), lambda _: {}, name="New")
        raw.rollback()
    assert (busy.value.status, busy.value.code) == (503, "BUSY")
    assert (name_of(shop), audited(), IdempotencyKey.objects.count()) == (shop.business.name, [], 0)


def test_a_statement_that_takes_too_long_is_busy(shop: Shop) -> None:
    @command(requires=Permission.CUSTOMER_CHANGE)
    def sleep(actor: Actor) -> Business:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT pg_sleep(5)")
        return actor.business

    with pytest.raises(Busy):
        sleep(shop.staff)
    assert audited() == []


def test_a_deadlock_that_never_ends_is_given_up_as_busy(shop: Shop) -> None:
    from django.db import OperationalError

    attempts = []

    @command(requires=Permission.CUSTOMER_CHANGE)
    def always_deadlocked(actor: Actor) -> Business:
        attempts.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$")
        return actor.business

    with pytest.raises(Busy) as busy:
        always_deadlocked(shop.staff)
    assert isinstance(busy.value.__cause__, OperationalError)
    assert len(attempts) == commands.ATTEMPTS


def test_inside_a_transaction_a_command_is_not_repeated_alone(shop: Shop) -> None:
    """The caller's transaction is broken as a whole: only whoever began it can begin it again."""
    from django.db import OperationalError

    attempts = []

    @command(requires=Permission.CUSTOMER_CHANGE)
    def deadlocked(actor: Actor) -> Business:
        attempts.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$")
        return actor.business

    with pytest.raises(OperationalError), transaction.atomic():
        deadlocked(shop.staff)
    assert len(attempts) == 1
