"""Who logs in: staff by username, customers by their id or code, both by password."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from customers.errors import InvalidCredentials
from execora.core.door import acting_in, businesses_count, customers_of, user_of_username
from execora.core.errors import BadInput, Unauthenticated
from execora.core.ids import new_id, parse_id
from execora.core.models import User
from execora.core.refresh import Pair, begin_session


class BusinessNeeded(BadInput):
    code = "BUSINESS_NEEDED"
    message = "Several shops are served here. Say which one by `business`, its short name."


def log_in_staff(*, username: str, password: str, user_agent: str) -> Pair:
    """Return the first tokens of a new session.

    Raises:
        InvalidCredentials: unknown, inactive or wrong; in the same words and the same time.
    """
    return _log_in(user_of_username(username), password, user_agent)


def log_in_customer(*, reference: str, password: str, business_slug: str | None, user_agent: str) -> Pair:
    """Return the first tokens of a new session for the customer that an id or a code names.

    Raises:
        InvalidCredentials: unknown, inactive or wrong; in the same words and the same time.
        BusinessNeeded: a code is ambiguous among shops.
    """
    key = parse_id(reference)
    slug = business_slug or None
    if key is None and slug is None and businesses_count() > 1:
        raise BusinessNeeded()
    rows = customers_of(customer_id=key, code=reference.lower() if key is None else None, slug=slug)
    found = [(business_id, user_id) for business_id, _, user_id in rows if user_id is not None]
    return _log_in(found[0] if found else None, password, user_agent)


def _log_in(found: tuple[UUID, UUID] | None, password: str, user_agent: str) -> Pair:
    """Begin a session of the (business, user) found. Whoever was not found costs the same statements and the same hashing."""
    business_id, user_id = found or (new_id(), new_id())
    with acting_in(business_id):
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            make_password(password)  # as long as a comparison takes, so that time does not tell who exists
            raise InvalidCredentials()
        if not user.check_password(password):
            raise InvalidCredentials()
        try:
            return begin_session(user, user_agent=user_agent, now=timezone.now())
        except Unauthenticated as changed:
            raise InvalidCredentials() from changed
