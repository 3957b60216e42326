"""From outside: forged tokens, other shops' ids, who may open the socket. Nothing here knows more than the fixture prints."""

import asyncio
import base64
import json
import time
from typing import Any

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.client import Rest, written
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")
Headers = dict[str, str]


def token_of(server: LiveServer, shop: str, who: str) -> str:
    """Return a token of the "admin", of "staff" or of the first "customer" of a shop."""
    return str(login_of(server, shop, who)["token"])


def login_of(server: LiveServer, shop: str, who: str) -> dict[str, Any]:
    business = server.fixture["businesses"][shop]
    if who == "customer":
        person = business["customers"][0]
        body = {"customerId": person["code"], "password": person["password"], "business": business["slug"]}
    else:
        person = business["admin"] if who == "admin" else business["staff"][0]
        body = {"username": person["username"], "password": person["password"]}
    answer = Rest(server).post("auth/login", body)
    assert answer.status == 200, answer.json
    return dict(answer.json)


def zoo(server: LiveServer) -> dict[str, str]:
    """Return forgeries by name, each a true token with one thing wrong, signed as well as a forger or an insider can."""
    login = login_of(server, "A", "staff")
    true = str(login["token"])
    ticket = Rest(server, true).post("auth/ws-ticket", {}).json["ticket"]
    claims, header = jwt.decode(true, options={"verify_signature": False}), jwt.get_unverified_header(true)
    other = jwt.decode(token_of(server, "B", "staff"), options={"verify_signature": False})
    key, now = server.environment["JWT_SECRET"], int(time.time())

    def signed(change: dict[str, Any], *, secret: str = key, algorithm: str = "HS256", **headers: Any) -> str:
        extra = {name: value for name, value in {**header, **headers}.items() if name not in ("alg", "typ")}
        return jwt.encode({**claims, **change}, secret, algorithm=algorithm, headers=extra)

    def without(name: str) -> str:
        rest = {key_: value for key_, value in claims.items() if key_ != name}
        return jwt.encode(rest, key, algorithm="HS256", headers={"kid": header["kid"]})

    head, body, signature = true.split(".")
    nobody = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return {
        "no token": "",
        "a refresh token": login["refreshToken"],
        "a ticket": ticket,
        "not a token": "abc",
        "three dots": "...",
        "not ASCII": "\u00e9" * 20,
        "alg none": f"{nobody}.{body}.",
        "alg none with the signature": f"{nobody}.{body}.{signature}",
        "without its signature": f"{head}.{body}.",
        "cut short": true[:-4],
        "wrong key": signed({}, secret="another key of more than thirty-two bytes"),
        "another algorithm": signed({}, algorithm="HS384"),
        "wrong iss": signed({"iss": "somebody"}),
        "wrong aud": signed({"aud": "another-api"}),
        "wrong typ": signed({"typ": "refresh"}),
        "expired": signed({"iat": now - 7200, "exp": now - 3600}),
        "issued in the future": signed({"iat": now + 3600, "nbf": now + 3600, "exp": now + 7200}),
        "valid in the future": signed({"nbf": now + 3600, "exp": now + 7200}),
        "no kid": jwt.encode(claims, key, algorithm="HS256"),
        "another kid": signed({}, kid="0123456789abcdef"),
        "an odd kid": signed({}, kid="../../dev/null"),
        "another shop's id": signed({"business": other["business"]}),
        "a giant": signed({"padding": "x" * 5000}),
        "a space within": f"{head}. {body}.{signature}",
        "other shop's session": signed({"sid": other["sid"]}),
        "other shop's user": signed({"sub": other["sub"]}),
        "a session that never was": signed({"sid": "01890000-0000-7000-8000-000000000000"}),
        "a session that is no id": signed({"sid": "' OR 1=1 --"}),
        **{f"no {name}": without(name) for name in claims},
    }


async def knock(server: LiveServer, query: str = "", *, headers: Headers | None = None, **how: Any) -> tuple[str, int]:
    """Open the socket and return the first frame's type and 0, or "" and the code it was closed with."""
    async with connect(server.ws_url + query, additional_headers=headers, proxy=None, **how) as socket:
        try:
            async with asyncio.timeout(10):
                return json.loads(await socket.recv())["type"], 0
        except ConnectionClosed as closed:
            return "", closed.rcvd.code if closed.rcvd is not None else 0


def test_no_forged_token_is_accepted_on_rest_and_nothing_changes(server: LiveServer) -> None:
    forged = zoo(server)
    before = written(server)
    answers = {
        name: Rest(server).send(
            "POST", "customers", {"name": "Forged"}, Authorization=f"Bearer {token}".encode().decode("latin-1")
        )
        for name, token in forged.items()
    }
    assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(forged, 401)
    assert written(server) == before


def test_no_forged_token_opens_the_socket(server: LiveServer) -> None:
    async def all_closed() -> dict[str, tuple[str, int]]:
        forged = {name: token for name, token in zoo(server).items() if token.isascii()}
        return {
            name: await knock(server, headers={"Authorization": f"Bearer {token}"}) for name, token in forged.items()
        }

    answers = asyncio.run(all_closed())
    assert len(answers) > 20
    assert set(answers.values()) == {("", 1008)}, answers


def test_a_token_opens_the_socket_by_query_header_and_subprotocol(server: LiveServer) -> None:
    token = token_of(server, "A", "staff")

    async def knocks() -> list[tuple[str, int]]:
        return [
            await knock(server, f"?token={token}"),
            await knock(server, headers={"Authorization": f"Bearer {token}"}),
            await knock(server, subprotocols=["execora.v1", f"bearer.{token}"]),
        ]

    assert asyncio.run(knocks()) == [("voice:start", 0)] * 3
    assert token not in server.log_file.read_text() + server.said("server")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost", "http://localhost:1"])
def test_a_page_of_another_origin_does_not_open_the_socket(server: LiveServer, origin: str) -> None:
    token = token_of(server, "A", "staff")
    assert asyncio.run(knock(server, f"?token={token}", headers={"Origin": origin})) == ("", 1008)
    own = {"Origin": server.base_url}
    assert asyncio.run(knock(server, f"?token={token}", headers=own)) == ("voice:start", 0)


@pytest.mark.parametrize("who", ["staff", "admin"])
def test_another_shops_ids_are_not_found_and_nothing_changes(server: LiveServer, who: str) -> None:
    theirs = server.fixture["businesses"]["A"]
    customer, product = theirs["customers"][0]["id"], theirs["stockProduct"]["id"]
    rest = Rest(server, token_of(server, "B", who))
    before = written(server)
    bill = {"customerId": customer, "items": [{"productId": product, "quantity": "1"}]}
    tried = [
        rest.get(f"customers/{customer}"),
        rest.send("PATCH", f"customers/{customer}", {"landmark": "theirs"}),
        rest.get(f"ledger/{customer}"),
        rest.post("ledger/payment", {"customerId": customer, "amount": "1.00", "paymentMode": "cash"}),
        rest.post(f"ledger/entries/{theirs['entry']['id']}/reverse", {"reason": "theirs"}),
        rest.get(f"products/{product}"),
        rest.post(f"products/{product}/stock", {"quantity": "-1", "reason": "damage"}),
        rest.get(f"invoices/{theirs['invoice']['id']}"),
        rest.post(f"invoices/{theirs['invoice']['id']}/cancel", {"reason": "theirs"}),
        rest.post("invoices", bill),
        rest.post(f"reminders/{theirs['reminder']['id']}/cancel", {}),
    ]
    assert [answer.status for answer in tried] == [404] * len(tried)
    assert written(server) == before
    # The same as for an id that is nowhere: the answers do not tell that it exists elsewhere.
    nowhere = rest.get("customers/01890000-0000-7000-8000-000000000000")
    assert {**nowhere.json, "correlationId": ""} == {**tried[0].json, "correlationId": ""}


def test_a_customer_sees_no_other_customer_of_the_shop(server: LiveServer) -> None:
    rest = Rest(server, token_of(server, "A", "customer"))
    own, other = server.fixture["businesses"]["A"]["customers"]
    assert [rest.get(f"customers/{person['id']}").status for person in (own, other)] == [200, 404]
    assert [person["id"] for person in rest.get("customers").json["customers"]] == [own["id"]]


def test_a_restart_closes_open_sockets_with_1012(server: LiveServer) -> None:
    token = token_of(server, "A", "staff")

    async def code_at_restart() -> int:
        async with connect(f"{server.ws_url}?token={token}", proxy=None) as socket:
            assert json.loads(await socket.recv())["type"] == "voice:start"
            await asyncio.to_thread(server.stop, "server")
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await socket.recv()
        return closed.value.rcvd.code if closed.value.rcvd is not None else 0

    assert asyncio.run(code_at_restart()) == 1012
    server.start("server")
    assert asyncio.run(knock(server, f"?token={token}")) == ("voice:start", 0)
