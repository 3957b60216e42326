"""Statuses out of every entry and change, whatever else is there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webhooks.bodies import NUMBER_ID, change, status
from webhooks.parsers import StatusReport, statuses_in

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "status", "value"]), inner),
    max_leaves=6,
)


def test_every_entry_and_change_is_read() -> None:
    failed = status("wamid.3", "failed", errors=[{"code": 131026, "title": "Undeliverable"}])
    payload = {
        "entry": [
            {"changes": [change(status("wamid.1", "sent")), change(status("wamid.2", "read"), number_id="7")]},
            {"changes": [{"field": "messages", "value": {"messages": [{"id": "wamid.in"}]}}, change(failed)]},
        ]
    }
    at = datetime.fromtimestamp(1795500000, UTC)
    assert statuses_in(payload) == [
        StatusReport("wamid.1", "sent", at, "", "", NUMBER_ID),
        StatusReport("wamid.2", "read", at, "", "", "7"),
        StatusReport("wamid.3", "failed", at, "131026 Undeliverable", "", NUMBER_ID),
    ]


def test_our_own_id_comes_back() -> None:
    [report] = statuses_in({"entry": [{"changes": [change(status("w", "sent", biz_opaque_callback_data="mine"))]}]})
    assert report.message_id == "mine"


@pytest.mark.parametrize("payload", [None, [], "text", 5, {}, {"entry": None}, {"entry": [None, {"changes": 5}]}])
def test_what_is_not_understood_holds_no_status(payload: Any) -> None:
    assert statuses_in(payload) == []


@pytest.mark.parametrize("timestamp", [None, "", "soon", "-1", "9" * 30, "१२३", 1.5, {}])
def test_an_unreadable_time_is_none(timestamp: Any) -> None:
    [report] = statuses_in({"entry": [{"changes": [change(status("w", "sent") | {"timestamp": timestamp})]}]})
    assert report.at is None


def test_unknown_statuses_and_odd_ids_are_left_out() -> None:
    odd = [status("w", "warming"), status("", "sent"), status("a\x00b", "sent"), status("w" * 201, "sent"), {"id": 5}]
    assert statuses_in({"entry": [{"changes": [change(*odd)]}]}) == []


@given(JSON, JSON, JSON)
def test_no_json_at_all_breaks_it(value: Any, statuses: Any, metadata: Any) -> None:
    statuses_in({"entry": [{"changes": [{"value": value}]}]})
    statuses_in({"entry": [{"changes": [{"value": {"statuses": [statuses], "metadata": metadata}}]}]})
