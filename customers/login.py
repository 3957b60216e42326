"""Who logs in: staff by username, customers by their id or code, both by password."""

from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils import timezone

from customers.errors import InvalidCredentials
from customers.models import Customer
from execora.core.errors import BadInput, Unauthenticated
from execora.core.ids import parse_id
from execora.core.models import Business, User
from execora.core.refresh import Pair, begin_session


class BusinessNeeded(BadInput):
    code = "BUSINESS_NEEDED"
    message = "Several shops are served here. Say which one by `business`, its short name."


def log_in_staff(*, username: str, password: str, user_agent: str) -> Pair:
    """Return the first tokens of a new session.

    Raises:
        InvalidCredentials: unknown, inactive or wrong; in the same words and the same time.
    """
    user = User.objects.select_related("business").filter(username__iexact=username, is_active=True).first()
    return _log_in(user, password, user_agent)


def log_in_customer(*, reference: str, password: str, business_slug: str | None, user_agent: str) -> Pair:
    """Return the first tokens of a new session for the customer that an id or a code names.

    Raises:
        InvalidCredentials: unknown, inactive or wrong; in the same words and the same time.
        BusinessNeeded: a code is ambiguous among shops.
    """
    key = parse_id(reference)
    rows = Customer.objects.select_related("user__business").filter(
        Q(pk=key) if key is not None else Q(code=reference.lower())
    )
    if business_slug:
        rows = rows.filter(business__slug=business_slug)
    elif key is None and Business.objects.count() > 1:
        raise BusinessNeeded()
    customer = rows.first()
    user = customer.user if customer is not None else None
    return _log_in(user if user is not None and user.is_active else None, password, user_agent)


def _log_in(user: User | None, password: str, user_agent: str) -> Pair:
    if user is None:
        make_password(password)  # as long as a comparison takes, so that time does not tell who exists
        raise InvalidCredentials()
    if not user.check_password(password):
        raise InvalidCredentials()
    try:
        return begin_session(user, user_agent=user_agent, now=timezone.now())
    except Unauthenticated as changed:
        raise InvalidCredentials() from changed
