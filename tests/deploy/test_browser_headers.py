"""Page, admin and docs work in a browser under policies that let no foreign or inline script run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.counter_page import Counter, at_the_counter, shot
from tests.support.live_server import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("live_server")
ADMIN_LISTS = (
    *("customers/customer", "ledger/entry", "billing/product", "billing/invoice", "billing/stockmovement"),
    *("reminders/reminder", "voice/voicesession", "core/auditevent"),
)


@pytest.fixture
def counter(browser: "Browser", live_server_process: LiveServer) -> Iterator[Counter]:
    with at_the_counter(browser, live_server_process, width=1280) as counter:
        yield counter


def test_the_page(counter: Counter) -> None:
    counter.opened()
    counter.say("Suresh ka kitna baaki hai")
    counter.wait(".reply", "Suresh Kumar ka baaki")
    shot(counter.page, "csp-page")


def test_the_docs_list_and_unfold_the_routes(counter: Counter) -> None:
    counter.page.set_default_timeout(120_000)  # it draws an example of every answer, which takes a loaded machine long
    counter.page.goto(f"{counter.server.base_url}/api/docs")
    login = counter.page.locator(".opblock", has_text="/api/v1/auth/login").first
    login.locator("button").first.click()
    login.get_by_role("button", name="Try it out").click()
    login.get_by_role("button", name="Execute").wait_for()
    shot(counter.page, "csp-docs")


def log_in_to_admin(counter: Counter) -> None:
    name, password = counter.server.logins["admin"]
    counter.page.goto(f"{counter.server.base_url}/admin/")
    shot(counter.page, "csp-admin-login")
    counter.page.locator("[name=username]").fill(name)
    counter.page.locator("[name=password]").fill(password)
    counter.page.locator("[type=submit]").click()
    counter.page.get_by_text("Stock movements").first.wait_for()


def test_the_admin_from_login_to_every_list_and_a_form(counter: Counter) -> None:
    log_in_to_admin(counter)
    shot(counter.page, "csp-admin-home")
    for address in ADMIN_LISTS:
        counter.page.goto(f"{counter.server.base_url}/admin/{address}/")
        counter.page.locator("#changelist").wait_for()
    counter.page.goto(f"{counter.server.base_url}/admin/customers/customer/")
    counter.page.get_by_text("Suresh Kumar").first.wait_for()
    shot(counter.page, "csp-admin-list")
    counter.page.goto(f"{counter.server.base_url}/admin/billing/product/add/")
    counter.page.locator("[name=name]").fill("Haldi")
    shot(counter.page, "csp-admin-form")


def test_a_script_that_got_into_a_page_does_not_run(counter: Counter) -> None:
    """The proof that the policies are in force: inline, foreign and handler scripts are refused everywhere."""
    inject = (
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s); const i = document.createElement('img'); i.setAttribute('onerror', 'window.ran = 2');"
        " i.src = 'data:,'; document.body.append(i);"
        " return new Promise(done => { i.addEventListener('error', () => done(window.ran ?? null)); }); }"
    )
    for path in ("/admin/login/", "/api/docs"):
        counter.page.goto(counter.server.base_url + path)
        assert counter.page.evaluate(inject) is None, path
        refused = [fault for fault in counter.faults if "Content Security Policy" in fault]
        assert len(refused) >= 2, path
        counter.faults.clear()
