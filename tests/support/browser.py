"""The system's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def playwright() -> Iterator["Playwright"]:
    """Playwright, ended with this module: while it runs, its event loop is this thread's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def launch(playwright: "Playwright") -> Callable[..., "Browser"]:
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("There is no Chromium here, and CI is set: install the package `chromium`.")
        pytest.skip("There is no Chromium here: install the package `chromium` to test the page.")

    def start(*more: str) -> "Browser":
        return playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *more])

    return start


@pytest.fixture(scope="module")
def browser(launch: Callable[..., "Browser"]) -> Iterator["Browser"]:
    running = launch()
    yield running
    running.close()
