"""Events: told after the commit to those whom they concern, never for what was taken back, never in the way."""

import asyncio
import socket
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection, transaction

from execora.core import events
from execora.core.door import acting_in
from execora.core.errors import Conflict
from execora.core.events import announce, customer_group, deliver_on, staff_group
from execora.core.ids import new_id
from execora.ops.logging import FIELDS_ATTRIBUTE
from ledger.commands import record_payment
from tests.support.factories import Shop, make_shop


class Ears:
    """Channels that listen to the groups of one shop and one customer."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.layer = get_channel_layer()

    async def open(self) -> "Ears":
        self.staff, self.customer = await self.layer.new_channel(), await self.layer.new_channel()
        await self.layer.group_add(staff_group(self.shop.business.pk), self.staff)
        await self.layer.group_add(customer_group(self.shop.rahul.pk), self.customer)
        return self

    async def heard(self, channel: str, *, seconds: float = 5) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(seconds):
                message: dict[str, Any] = await self.layer.receive(channel)
                return message
        except TimeoutError:
            return None


def in_thread(function: Any, shop: Shop | None = None) -> Any:
    """Run in another thread, as commands do, in the business of `shop`, and leave no connection behind there."""
    business_id = shop.business.pk if shop is not None else new_id()

    def run(*arguments: Any, **named: Any) -> Any:
        try:
            with acting_in(business_id):
                return function(*arguments, **named)
        finally:
            connection.close()

    return sync_to_async(run, thread_sensitive=False)


@pytest.fixture(autouse=True)
def _no_loop_afterwards() -> Any:
    yield
    events._loop = None


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_a_payment_is_told_to_the_staff_and_to_its_customer() -> None:
    shop = await in_thread(make_shop)()
    deliver_on(asyncio.get_running_loop())
    ears = await Ears(shop).open()
    entry = await in_thread(record_payment, shop)(shop.staff, customer=shop.rahul, amount_paise=5_000, mode="cash")
    expected = {
        "type": "business.event",
        "name": "payment.recorded",
        "data": {
            "customer": {
                "id": str(shop.rahul.pk),
                "code": "cust-001",
                "name": "Rahul Sharma",
                "landmark": "mandir wala",
            },
            "entryId": str(entry.pk),
            "amount": "50.00",
            "balance": "-50.00",
        },
    }
    assert await ears.heard(ears.staff) == expected
    assert await ears.heard(ears.customer) == expected


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_what_is_taken_back_is_not_told() -> None:
    shop = await in_thread(make_shop)()
    deliver_on(asyncio.get_running_loop())
    ears = await Ears(shop).open()

    def fail() -> None:
        with transaction.atomic():
            record_payment(shop.staff, customer=shop.rahul, amount_paise=5_000, mode="cash")
            raise Conflict()

    with pytest.raises(Conflict):
        await in_thread(fail, shop)()
    await in_thread(announce, shop)(shop.staff, "thing.happened", {"n": 1})
    assert (await ears.heard(ears.staff) or {})["name"] == "thing.happened"
    assert await ears.heard(ears.customer, seconds=0.1) is None


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_another_shop_hears_nothing() -> None:
    shop, other = await in_thread(make_shop)(), await in_thread(make_shop)()
    deliver_on(asyncio.get_running_loop())
    ears = await Ears(other).open()
    await in_thread(announce, shop)(shop.staff, "thing.happened", {}, customer_id=shop.rahul.pk)
    await in_thread(announce, other)(other.staff, "thing.happened.here", {})
    assert (await ears.heard(ears.staff) or {})["name"] == "thing.happened.here"
    assert await ears.heard(ears.customer, seconds=0.1) is None


@pytest.mark.django_db(transaction=True)
def test_a_process_without_sockets_writes_all_the_same() -> None:
    shop = make_shop()
    entry = record_payment(shop.staff, customer=shop.rahul, amount_paise=5_000, mode="cash")
    assert entry.balance_after_paise == -5_000


@pytest.mark.django_db(transaction=True)
def test_a_loop_that_has_ended_stops_nobody() -> None:
    loop = asyncio.new_event_loop()
    deliver_on(loop)
    loop.close()
    shop = make_shop()
    assert record_payment(shop.staff, customer=shop.rahul, amount_paise=5_000, mode="cash").sequence == 1


@pytest.mark.django_db(transaction=True)
def test_over_redis_another_process_hears_it(redis_url: str, settings: Any) -> None:
    """A worker has no sockets: through Redis its events reach the servers."""
    from channels.layers import channel_layers

    backend = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": redis_url, "socket_timeout": 15}]},
    }
    settings.CHANNEL_LAYERS = {"default": backend}
    settings.REDIS_URL = redis_url
    channel_layers.backends = {}
    try:
        shop = make_shop()

        async def listen_while_it_happens() -> dict[str, Any] | None:
            ears = await Ears(shop).open()
            await in_thread(announce, shop)(shop.staff, "thing.happened", {"n": 1})
            return await ears.heard(ears.staff)

        heard = asyncio.run(listen_while_it_happens())
        assert heard is not None
        assert (heard["name"], heard["data"]) == ("thing.happened", {"n": 1})
    finally:
        channel_layers.backends = {}


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_hangs_takes_nothing_back_and_holds_nobody_up(
    settings: Any, caplog: Any, monkeypatch: Any
) -> None:
    from channels.layers import channel_layers

    monkeypatch.setattr(events, "DELIVERY_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        hosts = [{"address": settings.REDIS_URL, "socket_timeout": 15}]
        settings.CHANNEL_LAYERS = {
            "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts}}
        }
        channel_layers.backends = {}
        try:
            shop = make_shop()
            entry = record_payment(shop.staff, customer=shop.rahul, amount_paise=5_000, mode="cash")
        finally:
            channel_layers.backends = {}
    assert entry.balance_after_paise == -5_000
    lost = [vars(record)[FIELDS_ATTRIBUTE] for record in caplog.records if record.message == "event_lost"]
    assert {fields["error_type"] for fields in lost} == {"TimeoutError"}
    assert "payment.recorded" in {fields["kind"] for fields in lost}
