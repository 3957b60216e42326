"""What people do about their own logins, and what ends them. Every end is seen at the next request: see `enter`."""

from uuid import UUID

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


class WrongPassword(DomainError):
    code = "WRONG_PASSWORD"
    message = "The current password is wrong."


class NoPassword(Conflict):
    code = "NO_PASSWORD"
    message = "You log in by one-time codes and have no password to change."


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
def change_password(actor: Actor, *, current_password: str, new_password: str, kept_session_id: UUID) -> User:
    """Set a new password and end all other logins. Locks the user.

    Raises:
        NoPassword: they have none.
        WrongPassword: the current one is another.
        BadInput: the new one is too weak.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=actor.user_id)  # type: ignore[misc]  # a person, by the permission
    if not user.has_usable_password():
        raise NoPassword()
    if not user.check_password(current_password):
        raise WrongPassword(fields={"currentPassword": [WrongPassword.message]})
    set_checked_password(user, new_password, field="newPassword")
    user.save(update_fields=["password"])
    end_sessions_of(user, actor, kept_session_id=kept_session_id)
    return user


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
    """End the user's logins, but for one. The caller holds the user's lock, so that no login begins in between."""
    rows = AuthSession.objects.filter(business_id=user.business_id, user=user, revoked_at=None)
    rows.exclude(pk=kept_session_id).update(revoked_at=actor.now)
