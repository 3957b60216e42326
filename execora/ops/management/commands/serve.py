"""`manage.py serve`: the server, HTTP and WebSocket on one port, as every deployment runs it."""

from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from execora.http_protocol import BoundedProtocol


class Command(BaseCommand):
    help = "Serve HTTP and WebSockets with uvicorn."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--workers", type=int, default=1, help="processes; more than one needs REDIS_URL")

    def handle(self, *args: Any, host: str, port: int, workers: int, **options: Any) -> None:
        if workers > 1 and not settings.REDIS_URL:
            raise CommandError("Set REDIS_URL to serve with more than one process: events pass between them by Redis.")
        uvicorn.run(
            "execora.asgi:application",
            host=host,
            port=port,
            workers=workers,
            http=BoundedProtocol,
            # "websockets" is the implementation whose closing codes (1008, 1009, 1012) and bounds were measured.
            ws="websockets",
            ws_max_size=settings.MAX_FRAME_BYTES,
            # What a client may have waiting: 1 MB at most. Then its connection is not read until the consumer is ready.
            ws_max_queue=4,
            # Sound does not shrink, frames are short, and 256 KB could unfold from a few bytes.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,
            log_config=None,
            access_log=False,
            # By default uvicorn believes whoever comes from 127.0.0.1. Whom we believe: TRUSTED_PROXIES, in execora/asgi.py.
            proxy_headers=False,
            server_header=False,
        )
