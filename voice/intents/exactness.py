"""Whether the one amount that was said is the amount that is meant: no bound, no count of notes, nothing beside it that may belong to it."""

from typing import Final

from execora.language.folding import word_set
from voice.intents.chunks import NUMERIC, Chunk, Kind
from voice.intents.closed import BOUNDS, MULTIPLIERS
from voice.intents.cues import Cue
from voice.intents.facts import Facts

_AFTER_SE: Final = word_set("upar uppar upper neeche niche")
_NOTE_VERBS: Final = word_set("kar karo kardo kare karna karlo kr kijiye down lo le it")
_COUNTING: Final = word_set(
    "ek do teen char chaar paanch das bees sau hazaar lakh so sow sou saar sar hazar hajar tis bis sat saat che"
)
_TOLD: Final = frozenset({Kind.CUE, Kind.LINK, Kind.FREE, Kind.UNIT, Kind.ORDINAL})


def is_inexact(facts: Facts) -> bool:
    """Tell whether the amount is a bound ("se zyada", "tak"), a count ("100 ke do note") or may go on ("bees do diye")."""
    named = set(facts.customer.places()) if facts.customer is not None else set()
    said = [(at, chunk) for at, chunk in enumerate(facts.chunks) if at not in named and at not in facts.goods.used]
    return any(
        _bounds(facts, at, chunk) or _counts_notes(facts, at, chunk) or _goes_on(facts, at, chunk) for at, chunk in said
    )


def _bounds(facts: Facts, at: int, chunk: Chunk) -> bool:
    if chunk.kind not in _TOLD:
        return False
    if chunk.text in _AFTER_SE:
        return _text(facts, at - 1) == "se"
    if chunk.text == "kam" and _text(facts, at + 1) in _NOTE_VERBS:
        return False
    reminding = facts.has(Cue.REMIND) and chunk.text in ("about", "over", "around")
    return (chunk.text in BOUNDS and not reminding) or chunk.text in MULTIPLIERS


def _counts_notes(facts: Facts, at: int, chunk: Chunk) -> bool:
    """Tell "100 ka note" from "note karo" and "90 note kar lo"."""
    if chunk.text != "note":
        return False
    after = _text(facts, at + 1)
    before = facts.chunks[at - 1] if at else None
    counted = before is not None and (before.kind in NUMERIC or before.text in ("ka", "ke", "wala", "do", "ek"))
    return counted and after not in _NOTE_VERBS


def _goes_on(facts: Facts, at: int, chunk: Chunk) -> bool:
    """Tell whether a word that may be a number stands beside the amount."""
    if chunk.kind not in _TOLD or chunk.text not in _COUNTING:
        return False
    before = facts.chunks[at - 1] if at else None
    after = facts.chunks[at + 1] if at + 1 < len(facts.chunks) else None
    return any(
        beside is not None and any(beside is sum_ for sum_ in facts.amounts) for beside in (before, after)
    ) and not (before is not None and before.has(Cue.WRITE, Cue.ADD, Cue.MAKE, Cue.GIVE))


def _text(facts: Facts, at: int) -> str:
    return facts.chunks[at].text if 0 <= at < len(facts.chunks) else ""
