"""The second factor: codes of an authenticator app (RFC 6238), and backup codes that stand in for it once each."""

import base64
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from django.db import transaction
from django_otp.oath import TOTP

from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.errors import Conflict, DomainError
from execora.core.logins import check_current_password, end_sessions_of, user_to_change
from execora.core.models import BackupCode, SecondFactor, User
from execora.core.permissions import Permission
from execora.core.sealing import peppered, seal, unseal

STEP_SECONDS = 30
BACKUP_CODES = 10
# After so many wrong codes in a row each further one must wait twice as long, up to a quarter of an hour.
FREE_FAILURES = 5
LONGEST_PAUSE = timedelta(minutes=15)
PURPOSE, _OFFER = "second factor", "second factor offered"
_OFFER_SECONDS = 900


class SecondFactorNeeded(DomainError):
    status = 401
    code = "TOTP_REQUIRED"
    message = "Give the six digits of your authenticator app too, or a backup code."


class SecondFactorWrong(DomainError):
    status = 401
    code = "TOTP_INVALID"
    message = "The code is wrong, or was used. Wait for the next one."


class SecondFactorPaused(DomainError):
    """Says when; a backup code need not wait."""

    status = 429
    code = "TOTP_PAUSED"

    def __init__(self, pause: timedelta) -> None:
        self.retry_after_seconds = max(1, math.ceil(pause.total_seconds()))
        super().__init__(f"Too many wrong codes. Try again in {self.retry_after_seconds} s, or give a backup code.")


class SecondFactorThere(Conflict):
    code = "SECOND_FACTOR_THERE"
    message = "You have a second factor already. Remove it first."


class OfferOver(Conflict):
    code = "OFFER_OVER"
    message = "This took too long. Begin again."


@dataclass(frozen=True, slots=True)
class Offer:
    """A key that is somebody's once they show that their app has it. `sealed` is kept by their browser meanwhile."""

    sealed: str
    key_base32: str
    address: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`backup_codes` are shown now and never again."""

    pk: UUID
    backup_codes: list[str]


def offer_second_factor(user: User) -> Offer:
    """Return a new key for the user's app, in letters and as the address that its camera reads."""
    key = base64.b32encode(secrets.token_bytes(20)).decode()
    return _offer(user, key, seal(_OFFER, {"user": user.pk, "key": key}))


def same_offer(user: User, sealed: str) -> Offer | None:
    """Return the offer again that was made to this user, unless it is over."""
    facts = unseal(_OFFER, sealed, seconds=_OFFER_SECONDS)
    return _offer(user, facts["key"], sealed) if facts is not None and facts["user"] == str(user.pk) else None


@command(requires=Permission.LOGIN_MANAGE_OWN)
def enrol_second_factor(actor: Actor, *, current_password: str, sealed: str, code: str) -> Enrolled:
    """Take the offered key for the actor's, whose app has shown the right code, and end their logins. Locks the user.

    Raises:
        NoPassword, WrongPassword: as `check_current_password`.
        OfferOver: it was made too long ago, or to somebody else.
        SecondFactorWrong: the code is not the key's.
        SecondFactorThere: they have one.
    """
    user = user_to_change(actor, actor.user_id)
    check_current_password(user, current_password)
    offer = same_offer(user, sealed)
    if offer is None:
        raise OfferOver()
    if SecondFactor.objects.visible_to(actor).filter(user=user).exists():
        raise SecondFactorThere()
    step = _step_of(offer.key_base32, code, after=-1, now=actor.now)
    if step is None:
        raise SecondFactorWrong()
    factor = SecondFactor.objects.create(
        business_id=actor.business_id,
        user=user,
        sealed_key=seal(PURPOSE, {"key": offer.key_base32}),
        last_step=step,
        confirmed_at=actor.now,
    )
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(BACKUP_CODES)]
    BackupCode.objects.bulk_create(
        BackupCode(business_id=actor.business_id, factor=factor, code_hash=peppered(factor.pk, one)) for one in codes
    )
    end_sessions_of(user, actor)
    return Enrolled(factor.pk, codes)


@command(requires=Permission.LOGIN_MANAGE_OWN)
def remove_second_factor(actor: Actor) -> User:
    """Take the actor's own second factor away. The caller has checked a code of it, which counts also when it is wrong."""
    user = user_to_change(actor, actor.user_id)
    _forget(user)
    return user


@command(requires=Permission.USER_MANAGE)
def reset_second_factor(actor: Actor, *, user_id: UUID) -> User:
    """Take somebody else's second factor away, who has lost it, and end their logins. Locks the user.

    Raises:
        UserNotFound, NotYourself: as their names say.
    """
    user = user_to_change(actor, user_id, is_other=True)
    _forget(user)
    end_sessions_of(user, actor)
    return user


def has_second_factor(user: User) -> bool:
    return SecondFactor.objects.filter(business_id=user.business_id, user=user).exists()


def check_second_factor(user: User, code: str | None, *, now: datetime) -> None:
    """Use a code up, if the user has a second factor; of several requests with the same code one goes on. Locks the factor.

    Raises:
        SecondFactorNeeded: they have one and gave no code.
        SecondFactorWrong: the code is wrong or used.
        SecondFactorPaused: there were too many wrong ones just now; this one was not looked at.
    """
    with transaction.atomic():
        rows = SecondFactor.objects.select_for_update().filter(business_id=user.business_id, user=user)
        factor: SecondFactor | None = rows.first()
        if factor is None:
            return
        if not code:
            raise SecondFactorNeeded()
        is_right = _is_used_now(factor, code, now)
    if not is_right:
        raise SecondFactorWrong()


def _is_used_now(factor: SecondFactor, code: str, now: datetime) -> bool:
    if not _is_of_the_app(code):
        # Too long to be guessed: neither paused nor counted, or else who knows the password could lock the owner out.
        return _take_backup_code(factor, code)
    pause = _pause_left(factor, now)
    if pause > timedelta():
        raise SecondFactorPaused(pause)
    facts = unseal(PURPOSE, factor.sealed_key, seconds=None)
    key = str(facts["key"]) if facts is not None else None
    step = _step_of(key, code, after=factor.last_step, now=now) if key is not None else None
    if step is not None and key is not None:
        factor.last_step, factor.sealed_key = step, seal(PURPOSE, {"key": key})
    factor.failures = 0 if step is not None else min(factor.failures + 1, 1000)
    factor.failed_at = None if step is not None else now
    factor.save(update_fields=["last_step", "sealed_key", "failures", "failed_at"])
    return step is not None


def _pause_left(factor: SecondFactor, now: datetime) -> timedelta:
    over = factor.failures - FREE_FAILURES
    if over < 0 or factor.failed_at is None:
        return timedelta()
    return factor.failed_at + min(timedelta(seconds=2 ** min(over, 10)), LONGEST_PAUSE) - now


def _is_of_the_app(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit()


def _step_of(key_base32: str, code: str, *, after: int, now: datetime) -> int | None:
    """Return the step whose code this is, of those about now that come after the last used one."""
    if not _is_of_the_app(code):
        return None
    generator = TOTP(base64.b32decode(key_base32), step=STEP_SECONDS)
    generator.time = now.timestamp()
    return int(generator.t()) if generator.verify(int(code), tolerance=1, min_t=after + 1) else None


def _take_backup_code(factor: SecondFactor, code: str) -> bool:
    rows = BackupCode.objects.filter(business_id=factor.business_id, factor=factor)
    deleted, _ = rows.filter(code_hash=peppered(factor.pk, code.strip().lower())).delete()
    return deleted == 1


def _forget(user: User) -> None:
    SecondFactor.objects.filter(business_id=user.business_id, user=user).delete()


def _offer(user: User, key: str, sealed: str) -> Offer:
    label = quote(f"Execora:{user.username}")
    named = urlencode({"secret": key, "issuer": "Execora", "digits": 6, "period": STEP_SECONDS}, quote_via=quote)
    return Offer(sealed, key, f"otpauth://totp/{label}?{named}")
