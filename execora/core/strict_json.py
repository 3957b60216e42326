"""JSON from outside: nested a little, or refused before it is read."""

import re
from typing import Any

import orjson

MAX_DEPTH = 20

# Possessive, and content with a string that never ends: time grows with the length alone, whatever is sent.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NotJson(ValueError):
    """The bytes are no JSON, or nested too deeply; the text says which, for a person."""


def parse_json(raw: bytes) -> Any:
    """Return what `raw` says.

    Raises: NotJson.
    """
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _is_deeper(raw, than=MAX_DEPTH):
        raise NotJson("The JSON is nested too deeply.")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        raise NotJson(f"The body is not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}.") from fault


def _is_deeper(raw: bytes, *, than: int) -> bool:
    """Take away what holds nothing, level by level. Brackets that do not match are left to the parser."""
    brackets = _STRING.sub(b"", raw).translate(_AS_SQUARE, _NO_BRACKETS)
    for _ in range(than):
        if b"[]" not in brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return b"[]" in brackets
