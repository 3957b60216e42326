"""nginx with the configuration that is shipped, on loopback, and an application behind it that tells what reached it."""

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from execora.ops.children import wait_until
from execora.ops.embedded import free_port
from tests.deploy.conftest import ROOT

TEMPLATE = ROOT / "deploy" / "nginx" / "nginx.conf.template"
HOST = "localhost"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Edge:
    """A running nginx. `log` is all that it wrote."""

    http_port: int
    https_port: int
    context: ssl.SSLContext
    log: Path

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask over TLS, on a connection of its own."""
        connection = http.client.HTTPSConnection(HOST, self.https_port, context=self.context, timeout=30)
        return _asked(connection, method, path, body, headers or {})

    def ask_plainly(self, path: str, *, host: str = HOST) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30)
        return _asked(connection, "GET", path, None, {"Host": host})

    def logged(self) -> list[dict[str, Any]]:
        """Return the lines of requests so far."""
        lines = self.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> Answer:
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def filled(values: dict[str, str]) -> str:
    """Return the configuration as the image's envsubst makes it: nothing but ${EXECORA_...} is replaced."""
    return re.sub(r"\$\{(EXECORA_[A-Z_]+)\}", lambda found: values[found[1]], TEMPLATE.read_text())


def program() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("There is no nginx here, and CI is set: install the package `nginx-light`.")
        pytest.skip("There is no nginx here: install the package `nginx-light` to test its configuration.")
    return found


def make_certificate(directory: Path) -> None:
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(directory / "privkey.pem"), "-out", str(directory / "fullchain.pem")]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(["openssl", "req", "-x509", "-days", "2", *curve, *names, *files], check=True, capture_output=True)


@contextmanager
def running_edge(directory: Path, *, upstream: str, **more: str) -> Iterator[Edge]:
    """Run nginx in `directory` in front of `upstream` (host:port) until the block ends."""
    nginx = program()
    make_certificate(directory)
    http_port, https_port = free_port(), free_port()
    values = {
        "EXECORA_HOST": HOST,
        "EXECORA_HTTP_PORT": f"127.0.0.1:{http_port}",
        "EXECORA_HTTPS_PORT": f"127.0.0.1:{https_port}",
        "EXECORA_UPSTREAM": upstream,
        "EXECORA_TLS": str(directory),
        "EXECORA_RATE": "1000r/s",
        "EXECORA_BURST": "1000",
        "EXECORA_METRICS_FROM": "127.0.0.2",
        "EXECORA_STORE": upstream,
        "EXECORA_BUCKET": "execora-recordings",
        **more,
    }
    configuration, log = directory / "nginx.conf", directory / "log"
    configuration.write_text(filled(values))
    main = "daemon off;" + (" user root root;" if os.geteuid() == 0 else "")  # the directory is root's own
    command = [nginx, "-p", str(directory), "-c", str(configuration), "-e", "stderr", "-g", main]
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    context = ssl.create_default_context(cafile=str(directory / "fullchain.pem"))
    edge = Edge(http_port, https_port, context, log)
    try:
        assert wait_until(lambda: process.poll() is not None or _answers(edge), timeout_seconds=20)
        assert process.poll() is None, log.read_text()
        yield edge
    finally:
        process.terminate()
        process.wait(20)


def _answers(edge: Edge) -> bool:
    try:
        return edge.ask_plainly("/").status == 308
    except OSError:
        return False


class Echo(ThreadingHTTPServer):
    """Answers with what it was sent; `received` counts requests by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Told)
        self.received: list[str] = []


class _Told(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Echo

    def _answer(self) -> None:
        taken = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.server.received.append(self.path)
        told = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "bytes": taken}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running_echo() -> Iterator[Echo]:
    with Echo() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
