"""Logins in the admin: a second factor is asked for, enrolled and removed there; a new password ends what was open."""

import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execora.api import counting
from execora.api.middleware import ADMIN_SECONDS
from execora.core.door import leave
from execora.core.models import AuditEvent, SecondFactor, User
from tests.support.authenticator import code_of
from tests.support.factories import PASSWORD, Shop, make_shop, token_of

pytestmark = pytest.mark.django_db
NEW = "quite another password"


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def enter(client: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/admin/login/?next=/admin/", {"username": user.username, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def enrol(client: Client) -> str:
    """Enrol as a person does, and return the key that the page showed."""
    page = client.get("/admin/second-factor/").content.decode()
    key = re.search(r'id="key">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert key is not None
    assert sealed is not None
    assert "<svg" in page
    body = {"sealed": sealed[1], "code": code_of(key[1], steps_from_now=-1), "password": PASSWORD}
    confirmed = client.post("/admin/second-factor/", body).content.decode()
    assert len(re.findall(r"<li>([a-z2-7]{16})</li>", confirmed)) == 10
    return key[1]


@pytest.mark.parametrize("who", ["admin_user", "staff_user"])
def test_the_login_asks_for_the_code_of_who_enrolled(client: Client, shop: Shop, who: str) -> None:
    user = getattr(shop, who)
    assert 'autocomplete="one-time-code"' in client.get("/admin/login/").content.decode()
    assert enter(client, user).status_code == 302
    key = enrol(client)
    client.post("/admin/logout/")
    for more in ({}, {"totp": "000000"}, {"totp": code_of(key, steps_from_now=-1)}):
        assert enter(client, user, **more).status_code == 200
        assert not is_in(client)
    assert enter(client, user, totp=code_of(key)).status_code == 302
    assert is_in(client)


def test_a_wrong_code_enrols_nothing_and_shows_the_same_key_again(client: Client, shop: Shop) -> None:
    enter(client, shop.admin_user)
    page = client.get("/admin/second-factor/").content.decode()
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert sealed is not None
    again = client.post(
        "/admin/second-factor/", {"sealed": sealed[1], "code": "x", "password": PASSWORD}
    ).content.decode()
    assert sealed[1] in again
    assert SecondFactor.objects.count() == 0


@pytest.mark.parametrize("password", ["wrong", ""])
def test_whoever_found_the_browser_open_enrols_nothing(client: Client, shop: Shop, password: str) -> None:
    enter(client, shop.admin_user)
    page = client.get("/admin/second-factor/").content.decode()
    sealed, key = re.search(r'name="sealed" value="([^"]+)"', page), re.search(r'id="key">([A-Z2-7 ]+)<', page)
    assert sealed is not None
    assert key is not None
    client.post("/admin/second-factor/", {"sealed": sealed[1], "code": code_of(key[1]), "password": password})
    assert SecondFactor.objects.count() == 0


def test_the_password_is_guessed_nowhere_without_a_limit(client: Client, shop: Shop, settings: Any) -> None:
    enter(client, shop.admin_user)
    settings.LIMITS = {**settings.LIMITS, "login": (2, 60)}
    counting.forget()
    wrong = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    client.post("/admin/password_change/", wrong, REMOTE_ADDR="192.0.2.1")
    client.post("/admin/second-factor/", {"password": "wrong", "code": "1"}, REMOTE_ADDR="192.0.2.2")
    right = {**wrong, "old_password": PASSWORD}
    answer = client.post("/admin/password_change/", right, REMOTE_ADDR="192.0.2.3")
    assert "Rate limit exceeded" in answer.content.decode()
    assert User.objects.get(pk=shop.admin_user.pk).check_password(PASSWORD)


def test_enrolling_ends_the_other_logins(client: Client, shop: Shop) -> None:
    token = token_of(shop.admin_user)
    enter(client, shop.admin_user)
    enrol(client)
    assert is_in(client)
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_it_is_removed_by_a_code_and_by_nothing_else(client: Client, shop: Shop) -> None:
    enter(client, shop.admin_user)
    key = enrol(client)
    client.post("/admin/second-factor/", {"remove": "yes", "code": "000000"})
    assert SecondFactor.objects.get().failures == 1
    assert client.post("/admin/second-factor/", {"remove": "yes", "code": code_of(key)}).status_code == 302
    assert SecondFactor.objects.count() == 0
    assert AuditEvent.objects.filter(command="remove_second_factor").count() == 1


def test_the_page_is_for_who_is_in(client: Client, shop: Shop) -> None:
    assert client.get("/admin/second-factor/").status_code == 302
    client.force_login(shop.customer_user)
    assert client.get("/admin/second-factor/").status_code == 302


def test_only_so_many_logins_are_tried(client: Client, shop: Shop, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "login": (2, 60)}
    for _ in range(2):
        enter(client, shop.admin_user, "wrong")
    assert enter(client, shop.admin_user).status_code == 200
    assert not is_in(client)


def test_a_new_password_ends_the_logins_and_the_other_browsers(client: Client, shop: Shop) -> None:
    other, token = Client(), token_of(shop.staff_user)
    enter(client, shop.staff_user)
    enter(other, shop.staff_user)
    body = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/admin/password_change/", body).status_code == 302
    assert (is_in(client), is_in(other)) == (True, False)
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert AuditEvent.objects.filter(command="change_password", user=shop.staff_user).count() == 1
    assert enter(Client(), shop.staff_user, NEW).status_code == 302


@pytest.mark.parametrize("old", ["wrong", ""])
def test_a_new_password_needs_the_old_one(client: Client, shop: Shop, old: str) -> None:
    enter(client, shop.staff_user)
    body = {"old_password": old, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/admin/password_change/", body).status_code == 200
    assert User.objects.get(pk=shop.staff_user.pk).check_password(PASSWORD)


def test_a_quarter_of_an_hour_without_a_click_ends_it(client: Client, shop: Shop) -> None:
    enter(client, shop.admin_user)
    name = next(name for name in client.cookies if "session" in name)
    assert client.cookies[name]["max-age"] == 900
    client.cookies[name]["max-age"] = ""
    client.get("/admin/")
    assert client.cookies[name]["max-age"] == 900, "each click begins it anew"
    client.session.set_expiry(-1)
    session = client.session
    session.set_expiry(-1)
    session.save()
    assert not is_in(client)


def test_twelve_hours_after_the_login_it_is_over_whoever_clicks(client: Client, shop: Shop) -> None:
    enter(client, shop.admin_user)
    for age, expected in ((ADMIN_SECONDS - 60, True), (ADMIN_SECONDS + 1, False)):
        session = client.session
        session["began"] = int(time.time()) - age
        session.save()
        assert is_in(client) is expected
    enter(client, shop.admin_user)
    assert is_in(client)


@pytest.mark.parametrize("action", ["deactivate", "make_admin", "end_logins", "reset_second_factor"])
def test_what_ends_logins_ends_those_in_the_admin(client: Client, shop: Shop, action: str) -> None:
    theirs = Client()
    enter(client, shop.admin_user)
    enter(theirs, shop.staff_user)
    assert is_in(theirs)
    client.post("/admin/core/user/", {"action": action, "_selected_action": [str(shop.staff_user.pk)]})
    client.post("/admin/core/user/", {"action": "activate", "_selected_action": [str(shop.staff_user.pk)]})
    assert (is_in(theirs), is_in(client)) == (False, True)
    enter(theirs, shop.staff_user)
    assert is_in(theirs)


def test_a_session_goes_on_under_the_next_secret_key(client: Client, shop: Shop, settings: Any) -> None:
    enter(client, shop.admin_user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next secret key of this test, long enough"
    assert is_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    assert is_in(client)


def test_a_name_that_exists_costs_as_many_statements_as_one_that_does_not(shop: Shop) -> None:
    def cost(name: str) -> int:
        leave()
        with CaptureQueriesContext(connection) as statements:
            Client().post("/admin/login/", {"username": name, "password": "wrong"})
        return len(statements)

    assert cost(shop.admin_user.username or "") == cost("nobody-here") > 2


def test_an_admin_decides_about_others_by_the_lists_actions(client: Client, shop: Shop) -> None:
    enter(client, shop.admin_user)
    token = token_of(shop.staff_user)
    for action in ("deactivate", "activate", "make_admin", "make_staff", "end_logins", "reset_second_factor"):
        body = {"action": action, "_selected_action": [str(shop.staff_user.pk)]}
        assert client.post("/admin/core/user/", body).status_code == 302
        changed = User.objects.get(pk=shop.staff_user.pk)
        assert (changed.is_active, changed.role) == (
            action != "deactivate",
            "admin" if action == "make_admin" else "staff",
        )
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert AuditEvent.objects.filter(user=shop.admin_user).count() == 6
    staff = Client()
    enter(staff, shop.staff_user)
    body = {"action": "make_admin", "_selected_action": [str(shop.staff_user.pk)]}
    assert staff.post("/admin/core/user/", body).status_code == 403


def test_the_address_without_its_slash_and_a_login_from_nowhere_lead_to_the_first_page(
    client: Client, shop: Shop
) -> None:
    assert client.get("/admin")["Location"] == "/admin/"
    body = {"username": shop.admin_user.username, "password": PASSWORD}
    assert client.post("/admin/login/", body)["Location"] == "/admin/"
