"""What an admin decides about the shop's other users. Each takes effect at their next request."""

from uuid import UUID

from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.errors import Conflict
from execora.core.logins import end_sessions_of, user_to_change
from execora.core.models import User
from execora.core.permissions import Permission, Role


class RoleNotForThem(Conflict):
    code = "ROLE_NOT_FOR_THEM"
    message = "A customer stays one, and nobody becomes one."


@command(requires=Permission.USER_MANAGE)
def set_user_active(actor: Actor, *, user_id: UUID, is_active: bool) -> User:
    """Let a user log in or not; their logins end with it. Locks the user.

    Raises:
        UserNotFound, NotYourself: as their names say.
    """
    user = user_to_change(actor, user_id, is_other=True)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    if not is_active:
        end_sessions_of(user, actor)
    return user


@command(requires=Permission.USER_MANAGE)
def set_user_role(actor: Actor, *, user_id: UUID, role: Role) -> User:
    """Make staff an admin or the other way round, and end their logins. Locks the user.

    Raises:
        UserNotFound, NotYourself, RoleNotForThem: as their names say.
    """
    user = user_to_change(actor, user_id, is_other=True)
    if Role.CUSTOMER in (role, user.role):
        raise RoleNotForThem()
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
