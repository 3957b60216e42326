"""What opens the socket: each way alone, the same by several ways, and nothing else."""

import pytest

from execora.core.errors import Unauthenticated
from voice.knock import Credential, credential_of, is_welcome, subprotocol_of

TOKEN = Credential("eyJ.a.b", is_ticket=False)


def scope(query: str = "", *, subprotocols: tuple[str, ...] = (), **headers: str) -> dict[str, object]:
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"query_string": query.encode(), "headers": pairs, "subprotocols": list(subprotocols)}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (scope("token=eyJ.a.b"), TOKEN),
        (scope("ticket=eyJ.a.b"), Credential("eyJ.a.b", is_ticket=True)),
        (scope(authorization="Bearer eyJ.a.b"), TOKEN),
        (scope(authorization="bearer  eyJ.a.b "), TOKEN),
        (scope(subprotocols=("execora.v1", "bearer.eyJ.a.b")), TOKEN),
        (scope("token=eyJ.a.b", authorization="Bearer eyJ.a.b", subprotocols=("bearer.eyJ.a.b",)), TOKEN),
        (scope("token=&ticket=t"), Credential("t", is_ticket=True)),
    ],
)
def test_what_is_shown_once_or_alike_is_taken(given: dict[str, object], shown: Credential) -> None:
    assert credential_of(given) == shown


@pytest.mark.parametrize(
    "given",
    [
        scope(),
        scope("token="),
        scope("Token=eyJ.a.b"),
        scope("token=a&token=b"),
        scope("token=a&ticket=a"),
        scope("token=a", authorization="Bearer b"),
        scope("token=a", authorization="Basic a"),
        scope("token=a", authorization="Bearer "),
        scope(authorization="Bearer a", subprotocols=("execora.v1", "bearer.b")),
        scope(subprotocols=("bearer.a", "bearer.b")),
        scope(subprotocols=("execora.v1",)),
    ],
)
def test_nothing_and_what_disagrees_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        credential_of(given)


def test_a_credential_never_shows_itself() -> None:
    assert "secret" not in repr(Credential("secret", is_ticket=True))


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        ("https://shop.example", True),
        ("https://shop.example/", False),
        ("https://shop.example:443", False),
        ("http://shop.example", False),
        ("HTTPS://shop.example", False),
        ("https://shop.example.evil.example", False),
        ("https://sub.shop.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_is_welcome_by_its_origin_to_the_letter(origin: str, welcome: bool) -> None:
    assert is_welcome(scope(origin=origin), ["https://shop.example"]) is welcome


def test_two_origins_are_none() -> None:
    two = {"headers": [(b"origin", b"https://shop.example"), (b"Origin", b"https://evil.example")]}
    assert not is_welcome(two, ["https://shop.example"])


def test_who_is_no_browser_sends_no_origin() -> None:
    assert is_welcome(scope(), [])


def test_the_accepted_subprotocol_is_never_the_one_with_the_token() -> None:
    assert subprotocol_of(scope(subprotocols=("bearer.a", "execora.v1"))) == "execora.v1"
    assert subprotocol_of(scope(subprotocols=("bearer.a",))) is None
