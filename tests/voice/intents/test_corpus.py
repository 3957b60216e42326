"""Spoken commands of many kinds, each read as a person would: intent and slots all right, no line a special case.

commands.jsonl has one command a line: text, intent, entities, note, and the context in which it is said, if any; commands_fixture.json
is the shop. A line whose note says [ask: ...] or whose intent is UNKNOWN must leave a question; every other one must leave none.
"""

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customers.sound import sound_key
from execora.language.units import convert
from voice.intents.grammar import Context, parse
from voice.intents.products import Lexicon, ProductEntry
from voice.intents.schema import Intent, Parse

HERE = Path(__file__).parent
SHOP = json.loads((HERE / "commands_fixture.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(SHOP["now"])
LEXICON = Lexicon(ProductEntry(name, name, "", tuple(aliases)) for name, aliases in SHOP["productAliases"].items())
COMMANDS = [json.loads(line) for line in (HERE / "commands.jsonl").read_text(encoding="utf-8").splitlines()]
_SMALLEST = {"kg": "g", "quintal": "g", "litre": "ml", "dozen": "piece"}
_HONORIFICS = re.compile(r"\b(ji|bhai|bhaiya|madam)\b", re.IGNORECASE)


def understood(command: dict[str, Any]) -> Parse:
    context = command.get("context", {})
    return parse(
        command["text"],
        lexicon=LEXICON,
        now=NOW,
        context=Context(context.get("expecting", ""), tuple(context.get("options", ()))),
    )


def product_of(words: str) -> str:
    match = LEXICON.find_exact(words.split(), 0)
    return match.product_id if match is not None and match.product_id else sound_key(words)


def measured(quantity: Any, unit: str | None) -> tuple[Decimal, str]:
    unit = unit or "piece"
    smallest = _SMALLEST.get(unit, unit)
    value = convert(Decimal(str(quantity)), unit, smallest)
    assert value is not None
    return value.normalize(), smallest


def compared(entities: dict[str, Any]) -> dict[str, Any]:
    """Return entities in which spellings, aliases and units that mean the same are the same."""
    plain: dict[str, Any] = {}
    for slot, value in entities.items():
        if slot in ("customer", "name", "qualifier"):
            plain[slot] = sound_key(_HONORIFICS.sub("", value))
        elif slot in ("product", "replaces"):
            plain[slot] = product_of(value)
        elif slot in ("products", "removeItems"):
            plain[slot] = sorted(product_of(words) for words in value)
        elif slot in ("items", "addItems"):
            plain[slot] = sorted((_item(item) for item in value), key=repr)
        elif slot == "commands":
            plain[slot] = [(command["intent"], compared(command["entities"])) for command in value]
        elif slot != "unit":
            plain[slot] = value
    if "quantity" in entities:
        plain["quantity"] = measured(entities["quantity"], entities.get("unit"))
    return plain


def _item(item: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in item.items() if key in ("price", "lineTotal")}
    said = {"quantity": measured(item["quantity"], item.get("unit"))} if "quantity" in item else {}
    return {"product": product_of(item["product"]), **said, **rest}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command["text"])
def test_a_command_is_understood(command: dict[str, Any]) -> None:
    parse = understood(command)
    assert (str(parse.intent), compared(parse.entities())) == (command["intent"], compared(command["entities"]))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command["text"])
def test_a_question_is_left_exactly_when_something_is_open(command: dict[str, Any]) -> None:
    parse = understood(command)
    refused = "[refuse" in command["note"]
    is_open = re.search(r"\[ask: (?!which-customer)", command["note"]) or parse.intent is Intent.UNKNOWN
    assert (parse.refusal is not None) == refused
    assert (parse.question is not None) == bool(is_open and not refused)


def test_the_corpus_is_large_and_covers_every_intent() -> None:
    assert len(COMMANDS) >= 150
    assert {command["intent"] for command in COMMANDS} == set(Intent)


def test_a_proposal_of_the_same_slots_makes_the_same_parse() -> None:
    for command in COMMANDS:
        parse = understood(command)
        again = Parse.from_wire({"intent": str(parse.intent), "entities": parse.entities()})
        assert again.entities() == parse.entities()
