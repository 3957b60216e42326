"""The page in a browser, as a person at the counter uses it, and what its tests look at beside it."""

import os
import re
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from tests.support.live_server import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE_MS = 20_000


class Counter:
    """The page as a person at the counter uses it. `faults` collects what the console complains of."""

    def __init__(self, page: "Page", server: LiveServer) -> None:
        self.page = page
        self.server = server
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", lambda line: line.type == "error" and self.faults.append(line.text))

    def open(self, role: str = "staff", *, password: str | None = None) -> "Counter":
        name, right = self.server.logins[role]
        self.page.goto(self.server.base_url)
        self.page.get_by_label("Username or customer id").fill(name)
        self.page.get_by_label("Password").fill(right if password is None else password)
        self.page.get_by_role("button", name="Log in").click()
        return self

    def opened(self, role: str = "staff") -> "Counter":
        self.open(role)
        self.page.locator("#connection", has_text="Connected").wait_for()
        return self

    def say(self, text: str) -> None:
        self.page.get_by_label("Type a command").fill(text)
        self.page.keyboard.press("Enter")

    def wait(self, selector: str, text: str | re.Pattern[str]) -> str:
        found = self.page.locator(selector).filter(has_text=text).last
        found.wait_for()
        return found.inner_text()


@contextmanager
def at_the_counter(browser: "Browser", server: LiveServer, *, width: int) -> Iterator[Counter]:
    """Open the page in a window of its own; fail if the console complained of anything."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-IN")
    counter = Counter(context.new_page(), server)
    yield counter
    context.close()
    assert counter.faults == []


def entries_of(server: LiveServer, name: str) -> list[tuple[str, int]]:
    with psycopg.connect(server.database.superuser_url) as connection:
        return connection.execute(
            "SELECT kind, total_paise FROM ledger_entry JOIN customers_customer c ON c.id = customer_id"
            " WHERE c.name = %s ORDER BY sequence",
            [name],
        ).fetchall()


def widest(page: "Page") -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def padded(source: Path, target: Path) -> tuple[Path, float]:
    """Write the recording with half a second before it and a second after, and return its length in seconds.

    What follows `--use-file-for-fake-audio-capture` is taken from the moment the microphone opens.
    """
    with wave.open(str(source), "rb") as file:
        layout, sound = file.getparams(), file.readframes(file.getnframes())
    silence = bytes(layout.framerate)
    with wave.open(str(target), "wb") as file:
        file.setparams(layout)
        file.writeframes(silence + sound + silence * 2)
    return target, layout.nframes / layout.framerate + 1.5


def shot(page: "Page", name: str) -> None:
    """Keep a picture in the directory PAGE_SHOTS, when a person wants to look."""
    directory = os.environ.get("PAGE_SHOTS")
    if directory:
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)


def token_of(page: "Page", server: LiveServer) -> str:
    name, password = server.logins["staff"]
    answer = page.request.post(
        f"{server.base_url}/api/v1/auth/login", data={"username": name, "password": password}
    ).json()
    return str(answer["token"])


def rest(page: "Page", server: LiveServer, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = page.request.post(
        f"{server.base_url}/api/v1/{path}", data=body, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status == 201, answer.text()
    made: dict[str, Any] = answer.json()
    return made


def credit_by_rest(page: "Page", server: LiveServer, *, customer: str, rupees: str) -> None:
    body = {"customerId": customer, "amount": rupees, "description": "Rashan"}
    rest(page, server, token_of(page, server), "ledger/credit", body)
