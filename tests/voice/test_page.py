"""The page as it is served: to everybody, from this host alone, with nothing inline."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

STATIC = Path(__file__).resolve().parents[2] / "voice" / "static" / "voice"
MODULES = sorted(STATIC.glob("*.js"))


@pytest.fixture
def html() -> str:
    return Client().get("/").content.decode()


def policy_of(host: str) -> dict[str, list[str]]:
    answer = Client(HTTP_HOST=host).get("/")
    assert answer.status_code == 200
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


def test_it_needs_no_login_and_no_database() -> None:
    answer = Client().get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Set-Cookie" not in answer.headers


def test_it_may_load_only_from_this_host_and_connect_only_to_it() -> None:
    policy = policy_of("localhost:3000")
    assert policy["default-src"] == policy["object-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["img-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "ws://localhost:3000", "wss://localhost:3000"]
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == ["'none'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert policy_of("127.0.0.1:3000")["connect-src"][1] == "ws://127.0.0.1:3000"
    assert "unsafe" not in str(policy)


def test_a_host_that_is_not_ours_gets_no_policy_of_its_own() -> None:
    answer = Client(HTTP_HOST="evil.example").get("/")
    assert answer.status_code == 400
    assert "evil.example" not in answer.headers.get("Content-Security-Policy", "")


def test_it_has_no_inline_script_style_or_handler(html: str) -> None:
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", html) == []


def test_all_that_it_names_is_there(html: str) -> None:
    named = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert len(named) >= 5
    for address in named:
        assert (STATIC / address.removeprefix(f"/{settings.STATIC_URL.strip('/')}/voice/")).is_file(), address


def test_every_module_imports_only_what_is_there() -> None:
    assert len(MODULES) > 10
    for module in MODULES:
        for imported in re.findall(r'from "([^"]+)"', module.read_text()):
            assert imported.startswith("./"), f"{module.name}: {imported}"
            assert (STATIC / imported).is_file(), f"{module.name}: {imported}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_texts_become_markup_nowhere(module: Path) -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", module.read_text())


def test_every_field_has_a_label(html: str) -> None:
    labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html))
    inside = set(re.findall(r'<label[^>]*><input[^>]*\sid="([^"]+)"', html))
    fields = set(re.findall(r'<(?:input|select)[^>]*\sid="([^"]+)"', html))
    assert fields
    assert fields == labelled | inside


def test_it_is_only_read() -> None:
    assert Client().head("/").status_code == 200
    assert Client().post("/").status_code == 405


READ_ON = [
    ("ink", "ground"),
    ("ink", "paper"),
    ("ink", "said"),
    ("ink", "leaf-pale"),
    ("ink", "warm-pale"),
    ("soft-ink", "ground"),
    ("soft-ink", "paper"),
    ("soft-ink", "warm-pale"),
    ("soft-ink", "line"),
    ("on-cloth", "cloth"),
    ("on-cloth", "cloth-deep"),
    ("gold", "cloth"),
    ("leaf", "paper"),
    ("udhaar", "paper"),
    ("udhaar", "warm-pale"),
    ("fault", "paper"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(scheme: str) -> None:
    """Source: WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    day, night = (STATIC / "colours.css").read_text().split("@media")
    colours = dict(re.findall(r"--([\w-]+): #(\w{6})", day))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): #(\w{6})", night))
    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in READ_ON}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
