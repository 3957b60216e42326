"""What nobody can log in with any more is deleted, in every shop, and what goes on stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.codes import asked_for, keep_code, sealed_request
from customers.jobs import forget_over
from customers.models import LoginCode
from execora.core.door import acting_in
from execora.core.models import AuthSession, RefreshToken, SocketTicket
from execora.core.refresh import begin_session, renew
from execora.core.tickets import issue_ticket
from execora.core.tokens import read_access_token
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = (AuthSession, RefreshToken, SocketTicket, LoginCode)


def fill(shop: Shop) -> str:
    """Begin a login, refresh it once, ask for a ticket and a code; return the refresh token."""
    pair = begin_session(shop.staff_user, user_agent="", now=timezone.now())
    request = asked_for(sealed_request(shop.business.pk, shop.rahul.pk)[0])
    assert request is not None
    with acting_in(shop.business.pk):
        issue_ticket(read_access_token(pair.token), now=timezone.now())
        keep_code(request)
    return renew(pair.refresh_token, now=timezone.now()).refresh_token


def counts(shop: Shop) -> list[int]:
    with acting_in(shop.business.pk):
        return [model.objects.filter(business=shop.business).count() for model in KEPT]


def test_what_is_over_goes_and_what_goes_on_stays() -> None:
    over, going_on = make_shop(), make_shop()
    fill(over)
    token = fill(going_on)
    now = timezone.now()
    with acting_in(over.business.pk):
        for model in (AuthSession, SocketTicket, LoginCode):
            model.objects.filter(business=over.business).update(expires_at=now - timedelta(hours=2))
    assert forget_over(now) == 2
    assert counts(over) == [1, 2, 0, 0], "a login is told of for a day"
    assert forget_over(now + timedelta(hours=23)) == 5
    assert (counts(over), counts(going_on)) == ([0, 0, 0, 0], [1, 2, 0, 0])
    assert renew(token, now=timezone.now()).token
