"""Addresses of the wire."""

from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern, path


def route(address: str, viewset: Any, actions: Mapping[str, str], name: str) -> URLPattern:
    """Return the pattern of `address` for a viewset's actions by HTTP method. A trailing slash is accepted by
    `execora.api.middleware.TrailingSlash`."""
    return path(address, viewset.as_view(dict(actions)), name=name)
