"""Finding a person as people look for one: by ear, by landmark, by part of the number; only in one's own shop."""

import re

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.commands import create_customer
from customers.search import FOUND_AT_MOST, LEAST_SCORE, search_customers
from customers.sound import sound_key
from execora.core.actor import Actor
from execora.core.door import acting_in
from tests.support.database import TestDatabase
from tests.support.factories import Shop, leave_first_shop, make_shop

PEOPLE = (
    ("Rahul Verma", "", "ATM wala", "+919820000007"),
    ("Geeta Devi", "", "school wali", "+919820000008"),
    ("Ramesh Gupta", "Bunty", "", "+919820000006"),
    ("Suresh Kumar", "", "", "+919820000002"),
    ("Lakshmi Iyer", "", "", "+919811110010"),
    ("Mohan Lal", "", "bus stand", None),
)


@pytest.fixture
def shop(db: None) -> Shop:
    shop = make_shop()
    for name, nickname, landmark, phone in PEOPLE:
        create_customer(shop.staff, name=name, nickname=nickname, landmark=landmark, phone_e164=phone)
    return shop


def names(actor: Actor, text: str) -> list[str]:
    return [str(found.customer.name) for found in search_customers(actor, text)]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("geeta", "Geeta Devi"),
        ("Gita", "Geeta Devi"),
        ("githa devi", "Geeta Devi"),
        ("school wali", "Geeta Devi"),
        ("bunty", "Ramesh Gupta"),
        ("ramesh", "Ramesh Gupta"),
        ("suresh", "Suresh Kumar"),
        ("laxmi", "Lakshmi Iyer"),
        ("mohan", "Mohan Lal"),
        ("bus stand", "Mohan Lal"),
        ("rahul mandir", "Rahul Sharma"),
        ("rahul atm", "Rahul Verma"),
        ("98111 10010", "Lakshmi Iyer"),
        ("+91 98111-10010", "Lakshmi Iyer"),
        ("0010", "Lakshmi Iyer"),
        ("cust-003", "Geeta Devi"),
        ("CUST-003", "Geeta Devi"),
    ],
)
def test_the_one_who_is_meant_comes_first(shop: Shop, said: str, name: str) -> None:
    assert names(shop.staff, said)[0] == name


@pytest.mark.parametrize(("said", "name"), [("गीता", "Geeta Devi"), ("लक्ष्मी", "Lakshmi Iyer")])
def test_either_script_finds_them(shop: Shop, said: str, name: str) -> None:
    assert names(shop.staff, said)[:1] == [name]


def test_two_of_a_name_are_both_found_and_equally_near(shop: Shop) -> None:
    found = search_customers(shop.staff, "rahul")
    assert sorted(str(match.customer.name) for match in found) == ["Rahul Sharma", "Rahul Verma"]
    assert {match.score for match in found} == {1.0}


def test_a_score_is_between_its_least_and_one_and_best_first(shop: Shop) -> None:
    scores = [match.score for match in search_customers(shop.staff, "rahul sharma")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0
    assert all(LEAST_SCORE <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    "said", ["zubeida", "xyz", "", " ", "!?", "%", "_", "%%%", "'; --", "99999999", "cust-999", "\\"]
)
def test_nobody_is_found_for_what_names_nobody(shop: Shop, said: str) -> None:
    assert search_customers(shop.staff, said) == []


def test_ten_at_most_are_given(shop: Shop) -> None:
    for number in range(15):
        create_customer(shop.staff, name="Anil", landmark=f"gali {number}")
    assert len(search_customers(shop.staff, "anil")) == FOUND_AT_MOST == 10
    assert len(search_customers(shop.staff, "9820000")) <= FOUND_AT_MOST
    assert len(search_customers(shop.staff, "anil", limit=3)) == 3


def test_another_shop_finds_only_its_own(shop: Shop) -> None:
    other = make_shop()
    with acting_in(other.business.pk):
        assert names(other.staff, "geeta") == []
        assert names(other.staff, "cust-003") == []
        assert [match.customer.pk for match in search_customers(other.staff, "rahul")] == [other.rahul.pk]
        assert [match.customer.pk for match in search_customers(other.staff, "9820000001")] == [other.rahul.pk]


def test_who_acts_in_no_shop_finds_nobody(shop: Shop) -> None:
    leave_first_shop()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_sounding('raul', NULL, 60)")
        assert cursor.fetchone() == (0,)


MANY = """
INSERT INTO customers_customer (id, business_id, code, name, nickname, landmark, address, state_code, gstin, notes,
                                sound_keys, created_at, updated_at)
SELECT gen_random_uuid(), %(business)s, 'many-' || n, 'Person ' || n, '', '', '', '', '', '',
       ' ' || translate(md5(n::text), '0123456789', 'ghijklmnop') || ' ', now(), now()
  FROM generate_series(1, 10000) n
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [0, 3])
def test_among_ten_thousand_the_index_of_sounds_is_used(shop: Shop, test_database: TestDatabase, others: int) -> None:
    """As the application's role, under row-level security, with the very plan that the function runs by."""
    shops = [shop, *(make_shop() for _ in range(others))]
    with psycopg.connect(test_database.superuser_url, autocommit=True) as raw:
        for one in shops:
            raw.execute(MANY, {"business": one.business.pk})
        raw.execute("VACUUM ANALYZE customers_customer")
        raw.execute(
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
            "SET auto_explain.log_analyze = on; SET auto_explain.log_level = notice;"
            "SET plan_cache_mode = force_generic_plan; SET jit = off; SET ROLE execora_app"
        )
        raw.execute("SELECT set_config('app.business', %s, false)", [str(shop.business.pk)])
        plans: list[str] = []
        raw.add_notice_handler(lambda notice: plans.append(str(notice.message_primary)))
        found = raw.execute("SELECT customer_id FROM customers_sounding(%s, NULL, 60)", [sound_key("rahul")]).fetchall()
    assert shop.rahul.pk in {row[0] for row in found}
    inner = next(plan for plan in plans if "word_similarity" in plan)
    scans = set(re.findall(r"[A-Z][A-Za-z ]* Scan(?: using| on)? [a-z]\w*", inner))
    assert scans == {
        "Bitmap Heap Scan on customers_customer",
        "Bitmap Index Scan on customer_by_business_and_sound",
    }


def test_a_customer_finds_no_other(shop: Shop) -> None:
    assert names(shop.customer, "rahul") == ["Rahul Sharma"]
    assert names(shop.customer, "geeta") == []
    assert names(shop.customer, "98200") == ["Rahul Sharma"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=100))
def test_any_text_is_answered(shop: Shop, text: str) -> None:
    assert len(search_customers(shop.staff, text)) <= FOUND_AT_MOST
