"""Counting: exact under threads and processes, in one round trip, all or none; and who counts as one client."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.test import RequestFactory

from execora.api import counting
from execora.api.limits import LIMITS, Limit, TooManyRequests, client_address, take, take_all, take_login
from tests.api.counting_process import let_through
from tests.support.redis_commands import commands_at
from tests.support.services import ROOT

DAY = 86_400


def use_limits_at(settings: Any, url: str) -> None:
    """Let limits be counted at `url`, in this process's memory if it is empty."""
    settings.REDIS_URL = url
    settings.CACHES = {**settings.CACHES, "limits": {**settings.CACHES["limits"], "LOCATION": url}}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow answer of a loaded machine is not to be taken for a Redis that is down."""
    monkeypatch.setattr(counting, "ANSWER_SECONDS", 20.0)
    monkeypatch.setattr(counting, "CONNECT_SECONDS", 20.0)


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    use_limits_at(settings, request.getfixturevalue("redis_url") if request.param == "redis" else "")
    yield request.param
    counting.forget()


@pytest.fixture
def in_redis(redis_url: str, settings: Any) -> Iterator[str]:
    use_limits_at(settings, redis_url)
    yield redis_url
    counting.forget()


def new_key() -> str:
    return str(uuid.uuid4())


@pytest.mark.usefixtures("store")
def test_a_limit_counts_down_and_then_refuses() -> None:
    limit, key = Limit("few", 2, DAY), new_key()
    assert [take(limit, key).remaining, take(limit, key).remaining] == [1, 0]
    with pytest.raises(TooManyRequests) as refused:
        take(limit, key)
    assert (refused.value.status, refused.value.code, refused.value.taken.remaining) == (429, "RATE_LIMITED", 0)
    assert 0 < refused.value.taken.reset_seconds <= DAY
    assert refused.value.retry_after_seconds == refused.value.taken.reset_seconds


@pytest.mark.usefixtures("store")
def test_keys_and_limits_are_counted_apart() -> None:
    few, key = Limit("few", 1, DAY), new_key()
    assert take(few, key).remaining == 0
    assert take(few, new_key()).remaining == 0
    assert take(Limit("other", 1, DAY), key).remaining == 0


@pytest.mark.usefixtures("store")
def test_who_is_refused_by_one_limit_has_not_used_up_the_other() -> None:
    many, one, key = Limit("many", 3, DAY), Limit("one", 1, DAY), new_key()
    assert [taken.remaining for taken in take_all((many, key), (one, key))] == [2, 0]
    for _ in range(5):
        with pytest.raises(TooManyRequests) as refused:
            take_all((many, key), (one, key))
        assert refused.value.taken.limit == one
    assert take(many, key).remaining == 1


@pytest.mark.usefixtures("store")
def test_of_two_limits_that_refuse_the_longer_is_told() -> None:
    short, long, key = Limit("short", 1, 3600), Limit("long", 1, 30 * DAY), new_key()
    taken = take_all((short, key), (long, key))
    longer = max(taken, key=lambda one: one.reset_seconds).limit
    with pytest.raises(TooManyRequests) as refused:
        take_all((short, key), (long, key))
    assert refused.value.taken.limit == longer


@pytest.mark.usefixtures("store")
def test_sixteen_threads_get_exactly_what_the_limit_gives() -> None:
    assert let_through(Limit("crowd", 100, DAY), new_key(), times=400, threads=16) == 100


@pytest.mark.usefixtures("store")
def test_a_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    limit, key = Limit("hour", 1, 3600), new_key()
    now = 1_800_000_000.0
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: now)
    reset = take(limit, key).reset_seconds
    with pytest.raises(TooManyRequests):
        take(limit, key)
    now += reset + 1
    assert take(limit, key).remaining == 0


def test_two_processes_of_sixteen_threads_share_a_limit(in_redis: str) -> None:
    command = [sys.executable, "-m", "tests.api.counting_process", new_key(), "100", "300", "16"]
    environment = {**os.environ, "REDIS_URL": in_redis}
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(counts) == 100


def test_every_counter_in_redis_is_forgotten_after_its_window(in_redis: str) -> None:
    with redis.Redis.from_url(in_redis) as client:
        client.flushdb()
        take_all((Limit("one", 5, 60), new_key()), (Limit("two", 5, 3600), new_key()))
        lives = sorted(client.ttl(key) for key in client.scan_iter("*"))
    assert len(lives) == 2
    assert 0 < lives[0] <= 65
    assert 60 < lives[1] <= 3605


def test_several_limits_cost_one_round_trip_also_after_redis_forgot_the_script(in_redis: str) -> None:
    asked = [(Limit(name, 100, DAY), new_key()) for name in ("one", "two", "three")]
    take_all(*asked)
    with redis.Redis.from_url(in_redis) as client:
        client.script_flush()
    assert [taken.remaining for taken in take_all(*asked)] == [98, 98, 98]
    with commands_at(in_redis) as commands:
        take_all(*asked)
    assert [command.split()[0] for command in commands] == ["EVALSHA"]


def test_memory_holds_a_bounded_number_of_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_IN_MEMORY", 2000)
    memory = counting.MemoryCounters()
    for number in range(5000):
        memory.count([counting.Counter(f"key-{number}", 3600, 10)])
        assert len(memory._counts) <= 2000
    assert memory.count([counting.Counter("key-4999", 3600, 10)]).counts == [2]


def test_logins_are_counted_by_address_and_by_name(settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "login": (5, 60)}
    assert LIMITS["login"].is_needed
    name, hosts = f"Staff-{new_key()}", iter(range(1, 250))

    def login(name: str, host: str) -> None:
        take_login(RequestFactory().post("/", REMOTE_ADDR=host), name)

    for _ in range(5):
        login(name.upper(), f"192.0.2.{next(hosts)}")
    with pytest.raises(TooManyRequests):
        login(f" {name.lower()}", "192.0.2.250")
    login("somebody else", "192.0.2.250")
    for number in range(5):
        login(f"{name}-{number}", "192.0.2.251")
    with pytest.raises(TooManyRequests):
        login(f"{name}-6", "192.0.2.251")


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("not an address\r\n", "unknown"),
    ],
)
def test_who_counts_as_one_client(host: str, client: str) -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=host)) == client
    assert client_address({"type": "websocket", "client": (host, 4711)}) == client


def test_a_scope_without_a_client_is_unknown() -> None:
    assert client_address({"type": "websocket", "client": None}) == "unknown"


@pytest.mark.usefixtures("store")
def test_threads_that_come_and_go_count_on() -> None:
    limit, key = Limit("threads", 10, DAY), new_key()
    for _ in range(10):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(take, limit, key).result()
    with pytest.raises(TooManyRequests):
        take(limit, key)


@pytest.mark.parametrize("spelling", ["nitin", " NITIN ", "nİtİn", "nítin", "ｎｉｔｉｎ"])
def test_no_spelling_of_a_name_has_tries_of_its_own(settings: Any, spelling: str) -> None:
    settings.LIMITS = {**settings.LIMITS, "login": (1, 60)}
    counting.forget()
    take_login(RequestFactory().post("/", REMOTE_ADDR="192.0.2.1"), "nitin")
    with pytest.raises(TooManyRequests):
        take_login(RequestFactory().post("/", REMOTE_ADDR="192.0.2.2"), spelling)
    counting.forget()
