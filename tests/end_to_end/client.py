"""Plain clients of a running server: HTTP, the socket, and a raw look at the rows."""

import asyncio
import http.client
import json
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from websockets.asyncio.client import ClientConnection, connect

from tests.support.live_server import LiveServer

AUDIO = Path(__file__).parent.parent / "audio"
CHUNK_SECONDS = 0.1
PATIENCE_SECONDS = 60
Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What HTTP answered: headers by lower-case name; `json` is None where the body is no JSON."""

    status: int
    headers: Mapping[str, str]
    json: Any


class Rest:
    """REST as one user, or as nobody."""

    def __init__(self, server: LiveServer, token: str | None = None) -> None:
        self.port, self.token = server.port, token

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send JSON (or raw bytes as they are) to a path below /api/v1."""
        sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"/api/v1/{path}", raw, sent)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        is_json = response.headers.get_content_type() == "application/json"
        headers_out = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers_out, json.loads(text) if is_json else None)

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)


def logged_in(server: LiveServer, who: str) -> Rest:
    """Log in as "admin", "staff" or "customer" of the demo shop."""
    name, password = server.logins[who]
    body = {"customerId": name, "business": "demo"} if who == "customer" else {"username": name}
    answer = Rest(server).post("auth/login", {**body, "password": password})
    assert answer.status == 200, answer.json
    return Rest(server, answer.json["token"])


def rows(server: LiveServer, question: str, *values: Any) -> list[Row]:
    """Read rows as they are committed, past every role and rule."""
    with psycopg.connect(server.database.superuser_url, autocommit=True, row_factory=dict_row) as connection:
        return connection.execute(question, values).fetchall()  # type: ignore[arg-type]  # our own questions


def written(server: LiveServer) -> dict[str, int]:
    """Count the rows of everything that commands write."""
    tables = (
        "ledger_entry ledger_posting ledger_account billing_invoice billing_invoiceitem billing_stockmovement"
        " billing_product customers_customer reminders_reminder core_auditevent core_idempotencykey webhooks_rawevent"
    ).split()
    question = " UNION ALL ".join(f"SELECT '{table}' AS name, count(*) AS count FROM {table}" for table in tables)
    return {row["name"]: row["count"] for row in rows(server, question)}


class Talk:
    """A conversation on an open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello: Row = {}

    async def give(self, kind: str, **data: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, "data": data}))

    async def receive(self) -> Row:
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame: Row = json.loads(await self.socket.recv())
        return frame

    async def until(self, *kinds: str) -> list[Row]:
        """Return the frames up to and with the first of one of these kinds; the shop's events are left out."""
        seen: list[Row] = []
        while True:
            frame = await self.receive()
            if frame["type"] != "event":
                seen.append(frame)
            if frame["type"] in kinds:
                return seen

    async def say(self, text: str, utterance_id: str | None = None) -> list[Row]:
        """Say a text and return the frames of its answer."""
        await self.give("voice:final", text=text, **({"utteranceId": utterance_id} if utterance_id else {}))
        return await self.until("voice:response", "voice:proposal", "error")

    async def play(self, recording: str) -> list[Row]:
        """Stream a sound file of tests/audio as pcm16 and return every frame up to voice:stopped."""
        with wave.open(str(AUDIO / f"{recording}.wav"), "rb") as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            samples, rate_hz = file.readframes(file.getnframes()), file.getframerate()
        await self.give("voice:start", audio={"encoding": "pcm16", "sampleRate": rate_hz}, language="hi")
        assert (await self.until("voice:started", "error"))[-1]["type"] == "voice:started"
        step = int(rate_hz * CHUNK_SECONDS) * 2
        for start in range(0, len(samples), step):
            await self.socket.send(samples[start : start + step])
        await self.give("voice:stop")
        return await self.until("voice:stopped", "error")

    async def is_alive(self) -> bool:
        await self.give("ping")
        return (await self.until("pong"))[-1]["type"] == "pong"


@asynccontextmanager
async def talking(server: LiveServer, token: str) -> AsyncIterator[Talk]:
    """Open the socket as the user of a token, and take its hello."""
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(server.ws_url, additional_headers=headers, max_size=None, proxy=None) as socket:
        talk = Talk(socket)
        talk.hello = await talk.receive()
        assert talk.hello["type"] == "voice:start"
        yield talk


def data_of(frames: list[Row], kind: str) -> Row:
    """Return the data of the last frame of a kind."""
    data: Row = [frame["data"] for frame in frames if frame["type"] == kind][-1]
    return data
