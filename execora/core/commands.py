"""The one door for writing.

A command is a keyword-only, typed function whose first argument is the actor. `@command` checks the permission, opens the
transaction, retries it after a deadlock or serialization failure, and writes the audit row. `Command.once` adds an
idempotency key: its row commits with the effect, and its unique index decides which of several attempts is the first.
"""

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import orjson
import tenacity
from django.db import InterfaceError, OperationalError, connection, transaction

from execora.core.actor import Actor
from execora.core.errors import Busy, DatabaseUnavailable, IdempotencyKeyReused, NotPermitted
from execora.core.models import AuditEvent, IdempotencyKey
from execora.core.permissions import Permission

P = ParamSpec("P")
R = TypeVar("R")
JsonObject = dict[str, Any]

SERIALIZATION_FAILURE, DEADLOCK_DETECTED = "40001", "40P01"
LOCK_NOT_AVAILABLE, QUERY_CANCELED = "55P03", "57014"
ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key of this user, with the fingerprint (32 bytes) of what is asked under it."""

    key: str
    fingerprint: bytes
    is_looked_up: bool = False  # the caller has just asked for an earlier answer, and there was none


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered: the JSON given now, or, when `is_replay`, the one given the first time."""

    body: JsonObject
    is_replay: bool


def fingerprint_of(command_name: str, body: Mapping[str, Any]) -> bytes:
    """Return 32 bytes that stand for this input; the order of keys does not matter."""
    canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.sha256(command_name.encode() + b"\0" + canonical).digest()


class Command(Generic[P, R]):
    """A callable command: `record_payment(actor, customer=..., ...)`."""

    def __init__(self, function: Callable[Concatenate[Actor, P], R], requires: Permission) -> None:
        self._function = function
        self.requires = requires
        self.name = function.__name__
        functools.update_wrapper(self, function)

    def __call__(self, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry the command out in a transaction of its own, or in the caller's.

        Raises:
            NotPermitted: the actor's role does not grant `requires`.
            Busy: a lock was not had in time; nothing was written.
        """
        self._check(actor)
        return _in_transaction(lambda: self._act(actor, *args, **kwargs))

    def once(
        self, actor: Actor, once: Once | None, present: Callable[[R], JsonObject], /, *args: P.args, **kwargs: P.kwargs
    ) -> Answer:
        """Carry the command out at most once under the key, and answer `present(result)` or the first answer again.

        Raises:
            IdempotencyKeyReused: the key was used for something else.
        """
        self._check(actor)
        if once is None:
            return Answer(_in_transaction(lambda: present(self._act(actor, *args, **kwargs))), is_replay=False)
        earlier = None if once.is_looked_up else earlier_answer(actor, once)
        if earlier is not None:
            return earlier

        def act_and_keep() -> JsonObject:
            body = present(self._act(actor, *args, **kwargs))
            _keep_answer(actor, once, body)
            return body

        try:
            return Answer(_in_transaction(act_and_keep), is_replay=False)
        except Exception:
            # Another attempt under this key may have committed while this one waited: the key's unique index refused the
            # second row, or what the first one did made the command itself refuse.
            earlier = earlier_answer(actor, once)
            if earlier is None:
                raise
            return earlier

    def _check(self, actor: Actor) -> None:
        if not actor.may(self.requires):
            raise NotPermitted()

    def _act(self, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
        result = self._function(actor, *args, **kwargs)
        AuditEvent.objects.create(
            business_id=actor.business_id,
            user_id=actor.user_id,
            channel=actor.channel,
            command=self.name,
            target_id=getattr(result, "pk", None),
            correlation_id=actor.correlation_id,
            at=actor.now,
        )
        return result


def command(*, requires: Permission) -> Callable[[Callable[Concatenate[Actor, P], R]], Command[P, R]]:
    """Make a function the command that needs `requires`."""
    return lambda function: Command(function, requires)


def earlier_answer(actor: Actor, once: Once) -> Answer | None:
    """Return what was answered under the key before, if anything.

    Raises:
        IdempotencyKeyReused: it was used for something else.
    """
    row = IdempotencyKey.objects.filter(business_id=actor.business_id, user_id=actor.user_id, key=once.key).first()  # type: ignore[misc]  # None is IS NULL
    if row is None:
        return None
    if bytes(row.fingerprint) != once.fingerprint:
        raise IdempotencyKeyReused()
    return Answer(orjson.loads(row.answer), is_replay=True)


def _keep_answer(actor: Actor, once: Once, body: JsonObject) -> None:
    IdempotencyKey.objects.create(
        business_id=actor.business_id,
        user_id=actor.user_id,
        key=once.key,
        fingerprint=once.fingerprint,
        answer=orjson.dumps(body, default=str).decode(),
        created_at=actor.now,
    )


def _sqlstate(fault: BaseException) -> str | None:
    return getattr(fault.__cause__, "sqlstate", None)


def _is_worth_another_try(fault: BaseException) -> bool:
    return isinstance(fault, OperationalError) and _sqlstate(fault) in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED)


@contextmanager
def _told_as_a_refusal() -> Iterator[None]:
    """Say "busy" where nothing was written, and "not known" where the connection broke, perhaps while committing."""
    try:
        yield
    except (OperationalError, InterfaceError) as fault:
        states = (LOCK_NOT_AVAILABLE, QUERY_CANCELED, SERIALIZATION_FAILURE, DEADLOCK_DETECTED)
        raise (Busy() if _sqlstate(fault) in states else DatabaseUnavailable()) from fault


_retrying = tenacity.Retrying(
    stop=tenacity.stop_after_attempt(ATTEMPTS),
    wait=tenacity.wait_random_exponential(multiplier=0.01, max=0.5),
    retry=tenacity.retry_if_exception(_is_worth_another_try),
    reraise=True,
)


def _in_transaction(act: Callable[[], R]) -> R:
    """Run `act` in the caller's transaction, else in one of its own, which is repeated whole after a deadlock."""
    if connection.in_atomic_block:
        with transaction.atomic():
            return act()

    def attempt() -> R:
        with transaction.atomic():
            return act()

    with _told_as_a_refusal():
        return _retrying(attempt)
