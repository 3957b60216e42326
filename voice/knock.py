"""What a client shows when it opens the socket: where its page comes from, and its token or ticket. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from execora.core.errors import Unauthenticated

Scope = Mapping[str, Any]
SUBPROTOCOL = "execora.v1"
_BEARER = "bearer."


@dataclass(frozen=True, slots=True)
class Credential:
    """An access token, or else a ticket; `raw` is never written anywhere."""

    raw: str
    is_ticket: bool

    def __repr__(self) -> str:
        return f"Credential(is_ticket={self.is_ticket})"


def credential_of(scope: Scope) -> Credential:
    """Return what the client shows by `?token=`, Authorization, the subprotocol pair or `?ticket=`.

    Raises:
        Unauthenticated: it shows nothing, or by several ways not the same.
    """
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
    shown = {Credential(value, is_ticket=name == "ticket") for name, value in query if name in ("token", "ticket")}
    for header in headers_of(scope, b"authorization"):
        scheme, _, raw = header.partition(" ")
        if scheme.lower() != "bearer" or not raw.strip():
            raise Unauthenticated()
        shown.add(Credential(raw.strip(), is_ticket=False))
    for protocol in scope.get("subprotocols", []):
        if protocol.startswith(_BEARER):
            shown.add(Credential(protocol.removeprefix(_BEARER), is_ticket=False))
    if len(shown) != 1:
        raise Unauthenticated()
    return shown.pop()


def subprotocol_of(scope: Scope) -> str | None:
    """Return the subprotocol to accept. The one that carries the token is never repeated."""
    return SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", []) else None


def is_welcome(scope: Scope, origins: Collection[str]) -> bool:
    """Tell whether the page that opens the socket is one of `origins`, to the letter. Who is no browser sends no Origin."""
    given = headers_of(scope, b"origin")
    return not given or (len(given) == 1 and given[0] in origins)


def headers_of(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
