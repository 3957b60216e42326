"""Django's own login, used by the admin alone: the user's business is entered before the user is read."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from execora.core.door import NOBODY, business_of_user, enter_business, leave, user_of_username
from execora.core.logins import user_with_password
from execora.core.models import User


class DoorBackend(ModelBackend):
    """Whoever is found acts in their business until the request is over; whoever is not, in none."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **given: Any
    ) -> User | None:
        """Return the active user whose name and password these are."""
        if username is None or password is None:
            return None
        business_id, user_id = user_of_username(username) or (NOBODY, NOBODY)
        enter_business(business_id)
        user = user_with_password(user_id, password)
        if user is None:
            leave()
        return user

    def get_user(self, user_id: Any) -> User | None:
        business_id = business_of_user(user_id if isinstance(user_id, UUID) else UUID(str(user_id)))
        if business_id is None:
            return None
        enter_business(business_id)
        user = User.objects.select_related("business").filter(pk=user_id).first()
        return user if user is not None and user.is_active else None
