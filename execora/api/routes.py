"""Addresses with and without a trailing slash."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, re_path


def route(address: str, viewset: Any, actions: Mapping[str, str], name: str) -> URLPattern:
    """Return the pattern of `address` (regular expression without anchors) for a viewset's actions by HTTP method."""
    view: Callable[..., HttpResponseBase] = viewset.as_view(dict(actions))
    return re_path(rf"^{address}/?$", view, name=name)
