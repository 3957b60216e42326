"""Fill an empty, migrated database with a shop as it is after a year.

    python -m bench.seed DIRECTORY [--entries 1000000] [--customers 10000] [--products 500]

Makes an embedded PostgreSQL in DIRECTORY, migrates it, fills it and runs verify_books. A fifth of the entries are bills of two
lines. The same sizes make the same shop, up to the day it is made on.
"""

import argparse
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from execora.core.models import Business

HISTORY, CHAIN = (Path(__file__).parent / "sql" / name for name in ("seed.sql", "chain.sql"))
SECRETS = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
INVOICES_IN = 5  # one entry of so many is a bill
RATES_BP = (0, 500, 1800)

_FIRST = (
    "Rahul Priya Amit Suresh Mohan Lakshmi Anita Vijay Deepak Sunita Rajesh Kavita Manoj Pooja Sanjay Meena Arjun Geeta"
)
_FIRST += (
    " Ramesh Shanti Imran Farida Gurpreet Harjeet Joseph Mary Bhavna Chetan Dinesh Ekta Ganesh Hema Ishwar Jyoti Kiran"
)
_LAST = (
    "Sharma Verma Patil Iyer Khan Singh Gupta Desai Reddy Nair Joshi Kulkarni Das Bose Mehta Shah Yadav Chauhan Pillai"
)
_NICKNAMES = ("", "राजू", "मुन्ना", "पिंकी", "छोटू", "गुड्डी", "बबलू", "सोनू", "Bunty", "दीदी")
_PLACES = (
    "mandir wala",
    "station ke paas",
    "ATM wala",
    "गली नंबर",
    "school ke saamne",
    "bazaar wali",
    "nadi paar",
    "chowk",
)
_GOODS = "Chawal Atta Cheeni Tel Namak Chai Dal Besan Rava Poha Masala Sabun Biscuit Dahi Paneer Ghee Mirch Haldi Jeera Maida"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a shop is. `invoices` are among the `entries`."""

    entries: int
    customers: int = 10_000
    products: int = 500

    @property
    def invoices(self) -> int:
        return self.entries // INVOICES_IN


@dataclass(frozen=True, slots=True)
class Seeded:
    """The shop and the password of its user `slug`-staff."""

    business_id: UUID
    username: str
    password: str


def seed(superuser_url: str, size: Size, *, slug: str = "bench") -> Seeded:
    """Make the shop `slug` in the database of Django and `superuser_url`, which are one. Its triggers are off meanwhile, so the
    caller runs verify_books."""
    from execora.core.door import acting_in
    from execora.core.ids import new_id
    from execora.core.models import Business, GstRegistration, User
    from execora.core.permissions import Role

    business_id, password = new_id(), secrets.token_urlsafe(12)
    with acting_in(business_id):
        business = Business.objects.create(
            pk=business_id,
            slug=slug,
            name="Sharma Kirana Store",
            address="12 Station Road, Pune",
            state_code="27",
            gstin="27AAPFU0939F1ZV",
            gst_registration=GstRegistration.REGULAR,
        )
        staff = User(business=business, role=Role.STAFF, username=f"{slug}-staff", name="Vijay Patil")
        staff.set_password(password)
        staff.save()
        people, goods = _people(business, size.customers), _goods(business, size.products)
    with psycopg.connect(superuser_url) as connection:
        _write_history(connection, size, business=business_id, staff=staff.pk, people=people, goods=goods)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Seeded(business_id, f"{slug}-staff", password)


def name_of(place: int) -> tuple[str, str, str]:
    """Return name, nickname and landmark of a customer; no two are alike in all three."""
    first, last = _FIRST.split(), _LAST.split()
    spread = place * 7919  # a prime: neighbours in the list are not neighbours in name
    nickname, landmark = _NICKNAMES[place % len(_NICKNAMES)], _PLACES[spread // 7 % len(_PLACES)]
    return f"{first[spread % len(first)]} {last[spread // 3 % len(last)]}", nickname, f"{landmark} {place}"


def _people(business: "Business", count: int) -> list[UUID]:
    from customers.commands import sound_keys_of
    from customers.models import Customer
    from execora.core.models import Counter

    rows = [
        Customer(
            business=business,
            code=f"cust-{place + 1:03d}",
            name=name,
            nickname=nickname,
            landmark=landmark,
            phone_e164=f"+9198{place:08d}",
            address=f"{place} Station Road, Pune",
            sound_keys=sound_keys_of(name, nickname, landmark),
        )
        for place in range(count)
        for name, nickname, landmark in [name_of(place)]
    ]
    Customer.objects.bulk_create(rows, batch_size=1000)
    Counter.objects.create(business=business, name="customer", value=count)
    return [row.pk for row in rows]


def _goods(business: "Business", count: int) -> list[UUID]:
    from billing.models import Product

    words = _GOODS.split()
    rows = [
        Product(
            business=business,
            name=f"{words[place % len(words)]} {place + 1}",
            unit="kg" if place % 2 else "piece",
            price_paise=(10 + place * 13 % 190) * 100,
            hsn=f"{1000 + place}",
            gst_rate_bp=RATES_BP[place % len(RATES_BP)],
        )
        for place in range(count)
    ]
    Product.objects.bulk_create(rows)
    return [row.pk for row in rows]


def _write_history(
    connection: psycopg.Connection,
    size: Size,
    *,
    business: UUID,
    staff: UUID,
    people: Sequence[UUID],
    goods: Sequence[UUID],
) -> None:
    connection.execute("SET session_replication_role = replica; SET work_mem = '256MB'; SET jit = off")
    for table, ids in (("seed_customer", people), ("seed_product", goods)):
        connection.execute(f"CREATE TEMP TABLE {table} (place bigint PRIMARY KEY, id uuid NOT NULL) ON COMMIT DROP")
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in enumerate(ids):
                copy.write_row(row)
    values = {
        "entries": size.entries,
        "invoices": size.invoices,
        "customers": size.customers,
        "products": size.products,
        "business": business,
        "staff": staff,
    }
    statements = HISTORY.read_text() + CHAIN.read_text()
    for name, value in values.items():
        statements = statements.replace(f":{name}", sql.Literal(value).as_string(connection))
    connection.execute(statements.encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--products", type=int, default=500)
    given = parser.parse_args()
    from execora.ops.embedded import DATABASE, EmbeddedPostgres

    given.directory.mkdir(parents=True, exist_ok=True)
    postgres = EmbeddedPostgres(given.directory)
    urls = postgres.start()
    try:
        os.environ.update({name: secrets.token_urlsafe(36) for name in SECRETS})
        os.environ.update(
            DJANGO_SETTINGS_MODULE="execora.settings",
            DATA_DIR=str(given.directory / "data"),
            DATABASE_URL=urls.app_url,
            MIGRATE_DATABASE_URL=urls.owner_url,
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        began = time.monotonic()
        made = seed(postgres.superuser_url(DATABASE), Size(given.entries, given.customers, given.products))
        print(f"{given.entries} entries in {time.monotonic() - began:.1f} s, log in as {made.username} {made.password}")
        call_command("verify_books")
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
