"""Sentences that tell how things stand, or the other way round, in the words of a command: they wait for a yes."""

from typing import Final

from execora.language.folding import word_set
from voice.intents.cues import Cue
from voice.intents.facts import Facts
from voice.intents.schema import Intent

DUE: Final = word_set("dena dene deni lena lene leni")
IS: Final = word_set("hai hain he hae h tha thi the baaki baki")
HANDING: Final = word_set("likh jod chadha bana daal dal de kar bhej bol dila karwa kardo add")

_TO_DO: Final = word_set("karna karne karni karana likhna likhne chukana chukane")
_WRITTEN: Final = word_set("likha likhi likhe ban bana banaya banayi joda jode chadha chadhaya")
_ALREADY: Final = word_set("hai hain tha thi the hua hui hue huaa chuka chuki chuke gaya gayi diya liya")
_STANDS: Final = word_set("hai hain tha thi the")
_FROM: Final = frozenset({"se", "sey", "from", "ki taraf se"})
_ACTING: Final = (Cue.WRITE, Cue.ADD, Cue.GAVE, Cue.GIVE, Cue.TOOK, Cue.TAKE_AWAY)
_GETTING: Final = word_set("got received recd recieved collected collect get")


def only_told(intent: Intent, facts: Facts) -> tuple[str, ...]:
    """Return the words by which a sentence tells rather than orders: "likha hai", "bill bana diya", "Priya par 300 udhaar"."""
    words = facts.words
    told = [word for at, word in enumerate(words[:-1]) if _tells(intent, word, words[at + 1])]
    if intent is Intent.ADD_CREDIT and _is_a_state(facts):
        told.append("udhaar")
    if intent is Intent.CREATE_INVOICE:
        told.extend([facts.link] if facts.link in _FROM else [])
    else:
        told.extend(word for at, word in enumerate(words) if word in DUE and (not at or words[at - 1] not in HANDING))
    if intent is Intent.RECORD_PAYMENT:
        told.extend(_paid_out(facts))
    return tuple(told)


def _tells(intent: Intent, word: str, after: str) -> bool:
    if word in _WRITTEN:
        return after in _ALREADY
    if word in ("jama", "jamaa", "jma", "udhaar"):
        return after in _STANDS
    if word in {"was", "were"}:
        return after in ("paid", "given")
    return word in _TO_DO and after in _STANDS and intent is not Intent.CREATE_INVOICE


def _is_a_state(facts: Facts) -> bool:
    """Tell whether no verb says that a debt is to be written, and the particle says whose it is: "Priya ka udhaar 300"."""
    whose = facts.link in ("ka", "ke", "ki", "kaa", "par", "pe", "'s")
    ends = bool(facts.words) and facts.words[-1] in IS
    return (whose or ends) and not facts.has(*_ACTING)


def _paid_out(facts: Facts) -> list[str]:
    """Return the words by which the customer, not the shop, may have got the money: "Priya ko 300 jama", "Priya got 300"."""
    if facts.link in ("ko", "koo", "to"):
        return [facts.link]
    first = facts.customer.first if facts.customer is not None else len(facts.chunks)
    if 0 < first < len(facts.chunks) and facts.chunks[first - 1].has(Cue.RECEIVED) and facts.has(Cue.WRITE, Cue.ADD):
        return [facts.chunks[first - 1].text]
    return [
        chunk.text
        for at, chunk in enumerate(facts.chunks)
        if chunk.text in _GETTING and at > first and facts.link not in _FROM
    ]
