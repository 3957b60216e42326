"""The record of spoken sessions: when a connection was open, and what each utterance came to."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import close_old_connections, connection
from django.utils import timezone

from execora.api.authentication import Login, login_by_claims
from execora.api.limited import take_request
from execora.api.limits import LIMITS, TooManyRequests, take
from execora.core.actor import Actor, Channel
from execora.core.door import acting_in, enter, leave
from execora.core.errors import NotPermitted
from execora.core.permissions import Permission
from execora.core.tickets import redeem_ticket
from execora.core.tokens import Claims, read_access_token
from voice.knock import Credential
from voice.models import Utterance, VoiceSession

P = ParamSpec("P")
R = TypeVar("R")
DATABASE_THREADS = 4
Frames = list[dict[str, Any]]

_pool = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="voice")


async def in_database(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run synchronous work in one of the few threads that keep a database connection, in the caller's context."""
    context = copy_context()
    work = partial(_with_connection, partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_pool, partial(context.run, work))


def _with_connection(work: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return work()
    finally:
        leave()
        if connection.in_atomic_block:
            connection.close()


def knock(credential: Credential, *, counted_as: str, correlation_id: str) -> Login:
    """Return who opens a socket, counted as a request from its address, and as one more of their sockets today.
    A ticket is used up.

    Raises:
        Unauthenticated, NotPermitted, TooManyRequests: as their names say.
    """
    take_request(counted_as)
    claims = redeem_ticket(credential.raw) if credential.is_ticket else read_access_token(credential.raw)
    login = log_in(claims, correlation_id=correlation_id)
    _count(login.claims.user_id)
    return login


def _count(user_id: UUID) -> None:
    try:
        take(LIMITS["socket"], str(user_id))
    except TooManyRequests as refused:
        refused.message = "Too many connections today. Try again tomorrow."
        raise


def log_in(claims: Claims, *, correlation_id: str) -> Login:
    """Return who these claims are now, if they may speak.

    Raises:
        Unauthenticated, NotPermitted: as their names say.
    """
    login = login_by_claims(claims, channel=Channel.VOICE, correlation_id=correlation_id, now=timezone.now())
    if not login.actor.may(Permission.VOICE_USE):
        raise NotPermitted()
    return login


def open_session(actor: Actor) -> UUID:
    """Return the id of a new session of the actor's."""
    with acting_in(actor.business_id):
        session = VoiceSession.objects.create(
            business_id=actor.business_id,
            user_id=_speaker(actor),
            correlation_id=actor.correlation_id,
            started_at=actor.now,
        )
    return session.pk


def is_live(login: Login, now: datetime) -> bool:
    """Tell whether a login still holds: its token, its session, its user and the role it was opened with."""
    claims = login.claims
    if claims.expires_at <= now.timestamp():
        return False
    entered = enter(claims.session_id, claims.user_id)
    return entered is not None and entered.role == login.actor.role


def close_session(business_id: UUID, session_id: UUID, at: datetime) -> None:
    with acting_in(business_id):
        VoiceSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=at)


def earlier_utterance(actor: Actor, utterance_id: str) -> Utterance | None:
    """Return what this user said before under this id, on whichever connection."""
    rows = Utterance.objects.filter(
        business_id=actor.business_id, session__user=_speaker(actor), utterance_id=utterance_id
    )
    return rows.order_by("id").first()


def keep_utterance(
    actor: Actor, *, session_id: UUID, utterance_id: str, text: str, intent: str, frames: Frames
) -> None:
    """Write down what was said and answered. The first answer under an id stays."""
    row = Utterance(
        business_id=actor.business_id,
        session_id=session_id,
        utterance_id=utterance_id,
        text=text,
        intent=intent,
        outcome={"frames": frames},
        at=actor.now,
    )
    Utterance.objects.bulk_create([row], ignore_conflicts=True)


def _speaker(actor: Actor) -> UUID:
    """Return the user who speaks; the system does not.

    Raises:
        NotPermitted: the actor is nobody.
    """
    if actor.user_id is None:
        raise NotPermitted()
    return actor.user_id
