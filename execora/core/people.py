"""What an admin decides about the shop's other users. Each takes effect at their next request."""

from uuid import UUID

from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.errors import Conflict
from execora.core.logins import end_sessions_of, user_to_change
from execora.core.models import Business, User
from execora.core.permissions import Permission, Role


class RoleNotForThem(Conflict):
    code = "ROLE_NOT_FOR_THEM"
    message = "A customer stays one, and nobody becomes one."


class LastAdmin(Conflict):
    code = "LAST_ADMIN"
    message = "The shop would have no admin left. Make somebody else an admin first."


@command(requires=Permission.USER_MANAGE)
def set_user_active(actor: Actor, *, user_id: UUID, is_active: bool) -> User:
    """Let a user log in or not; their logins end with it. Locks the business, then the user.

    Raises:
        UserNotFound, NotYourself, LastAdmin: as their names say.
    """
    _lock_who_is_admin(actor)
    user = user_to_change(actor, user_id, is_other=True)
    if not is_active:
        _refuse_without_admin(user)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    if not is_active:
        end_sessions_of(user, actor)
    return user


@command(requires=Permission.USER_MANAGE)
def set_user_role(actor: Actor, *, user_id: UUID, role: Role) -> User:
    """Make staff an admin or the other way round, and end their logins. Locks the business, then the user.

    Raises:
        UserNotFound, NotYourself, RoleNotForThem, LastAdmin: as their names say.
    """
    _lock_who_is_admin(actor)
    user = user_to_change(actor, user_id, is_other=True)
    if Role.CUSTOMER in (role, user.role):
        raise RoleNotForThem()
    if role != Role.ADMIN:
        _refuse_without_admin(user)
    if user.role != role:
        user.role = role
        user.save(update_fields=["role"])
        end_sessions_of(user, actor)
    return user


@command(requires=Permission.USER_MANAGE)
def end_logins(actor: Actor, *, user_id: UUID) -> User:
    """End all logins of a user on REST and sockets. Locks the user.

    Raises:
        UserNotFound: as its name says.
    """
    user = user_to_change(actor, user_id)
    end_sessions_of(user, actor)
    return user


def _lock_who_is_admin(actor: Actor) -> None:
    """Let one such change of the business happen at a time: two admins may be deciding about each other."""
    Business.objects.select_for_update(no_key=True).get(pk=actor.business_id)


def _refuse_without_admin(user: User) -> None:
    """Refuse what would leave the business without an active admin other than `user`. The caller holds the business's lock.

    Raises:
        LastAdmin: it would.
    """
    others = User.objects.filter(business_id=user.business_id, role=Role.ADMIN, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise LastAdmin()
