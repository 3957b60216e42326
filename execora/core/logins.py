"""What people do about their own logins, and what ends them. Every end is seen at the next request: see `enter`."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.errors import BadInput, Conflict, DomainError, NotFound
from execora.core.models import AuthSession, User
from execora.core.permissions import Permission


class SessionNotFound(NotFound):
    code = "SESSION_NOT_FOUND"
    message = "You have no such login. Look at auth/sessions for those you have."


class UserNotFound(NotFound):
    code = "USER_NOT_FOUND"
    message = "There is no such user in this shop."


class NotYourself(Conflict):
    code = "NOT_YOURSELF"
    message = "Another admin of the shop must do this."


class WrongPassword(DomainError):
    code = "WRONG_PASSWORD"
    message = "The current password is wrong."


class NoPassword(Conflict):
    code = "NO_PASSWORD"
    message = "You log in by one-time codes and have no password."


def live_sessions(actor: Actor) -> QuerySet[AuthSession]:
    """Return the actor's own logins that go on."""
    rows: QuerySet[AuthSession] = AuthSession.objects.visible_to(actor)
    return rows.filter(user=actor.user_id, revoked_at=None, expires_at__gt=actor.now)


@command(requires=Permission.LOGIN_MANAGE_OWN)
def end_session(actor: Actor, *, session_id: UUID | None) -> AuthSession:
    """End one of the actor's own logins.

    Raises:
        SessionNotFound: it is not theirs, or has ended.
    """
    session = live_sessions(actor).filter(pk=session_id).first() if session_id is not None else None
    if session is None:
        raise SessionNotFound()
    session.revoked_at = actor.now
    session.save(update_fields=["revoked_at"])
    return session


@command(requires=Permission.LOGIN_MANAGE_OWN)
def change_password(actor: Actor, *, current_password: str, new_password: str, kept_session_id: UUID | None) -> User:
    """Set a new password and end all other logins. Locks the user.

    Raises:
        NoPassword: they have none.
        WrongPassword: the current one is another.
        BadInput: the new one is too weak.
    """
    user = user_to_change(actor, actor.user_id)
    check_current_password(user, current_password)
    set_checked_password(user, new_password, field="newPassword")
    user.save(update_fields=["password"])
    end_sessions_of(user, actor, kept_session_id=kept_session_id)
    return user


def user_to_change(actor: Actor, user_id: UUID | None, *, is_other: bool = False) -> User:
    """Return a user of the actor's business, locked, as do all who begin or end their logins.

    Raises:
        UserNotFound: there is none.
        NotYourself: with `is_other`, it is the actor.
    """
    rows = User.objects.select_for_update(no_key=True).filter(business_id=actor.business_id)
    user = rows.filter(pk=user_id).first() if user_id is not None else None
    if user is None:
        raise UserNotFound()
    if is_other and user.pk == actor.user_id:
        raise NotYourself()
    return user


def user_with_password(user_id: UUID, password: str) -> User | None:
    """Return the active user whose password this is, in the business that is acted in.

    PostgreSQL and the hash are asked as much for somebody as for nobody: time does not tell who exists.
    """
    user = User.objects.select_related("business").filter(pk=user_id, is_active=True).first()
    if user is None:
        make_password(password)
        return None
    return user if user.check_password(password) else None


def check_current_password(user: User, password: str) -> None:
    """Let go on who knows the password; a login that somebody left open or lost is not enough.

    Raises:
        NoPassword: they have none.
        WrongPassword: it is another.
    """
    if not user.has_usable_password():
        raise NoPassword()
    if not user.check_password(password):
        raise WrongPassword(fields={"currentPassword": [WrongPassword.message]})


def set_checked_password(user: User, password: str, *, field: str) -> None:
    """Set a password that is strong enough. The caller saves.

    Raises:
        BadInput: it is not; `field` names it.
    """
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise BadInput(" ".join(fault.messages), fields={field: fault.messages}) from fault
    user.set_password(password)


def end_sessions_of(user: User, actor: Actor, *, kept_session_id: UUID | None = None) -> None:
    """End the user's logins, those in the admin too, but for one. The caller holds the user's lock: no login begins in between."""
    rows = AuthSession.objects.filter(business_id=user.business_id, user=user, revoked_at=None)
    rows.exclude(pk=kept_session_id).update(revoked_at=actor.now)
    user.login_epoch += 1
    user.save(update_fields=["login_epoch"])
