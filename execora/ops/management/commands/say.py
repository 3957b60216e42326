"""`manage.py say`: a terminal client of the real socket, for trying and for measuring."""

import asyncio
import json
import statistics
import time
import urllib.error
import urllib.request
import wave
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

USERNAME = "staff"
CHUNK_SECONDS = 0.1
PATIENCE_SECONDS = 60.0
ANSWERS = frozenset({"voice:response", "voice:proposal", "error"})


class Command(BaseCommand):
    help = "Say something to the running server, as the demo's staff, and print what comes back."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "texts",
            nargs="*",
            help='such as "Rahul ko 2 packet doodh ka bill banao" "mandir wala": said one after another',
        )
        parser.add_argument("--audio", type=Path, help="a WAV file of 16 bits, mono, to be heard first")
        parser.add_argument("--times", type=int, default=1, help="say the texts this often, to measure")
        parser.add_argument("--yes", action="store_true", help="say yes to what is proposed")

    def handle(self, *args: Any, texts: list[str], audio: Path | None, yes: bool, times: int, **options: Any) -> None:
        if audio is None and not any(text.strip() for text in texts):
            raise CommandError('Give a text, or a recording: say "Aaj ki bikri kitni hui", or say --audio file.wav')
        recording = _read_wav(audio) if audio is not None else None
        self._waits: list[float] = []
        began = time.perf_counter()
        token = _log_in()
        self._line("login", began, "as staff")
        try:
            asyncio.run(self._talk(token, texts * times, recording, says_yes=yes))
        except (OSError, ConnectionClosed, TimeoutError) as fault:
            raise CommandError(f"The connection ended before the answer: {fault or 'no answer in time'}.") from fault
        if self._waits:
            median_ms = statistics.median(self._waits) * 1000
            self.stdout.write(f"{median_ms:7.1f} ms  from final text to answer, median of {len(self._waits)}")

    async def _talk(self, token: str, texts: list[str], recording: tuple[bytes, int] | None, *, says_yes: bool) -> None:
        began = time.perf_counter()
        address = f"ws://127.0.0.1:{settings.PORT}/ws"
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(address, additional_headers=headers, max_size=None, proxy=None) as socket:
            hello = await _receive(socket)
            self._show(hello, began, "connect")
            if recording is not None:
                await self._settle(socket, await self._play(socket, *recording), says_yes=says_yes)
            for text in texts:
                began = time.perf_counter()
                self.stdout.write(f"{'':>10}  {'say':<17} {text}")
                await _send(socket, "voice:final", {"text": text})
                await self._settle(socket, await self._follow(socket, began, until=ANSWERS), says_yes=says_yes)

    async def _settle(self, socket: ClientConnection, proposal: dict[str, Any] | None, *, says_yes: bool) -> None:
        """Say yes to what is proposed; where a price has changed since, to what is proposed instead."""
        while proposal is not None and says_yes:
            began = time.perf_counter()
            await _send(socket, "voice:confirm", {"proposalId": proposal["proposalId"]})
            self.stdout.write(f"{'':>10}  yes")
            proposal = await self._follow(socket, began, until=ANSWERS)

    async def _play(self, socket: ClientConnection, pcm: bytes, rate_hz: int) -> dict[str, Any] | None:
        """Send the recording as fast as it is taken, and follow to the end of what was heard in it."""
        await _send(socket, "voice:start", {"audio": {"encoding": "pcm16", "sampleRate": rate_hz}})
        await self._follow(socket, time.perf_counter(), until=frozenset({"voice:started", "error"}))
        size = int(rate_hz * CHUNK_SECONDS) * 2
        began = time.perf_counter()
        for start in range(0, len(pcm), size):
            await socket.send(pcm[start : start + size])
        await _send(socket, "voice:stop", {})
        return await self._follow(socket, began, until=frozenset({"voice:stopped", "error"}))

    async def _follow(self, socket: ClientConnection, began: float, *, until: frozenset[str]) -> dict[str, Any] | None:
        """Print frames up to one of `until` and return the data of the proposal that waits at the end, if any.

        Each line has the milliseconds since `began`, or since the final text once there is one.
        """
        proposal: dict[str, Any] | None = None
        while True:
            frame = await _receive(socket)
            kind, data = frame["type"], frame["data"]
            self._show(frame, began, kind)
            if kind == "voice:transcript" and data.get("isFinal"):
                began = time.perf_counter()
            if kind == "voice:proposal":
                proposal = data
            elif kind == "voice:response":
                proposal = None
            if kind in ANSWERS:
                self._waits.append(time.perf_counter() - began)
            if kind in until:
                return proposal

    def _show(self, frame: dict[str, Any], began: float, kind: str) -> None:
        self._line(kind, began, json.dumps(frame["data"], ensure_ascii=False))

    def _line(self, kind: str, began: float, what: str) -> None:
        self.stdout.write(f"{(time.perf_counter() - began) * 1000:7.1f} ms  {kind:<17} {what}")


def _log_in() -> str:
    password = settings.DEMO_PASSWORDS["staff"]
    if not password:
        raise CommandError("DEMO_STAFF_PASSWORD is not set, and no demo has written it. Start one with `make run`.")
    body = json.dumps({"username": USERNAME, "password": password}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{settings.PORT}/api/v1/auth/login",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=15) as answer:
            return str(json.load(answer)["token"])
    except urllib.error.HTTPError as refused:
        raise CommandError(f"The login was refused ({refused.code}): {refused.read().decode()}") from refused
    except TimeoutError as fault:
        raise CommandError(f"The server on port {settings.PORT} did not answer the login in time.") from fault
    except OSError as fault:
        raise CommandError(f"Nothing answers on port {settings.PORT}. Start the server with `make run`.") from fault


def _read_wav(path: Path) -> tuple[bytes, int]:
    """Return the samples (16 bits, little endian, mono) and the rate in Hz."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                raise CommandError(f"{path} must be mono with 16 bits a sample.")
            return file.readframes(file.getnframes()), file.getframerate()
    except (OSError, EOFError, wave.Error) as fault:
        raise CommandError(f"{path} cannot be read as a WAV file: {fault}") from fault


async def _send(socket: ClientConnection, kind: str, data: dict[str, Any]) -> None:
    await socket.send(json.dumps({"type": kind, "data": data}))


async def _receive(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame
