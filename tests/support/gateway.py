"""An SMS gateway on loopback: takes what it is sent and remembers it."""

import json
import threading
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.support.quiet import QuietHandler


class Gateway:
    """`taken` has what was posted, as (headers by lower-case name, JSON); `url` is where to post it."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], Any]] = []
        taken = self.taken

        class Handler(QuietHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/send"
        self._thread = threading.Thread(target=self._server.serve_forever, name="gateway", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def environment(self, authorization: str) -> dict[str, str]:
        """Return the settings with which codes are sent here."""
        body = json.dumps({"to": "{phone}", "text": "{code}"})
        return {"CODE_PROVIDER": "sms", "SMS_URL": self.url, "SMS_BODY": body, "SMS_AUTHORIZATION": authorization}
