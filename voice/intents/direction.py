"""Which way money goes: onto the khata, off it, or not said. Never guessed: unclear is None, and the speaker is asked."""

from typing import Final

from voice.intents.chunks import Kind
from voice.intents.cues import Cue
from voice.intents.facts import Facts
from voice.intents.schema import Intent

_MODES: Final = (Cue.CASH, Cue.UPI, Cue.CARD, Cue.OTHER_MODE)
_FROM: Final = frozenset({"se", "sey", "from", "ki taraf se"})
_BY: Final = frozenset({"ne", "nay"})
_TO: Final = frozenset({"ko", "koo", "to"})
_PAID_OFF: Final = frozenset(
    "chukaya chukaye chuka chukta chukti chukayi chukaai lautaya lautaye lauta lautaa repaid returned cleared settled".split()
)
_ASKING_FIRST: Final = frozenset({"kya", "kyaa", "did", "has", "have", "does", "is", "was", "were"})
_LESS: Final = frozenset({"kam", "ghata", "ghatao", "ghatado", "kaat", "kaato", "kato", "less", "reduce", "deduct"})
"""Words that lessen a debt: they turn `udhaar` round, so the way money goes is asked."""

_BOTH_WAYS: Final = frozenset({"jama", "jamaa", "jma", "vasool", "wasool", "vasul", "wasul", "deposit", "deposited"})


def direction_of(facts: Facts) -> Intent | None:
    """Return RECORD_PAYMENT or ADD_CREDIT when the words say which, else None."""
    if is_asked(facts) or facts.says(*_LESS):
        return None
    received, credit = _is_received(facts), _is_credit(facts)
    if received and credit:
        return _of_both(facts)
    if received:
        return Intent.RECORD_PAYMENT
    return Intent.ADD_CREDIT if credit else None


def is_asked(facts: Facts) -> bool:
    """Tell whether it was said as a question: "kya Geeta ne 500 diye?", "did Geeta pay?". A question books nothing."""
    said = [word for word in facts.words if word.isalnum()]
    asking = bool(said) and (said[0] in _ASKING_FIRST or said[-1] in ("kya", "kyaa"))
    return asking or facts.ends_in_question_mark


def _of_both(facts: Facts) -> Intent | None:
    """`jama likh do` is a payment, `udhaar ke 500 diye` as well; "ne udhaar diye" could be a loan to the shop."""
    if not facts.has(Cue.CREDIT):
        return Intent.RECORD_PAYMENT
    if facts.has(Cue.CAME) or any(word in _PAID_OFF or word in _BOTH_WAYS for word in facts.words):
        return Intent.RECORD_PAYMENT
    at = facts.position(Cue.CREDIT)
    after = facts.chunks[at + 1] if at + 1 < len(facts.chunks) else None
    if after is not None and after.kind is Kind.LINK and after.text in ("ke", "ka", "ki", "mein", "me", "se"):
        return Intent.RECORD_PAYMENT
    return None


def _is_received(facts: Facts) -> bool:
    link = facts.link
    by, giver_from, to = link in _BY, link in _FROM, link in _TO
    said = [chunk.text for chunk in facts.chunks if chunk.has(Cue.RECEIVED)]
    if any(word in _BOTH_WAYS for word in said):
        return True
    if to or _paid_to_someone(facts):
        return False
    if said:
        backwards = all(word in ("wapas", "wapsi") for word in said)
        return not backwards or by or giver_from
    if facts.has(Cue.CAME) and not facts.items and not facts.has(Cue.GOODS):
        return _came_after_the_sum(facts)
    moved = facts.has(Cue.GAVE) or facts.has(Cue.TRANSFER) or facts.has(*_MODES)
    if by:
        return moved
    if giver_from:
        return facts.has(Cue.TOOK) or facts.has(*_MODES)
    return _gave(facts)


def _came_after_the_sum(facts: Facts) -> bool:
    """Tell "Harish ke 500 aaye" from "Harish aaya tha 500 dene": what came stands before the verb."""
    verb = facts.position(Cue.CAME)
    return not facts.amounts or any(chunk.value is not None for chunk in facts.chunks[:verb])


def _gave(facts: Facts) -> bool:
    """ "Rahul gave 500": who stands before the English verb did it."""
    if facts.customer is None or not facts.says("gave", "given", "sent", "transferred"):
        return False
    verb = next(at for at, chunk in enumerate(facts.chunks) if chunk.text in ("gave", "given", "sent", "transferred"))
    return facts.customer.last <= verb and not facts.customer.lead


def _paid_to_someone(facts: Facts) -> bool:
    """ "I paid Rahul 500", "paid 500 to Rahul": money went out of the shop, which no command here does."""
    if facts.customer is None or not facts.says("paid", "pay", "gave"):
        return False
    verb = next(at for at, chunk in enumerate(facts.chunks) if chunk.text in ("paid", "pay", "gave"))
    after = facts.customer.first > verb
    return after and facts.customer.lead not in ("from", "by", "of") and not facts.has(Cue.RECORD)


def _is_credit(facts: Facts) -> bool:
    link = facts.link
    if facts.has(Cue.CREDIT):
        taken_from = link in _FROM and facts.has(Cue.TOOK)
        return not taken_from
    if facts.has(Cue.WRITE):
        return True
    return facts.has(Cue.ADD) and bool(facts.amounts) and not facts.has(Cue.PERSON, Cue.NEW, Cue.STOCK)
