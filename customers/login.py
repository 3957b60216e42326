"""Who logs in: staff by username and password, customers by their id, code or phone, by password or by a one-time code."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from customers.codes import CODE_SECONDS, sealed_request, use_code
from customers.commands import open_login
from customers.errors import CodesOff, InvalidCode, InvalidCredentials
from customers.jobs import send_code
from customers.models import Customer
from execora.core.actor import system_actor
from execora.core.door import NOBODY, acting_in, businesses_count, customers_of, user_of_username
from execora.core.errors import BadInput, Unauthenticated
from execora.core.ids import parse_id
from execora.core.jobs import enqueue
from execora.core.logins import user_with_password
from execora.core.refresh import Pair, begin_session
from execora.core.second_factor import check_second_factor
from execora.ops.correlation import current_correlation_id


class BusinessNeeded(BadInput):
    code = "BUSINESS_NEEDED"
    message = "Several shops are served here. Say which one by `business`, its short name."


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a code must be sent together with, and for how long it is good."""

    sealed: str
    seconds: int


def log_in_staff(*, username: str, password: str, totp: str | None = None, user_agent: str) -> Pair:
    """Return the first tokens of a new session.

    Raises:
        InvalidCredentials: unknown, inactive or wrong; in the same words and the same time.
        SecondFactorNeeded, SecondFactorWrong, SecondFactorPaused: name and password are right.
    """
    business_id, user_id = user_of_username(username) or (NOBODY, None)
    return _log_in(business_id, user_id, password, totp, user_agent)


def log_in_customer(*, reference: str, password: str, business_slug: str | None, user_agent: str) -> Pair:
    """Return the first tokens of a new session for the customer that an id or a code names.

    Raises:
        InvalidCredentials: unknown, inactive or wrong; in the same words and the same time.
        BusinessNeeded: a code is ambiguous among shops.
    """
    business_id, _, user_id = _customer_named(reference, None, business_slug)
    return _log_in(business_id, user_id, password, None, user_agent)


def request_code(*, reference: str | None, phone_e164: str | None, business_slug: str | None) -> Challenge:
    """Have a code sent to the customer that an id, a code or a phone names, if there is one.

    What it costs and answers does not tell which: the worker finds out.

    Raises:
        CodesOff: none are sent here.
        BusinessNeeded: a code or phone is ambiguous among shops.
    """
    if settings.CODE_PROVIDER == "none":
        raise CodesOff()
    business_id, customer_id, _ = _customer_named(reference, phone_e164, business_slug)
    job, challenge = sealed_request(business_id, customer_id)
    enqueue(send_code, sealed=job)
    return Challenge(challenge, CODE_SECONDS)


def log_in_by_code(*, challenge: str, code: str, user_agent: str) -> Pair:
    """Return the first tokens of a new session. Counts the try.

    Raises:
        InvalidCode: wrong, over, used, tried too often, or never sent.
    """
    business_id, customer_id = use_code(challenge, code)
    with acting_in(business_id):
        customer = Customer.objects.select_related("user", "business").get(pk=customer_id, business_id=business_id)
        user = customer.user
        if user is None:
            correlation_id = current_correlation_id()
            actor = system_actor(customer.business, correlation_id=correlation_id, now=timezone.now())
            user = open_login(actor, customer_id=customer.pk)
        try:
            return begin_session(user, user_agent=user_agent, now=timezone.now())
        except Unauthenticated as changed:
            raise InvalidCode() from changed


def _customer_named(
    reference: str | None, phone_e164: str | None, business_slug: str | None
) -> tuple[UUID, UUID, UUID | None]:
    """Return (business, customer, user if they may log in), with NOBODY where there is none."""
    key = parse_id(reference) if reference is not None else None
    code = reference.lower() if reference is not None and key is None else None
    if key is None and not business_slug and businesses_count() > 1:
        raise BusinessNeeded()
    found = customers_of(customer_id=key, code=code, phone_e164=phone_e164, slug=business_slug or None)
    return found[0] if found else (NOBODY, NOBODY, None)


def _log_in(business_id: UUID, user_id: UUID | None, password: str, totp: str | None, user_agent: str) -> Pair:
    with acting_in(business_id):
        user = user_with_password(user_id or NOBODY, password)
        if user is None:
            raise InvalidCredentials()
        check_second_factor(user, totp, now=timezone.now())
        try:
            return begin_session(user, user_agent=user_agent, now=timezone.now())
        except Unauthenticated as changed:
            raise InvalidCredentials() from changed
