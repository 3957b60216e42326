"""Tickets: each opens one socket, within half a minute, for the login that asked for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.utils import timezone

from execora.core.door import acting_in
from execora.core.errors import Unauthenticated
from execora.core.models import SocketTicket
from execora.core.refresh import renew
from execora.core.tickets import issue_ticket, redeem_ticket
from execora.core.tokens import read_access_token
from tests.support.factories import Shop, make_shop, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def ticket_of(shop: Shop) -> str:
    with acting_in(shop.business.pk):
        return issue_ticket(read_access_token(token_of(shop.staff_user)), now=timezone.now())[0]


def refused(raw: str) -> bool:
    try:
        redeem_ticket(raw)
    except Unauthenticated:
        return True
    return False


def test_a_ticket_is_its_tokens_login_once(shop: Shop) -> None:
    claims = read_access_token(token_of(shop.staff_user))
    with acting_in(shop.business.pk):
        ticket, seconds = issue_ticket(claims, now=timezone.now())
    assert seconds == 30
    assert redeem_ticket(ticket) == claims
    assert refused(ticket)


def test_of_sixteen_at_the_same_time_one_has_it(shop: Shop) -> None:
    together = Barrier(16)

    def attempt(raw: str) -> bool:
        connection.ensure_connection()
        together.wait()
        return not refused(raw)

    with ThreadPoolExecutor(16) as pool:
        won = [sum(pool.map(attempt, [ticket_of(shop)] * 16)) for _ in range(10)]
        list(pool.map(lambda _: (together.wait(), connections.close_all()), range(16)))
    assert won == [1] * 10


def test_a_ticket_is_over_after_half_a_minute(shop: Shop) -> None:
    ticket = ticket_of(shop)
    with acting_in(shop.business.pk):
        row = SocketTicket.objects.get()
        assert abs(row.expires_at - timezone.now() - timedelta(seconds=30)) < timedelta(seconds=10)
        SocketTicket.objects.update(expires_at=timezone.now())
    assert refused(ticket)


def test_a_ticket_is_nothing_else_and_nothing_else_is_a_ticket(shop: Shop) -> None:
    ticket, token = ticket_of(shop), token_of(shop.staff_user)
    with pytest.raises(Unauthenticated):
        read_access_token(ticket)
    with pytest.raises(Unauthenticated):
        renew(ticket, now=timezone.now())
    other = make_shop()
    with acting_in(other.business.pk):
        assert all(refused(raw) for raw in ("", "x", "A" * 64, token, ticket[:-1], f" {ticket}", ticket.swapcase()))
    assert redeem_ticket(ticket).user_id == shop.staff_user.pk
