"""How often somebody may do something. Windows and their names are django-ratelimit's; counting is execora/api/counting.py.

A window is fixed and begins at another moment for each key. A refused request is not counted.
"""

import functools
import ipaddress
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from execora.api.counting import CountingCache, noted
from execora.core.errors import DomainError
from execora.ops.asgi_types import Scope

# Without a sure count these are refused: they guard against guessing and against costs.
_NEEDED = frozenset(("login", "ws_ticket", "code_phone", "code_address", "code_network", "code_global", "code_tries"))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in `seconds`. With `is_needed`, nothing goes through while it cannot be counted across processes."""

    name: str
    count: int
    seconds: int
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a limit stands after a request: what is left of it, and when all of it is there again."""

    remaining: int
    reset_seconds: int
    limit: Limit


class TooManyRequests(DomainError):
    """`taken` is the limit that refused; of several, the one that lasts longest."""

    status = 429
    code = "RATE_LIMITED"

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        self.retry_after_seconds = taken.reset_seconds
        super().__init__(f"Rate limit exceeded. Nothing was done; try again in {_spoken(taken.reset_seconds)}.")


class _Limits(Mapping[str, Limit]):
    """The limits of settings.LIMITS by name."""

    def __getitem__(self, name: str) -> Limit:
        count, seconds = settings.LIMITS[name]
        return _limit(name, count, seconds)

    def __iter__(self) -> Iterator[str]:
        return iter(settings.LIMITS)

    def __len__(self) -> int:
        return len(settings.LIMITS)


@functools.cache
def _limit(name: str, count: int, seconds: int) -> Limit:
    return Limit(name, count, seconds, name in _NEEDED)


LIMITS: Mapping[str, Limit] = _Limits()


def take(limit: Limit, key: str) -> Taken:
    """Count one use of `limit` by `key`.

    Raises:
        TooManyRequests: it is used up; nothing was counted.
        LimitsUnavailable: the limit is needed and Redis is down.
    """
    return take_all((limit, key))[0]


def take_all(*asked: tuple[Limit, str]) -> list[Taken]:
    """Count one use of each limit by its key in one round trip; when one of them is used up, count none.

    Raises: as `take`.
    """
    with noted() as counters:
        usages = [_usage_of(limit, key) for limit, key in asked]
    for counter, (limit, _) in zip(counters, asked, strict=True):
        counter.ceiling = limit.count
    cache = cast("CountingCache", caches[settings.RATELIMIT_USE_CACHE])
    counted = cache.count(counters, is_needed=any(limit.is_needed for limit, _ in asked))
    taken = [
        Taken(max(0, limit.count - count), max(1, usage["time_left"]), limit)
        for (limit, _), count, usage in zip(asked, counted.counts, usages, strict=True)
    ]
    if not counted.is_counted:
        raise TooManyRequests(max((one for one in taken if not one.remaining), key=lambda one: one.reset_seconds))
    return taken


def _usage_of(limit: Limit, key: str) -> Any:
    return get_usage(
        None, group=limit.name, key=lambda group, request: key, rate=(limit.count, limit.seconds), increment=True
    )


def take_login(request: HttpRequest, name: str) -> None:
    """Count a login from the address of `request` and one under `name`.

    Raises: as `take`.
    """
    login = LIMITS["login"]
    take_all((login, address_key(request)), (login, f"name:{_one_name(name)}"))


def take_password(request: HttpRequest, user_id: UUID) -> None:
    """Count that somebody who is logged in gives their password again, whose login may be a lost one.

    Raises: as `take`.
    """
    take_login(request, f"password of {user_id}")


def take_code(request: HttpRequest, name: str) -> None:
    """Count a request for a one-time code: under `name`, from the address of `request`, and from its network on IPv6.

    Raises: as `take`.
    """
    asked = [(LIMITS["code_phone"], f"name:{_one_name(name)}"), (LIMITS["code_address"], client_address(request))]
    network = _network_of(request.META.get("REMOTE_ADDR", ""))
    if network is not None:
        asked.append((LIMITS["code_network"], network))
    take_all(*asked)


def take_code_sent(phone_e164: str) -> None:
    """Count a one-time code that goes out to a phone, by whatever name its owner was asked for, and in all.

    What is sent is counted, not what is asked for: names that nobody has would use up what the shops' customers need.

    Raises: as `take`.
    """
    take_all((LIMITS["code_phone"], f"sent:{phone_e164}"), (LIMITS["code_global"], "all"))


def _one_name(name: str) -> str:
    """Return what all spellings have in common that may find the same row: case and marks do not make another name.

    PostgreSQL's lower() takes the dotted capital I for an i, and Python does not; more names than it must are one here.
    """
    letters = unicodedata.normalize("NFKD", name.strip()[:200]).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def address_key(source: HttpRequest | Scope) -> str:
    """Return what requests are counted by of which only the address is known."""
    return f"address:{client_address(source)}"


def client_address(source: HttpRequest | Scope) -> str:
    """Return who counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address, which one line is given.

    The server has put the address that its trusted proxies tell in place of theirs (execora/asgi.py).
    """
    if isinstance(source, HttpRequest):
        return _one_client(source.META.get("REMOTE_ADDR", ""))
    return _one_client((source.get("client") or ("",))[0])


@functools.lru_cache(maxsize=4096)
def _one_client(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{ipaddress.IPv6Address(int(address) >> 64 << 64)}/64"


@functools.lru_cache(maxsize=4096)
def _network_of(host: str) -> str | None:
    """Return the first 48 bits of an IPv6 address: who has a tunnel or a server is given 65,536 clients of `_one_client`."""
    client = _one_client(host)
    if not client.endswith("/64"):
        return None
    return str(ipaddress.IPv6Network(client).supernet(new_prefix=48))


def _spoken(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} minutes" if seconds < 7200 else f"{-(-seconds // 3600)} hours"
