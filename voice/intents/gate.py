"""The one gate before whatever writes: a sentence passes only with words that its command knows; the rest is asked or refused.

Two outcomes hold a command back. It is stopped when its words say something else than the command does (it was cancelled, returned, asked
about, wished, or shall only be under a condition). It is questioned when it holds words that the command does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from execora.language.folding import word_set
from execora.language.tense import is_past
from voice.intents.chunks import Chunk, Kind
from voice.intents.closed import (
    ANSWERS,
    ASKING,
    ASKING_CUES,
    BROUGHT_BACK,
    CONDITIONS,
    FUTURE,
    HARMLESS,
    MODALS,
    TAGS,
    TITLES_THAT_TELL,
    UNDOING,
    UNDOING_CUES,
    VOCABULARY,
    WISHES,
)
from voice.intents.cues import Cue
from voice.intents.direction import is_asked
from voice.intents.facts import Facts
from voice.intents.schema import Intent
from voice.intents.telling import DUE, HANDING, IS, only_told

_SALES: Final = frozenset({Intent.CREATE_INVOICE, Intent.RECORD_PAYMENT, Intent.ADD_CREDIT})
_REMINDERS: Final = frozenset({Intent.CREATE_REMINDER, Intent.MODIFY_REMINDER})
_KEEPING: Final = _SALES | _REMINDERS | {Intent.UPDATE_STOCK, Intent.CREATE_CUSTOMER, Intent.UPDATE_CUSTOMER_PHONE}
_TAKING_AWAY: Final = frozenset({Intent.CANCEL_INVOICE, Intent.CANCEL_REMINDER, Intent.DELETE_CUSTOMER_DATA})
_CHECKED: Final = frozenset({Kind.CUE, Kind.LINK, Kind.ORDINAL, Kind.UNIT, Kind.BAD_NUMBER, Kind.PHONE})
_SOLD: Final = word_set("sold becha beche bechi bech")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the gate says: the intent as it stands, whether it is `stopped`, and the words that wait for a yes."""

    intent: Intent
    stopped: bool = False
    unread: tuple[str, ...] = ()


def judge(intent: Intent, facts: Facts) -> Ruling:
    """Return whether a command that writes may pass. What writes nothing always may."""
    if intent in _TAKING_AWAY:
        return Ruling(intent, stopped=_asks(facts, intent) or is_conditional(facts), unread=_odd_goods(facts))
    if intent is Intent.UNKNOWN:
        return _judge_unknown(facts)
    if intent not in _KEEPING:
        return Ruling(intent)
    if _undone(facts, intent):
        cancelling = facts.has(Cue.BILL) and intent is Intent.CREATE_INVOICE and not _asks(facts, intent)
        if (
            cancelling
            and facts.has(Cue.CANCEL, Cue.DELETE, Cue.WRONG)
            and not facts.negated
            and not is_conditional(facts)
        ):
            return Ruling(Intent.CANCEL_INVOICE, unread=_odd_goods(facts))
        return Ruling(intent, stopped=True)
    if is_conditional(facts) or _asks(facts, intent) or (intent in _SALES and _not_done(facts, intent)):
        return Ruling(intent, stopped=True)
    if intent is Intent.UPDATE_STOCK and _is_to_come(facts):
        return Ruling(intent, stopped=True)
    return Ruling(intent, unread=_unknown_words(facts, intent))


def _judge_unknown(facts: Facts) -> Ruling:
    """A person and a sum whose direction is open are kept for an answer only when nothing else was said of them."""
    undone = facts.has(*UNDOING_CUES) or facts.says(*UNDOING)
    returned = bool(facts.items or facts.has(Cue.GOODS)) and facts.says(*BROUGHT_BACK)
    stopped = undone or returned or is_conditional(facts) or _is_to_come(facts) or _is_due(facts) or facts.says(*WISHES)
    return Ruling(Intent.UNKNOWN, stopped=stopped, unread=_unknown_words(facts, Intent.RECORD_PAYMENT))


def is_conditional(facts: Facts) -> bool:
    """Tell whether something must come first: "agar 300 de to likhna"."""
    if facts.says(*CONDITIONS):
        return True
    for at, chunk in enumerate(facts.chunks[1:-1], start=1):
        named = at + 1 in _place_of_name(facts) or facts.chunks[at + 1].kind is Kind.PRODUCT
        verb = facts.chunks[at - 1].has(Cue.GAVE, Cue.GIVE, Cue.CAME, Cue.TOOK, Cue.RECEIVED, Cue.VERB)
        if chunk.text in ("to", "toh") and verb and not named:
            return True
    return False


def answers(facts: Facts, expecting: str) -> bool:
    """Tell whether the words may answer what was asked: no refusal, no question, nothing of another person or to come."""
    refused = facts.negated or facts.objected or facts.has(Cue.MINUS) or _refuses(facts)
    if refused or is_conditional(facts) or _is_to_come(facts) or _is_due(facts):
        return False
    if facts.has(*UNDOING_CUES) or facts.says(*UNDOING, *BROUGHT_BACK, *WISHES) or facts.has(Cue.OUTSIDER):
        return False
    if facts.has(*ASKING_CUES) and expecting not in ("product", "datetime"):
        return False
    if is_asked(facts) or _ends_in_tag(facts) or "?" in facts.words or facts.says(*ASKING):
        return False
    if expecting in ("choice", "customer") and (facts.replaced or facts.says("ya", "or", "either")):
        return False
    return expecting in ("", "customer", "choice", "name", "product", "confirmation") or facts.customer is None


def unread_in_answer(facts: Facts, expecting: str) -> tuple[str, ...]:
    """Return the words of an answer that say more than the answer: they make it wait for a yes."""
    left = ["nahi"] if facts.replaced else []
    left.extend(chunk.text for chunk in _checked(facts) if not _is_known_answer(chunk, expecting))
    left.extend(word for word in facts.words if word in TITLES_THAT_TELL)
    if expecting in ("customer", "choice", "name", "direction"):
        left.extend(chunk.text for chunk in facts.amounts)
    return tuple(left)


def _is_known_answer(chunk: Chunk, expecting: str) -> bool:
    if chunk.kind is Kind.ORDINAL:
        return expecting in ("", "choice")
    return _is_known(chunk, ANSWERS.get(expecting, ANSWERS[""]))


def is_plain_yes(facts: Facts) -> bool:
    """Tell whether a yes says nothing besides: "haan agar ...", "haan baad mein" and "sahi hai na" confirm nothing."""
    said = [word for word in facts.words if word.isalnum()]
    if said[-1:] in (["na"], ["naa"]) or is_conditional(facts) or _is_to_come(facts):
        return False
    return all(
        not chunk.cues <= {Cue.PLAIN, Cue.VERB} or chunk.text in HARMLESS for chunk in facts.chunks if chunk.cues
    )


def _undone(facts: Facts, intent: Intent) -> bool:
    if intent in _REMINDERS or intent is Intent.UPDATE_STOCK:
        return facts.has(Cue.CANCEL, Cue.WRONG, Cue.LET_GO) or facts.says(*UNDOING)
    if facts.has(*UNDOING_CUES) or facts.says(*UNDOING):
        return True
    goods = bool(facts.items) or facts.has(Cue.GOODS)
    return goods and intent in _SALES and facts.says(*BROUGHT_BACK)


def _asks(facts: Facts, intent: Intent) -> bool:
    if is_asked(facts) or _ends_in_tag(facts) or facts.has(Cue.WHO):
        return True
    if intent in _KEEPING and ("?" in facts.words or (facts.says(*ASKING) and intent in _SALES)):
        return True
    if intent in _REMINDERS:
        return (facts.has(Cue.ASK) and not facts.says("ki")) or is_past(facts.words) is True
    if intent in (Intent.UPDATE_CUSTOMER_PHONE, Intent.CREATE_CUSTOMER) or intent in _TAKING_AWAY:
        return facts.has(Cue.ASK)
    rated = any(chunk.has(Cue.RATE) for chunk in _checked(facts))
    return facts.has(Cue.ASK) or _shows(facts) or (rated and facts.counted_items and facts.has(Cue.SHOW))


def _shows(facts: Facts) -> bool:
    """Tell whether something is to be shown or told; a cheque is none of that."""
    return any(chunk.has(Cue.SHOW) and chunk.text not in ("check", "chek", "chaek") for chunk in _checked(facts))


def _not_done(facts: Facts, intent: Intent) -> bool:
    """Tell whether the words speak of what shall, should or might be."""
    if _is_to_come(facts) or _was_wished(facts) or (intent is not Intent.CREATE_INVOICE and facts.says(*WISHES)):
        return True
    return intent is not Intent.CREATE_INVOICE and _is_due(facts)


def _was_wished(facts: Facts) -> bool:
    return any(word in WISHES and after in ("tha", "thi", "the") for word, after in pairwise(facts.words))


def _is_to_come(facts: Facts) -> bool:
    return any(
        word in MODALS or (FUTURE.fullmatch(word) is not None)
        for at, chunk in enumerate(facts.chunks)
        if chunk.kind in (Kind.CUE, Kind.FREE) and not _is_whole_name(facts, at)
        for word in facts.words[chunk.start : chunk.end]
    )


def _is_due(facts: Facts) -> bool:
    """Tell whether it is still to be given or taken: "500 dena hai", "500 lena hai"; "likh dena" is an order."""
    words = facts.words
    for at, word in enumerate(words):
        if word not in DUE or (at and words[at - 1] in HANDING):
            continue
        if word.startswith("l") or (at + 1 < len(words) and words[at + 1] in IS):
            return True
    return False


def _ends_in_tag(facts: Facts) -> bool:
    said = [word for word in facts.words if word.isalnum()]
    return len(said) > 1 and said[-1] in TAGS


def _refuses(facts: Facts) -> bool:
    """Tell whether "na" refuses: "na mandir wala na ATM wala"."""
    return facts.has(Cue.NOT, Cue.NO) or any(
        word in ("na", "naa", "except", "alawa", "sivay", "siva", "neither", "none") for word in facts.words
    )


def _odd_goods(facts: Facts) -> tuple[str, ...]:
    return tuple(item.product for item in facts.items)


def _unknown_words(facts: Facts, intent: Intent) -> tuple[str, ...]:
    allowed = VOCABULARY.get(intent)
    if allowed is None:
        return ()
    left = [
        chunk.text
        for chunk in _checked(facts)
        if not _is_known(chunk, allowed) and not _is_special(facts, chunk, intent)
    ]
    titles = [word for word in facts.words if word in TITLES_THAT_TELL or word in ("ya", "either")]
    if facts.says("wapas", "wapsi", "returned", "return"):
        left.extend(word for word in facts.words if word in BROUGHT_BACK)
    if intent in _SALES:
        left.extend(only_told(intent, facts))
    if intent is Intent.UPDATE_STOCK:
        left.extend(chunk.text for chunk in facts.chunks if chunk.kind is Kind.WHEN and chunk.text not in HARMLESS)
    return tuple(left + titles)


def _is_known(chunk: Chunk, allowed: frozenset[Cue]) -> bool:
    if chunk.kind in (Kind.ORDINAL, Kind.UNIT, Kind.BAD_NUMBER, Kind.PHONE):
        return False
    if chunk.text in HARMLESS:
        return True
    if chunk.text in ("na", "naa") or chunk.has(*(UNDOING_CUES - allowed)):
        return False
    return chunk.has(*allowed) and chunk.text not in TITLES_THAT_TELL


def _is_special(facts: Facts, chunk: Chunk, intent: Intent) -> bool:
    """Tell whether a word that means other things elsewhere is part of this command where it stands."""
    at = next(place for place, other in enumerate(facts.chunks) if other is chunk)
    after = facts.chunks[at + 1] if at + 1 < len(facts.chunks) else None
    if intent is Intent.CREATE_INVOICE:
        new_bill = chunk.has(Cue.NEW) and after is not None and after.has(Cue.BILL)
        one_bill = chunk.text in ("ek", "one") and after is not None and after.has(Cue.BILL)
        return one_bill or new_bill or chunk.text in _SOLD or (chunk.text in WISHES and facts.has(Cue.BILL))
    if intent is Intent.UPDATE_STOCK:
        return chunk.text in ("kam", "low", "hone")
    if intent in _REMINDERS:
        return chunk.kind in (Kind.UNIT, Kind.PHONE)
    owed = chunk.has(Cue.BALANCE) and (facts.has(Cue.GAVE) or (after is not None and after.kind is Kind.LINK))
    return owed or (intent is Intent.RECORD_PAYMENT and chunk.text == "back" and facts.says("paid", "gave"))


def _checked(facts: Facts) -> list[Chunk]:
    """Return the chunks that neither goods nor the name explain."""
    used: set[int] = set(facts.goods.used) | set(_place_of_name(facts))
    return [chunk for at, chunk in enumerate(facts.chunks) if chunk.kind in _CHECKED and at not in used]


def _place_of_name(facts: Facts) -> Sequence[int]:
    return facts.customer.places() if facts.customer is not None else ()


def _is_whole_name(facts: Facts, at: int) -> bool:
    """Tell whether the chunk is a name by itself, with the particle of one after it: "Karega ne" would be one."""
    places = _place_of_name(facts)
    return at in places and bool(facts.link) and at == places[-1]
