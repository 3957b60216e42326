"""Frames from clients: what is taken, and what is refused by which code."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.core.errors import DomainError
from voice.protocol import Frame, FrameMalformed, FrameTypeUnknown, frame, read_frame


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("ping", {}),
        ("voice:start", {}),
        (
            "voice:start",
            {"audio": {"encoding": "pcm16", "sampleRate": 16000}, "language": "hi", "ttsProvider": "browser"},
        ),
        ("voice:final", {"text": "Aaj ki bikri", "utteranceId": "u-1.a_B"}),
        ("voice:confirm", {"proposalId": "0192f0aa-0000-7000-8000-000000000000"}),
    ],
)
def test_a_frame_of_the_wire_is_taken(kind: str, data: dict[str, Any]) -> None:
    assert read_frame(json.dumps({"type": kind, "data": data, "timestamp": "now"})) == Frame(kind, data)


def test_data_may_be_left_out() -> None:
    assert read_frame('{"type": "ping"}') == Frame("ping", {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"data": {}}',
        '{"type": 5}',
        '{"type": "ping", "data": []}',
        '{"type": "ping", "extra": 1}',
        '{"type": "ping", "data": {"extra": 1}}',
        '{"type": "voice:final", "data": {}}',
        '{"type": "voice:final", "data": {"text": "  "}}',
        '{"type": "voice:final", "data": {"text": 5}}',
        '{"type": "voice:final", "data": {"text": "a\\u0000b"}}',
        '{"type": "voice:final", "data": {"text": "a", "utteranceId": "a b"}}',
        '{"type": "voice:start", "data": {"audio": {"encoding": "mp3"}}}',
        '{"type": "voice:start", "data": {"audio": {"encoding": "pcm16", "sampleRate": 1}}}',
        '{"type": "voice:start", "data": {"language": ["hi"]}}',
        '{"type": "voice:confirm", "data": {"proposalId": null}}',
    ],
)
def test_a_malformed_frame_is_refused(text: str) -> None:
    with pytest.raises(FrameMalformed) as refused:
        read_frame(text)
    assert refused.value.code == "INVALID_FRAME"


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(FrameTypeUnknown):
        read_frame('{"type": "voice:sing"}')


@given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_nothing_but_a_refusal_comes_of_any_text(text: str) -> None:
    try:
        read_frame(text)
    except DomainError as fault:
        assert fault.status == 400  # noqa: PT017  a success is as good


def test_a_frame_out_carries_its_type_data_and_time() -> None:
    out = json.loads(frame("pong", {"a": 1}))
    assert (out["type"], out["data"]) == ("pong", {"a": 1})
    assert out["timestamp"].endswith("+00:00")
