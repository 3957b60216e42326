"""On connections that are kept, whoever asks sees their own shop: between refusals, in any order, while backends are killed."""

import http.client
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.blackbox.test_access import token_of
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")
CONNECTIONS, ROUNDS = 8, 60
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'execora_app' AND state = 'idle'"


class Kept:
    """One connection to the server, kept open from request to request."""

    def __init__(self, server: LiveServer) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def get(self, path: str, token: str) -> tuple[int, bytes]:
        self._connection.request("GET", f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def test_two_shops_on_kept_connections_see_their_own_whatever_else_happens(server: LiveServer) -> None:
    businesses = server.fixture["businesses"]
    tokens = {shop: token_of(server, shop, "staff") for shop in businesses}
    own = {shop: {row["id"] for row in business["customers"]} for shop, business in businesses.items()}
    is_over = threading.Event()

    def alternate(number: int) -> list[int]:
        kept, chance = Kept(server), random.Random(number)  # an order that can be repeated
        statuses = []
        for _ in range(ROUNDS):
            shop = chance.choice("AB")
            theirs = next(iter(own["B" if shop == "A" else "A"]))
            path = chance.choice(["customers", "customers", f"customers/{theirs}", "customers/none", "nowhere"])
            token = chance.choice([tokens[shop], tokens[shop], tokens[shop] + "x"])
            status, body = kept.get(path, token)
            if status == 200:
                assert {row["id"] for row in json.loads(body)["customers"]} == own[shop]
            assert theirs not in body.decode().replace(path, "")
            statuses.append(status)
        return statuses

    def kill_backends() -> int:
        killed = 0
        with psycopg.connect(server.database.superuser_url, autocommit=True) as superuser:
            while not is_over.wait(0.2):
                killed += len(superuser.execute(KILL, [server.database.name]).fetchall())
        return killed

    with ThreadPoolExecutor(CONNECTIONS + 1) as threads:
        killer = threads.submit(kill_backends)
        try:
            statuses = [status for found in threads.map(alternate, range(CONNECTIONS)) for status in found]
        finally:
            is_over.set()
    assert killer.result() > 0
    assert {200, 401, 404} <= set(statuses) <= {200, 401, 404, 500, 503}
    assert statuses.count(200) > len(statuses) / 10
