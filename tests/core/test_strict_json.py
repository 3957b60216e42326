"""How deep JSON from outside may be nested; what stands in its strings is no nesting."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.core.strict_json import MAX_DEPTH, NotJson, parse_json

TEXTS = st.text(st.sampled_from('[]{}",:\\a\u0915\n'))
SHAPES = st.recursive(
    st.none() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(SHAPES, st.integers(0, MAX_DEPTH + 3), st.booleans())
def test_exactly_what_is_nested_too_deeply_is_refused(shape: Any, wrappings: int, is_ascii: bool) -> None:
    for place in range(wrappings):
        shape = {'"]': shape} if place % 2 else ["[{", shape]
    raw = json.dumps(shape, ensure_ascii=is_ascii).encode()
    if depth_of(shape) > MAX_DEPTH:
        with pytest.raises(NotJson, match="nested too deeply"):
            parse_json(raw)
    else:
        assert parse_json(raw) == shape


@pytest.mark.parametrize("quote", ['\\"', "\\\\", '[\\"{', "[{" * 30])
def test_brackets_in_a_string_are_no_nesting(quote: str) -> None:
    raw = b'["' + quote.encode() * 100 + b'"]'
    assert parse_json(raw) == json.loads(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"[" * 50, b"]" * 50, b"[" * 5000, b'{"a":' * 50, b'["' + b"[" * 50, b'"\\' + b"[" * 50, b"\xff[]", b"NaN"],
)
def test_what_is_no_json_is_told_as_that(raw: bytes) -> None:
    with pytest.raises(NotJson, match="is not JSON"):
        parse_json(raw)


@pytest.mark.parametrize("raw", [b'"\\' + b'"' * 3_000_000, b'"' + b'\\"' * 1_500_000, b"[" * 3_000_000])
def test_three_megabytes_of_ill_will_are_read_in_one_pass(raw: bytes) -> None:
    """With backtracking each of these would take hours, and the test would not end."""
    with pytest.raises(NotJson):
        parse_json(b"[" * 30 + raw)
