"""The composition root of the server: HTTP to the bridge, WebSockets to voice, each with its correlation id and its client's address."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "execora.settings")
django.setup()

from channels.routing import URLRouter  # noqa: E402  # the apps must be ready
from django.conf import settings  # noqa: E402
from django.urls import re_path  # noqa: E402
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402

from execora.api.limited import headers_after_counting  # noqa: E402
from execora.bridge import Bridge  # noqa: E402
from execora.core.events import deliver_on  # noqa: E402
from execora.ops.asgi_types import Application, Receive, Scope, Send  # noqa: E402
from execora.ops.correlation import CorrelationMiddleware  # noqa: E402
from execora.readiness import MigratedGate  # noqa: E402
from voice.routing import websocket_urlpatterns  # noqa: E402

POLICY_VIOLATION = 1008


async def refuse_unknown_path(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, then close 1008 with a reason: a refusal before accepting reaches a browser as a bare 1006."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "Unknown path"})


def dispatch(http: Application, websocket: Application) -> Application:
    """Return the application that sends sockets to `websocket` and all else to `http`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await (websocket if scope["type"] == "websocket" else http)(scope, receive, send)

    return application


_any_other_path = re_path(r"", refuse_unknown_path)  # type: ignore[arg-type]  # Channels routes to applications
_http = Bridge(on_start=deliver_on, on_refused=headers_after_counting)
_ready = MigratedGate(dispatch(http=_http, websocket=URLRouter([*websocket_urlpatterns, _any_other_path])))
application: Application = CorrelationMiddleware(
    ProxyHeadersMiddleware(_ready, settings.TRUSTED_PROXIES)  # type: ignore[arg-type]  # uvicorn's types of ASGI are narrower
)
