"""What a person can mean: the closed, typed form that the grammar, and later a language model, must fill.

A Parse is data: it grants nothing, looks nothing up, and cannot hold a combination that no command understands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date as Date
from datetime import datetime as DateTime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

MAX_PAISE: Final = 99_99_99_999 * 100
MAX_QUANTITY: Final = Decimal("999999.999")
MAX_WORDS: Final = 120
MAX_ITEMS: Final = 50
MAX_COMMANDS: Final = 10


class Intent(StrEnum):
    """What is asked for. The names are those of the wire."""

    CREATE_INVOICE = "CREATE_INVOICE"
    CREATE_REMINDER = "CREATE_REMINDER"
    RECORD_PAYMENT = "RECORD_PAYMENT"
    ADD_CREDIT = "ADD_CREDIT"
    CHECK_BALANCE = "CHECK_BALANCE"
    CHECK_STOCK = "CHECK_STOCK"
    CANCEL_INVOICE = "CANCEL_INVOICE"
    CANCEL_REMINDER = "CANCEL_REMINDER"
    LIST_REMINDERS = "LIST_REMINDERS"
    CREATE_CUSTOMER = "CREATE_CUSTOMER"
    MODIFY_REMINDER = "MODIFY_REMINDER"
    DAILY_SUMMARY = "DAILY_SUMMARY"
    START_RECORDING = "START_RECORDING"
    STOP_RECORDING = "STOP_RECORDING"
    UPDATE_CUSTOMER_PHONE = "UPDATE_CUSTOMER_PHONE"
    GET_CUSTOMER_INFO = "GET_CUSTOMER_INFO"
    DELETE_CUSTOMER_DATA = "DELETE_CUSTOMER_DATA"
    UPDATE_STOCK = "UPDATE_STOCK"
    LIST_CUSTOMER_BALANCES = "LIST_CUSTOMER_BALANCES"
    TOTAL_PENDING_AMOUNT = "TOTAL_PENDING_AMOUNT"
    UNKNOWN = "UNKNOWN"
    CONFIRM = "CONFIRM"
    DENY = "DENY"
    CORRECT = "CORRECT"
    PROVIDE = "PROVIDE"
    MULTI = "MULTI"


DIALOG_ACTS: Final = frozenset({Intent.CONFIRM, Intent.DENY, Intent.CORRECT, Intent.PROVIDE})
"""Intents that only mean something after a question or a proposal."""

MODES: Final = frozenset({"cash", "upi", "card", "other"})
DIRECTIONS: Final = frozenset({"in", "out"})

_PERSON: Final = frozenset({"customer", "customer_ref"})
_GOODS: Final = frozenset({"product", "product_id", "quantity", "unit"})
_WHEN: Final = frozenset({"date", "datetime"})
_ANSWER: Final = (
    _PERSON | _GOODS | _WHEN | {"items", "amount_paise", "mode", "name", "phone", "option", "qualifier", "direction"}
)

SLOTS: Final[Mapping[Intent, frozenset[str]]] = {
    Intent.CREATE_INVOICE: _PERSON | {"items", "date", "amount_paise", "mode"},
    Intent.CREATE_REMINDER: _PERSON | _WHEN | {"amount_paise"},
    Intent.RECORD_PAYMENT: _PERSON | {"amount_paise", "mode", "date"},
    Intent.ADD_CREDIT: _PERSON | {"amount_paise", "date"},
    Intent.CHECK_BALANCE: _PERSON,
    Intent.CHECK_STOCK: frozenset({"product", "product_id", "products"}),
    Intent.CANCEL_INVOICE: _PERSON | {"invoice_ref"},
    Intent.CANCEL_REMINDER: _PERSON,
    Intent.LIST_REMINDERS: _PERSON | _WHEN,
    Intent.CREATE_CUSTOMER: frozenset({"name", "phone", "amount_paise"}),
    Intent.MODIFY_REMINDER: _PERSON | _WHEN | {"amount_paise"},
    Intent.DAILY_SUMMARY: frozenset({"date"}),
    Intent.START_RECORDING: frozenset(),
    Intent.STOP_RECORDING: frozenset(),
    Intent.UPDATE_CUSTOMER_PHONE: _PERSON | {"phone"},
    Intent.GET_CUSTOMER_INFO: _PERSON,
    Intent.DELETE_CUSTOMER_DATA: _PERSON,
    Intent.UPDATE_STOCK: _GOODS | {"items", "direction"},
    Intent.LIST_CUSTOMER_BALANCES: frozenset(),
    Intent.TOTAL_PENDING_AMOUNT: frozenset(),
    Intent.UNKNOWN: _PERSON | {"amount_paise"},
    Intent.CONFIRM: frozenset(),
    Intent.DENY: frozenset(),
    Intent.CORRECT: _ANSWER | {"replaces", "add_items", "remove_items"},
    Intent.PROVIDE: _ANSWER,
    Intent.MULTI: frozenset({"commands"}),
}
"""The slots that an intent may fill."""

REQUIRED: Final[Mapping[Intent, tuple[str, ...]]] = {
    Intent.CREATE_INVOICE: ("customer", "items"),
    Intent.RECORD_PAYMENT: ("customer", "amount"),
    Intent.ADD_CREDIT: ("customer", "amount"),
    Intent.CHECK_BALANCE: ("customer",),
    Intent.CHECK_STOCK: ("product",),
    Intent.CREATE_REMINDER: ("customer", "datetime"),
    Intent.CANCEL_REMINDER: ("customer",),
    Intent.MODIFY_REMINDER: ("customer", "datetime"),
    Intent.CREATE_CUSTOMER: ("name",),
    Intent.UPDATE_CUSTOMER_PHONE: ("customer", "phone"),
    Intent.GET_CUSTOMER_INFO: ("customer",),
    Intent.DELETE_CUSTOMER_DATA: ("customer",),
    Intent.UPDATE_STOCK: ("product", "quantity", "direction"),
}
"""What must be known before an intent can be done, in the order in which it is asked."""

QUESTIONS: Final = frozenset(
    {"customer", "items", "amount", "datetime", "product", "quantity", "direction", "name", "phone"}
    | {"intent", "unread", "amount_range", "amount_unsure", "customer_unsure", "negated"}
)
"""Why a question must be asked: a missing slot by its name, else
`intent` what is to be done was not understood, `unread` words were left over, or a price is for one or for all: read the command back and ask for a yes,
`amount_range` not above zero or above 99,99,99,999 rupees, `amount_unsure` more than one amount could be meant,
`customer_unsure` more than one name was said, `negated` the command stands with a "not".
"""

REFUSALS: Final = frozenset({"disclosure-to-third-party", "bulk-cancel", "bulk-delete", "not-by-voice"})
"""Why something is not done at all, whoever asks by voice."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of goods. `product` is as spoken, in lower-case Latin; `product_id` is set when the shop has exactly one such.

    `price_paise` is for one unit, `line_total_paise` for the whole quantity. A slot that was not spoken is None.
    """

    product: str
    quantity: Decimal | None = None
    unit: str | None = None
    price_paise: int | None = None
    line_total_paise: int | None = None
    product_id: str | None = None

    def __post_init__(self) -> None:
        _check_words("product", self.product)
        _check_quantity(self.quantity)
        _check_paise("price", self.price_paise)
        _check_paise("lineTotal", self.line_total_paise)
        if self.price_paise is not None and self.line_total_paise is not None:
            raise ValueError("An item has a price for one unit or a price for the line, not both.")

    def entities(self) -> dict[str, Any]:
        """Return the spoken slots: rupees as int or float, quantity likewise."""
        said = {
            "product": self.product,
            "quantity": _plain_number(self.quantity),
            "unit": self.unit,
            "price": _rupees(self.price_paise),
            "lineTotal": _rupees(self.line_total_paise),
        }
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Parse:
    """One understood utterance.

    `missing` names the slots to ask for, in order; `unread` the words that were not understood; `question` is one of
    QUESTIONS and None only when the parse may be acted on; `refusal` one of REFUSALS. `confidence` is 1.0 only when every
    word was read. `date` and `datetime` are in the zone of the shop. `commands` is filled for MULTI alone, in spoken order.

    Raises:
        ValueError: the slots do not belong to the intent, contradict each other, or are out of range.
    """

    intent: Intent
    customer: str | None = None
    customer_ref: str | None = None
    items: tuple[Item, ...] = ()
    product: str | None = None
    product_id: str | None = None
    products: tuple[str, ...] = ()
    quantity: Decimal | None = None
    unit: str | None = None
    direction: str | None = None
    amount_paise: int | None = None
    mode: str | None = None
    date: Date | None = None
    datetime: DateTime | None = None
    name: str | None = None
    phone: str | None = None
    option: int | None = None
    qualifier: str | None = None
    invoice_ref: str | None = None
    replaces: str | None = None
    add_items: tuple[Item, ...] = ()
    remove_items: tuple[str, ...] = ()
    commands: tuple["Parse", ...] = ()
    confidence: float = 1.0
    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    question: str | None = None
    refusal: str | None = None
    language: str = "hi-Latn"
    original_text: str = field(default="", compare=False)
    normalized_text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        self._check_slots()
        self._check_values()
        self._check_commands()

    @property
    def is_complete(self) -> bool:
        """Tell whether it may be acted on without a question (about names the resolver still has its say)."""
        return self.question is None and self.refusal is None and not self.missing and self.intent is not Intent.UNKNOWN

    def entities(self) -> dict[str, Any]:
        """Return the spoken slots as JSON-able values under their names on the wire; amounts in rupees, dates in ISO 8601."""
        said: dict[str, Any] = {}
        for slot, wire_name in _WIRE_NAMES.items():
            value = getattr(self, slot)
            if value is not None and value != ():
                said[wire_name] = _to_wire(slot, value)
        return said

    @classmethod
    def from_wire(cls, proposed: Mapping[str, Any]) -> "Parse":
        """Return the parse that {"intent", "entities"} describes: how a language model's proposal comes in.

        Raises:
            ValueError: an unknown key, a wrong type or a value out of range.
        """
        from voice.intents.wire import parse_from_wire

        return parse_from_wire(proposed)

    def _check_slots(self) -> None:
        if not isinstance(self.intent, Intent):
            raise ValueError("The intent must be one of Intent.")
        allowed = SLOTS[self.intent]
        for slot in _SLOT_NAMES:
            if slot not in allowed and getattr(self, slot) not in (None, ()):
                raise ValueError(f"{self.intent} has no {_WIRE_NAMES.get(slot, slot)}.")
        for one, other in (("customer", "customer_ref"), ("date", "datetime"), ("product", "products")):
            if getattr(self, one) and getattr(self, other):
                raise ValueError(f"Give {one} or {other}, not both.")

    def _check_values(self) -> None:
        for slot in ("customer", "name", "product", "qualifier", "replaces", "unit"):
            if (words := getattr(self, slot)) is not None:
                _check_words(slot, words)
        for words in (*self.products, *self.remove_items):
            _check_words("product", words)
        _check_quantity(self.quantity)
        _check_paise("amount", self.amount_paise)
        _check_choice("mode", self.mode, MODES)
        _check_choice("direction", self.direction, DIRECTIONS)
        _check_choice("customerRef", self.customer_ref, {"active"})
        _check_choice("invoiceRef", self.invoice_ref, {"last"})
        _check_choice("question", self.question, QUESTIONS)
        _check_choice("refusal", self.refusal, REFUSALS)
        if self.option is not None and not 1 <= self.option <= 20:
            raise ValueError("An option is a number from 1 to 20.")
        if self.phone is not None and not (len(self.phone) == 10 and self.phone.isascii() and self.phone.isdigit()):
            raise ValueError("A phone number has ten digits.")
        if self.datetime is not None and self.datetime.tzinfo is None:
            raise ValueError("A time needs its zone.")
        if len(self.items) > MAX_ITEMS or len(self.add_items) > MAX_ITEMS:
            raise ValueError(f"At most {MAX_ITEMS} items at once.")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError("Confidence is between 0 and 1.")

    def _check_commands(self) -> None:
        if self.intent is not Intent.MULTI:
            return
        if not 2 <= len(self.commands) <= MAX_COMMANDS:
            raise ValueError(f"Several commands are 2 to {MAX_COMMANDS}.")
        if any(command.intent is Intent.MULTI or command.intent in DIALOG_ACTS for command in self.commands):
            raise ValueError("Only whole commands can be said one after the other.")


_WIRE_NAMES: Final = {
    "customer": "customer",
    "customer_ref": "customerRef",
    "items": "items",
    "product": "product",
    "products": "products",
    "quantity": "quantity",
    "unit": "unit",
    "direction": "direction",
    "amount_paise": "amount",
    "mode": "mode",
    "date": "date",
    "datetime": "datetime",
    "name": "name",
    "phone": "phone",
    "option": "option",
    "qualifier": "qualifier",
    "invoice_ref": "invoiceRef",
    "replaces": "replaces",
    "add_items": "addItems",
    "remove_items": "removeItems",
    "commands": "commands",
}
_NOT_SLOTS: Final = frozenset(
    {"intent", "confidence", "missing", "unread", "question", "refusal", "language", "original_text", "normalized_text"}
)
_SLOT_NAMES: Final = tuple(slot.name for slot in fields(Parse) if slot.name not in _NOT_SLOTS)


def _to_wire(slot: str, value: Any) -> Any:
    if slot == "commands":
        return [{"intent": str(command.intent), "entities": command.entities()} for command in value]
    if slot in ("items", "add_items"):
        return [item.entities() for item in value]
    if slot == "amount_paise":
        return _rupees(value)
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, Date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _rupees(paise: int | None) -> int | float | None:
    if paise is None:
        return None
    return paise / 100 if paise % 100 else paise // 100


def _plain_number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _check_words(slot: str, words: str) -> None:
    if not isinstance(words, str) or not words.strip() or len(words) > MAX_WORDS or not words.isprintable():
        raise ValueError(f"{slot} must be 1 to {MAX_WORDS} printable characters.")


def _check_choice(slot: str, value: str | None, choices: frozenset[str] | set[str]) -> None:
    if value is not None and value not in choices:
        raise ValueError(f"{slot} must be one of {', '.join(sorted(choices))}.")


def _check_paise(slot: str, paise: int | None) -> None:
    if paise is None:
        return
    if isinstance(paise, bool) or not isinstance(paise, int) or not 0 < paise <= MAX_PAISE:
        raise ValueError(f"{slot} must be above 0 and at most 99,99,99,999 rupees.")


def _check_quantity(quantity: Decimal | None) -> None:
    if quantity is None:
        return
    if not isinstance(quantity, Decimal) or not quantity.is_finite() or not 0 < quantity <= MAX_QUANTITY:
        raise ValueError(f"quantity must be above 0 and at most {MAX_QUANTITY}.")
    exponent = quantity.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3:
        raise ValueError("quantity has at most three decimals.")
