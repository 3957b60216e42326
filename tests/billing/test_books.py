"""The nightly verification of each shop's books, as the application's role, and what staff see of it."""

import logging
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from billing.books import KEPT_FOR, verify_own_books
from billing.commands import Line, create_product, issue_invoice
from billing.jobs import verify_all, verify_shop
from billing.models import BooksVerification
from execora.core.actor import system_actor
from execora.core.door import acting_in
from ledger.commands import record_payment
from tests.support.database import TestDatabase
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shops(db: None) -> tuple[Shop, Shop]:
    shops = make_shop(), make_shop()
    for shop in shops:
        with acting_in(shop.business.pk):
            rice = create_product(shop.staff, name="Rice", unit="kg", price_paise=6_000, stock=Decimal(9))
            issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))])
            record_payment(shop.staff, customer=shop.rahul, amount_paise=500, mode="cash")
    return shops


def break_balance(database: TestDatabase, shop: Shop) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as raw:
        raw.execute("SET session_replication_role = replica")
        raw.execute(
            "UPDATE ledger_account SET balance_paise = balance_paise + 7 WHERE business_id = %s AND customer_id IS NOT NULL",
            [shop.business.pk],
        )


def verify(shop: Shop) -> BooksVerification:
    with acting_in(shop.business.pk):
        return verify_own_books(system_actor(shop.business, correlation_id="night", now=timezone.now()))


def test_right_books_are_kept_as_right(shops: tuple[Shop, Shop]) -> None:
    kept = verify(shops[0])
    assert (kept.is_true, kept.entries, kept.broken) == (True, 2, [])


def test_a_broken_shop_is_told_and_its_neighbour_is_not(
    shops: tuple[Shop, Shop], test_database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    break_balance(test_database, shops[1])
    with caplog.at_level(logging.ERROR):
        assert verify(shops[0]).is_true
        assert not caplog.records
        found = verify(shops[1])
    assert not found.is_true
    (rule,) = found.broken
    assert (rule["rule"].startswith("a kept balance"), rule["count"]) == (True, 1)
    assert rule["rows"][0][1:] == ["balance 5500 at 2", "balance 5507 at 2"]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("ERROR", "books_broken")]


def test_each_shop_has_its_own_job_by_night(shops: tuple[Shop, Shop]) -> None:
    verify_all(timestamp=0)
    waiting = ProcrastinateJob.objects.filter(task_name="billing.verify_books_of")
    assert {job.args["business_id"] for job in waiting} == {str(shop.business.pk) for shop in shops}
    for job in waiting:
        verify_shop(**job.args)
    for shop in shops:
        with acting_in(shop.business.pk):
            assert BooksVerification.objects.get().is_true


def test_what_is_older_than_ninety_days_is_forgotten(shops: tuple[Shop, Shop]) -> None:
    first = verify(shops[0])
    BooksVerification.objects.filter(pk=first.pk).update(at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    second = verify(shops[0])
    assert [row.pk for row in BooksVerification.objects.all()] == [second.pk]


def test_staff_see_their_own_shops_result_and_its_rows(
    client: Client, shops: tuple[Shop, Shop], test_database: TestDatabase
) -> None:
    break_balance(test_database, shops[1])
    right, wrong = verify(shops[0]), verify(shops[1])
    with acting_in(shops[1].business.pk):
        client.force_login(shops[1].staff_user)
    listed = client.get(reverse("admin:billing_booksverification_changelist")).content.decode()
    assert (str(wrong.pk) in listed, str(right.pk) in listed) == (True, False)
    page = client.get(reverse("admin:billing_booksverification_change", args=[wrong.pk])).content.decode()
    assert "expected balance 5500 at 2; found balance 5507 at 2" in page
    others = client.get(reverse("admin:billing_booksverification_change", args=[right.pk]))
    assert others.status_code == 302
