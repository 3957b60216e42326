"""Whether an utterance answers the question that is open, and the command with the answer in it. Pure."""

from dataclasses import replace
from typing import Any

from voice.dialog import Question
from voice.intents.names import Candidate, resolve
from voice.intents.schema import Intent, Item, Parse

ANSWERS = frozenset({Intent.PROVIDE, Intent.UNKNOWN})
DIRECTED = {"in": Intent.RECORD_PAYMENT, "out": Intent.ADD_CREDIT}
# Each makes the opposite of an answer of the words around it.
_NOT = frozenset("nahi nahin nahee nhi nai na naa mat not no dont don't never without bina except".split())
_WORDS_OF_AN_ANSWER = 2
_WHOM = frozenset({"customer", "choice"})
# What an answer's words, taken alone, may look like beside the command that is open.
_LOOKS_LIKE = {
    "customer": frozenset({Intent.CHECK_BALANCE}),
    "choice": frozenset({Intent.CHECK_BALANCE}),
    "items": frozenset({Intent.CREATE_INVOICE}),
    "product": frozenset({Intent.CREATE_INVOICE, Intent.CHECK_STOCK}),
    "direction": frozenset(DIRECTED.values()),
}


def denies(answer: Parse) -> bool:
    """Tell whether a "not" is among the words: they may say what is not meant, and so choose nothing."""
    return answer.question == "negated" or bool(_NOT & set(answer.normalized_text.split()))


def leaves(question: Question, answer: Parse, alone: Parse) -> bool:
    """Tell whether an utterance is about something else than what was asked; `alone` is how it reads without the question.

    It is when it names another person, takes something back, is a command of another kind, or is a whole sentence that
    means nothing here.
    """
    if alone.refusal or (denies(alone) and not question.choices):
        return True
    is_lost = answer.intent == Intent.UNKNOWN and answer.question == "intent"
    if is_lost and question.expecting not in _WHOM and _is_sentence(answer):
        return True
    alike = _LOOKS_LIKE.get(question.expecting, frozenset()) | {question.parse.intent} | ANSWERS
    if alone.intent not in alike:
        return True
    if question.expecting in _WHOM:
        other_amount = alone.amount_paise is not None and alone.amount_paise != question.parse.amount_paise
        return other_amount or any(item.quantity is not None for item in alone.items)
    return alone.customer is not None and not _is_same(question, alone.customer)


def _is_sentence(answer: Parse) -> bool:
    """Tell whether words that mean nothing are too many to be an answer that was misheard."""
    return len(answer.normalized_text.split()) > _WORDS_OF_AN_ANSWER


def _is_same(question: Question, named: str) -> bool:
    if question.customer is not None:
        return resolve(named, (question.customer,)).is_certain
    known = question.parse.customer
    return known is not None and known.casefold() == named.casefold()


def chosen(question: Question, answer: Parse) -> Candidate | None:
    """Return which of the offered customers the answer means, if it is clear."""
    if denies(answer) or (answer.question is not None and answer.intent == Intent.PROVIDE):
        return None
    if answer.option is not None:
        return question.choices[answer.option - 1] if answer.option <= len(question.choices) else None
    said = (answer.qualifier or answer.customer or answer.name or answer.normalized_text).strip()
    if not said:
        return None
    labels = [label.casefold() for label in question.labels()]
    if said.casefold() in labels:
        return question.choices[labels.index(said.casefold())]
    found = resolve(said, question.choices)
    return found.best if found.is_certain else None


def with_choice(question: Question, answer: Parse) -> Parse:
    """Return the command of a question whose customer is chosen; words left over in the answer stay left over."""
    return _filled(question, answer, {}) or question.parse


def completed(question: Question, answer: Parse, alone: Parse) -> Parse | None:
    """Return the command with the answer put into it; None when the answer does not answer.

    `alone` is the answer as it is understood without the question: a date in it counts as well.
    """
    slot = question.expecting
    if denies(answer):
        return None
    values: dict[str, Any] | None = None
    if slot == "customer":
        named = answer.customer or answer.name or answer.qualifier
        values = {"customer": named, "customer_ref": None} if named else None
    elif slot == "amount" and answer.amount_paise is not None:
        values = {"amount_paise": answer.amount_paise}
    elif slot == "items":
        items = _items(question.parse, answer)
        values = {"items": items} if items else None
    elif slot == "datetime" and (answer.datetime or answer.date):
        values = {"datetime": answer.datetime, "date": None if answer.datetime else answer.date}
    elif slot == "product" and (answer.product or answer.items):
        values = {
            "product": answer.product or answer.items[0].product,
            "product_id": answer.product_id or (answer.items[0].product_id if answer.items else None),
            "products": (),
        }
    elif slot == "direction" and answer.direction:
        values = {"intent": DIRECTED[answer.direction]}
    if values is None:
        return None
    day = alone.date or (alone.datetime.date() if alone.datetime is not None else None)
    if day is not None and slot != "datetime":
        values |= {"date": day, "unread": (*question.parse.unread, *answer.unread, day.isoformat())}
    return _filled(question, answer, values)


def _items(wanted: Parse, answer: Parse) -> tuple[Item, ...]:
    """Put the answer in the place of the items that could not be taken; those that could stay, unless they are in doubt."""
    is_doubted = wanted.question in ("amount_range", "amount_unsure")
    open_items = [item for item in wanted.items if is_doubted or item.product_id is None or item.quantity is None]
    if answer.items:
        return (*(item for item in wanted.items if item not in open_items), *answer.items)
    if answer.quantity is None or len(open_items) != 1 or open_items[0].quantity is not None:
        return ()
    mended = replace(open_items[0], quantity=answer.quantity, unit=answer.unit or open_items[0].unit)
    return tuple(mended if item is open_items[0] else item for item in wanted.items)


def _filled(question: Question, answer: Parse, values: dict[str, Any]) -> Parse | None:
    """Return the command no surer than its answer; what the schema does not hold is no answer."""
    parse = question.parse
    slots: dict[str, Any] = {
        "missing": tuple(slot for slot in parse.missing if slot != question.expecting),
        "unread": (*parse.unread, *answer.unread),
        "confidence": min(parse.confidence, answer.confidence),
        "question": parse.question if parse.question == "unread" else None,
    }
    try:
        return replace(parse, **(slots | values))
    except ValueError:
        return None
