"""Read a Parse from JSON values that somebody else proposed: strict, closed, nothing converted by guess."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from voice.intents.schema import Intent, Item, Parse

_ITEM_KEYS: Final = frozenset({"product", "quantity", "unit", "price", "lineTotal"})


def parse_from_wire(proposed: Mapping[str, Any]) -> Parse:
    """Return the parse that {"intent", "entities"} describes.

    Raises:
        ValueError: an unknown key, a wrong type or a value out of range.
    """
    _closed(proposed, frozenset({"intent", "entities"}))
    intent = _intent(proposed.get("intent"))
    entities = proposed.get("entities", {})
    _closed(entities, frozenset(_READERS))
    slots: dict[str, Any] = {}
    for wire_name, value in entities.items():
        slot, read = _READERS[wire_name]
        slots[slot] = read(value)
    return Parse(intent=intent, **slots)


def _closed(given: Any, keys: frozenset[str]) -> None:
    if not isinstance(given, Mapping):
        raise ValueError("An object was expected.")
    unknown = [str(key) for key in given if key not in keys]
    if unknown:
        raise ValueError(f"Unknown: {', '.join(sorted(unknown))[:200]}.")


def _intent(value: Any) -> Intent:
    if not isinstance(value, str) or value not in Intent.__members__:
        raise ValueError("Unknown intent.")
    return Intent(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Words were expected.")
    return value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError("A number was expected.")
    written = str(value)
    if len(written) > 20 or not written.isascii() or "_" in written:
        raise ValueError("A number was expected.")
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise ValueError("A number was expected.") from None
    if not number.is_finite():
        raise ValueError("A number was expected.")
    return number


def _paise(value: Any) -> int:
    paise = _decimal(value) * 100
    if paise != paise.to_integral_value():
        raise ValueError("An amount has at most two decimals.")
    return int(paise)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("A whole number was expected.")
    return value


def _date(value: Any) -> date:
    return date.fromisoformat(_text(value))


def _datetime(value: Any) -> datetime:
    return datetime.fromisoformat(_text(value))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("A list was expected.")
    return value


def _item(value: Any) -> Item:
    _closed(value, _ITEM_KEYS)
    readers: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "product": ("product", _text),
        "quantity": ("quantity", _decimal),
        "unit": ("unit", _text),
        "price": ("price_paise", _paise),
        "lineTotal": ("line_total_paise", _paise),
    }
    if "product" not in value:
        raise ValueError("An item needs a product.")
    return Item(**{readers[key][0]: readers[key][1](said) for key, said in value.items() if said is not None})


def _items(value: Any) -> tuple[Item, ...]:
    return tuple(_item(entry) for entry in _list(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(entry) for entry in _list(value))


def _commands(value: Any) -> tuple[Parse, ...]:
    entries = _list(value)
    if any(isinstance(entry, Mapping) and entry.get("intent") == Intent.MULTI for entry in entries):
        raise ValueError("Several commands cannot hold several commands.")
    return tuple(parse_from_wire(entry) for entry in entries)


_READERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "customer": ("customer", _text),
    "customerRef": ("customer_ref", _text),
    "items": ("items", _items),
    "product": ("product", _text),
    "products": ("products", _texts),
    "quantity": ("quantity", _decimal),
    "unit": ("unit", _text),
    "direction": ("direction", _text),
    "amount": ("amount_paise", _paise),
    "mode": ("mode", _text),
    "date": ("date", _date),
    "datetime": ("datetime", _datetime),
    "name": ("name", _text),
    "phone": ("phone", _text),
    "option": ("option", _whole),
    "qualifier": ("qualifier", _text),
    "invoiceRef": ("invoice_ref", _text),
    "replaces": ("replaces", _text),
    "addItems": ("add_items", _items),
    "removeItems": ("remove_items", _texts),
    "commands": ("commands", _commands),
}
