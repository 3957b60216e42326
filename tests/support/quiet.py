"""Fake services on loopback say nothing of each request."""

from http.server import BaseHTTPRequestHandler
from typing import Any


class QuietHandler(BaseHTTPRequestHandler):
    """Answers without writing a line to the test's output."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
