"""A Parse cannot hold what no command understands, whoever fills it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.intents.schema import MAX_PAISE, REQUIRED, SLOTS, Intent, Item, Parse


def test_every_intent_has_its_slots_and_requires_only_words_that_can_be_asked() -> None:
    assert set(SLOTS) == set(Intent)
    for intent, required in REQUIRED.items():
        for slot in required:
            Parse(intent, missing=(slot,), question=slot)


def test_entities_are_in_the_form_of_the_wire() -> None:
    parse = Parse(
        Intent.CREATE_INVOICE,
        customer="Rahul",
        items=(Item("chawal", Decimal("2.5"), "kg", price_paise=4650), Item("namak", Decimal(2))),
        date=date(2026, 11, 23),
    )
    assert parse.entities() == {
        "customer": "Rahul",
        "items": [
            {"product": "chawal", "quantity": 2.5, "unit": "kg", "price": 46.5},
            {"product": "namak", "quantity": 2},
        ],
        "date": "2026-11-23",
    }


@pytest.mark.parametrize(
    "slots",
    [
        {"intent": Intent.CONFIRM, "amount_paise": 100},
        {"intent": Intent.CHECK_BALANCE, "phone": "9876543210"},
        {"intent": Intent.RECORD_PAYMENT, "customer": "Rahul", "customer_ref": "active"},
        {"intent": Intent.CREATE_REMINDER, "date": date(2026, 1, 1), "datetime": datetime(2026, 1, 1, tzinfo=UTC)},
        {"intent": Intent.CREATE_REMINDER, "datetime": datetime(2026, 1, 1)},
        {"intent": Intent.ADD_CREDIT, "amount_paise": 0},
        {"intent": Intent.ADD_CREDIT, "amount_paise": -100},
        {"intent": Intent.ADD_CREDIT, "amount_paise": MAX_PAISE + 1},
        {"intent": Intent.ADD_CREDIT, "amount_paise": True},
        {"intent": Intent.RECORD_PAYMENT, "mode": "bitcoin"},
        {"intent": Intent.PROVIDE, "option": 0},
        {"intent": Intent.PROVIDE, "phone": "12345"},
        {"intent": Intent.CHECK_BALANCE, "customer": "x" * 121},
        {"intent": Intent.CHECK_BALANCE, "customer": "a\u202eb"},
        {"intent": Intent.CHECK_BALANCE, "customer": " "},
        {"intent": Intent.CHECK_BALANCE, "confidence": 1.5},
        {"intent": Intent.CHECK_BALANCE, "question": "anything"},
        {"intent": Intent.UPDATE_STOCK, "quantity": Decimal("NaN")},
        {"intent": Intent.UPDATE_STOCK, "quantity": Decimal("0.0001")},
        {"intent": Intent.MULTI, "commands": (Parse(Intent.CHECK_BALANCE),)},
        {"intent": Intent.MULTI, "commands": (Parse(Intent.CHECK_BALANCE), Parse(Intent.CONFIRM))},
        {"intent": "CHECK_BALANCE"},
    ],
)
def test_impossible_combinations_are_refused(slots: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Parse(**slots)


@pytest.mark.parametrize(
    "item",
    [
        {"product": ""},
        {"product": "x", "quantity": Decimal(0)},
        {"product": "x", "price_paise": 1, "line_total_paise": 1},
    ],
)
def test_impossible_items_are_refused(item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Item(**item)


@pytest.mark.parametrize(
    "proposed",
    [
        {"intent": "CHECK_BALANCE", "entities": {"customer": "Rahul", "role": "admin"}},
        {"intent": "CHECK_BALANCE", "entities": {}, "actor": "x"},
        {"intent": "DROP_TABLES", "entities": {}},
        {"intent": "ADD_CREDIT", "entities": {"amount": "500.001"}},
        {"intent": "ADD_CREDIT", "entities": {"amount": True}},
        {"intent": "ADD_CREDIT", "entities": {"amount": "1e9"}},
        {"intent": "ADD_CREDIT", "entities": {"amount": [500]}},
        {"intent": "ADD_CREDIT", "entities": {"amount": float("nan")}},
        {"intent": "CREATE_INVOICE", "entities": {"items": [{"quantity": 2}]}},
        {"intent": "CREATE_INVOICE", "entities": {"items": [{"product": "x", "id": "1"}]}},
        {"intent": "CREATE_REMINDER", "entities": {"datetime": "tomorrow"}},
        {"intent": "MULTI", "entities": {"commands": [{"intent": "MULTI", "entities": {"commands": []}}] * 2}},
        {"intent": None},
        [],
    ],
)
def test_a_proposal_with_anything_unknown_or_malformed_is_refused(proposed: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Parse.from_wire(proposed)


def test_a_proposal_comes_back_as_it_went() -> None:
    command = {"intent": "ADD_CREDIT", "entities": {"customer": "Vikas", "amount": 100.5}}
    proposed = {"intent": "MULTI", "entities": {"commands": [command, {"intent": "CHECK_BALANCE", "entities": {}}]}}
    assert Parse.from_wire(proposed).entities() == proposed["entities"]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["intent", "entities", "customer", "items", "amount", "commands", "product", "x"]), x), max_leaves=12
))  # fmt: skip
def test_any_json_is_a_parse_or_a_value_error(proposed: Any) -> None:
    try:
        parse = Parse.from_wire(proposed)
    except ValueError:
        return
    assert parse.intent in Intent
