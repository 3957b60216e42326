"""A second shop beside the demo's, on the running server, for as long as a module of tests needs it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer

_MAKE = """
import json
from tests.support.factories import make_shop, token_of
shop = make_shop(slug="other", time_zone={zone!r})
from billing.commands import create_product
from decimal import Decimal
rice = create_product(shop.staff, name="Other Rice", unit="kg", price_paise=5000, stock=Decimal(10))
from ledger.commands import record_opening_balance
entry = record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=90000)
print(json.dumps(dict(token=token_of(shop.staff_user), business=str(shop.business.pk), customer=str(shop.rahul.pk),
    product=str(rice.pk), entry=str(entry.pk))))
"""


@dataclass(frozen=True)
class OtherShop:
    """Another business with one customer who owes 900 rupees and one product; `token` is its staff's."""

    token: str
    business: str
    customer: str
    product: str
    entry: str


def _midday_zone() -> str:
    """Return a zone in which it is about noon, so that customers may be written to now. Etc/GMT-5 is ahead of UTC."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.fixture(scope="module")
def other_shop(live_server_process: "LiveServer") -> Iterator[OtherShop]:
    printed = live_server_process.manage("shell", "-c", _MAKE.format(zone=_midday_zone()))
    shop = OtherShop(**json.loads(printed.strip().splitlines()[-1]))
    yield shop
    _remove(live_server_process, shop.business)


def _remove(server: "LiveServer", business: str) -> None:
    """Take the shop away past every rule: with two of them, a customer's code alone no longer names one."""
    with psycopg.connect(server.database.superuser_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        owned = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'business_id'"
        )
        for (table,) in owned.fetchall():
            connection.execute(f"DELETE FROM {table} WHERE business_id = %s", (business,))  # type: ignore[arg-type]
        connection.execute("DELETE FROM core_business WHERE id = %s", (business,))
