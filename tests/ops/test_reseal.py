"""After `manage.py reseal` the previous SECRET_KEY can go, and everybody still logs in."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from execora.core.door import acting_in
from execora.core.models import SecondFactor, User
from execora.core.second_factor import check_second_factor, enrol_second_factor, offer_second_factor
from tests.support.authenticator import code_of
from tests.support.factories import PASSWORD, actor_of_user, make_shop

pytestmark = pytest.mark.django_db(transaction=True)


def enrol(user: User) -> str:
    offer = offer_second_factor(user)
    with acting_in(user.business_id):
        code = code_of(offer.key_base32, steps_from_now=-1)
        enrol_second_factor(actor_of_user(user), current_password=PASSWORD, sealed=offer.sealed, code=code)
    return offer.key_base32


def reseal() -> str:
    out = StringIO()
    call_command("reseal", stdout=out)
    return out.getvalue().strip()


def test_afterwards_the_previous_key_can_go(settings: Any) -> None:
    users = [make_shop().admin_user, make_shop().staff_user]
    keys = [enrol(user) for user in users]
    old, settings.SECRET_KEY = settings.SECRET_KEY, "the next secret key of this test, long enough"
    settings.SECRET_KEY_FALLBACKS = [old]
    later = make_shop().admin_user
    keys.append(enrol(later))
    assert reseal() == "Second factors sealed anew: 2. Under SECRET_KEY already: 1."
    assert reseal() == "Second factors sealed anew: 0. Under SECRET_KEY already: 3."
    settings.SECRET_KEY_FALLBACKS = []
    for user, key in zip([*users, later], keys, strict=True):
        with acting_in(user.business_id):
            actor = actor_of_user(user)
            check_second_factor(user, code_of(key), now=actor.now)
            assert SecondFactor.objects.get().failures == 0


def test_what_no_key_opens_is_told_and_left(settings: Any) -> None:
    lost = make_shop().admin_user
    enrol(lost)
    settings.SECRET_KEY = "a secret key that sealed nothing, long enough"
    with acting_in(lost.business_id):
        before = SecondFactor.objects.get().sealed_key
    with pytest.raises(CommandError, match=str(lost.pk)):
        reseal()
    with acting_in(lost.business_id):
        assert SecondFactor.objects.get().sealed_key == before
