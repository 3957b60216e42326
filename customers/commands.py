"""Writing about people."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from stdnum.in_ import gstin as gstin_number

from customers.errors import CustomerExists, CustomerNotFound, InvalidGstin
from customers.models import Customer, person_of
from customers.sound import sound_key
from execora.core.actor import Actor
from execora.core.checks import check_fields
from execora.core.commands import command
from execora.core.events import announce
from execora.core.gst import InvalidStateCode, checked_state_code
from execora.core.ids import new_id, parse_id
from execora.core.models import Counter, User
from execora.core.permissions import Permission, Role
from execora.language.devanagari import in_latin

CHANGEABLE = frozenset({"name", "nickname", "landmark", "phone_e164", "address", "state_code", "gstin", "notes"})


def find_customer(actor: Actor, reference: str) -> Customer:
    """Return the customer that an id or a code ("cust-001") names, among those the actor may see.

    Raises:
        CustomerNotFound: there is none, or it is not theirs to see.
    """
    key = parse_id(reference)
    named = {"pk": key} if key is not None else {"code": reference.lower()}
    customer = Customer.objects.visible_to(actor).select_related("account").filter(**named).first()
    if customer is None:
        raise CustomerNotFound()
    return customer


@command(requires=Permission.CUSTOMER_CREATE)
def create_customer(
    actor: Actor,
    *,
    name: str,
    nickname: str = "",
    landmark: str = "",
    phone_e164: str | None = None,
    address: str = "",
    state_code: str = "",
    gstin: str = "",
    notes: str = "",
    customer_id: UUID | None = None,
) -> Customer:
    """Add a person with an empty khata, and give them the next code. Locks the shop's counter of codes.

    Raises:
        CustomerExists: the phone is somebody's, or name, nickname and landmark are.
        InvalidGstin, InvalidStateCode: the GSTIN's form or check character, or the state, is wrong.
    """
    customer = Customer(
        id=customer_id or new_id(),
        business_id=actor.business_id,
        name=name,
        nickname=nickname,
        landmark=landmark,
        phone_e164=phone_e164,
        address=address,
        state_code=_state_of(_checked_gstin(gstin), state_code),
        gstin=_checked_gstin(gstin),
        notes=notes,
        sound_keys=sound_keys_of(name, nickname, landmark),
    )
    customer.code = f"cust-{_next_number(actor, 'customer'):03d}"
    _save(customer, force_insert=True)
    announce(actor, "customer.created", person_of(customer))
    return customer


@command(requires=Permission.CUSTOMER_CHANGE)
def change_customer(actor: Actor, *, customer: Customer, changes: dict[str, Any]) -> Customer:
    """Set the given fields (of CHANGEABLE) of a customer. Locks the customer's row.

    Raises:
        CustomerNotFound, CustomerExists, InvalidGstin: as their names say.
    """
    locked = Customer.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=customer.pk).first()
    if locked is None:
        raise CustomerNotFound()
    for field in changes.keys() & CHANGEABLE:
        setattr(locked, field, changes[field])
    locked.gstin = _checked_gstin(locked.gstin)
    if "gstin" in changes or "state_code" in changes:
        given = locked.state_code if "state_code" in changes else ""
        locked.state_code = _state_of(locked.gstin, given) or locked.state_code
    locked.sound_keys = sound_keys_of(locked.name, locked.nickname, locked.landmark)
    _save(locked)
    announce(actor, "customer.changed", person_of(locked), customer_id=locked.pk)
    return locked


@command(requires=Permission.CUSTOMER_LOGIN_OPEN)
def open_login(actor: Actor, *, customer_id: UUID) -> User:
    """Return the user that the customer logs in as, made now if there was none: without a password. Locks the customer."""
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    if customer.user_id is not None:
        return User.objects.get(pk=customer.user_id)
    user = User(business_id=actor.business_id, role=Role.CUSTOMER, name=customer.name)
    user.set_unusable_password()
    user.save(force_insert=True)
    customer.user = user
    customer.save(update_fields=["user"])
    return user


def sound_keys_of(name: str, nickname: str, landmark: str) -> str:
    """Return what a customer is found by: the sound of every word, spaces around each."""
    return f" {sound_key(in_latin(f'{name} {nickname} {landmark}'))} "


def _save(customer: Customer, *, force_insert: bool = False) -> None:
    check_fields(customer)
    try:
        customer.save(force_insert=force_insert)
    except IntegrityError as fault:
        if "customer_phone_once" in str(fault) or "customer_told_apart" in str(fault):
            raise CustomerExists() from fault
        raise


def _checked_gstin(gstin: str) -> str:
    if gstin and not gstin_number.is_valid(gstin):
        raise InvalidGstin(fields={"gstin": [InvalidGstin.message]})
    return gstin_number.compact(gstin) if gstin else ""


def _state_of(gstin: str, state_code: str) -> str:
    """Return the state of a customer: a GSTIN begins with it."""
    state = gstin[:2] or checked_state_code(state_code)
    if state_code and state_code != state:
        message = f"The GSTIN is of state {state}: leave the state out, or give that one."
        raise InvalidStateCode(message, fields={"stateCode": [message]})
    return state


def _next_number(actor: Actor, name: str) -> int:
    Counter.objects.bulk_create([Counter(business_id=actor.business_id, name=name)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(business_id=actor.business_id, name=name)
    Counter.objects.filter(pk=counter.pk).update(value=F("value") + 1)
    return int(counter.value) + 1
