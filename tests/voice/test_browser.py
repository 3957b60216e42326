"""The page in a real Chromium against the really running server."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from execora.ops.children import wait_until
from tests.end_to_end.client import Rest
from tests.support.counter_page import (
    Counter,
    at_the_counter,
    credit_by_rest,
    entries_of,
    padded,
    rest,
    shot,
    token_of,
    widest,
)
from tests.support.live_server import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

AUDIO = Path(__file__).parent.parent / "audio" / "hi03_kokoro_hm_omega.wav"
# The tests of the running server share one: a second worker would start another.
pytestmark = pytest.mark.xdist_group("live_server")


@pytest.fixture
def counter(browser: "Browser", live_server_process: LiveServer) -> Iterator[Counter]:
    with at_the_counter(browser, live_server_process, width=1200) as counter:
        yield counter


def test_a_typed_command_is_understood_answered_and_written(counter: Counter, live_server_process: LiveServer) -> None:
    counter.opened()
    counter.say("Suresh ka kitna baaki hai")
    before = counter.wait(".reply", "Suresh Kumar ka baaki")
    counter.wait("#khata-who", "Suresh Kumar")
    counter.say("Suresh ne 150 rupaye jama kiye")
    counter.wait(".said", "Suresh ne 150 rupaye jama kiye")
    counter.wait(".understood", re.compile("Payment received.*₹150"))
    after = counter.wait(".reply", "₹150 jama ho gaye")
    counter.wait("#khata-entries li:first-child", re.compile("Jama.*₹150", re.DOTALL))
    counter.wait("#events li", "Suresh Kumar paid ₹150")
    shot(counter.page, "typed-1200")
    rupees = [int(re.findall(r"₹([\d,]+)", text)[-1].replace(",", "")) for text in (before, after)]
    assert rupees[0] - rupees[1] == 150
    assert counter.page.locator("#khata-balance").inner_text() == f"₹{rupees[1]:,}"
    assert entries_of(live_server_process, "Suresh Kumar")[-1] == ("payment", 15_000)


def test_the_khata_changes_when_somebody_else_writes(counter: Counter, live_server_process: LiveServer) -> None:
    counter.opened()
    counter.say("Geeta ka baaki batao")
    counter.wait("#khata-who", "Geeta Devi")
    rows = counter.page.locator("#khata-entries li")
    rows.first.wait_for()
    before = rows.count()
    credit_by_rest(counter.page, live_server_process, customer="cust-008", rupees="35.50")
    counter.wait("#khata-entries li:first-child", "₹35.50")
    assert rows.count() == before + 1
    counter.wait("#events li", "₹35.50 of credit to Geeta Devi")


def test_two_of_one_name_are_asked_about_and_a_press_answers(counter: Counter, live_server_process: LiveServer) -> None:
    counter.opened()
    counter.say("Rahul ne 40 rupaye jama kiye")
    question = counter.wait(".reply.question", "Kaun sa Rahul?")
    assert "mandir wala" in question
    assert "ATM wala" in question
    assert counter.page.locator("#khata-open").is_hidden()
    shot(counter.page, "question-1200")
    counter.page.get_by_role("button", name="ATM wala").click()
    counter.wait(".reply", "Rahul Verma se ₹40 jama ho gaye")
    counter.wait("#khata-who", "Rahul Verma, ATM wala")
    assert entries_of(live_server_process, "Rahul Verma")[-1] == ("payment", 4_000)
    assert ("payment", 4_000) not in entries_of(live_server_process, "Rahul Sharma")


def test_a_large_amount_waits_for_the_button(counter: Counter, live_server_process: LiveServer) -> None:
    counter.opened()
    counter.say("Imran ne 9000 rupaye jama kiye")
    counter.wait(".proposal .summary", "Imran Khan se ₹9,000 jama karun?")
    shot(counter.page, "proposal-1200")
    assert entries_of(live_server_process, "Imran Khan") == []
    counter.page.get_by_role("button", name="No", exact=True).click()
    counter.wait(".reply", "Theek hai, nahi kiya.")
    assert entries_of(live_server_process, "Imran Khan") == []
    counter.say("Imran ne 9000 rupaye jama kiye")
    counter.page.get_by_role("button", name="Yes, do it").click()
    counter.wait(".reply", "₹9,000 jama ho gaye")
    counter.wait("#khata-owes", "paid in advance")
    assert entries_of(live_server_process, "Imran Khan") == [("payment", 900_000)]


def test_hindi_is_answered_and_marked_as_hindi(counter: Counter) -> None:
    counter.opened()
    counter.say("लक्ष्मी का बाकी बताओ")
    counter.wait(".reply", "बाकी")
    assert counter.page.locator(".reply").last.get_attribute("lang") == "hi"


def test_a_name_is_data_and_never_markup(counter: Counter, live_server_process: LiveServer) -> None:
    name = "Zubin <img src=x onerror=alert(1)>"
    token = token_of(counter.page, live_server_process)
    made = rest(counter.page, live_server_process, token, "customers", {"name": name})["customer"]
    rest(
        counter.page,
        live_server_process,
        token,
        "ledger/credit",
        {"customerId": made["id"], "amount": "10.00", "description": "<b>bold</b>"},
    )
    counter.opened()
    counter.say("Zubin ka baaki batao")
    proposal_or_reply = counter.page.locator(".proposal, .reply").last
    proposal_or_reply.wait_for()
    if counter.page.locator(".proposal").count():
        counter.page.get_by_role("button", name="Yes, do it").click()
    counter.wait("#khata-who", name)
    counter.wait("#khata-entries li", "<b>bold</b>")
    assert counter.page.locator("img, #khata-entries b").count() == 0


def test_a_wrong_password_is_told_and_nothing_is_kept(counter: Counter) -> None:
    counter.open(password="not the password")
    counter.wait("#login-fault", "The name or the password is wrong.")
    shot(counter.page, "wrong-1200")
    assert counter.page.locator("#counter").is_hidden()
    assert counter.page.evaluate("sessionStorage.length + localStorage.length") == 0
    counter.page.get_by_label("Password").fill("")
    counter.page.get_by_role("button", name="Log in").click()
    counter.wait("#login-fault", "Enter your username or customer id, and your password.")
    counter.faults = [fault for fault in counter.faults if "401" not in fault]  # Chromium reports the refused request


def test_the_token_is_in_no_address_and_ends_with_the_logout(counter: Counter) -> None:
    addresses: list[str] = []
    counter.page.on("request", lambda request: addresses.append(request.url))
    counter.page.on("websocket", lambda socket: addresses.append(socket.url))
    counter.opened()
    kept = kept_login(counter)
    assert len(kept["token"]) > 100
    assert f"{counter.server.ws_url}" in addresses
    for secret in (kept["token"], kept["refreshToken"]):
        assert not any(secret in address for address in [*addresses, counter.page.url])
    counter.page.reload()
    counter.wait("#connection", "Connected")
    counter.page.get_by_role("button", name="Log out").click()
    counter.page.locator("#login").wait_for()
    assert counter.page.evaluate("sessionStorage.length") == 0
    refused = Rest(counter.server, kept["token"])
    assert wait_until(lambda: refused.get("me").status == 401, timeout_seconds=20)


def kept_login(counter: Counter) -> dict[str, Any]:
    return json.loads(counter.page.evaluate("sessionStorage.getItem('execora.login')"))


def test_tokens_are_renewed_in_time_and_the_socket_goes_on_with_the_new_one(counter: Counter) -> None:
    counter.opened()
    before = kept_login(counter)
    assert before["endsAt"] - before["renewAt"] == pytest.approx(180_000, abs=5)
    renew_on_reload(counter)
    assert wait_until(lambda: kept_login(counter)["token"] != before["token"], timeout_seconds=20)
    after = kept_login(counter)
    assert after["refreshToken"] != before["refreshToken"]
    assert Rest(counter.server, after["token"]).get("me").status == 200
    counter.say("Suresh ka kitna baaki hai")
    counter.page.locator(".reply").last.wait_for()


def test_a_token_that_is_over_leads_to_a_new_one_and_not_to_the_form(counter: Counter) -> None:
    counter.opened()
    before = kept_login(counter)
    body, claims, signature = before["token"].split(".")
    counter.page.evaluate(
        "token => sessionStorage.setItem('execora.login', JSON.stringify("
        "{...JSON.parse(sessionStorage.getItem('execora.login')), token, renewAt: 0}))",
        f"{body}.{claims}.{signature[::-1]}",
    )
    counter.page.reload()
    counter.wait("#connection", "Connected")
    assert counter.page.locator("#login").is_hidden()
    assert kept_login(counter)["refreshToken"] != before["refreshToken"]


def test_a_tab_that_was_duplicated_goes_on_with_what_the_other_renewed(counter: Counter) -> None:
    counter.opened()
    with counter.page.expect_popup() as opening:
        counter.page.evaluate("open(location.href)")
    twin = Counter(opening.value, counter.server)
    twin.wait("#connection", "Connected")
    before = kept_login(twin)
    assert before["refreshToken"] == kept_login(counter)["refreshToken"]
    renew_on_reload(counter)
    assert wait_until(lambda: kept_login(twin)["refreshToken"] != before["refreshToken"], timeout_seconds=20)
    assert kept_login(twin) == kept_login(counter)


def renew_on_reload(counter: Counter) -> None:
    """Let the tokens' time be over as far as the page knows, as after a night with the lid closed."""
    kept = {**kept_login(counter), "renewAt": 0}
    counter.page.evaluate("kept => sessionStorage.setItem('execora.login', JSON.stringify(kept))", kept)
    counter.page.reload()
    counter.wait("#connection", "Connected")


def test_a_customer_sees_their_own_khata_alone(counter: Counter) -> None:
    counter.opened("customer")
    counter.wait("#khata-who", "Rahul Sharma")
    counter.say("Priya ka kitna baaki hai")
    counter.page.locator(".reply.question").wait_for()
    assert counter.page.locator("#khata-who").inner_text().startswith("Rahul Sharma")


def test_a_login_that_ended_leads_back_to_the_form(counter: Counter, live_server_process: LiveServer) -> None:
    counter.opened()
    token = kept_login(counter)["token"]
    with psycopg.connect(live_server_process.database.superuser_url) as connection:
        newest = "(SELECT max(id::text)::uuid FROM core_authsession)"
        connection.execute(f"UPDATE core_authsession SET revoked_at = now() WHERE id = {newest}")
    counter.say("Aaj ki bikri")
    counter.wait("#login-fault", "Log in again")
    assert counter.page.evaluate("sessionStorage.getItem('execora.login')") is None
    assert token
    counter.faults = [fault for fault in counter.faults if "401" not in fault]


def test_a_lost_connection_is_told_and_comes_back_with_what_was_typed(
    counter: Counter, live_server_process: LiveServer
) -> None:
    # A proxy of the test stands between page and server, so that the line can be cut.
    routes: list[Any] = []

    def carry(socket: Any) -> None:
        routes.append(socket)
        socket.connect_to_server()

    counter.page.route_web_socket(re.compile(r"/ws$"), carry)
    counter.opened()
    counter.say("Mohan ne 6000 rupaye jama kiye")
    counter.page.get_by_role("button", name="Yes, do it").wait_for()
    routes[-1].close(code=1012, reason="Service Restart")
    counter.wait("#connection", "The shop's server is restarting. Trying again")
    counter.wait(".proposal.over", "The connection was lost. Say it again.")
    counter.say("Mohan ka baaki batao")
    counter.wait("#connection", "Connected")
    counter.wait(".reply", "Mohan Lal ka baaki")
    assert len(routes) == 2
    assert counter.page.locator(".reply").count() == 1
    assert ("payment", 600_000) not in entries_of(live_server_process, "Mohan Lal")


def test_a_refused_microphone_is_told_in_words(
    launch: Callable[..., "Browser"], live_server_process: LiveServer
) -> None:
    # A microphone is there, and nobody allows it: without a window Chromium answers the question with no.
    browser = launch("--use-fake-device-for-media-stream")
    counter = Counter(browser.new_page(), live_server_process).opened()
    talk = enabled_talk_button(counter)
    talk.click()
    counter.wait("#talk-fault", "The microphone is not allowed here.")
    assert talk.get_attribute("aria-pressed") == "false"
    assert talk.inner_text() == "Hold to talk"
    browser.close()
    assert counter.faults == []


def test_without_speech_recognition_one_is_told_to_type(counter: Counter) -> None:
    def say_there_is_none(socket: Any) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda text: socket.send(text.replace('"sttAvailable":true', '"sttAvailable":false')))

    counter.page.route_web_socket(re.compile(r"/ws$"), say_there_is_none)
    counter.opened()
    counter.wait("#talk-absent", "Speech is not available in this shop's server. Type the command instead.")
    assert counter.page.locator("#talk-button").is_disabled()
    counter.say("Aaj ki kul bikri kitni hui")
    counter.wait(".reply", "bikri")


def test_a_server_that_is_away_is_told_at_the_login(counter: Counter) -> None:
    counter.page.route("**/auth/login", lambda route: route.abort())
    counter.open()
    counter.wait("#login-fault", "The shop's server cannot be reached.")
    counter.faults = [fault for fault in counter.faults if "ERR_FAILED" not in fault]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_scrolling_sideways(
    browser: "Browser", live_server_process: LiveServer, scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, color_scheme=scheme
    )
    counter = Counter(context.new_page(), live_server_process)
    counter.page.goto(live_server_process.base_url)
    counter.page.locator("#login").wait_for()
    assert widest(counter.page) == 360
    shot(counter.page, f"login-360-{scheme}")
    counter.opened()
    shot(counter.page, f"empty-360-{scheme}")
    counter.say("Suresh ka kitna baaki hai")
    counter.wait("#khata-who", "Suresh Kumar")
    counter.page.locator("#khata-entries li").first.wait_for()
    counter.say("Rahul ko 2 kilo chawal ka bill banao")
    counter.page.get_by_role("button", name="mandir wala").wait_for()
    counter.say("प्रिया ने 7500 रुपये जमा किए" + " और" * 3)
    counter.page.locator(".proposal, .reply.question").last.wait_for()
    assert widest(counter.page) == 360
    unseen = "document.querySelector('.conversation .out-of-sight').offsetParent.className"
    assert "conversation" in counter.page.evaluate(unseen)  # else each line of it makes the page longer
    shot(counter.page, f"full-360-{scheme}")
    # All at one moment: buttons of an answer go away by themselves.
    controls = counter.page.locator("button:visible, input:not([type=checkbox]):visible, select:visible")
    heights = controls.evaluate_all("all => all.map(one => [one.innerText, one.getBoundingClientRect().height])")
    assert len(heights) > 1
    assert [text for text, height in heights if height < 44] == []
    context.close()
    assert counter.faults == []


@pytest.mark.parametrize("hold", ["space bar", "button"])
def test_sound_from_the_microphone_becomes_a_written_payment(
    launch: Callable[..., "Browser"], live_server_process: LiveServer, tmp_path: Path, hold: str
) -> None:
    recording, seconds = padded(AUDIO, tmp_path / "said.wav")
    browser = launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={recording}%noloop",
    )
    counter = Counter(browser.new_page(), live_server_process).opened()
    talk, keyboard, mouse = enabled_talk_button(counter), counter.page.keyboard, counter.page.mouse
    written = len(entries_of(live_server_process, "Priya Nair"))
    talk.hover()
    (keyboard.down(" ") if hold == "space bar" else mouse.down())
    counter.wait("#talk-label", "Listening ...")
    assert talk.get_attribute("aria-pressed") == "true"
    counter.page.wait_for_timeout(seconds * 1000)
    (keyboard.up(" ") if hold == "space bar" else mouse.up())
    heard = counter.wait(".said:not(.hearing)", re.compile("priya|प्रिया", re.IGNORECASE))
    assert re.search("5 ?00|sau|सौ", heard)
    counter.wait(".reply", re.compile("Priya Nair"))
    counter.wait("#khata-entries li:first-child", "₹500")
    counter.wait("#talk-label", "Hold to talk")
    shot(counter.page, "spoken-1280")
    browser.close()
    assert counter.faults == []
    assert entries_of(live_server_process, "Priya Nair")[written:] == [("payment", 50_000)]


def enabled_talk_button(counter: Counter) -> "Locator":
    button = counter.page.locator("#talk-button")
    if button.is_disabled() and not os.environ.get("CI"):
        pytest.skip("There is no speech recognition here: install requirements-speech.txt to test the microphone.")
    return button
