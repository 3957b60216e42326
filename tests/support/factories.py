"""Shops and people for tests, made by the commands that make them in life.

A test acts in the first shop that it makes, until it is over; what it does in another it does within `acting_in`.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from customers.commands import create_customer
from customers.models import Customer
from execora.core.actor import Actor, Channel
from execora.core.door import acted_in, acting_in, leave
from execora.core.ids import new_id
from execora.core.models import AuthSession, Business, GstRegistration, User
from execora.core.permissions import Role
from execora.core.tokens import issue_access_token

PASSWORD = "a password of the tests"
_numbers = count(1)
_first_shop = ExitStack()


def make_business(**values: Any) -> Business:
    """Return a registered shop in Maharashtra whose prices include the tax."""
    number = next(_numbers)
    defaults = {
        "slug": f"shop-{number}",
        "name": f"Shop {number}",
        "state_code": "27",
        "gstin": "27AAPFU0939F1ZV",
        "gst_registration": GstRegistration.REGULAR,
    }
    business = Business(pk=new_id(), **{**defaults, **values})
    if acted_in() is None:
        _first_shop.enter_context(acting_in(business.pk))
    with acting_in(business.pk):
        business.save(force_insert=True)
    return business


def leave_first_shop() -> None:
    """Act in no business any more: the test is over. What it entered without a request's end would return to this shop later."""
    leave()
    _first_shop.close()


def make_user(business: Business, role: Role, **values: Any) -> User:
    username = None if role == Role.CUSTOMER else f"{role.value}-{next(_numbers)}"
    user = User(business=business, role=role, **{"name": f"{role.label} person", "username": username, **values})
    user.set_password(PASSWORD)
    with acting_in(business.pk):
        user.save()
    return user


def actor_of_user(user: User, *, channel: Channel = Channel.REST) -> Actor:
    customer = getattr(user, "customer", None)
    customer_id = customer.pk if customer is not None else None
    return Actor(user.business, user.pk, Role(user.role), customer_id, channel, "test-correlation", timezone.now())


@dataclass(frozen=True)
class Shop:
    """A shop with an admin, a staff user and a customer who can log in."""

    business: Business
    admin: Actor
    staff: Actor
    rahul: Customer
    customer: Actor
    customer_user: User
    staff_user: User
    admin_user: User


def make_shop(**values: Any) -> Shop:
    business = make_business(**values)
    with acting_in(business.pk):
        return _with_people(business)


def _with_people(business: Business) -> Shop:
    admin_user, staff_user = make_user(business, Role.ADMIN), make_user(business, Role.STAFF)
    staff = actor_of_user(staff_user)
    rahul = create_customer(staff, name="Rahul Sharma", landmark="mandir wala", phone_e164="+919820000001")
    customer_user = make_user(business, Role.CUSTOMER)
    Customer.objects.filter(pk=rahul.pk).update(user=customer_user)
    rahul.refresh_from_db()
    customer_user.refresh_from_db()
    return Shop(
        business=business,
        admin=actor_of_user(admin_user),
        staff=staff,
        rahul=rahul,
        customer=actor_of_user(customer_user),
        customer_user=customer_user,
        staff_user=staff_user,
        admin_user=admin_user,
    )


def token_of(user: User) -> str:
    """Return an access token of a new session."""
    with acting_in(user.business_id):
        session = AuthSession.objects.create(
            business_id=user.business_id, user=user, expires_at=timezone.now() + timedelta(days=30)
        )
    return issue_access_token(session)[0]


def bearer(user: User) -> dict[str, str]:
    """Return the headers of a request by this user, for Django's test client."""
    return {"authorization": f"Bearer {token_of(user)}"}
