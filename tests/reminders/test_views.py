"""Reminders on REST."""

from typing import Any

import pytest
from django.test import Client

from execora.core.door import acting_in
from reminders.commands import schedule_reminder
from reminders.models import Reminder
from tests.reminders.support import Shop, tomorrow_at

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/reminders"


def post(shop: Shop, body: dict[str, Any], address: str = ADDRESS, **headers: str) -> Any:
    return Client().post(address, body, content_type="application/json", headers={**shop.headers(), **headers})


def test_a_reminder_is_created_in_the_wires_shape() -> None:
    shop = Shop()
    due = tomorrow_at(18)
    body = {"customerId": "cust-001", "amount": "500.00", "datetime": due.isoformat(), "message": "atta"}
    answer = post(shop, body)
    assert answer.status_code == 201, answer.content
    reminder = Reminder.objects.get()
    given = answer.json()["reminder"]
    assert given.pop("createdAt")
    assert given == {
        "id": str(reminder.pk),
        "customerId": str(shop.customer.pk),
        "customerCode": "cust-001",
        "customerName": "Bharat",
        "amount": "500.00",
        "message": "atta",
        "datetime": due.isoformat(),
        "repeat": "none",
        "status": "scheduled",
        "outcome": "",
        "occurrence": 1,
    }


def test_a_time_without_an_offset_is_the_shops() -> None:
    shop = Shop()
    due = tomorrow_at(18)
    answer = post(shop, {"customerId": "cust-001", "datetime": due.replace(tzinfo=None).isoformat()})
    assert answer.status_code == 201
    assert answer.json()["reminder"]["amount"] is None
    assert Reminder.objects.get().due_at == due


def test_the_same_key_creates_once() -> None:
    shop = Shop()
    body = {"customerId": "cust-001", "amount": 500, "datetime": tomorrow_at(18).isoformat()}
    first = post(shop, body, **{"Idempotency-Key": "remind-0001"})
    second = post(shop, body, **{"Idempotency-Key": "remind-0001"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.json() == second.json()
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"datetime": "tomorrow"},
        {"datetime": "2026-11-25"},
        {"datetime": "0001-01-01T00:00:00+14:00"},
        {"datetime": "9999-12-31T23:59:59-14:00"},
        {"datetime": "2026-02-30T10:00:00"},
        {"datetime": 5},
        {"amount": "-1"},
        {"amount": 0},
        {"repeat": "hourly"},
        {"message": "x" * 301},
        {"phone": "1"},
    ],
)
def test_malformed_input_is_refused_and_changes_nothing(change: dict[str, Any]) -> None:
    shop = Shop()
    answer = post(shop, {"customerId": "cust-001", "datetime": tomorrow_at(18).isoformat(), **change})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert next(iter(change)) in answer.json()["fields"]
    assert Reminder.objects.count() == 0


def test_a_night_hour_is_refused_with_an_offer() -> None:
    shop = Shop()
    answer = post(shop, {"customerId": "cust-001", "datetime": tomorrow_at(21).isoformat()})
    assert (answer.status_code, answer.json()["code"]) == (422, "OUTSIDE_CONTACT_HOURS")
    assert f"{tomorrow_at(19):%d %b %Y, %H:%M}" in answer.json()["message"]
    assert Reminder.objects.count() == 0


def test_moving_and_cancelling() -> None:
    shop = Shop()
    reminder = schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(10))
    one = f"{ADDRESS}/{reminder.pk}"
    body = {"datetime": tomorrow_at(11).isoformat()}
    moved = Client().patch(one, body, content_type="application/json", headers=shop.headers())
    assert (moved.status_code, moved.json()["reminder"]["datetime"]) == (200, tomorrow_at(11).isoformat())
    cancelled = post(shop, {}, f"{one}/cancel")
    assert (cancelled.status_code, cancelled.json()["reminder"]["status"]) == (200, "cancelled")
    again = post(shop, {}, f"{one}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "REMINDER_CLOSED")
    for absent in ("nothing", "0190b8a0-0000-7000-8000-000000000001"):
        missing = post(shop, {}, f"{ADDRESS}/{absent}/cancel")
        assert (missing.status_code, missing.json()["code"]) == (404, "REMINDER_NOT_FOUND")


def test_the_list_is_paged_filtered_and_the_shops_own() -> None:
    shop, other = Shop(), Shop("gupta")
    made = [
        schedule_reminder(shop.actor(), customer=shop.customer, due_at=tomorrow_at(hour)).pk for hour in (10, 11, 12)
    ]
    with acting_in(other.business.pk):
        schedule_reminder(other.actor(), customer=other.customer, due_at=tomorrow_at(10))
    headers = shop.headers()
    first = Client().get(ADDRESS, {"limit": 2, "status": "scheduled"}, headers=headers).json()
    assert [row["id"] for row in first["reminders"]] == [str(made[2]), str(made[1])]
    second = Client().get(ADDRESS, {"limit": 2, "cursor": first["next"], "customerId": "cust-001"}, headers=headers)
    assert [row["id"] for row in second.json()["reminders"]] == [str(made[0])]
    assert second.json()["next"] is None
    assert Client().get(ADDRESS, {"status": "done"}, headers=headers).json() == {"reminders": [], "next": None}


def test_nobody_and_customers_are_refused() -> None:
    shop = Shop()
    body = {"customerId": "cust-001", "datetime": tomorrow_at(18).isoformat()}
    assert Client().get(ADDRESS).status_code == 401
    headers = shop.customer_headers()
    assert Client().get(ADDRESS, headers=headers).status_code == 403
    refused = Client().post(ADDRESS, body, content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_PERMITTED")
    assert Reminder.objects.count() == 0


@pytest.mark.parametrize("phrase", ["kal shaam 6 baje", "कल शाम छह बजे", "tomorrow at 6 pm"])
def test_a_time_may_be_said(phrase: str) -> None:
    shop = Shop()
    answer = post(shop, {"customerId": "cust-001", "datetime": phrase})
    assert (answer.status_code, answer.json()["reminder"]["datetime"]) == (201, tomorrow_at(18).isoformat())


@pytest.mark.parametrize(
    "phrase", ["kal", "kal shaam 6 baje Rahul ko", "jaldi", "x" * 200, "30 february shaam 6 baje", ""]
)
def test_a_phrase_that_says_no_moment_is_refused(phrase: str) -> None:
    shop = Shop()
    answer = post(shop, {"customerId": "cust-001", "datetime": phrase})
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"datetime"})
    assert Reminder.objects.count() == 0
