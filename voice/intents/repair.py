"""Self-correction within one breath: "teen kilo, nahi nahi, chaar kilo": what was said last counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Final

from voice.intents.chunks import NAMING, NUMERIC, Chunk, Kind
from voice.intents.cues import Cue

_MODES: Final = frozenset({Cue.CASH, Cue.UPI, Cue.CARD, Cue.OTHER_MODE})


@dataclass(frozen=True, slots=True)
class Repaired:
    """The chunks that count. `replaced` are those that were taken back.

    `negated`: a "not" stands that corrects nothing. `objected`: it begins with a no, and goes on: "nahi, teen sau".
    """

    chunks: tuple[Chunk, ...]
    replaced: tuple[Chunk, ...] = ()
    negated: bool = False
    objected: bool = False


def repair(chunks: Sequence[Chunk]) -> Repaired:
    """Return the chunks without what the speaker took back."""
    kept = list(chunks)
    replaced: list[Chunk] = []
    negated = objected = False
    at = 0
    while at < len(kept):
        if not _takes_back(kept[at]):
            at += 1
            continue
        end = at
        while end < len(kept) and (_takes_back(kept[end]) or kept[end].kind is Kind.STOP or _is_hesitation(kept[end])):
            end += 1
        if _keeps_the_first(kept, at, end):
            kept, negated = _without_second(kept, at, end), negated or not _is_number_kept(kept, at, end)
            continue
        gone = None if any(chunk.has(Cue.NOT) for chunk in kept[at:end]) else _taken_back(kept, at, end)
        if gone is not None:
            replaced.extend(kept[place] for place in sorted(gone))
            before = [chunk for place, chunk in enumerate(kept[:at]) if place not in gone]
            kept = before + _with_unit(kept, gone, end)
            at = len(before)
            continue
        if _opens(kept, at, end):
            objected = True
        else:
            negated = negated or any(chunk.has(Cue.NO, Cue.NOT) for chunk in kept[at:end])
        at = end
    return Repaired(tuple(kept), tuple(replaced), negated, objected)


def _keeps_the_first(chunks: Sequence[Chunk], at: int, end: int) -> bool:
    """Tell whether English says what was not meant: "500 not 300", "500 instead of 300", "500 rather than 300"."""
    said = _content(chunks, end)
    if said is None or not at or chunks[at].text not in ("not", "instead", "rather") or end != at + 1:
        return False
    if chunks[at].text != "not" and chunks[end].text not in ("of", "than"):
        return False
    said = _after_of(chunks, said)
    return said is not None and chunks[said].kind in (*NUMERIC, *NAMING, Kind.PRODUCT, Kind.WHEN)


def _after_of(chunks: Sequence[Chunk], said: int) -> int | None:
    return _content(chunks, said + 1) if chunks[said].text in ("of", "than", "from", "to") else said


def _is_number_kept(chunks: Sequence[Chunk], at: int, end: int) -> bool:
    said = _content(chunks, end)
    said = None if said is None else _after_of(chunks, said)
    return said is not None and chunks[said].kind in NUMERIC and any(chunk.kind in NUMERIC for chunk in chunks[:at])


def _without_second(chunks: Sequence[Chunk], at: int, end: int) -> list[Chunk]:
    """Return the chunks with the first number, which is now in doubt, and without the second; a name stays and is asked."""
    if not _is_number_kept(chunks, at, end):
        return [*chunks[:at], *chunks[end:]]
    said = _content(chunks, end)
    said = None if said is None else _after_of(chunks, said)
    old = _last(chunks, at, lambda chunk: chunk.kind in NUMERIC)
    kept = [changed(chunk, doubtful=True) if place == old else chunk for place, chunk in enumerate(chunks)]
    return [*kept[:at], *kept[(said if said is not None else end) + 1 :]]


def _opens(chunks: Sequence[Chunk], at: int, end: int) -> bool:
    """Tell whether the no stands before everything else, as an answer to what was proposed."""
    said = _content(chunks, end)
    refusing = any(chunk.has(Cue.NOT) for chunk in chunks[at:end])
    if refusing or said is None or chunks[said].kind is Kind.CUE:
        return False
    return all(chunk.kind is Kind.STOP or chunk.is_quiet or _takes_back(chunk) for chunk in chunks[:at])


def _takes_back(chunk: Chunk) -> bool:
    return chunk.kind is Kind.CUE and chunk.has(Cue.NO, Cue.NOT, Cue.RETRACT)


def _is_hesitation(chunk: Chunk) -> bool:
    return chunk.kind is Kind.CUE and chunk.has(Cue.FILLER) and not chunk.has(Cue.SOFT_YES)


def _taken_back(chunks: Sequence[Chunk], at: int, end: int) -> frozenset[int] | None:
    """Return the places before `at` that what follows `end` replaces, None when it replaces nothing."""
    said = _content(chunks, end)
    if said is None:
        return None
    new = chunks[said]
    if new.kind in NUMERIC:
        return _numbers_back(chunks, at, said)
    if new.kind is Kind.PRODUCT:
        old = _last(chunks, at, lambda chunk: chunk.kind is Kind.PRODUCT)
        return None if old is None else frozenset({old})
    if new.kind is Kind.WHEN:
        old = _last(chunks, at, lambda chunk: chunk.kind is Kind.WHEN)
        return None if old is None else frozenset({old})
    if new.kind in NAMING:
        return _name_back(chunks, at, said)
    if new.kind is Kind.CUE and new.cues & _MODES:
        old = _last(chunks, at, lambda chunk: bool(chunk.cues & _MODES))
        return None if old is None else frozenset({old})
    return None


def _numbers_back(chunks: Sequence[Chunk], at: int, said: int) -> frozenset[int] | None:
    """A number takes the place of the last one; with other goods after it, of those goods as well."""
    old = _last(chunks, at, lambda chunk: chunk.kind in NUMERIC)
    if old is None:
        return None
    goods_after = said + 1 < len(chunks) and chunks[said + 1].kind is Kind.PRODUCT
    goods_before = old + 1 < at and chunks[old + 1].kind is Kind.PRODUCT
    return frozenset({old, old + 1}) if goods_after and goods_before else frozenset({old})


def _name_back(chunks: Sequence[Chunk], at: int, said: int) -> frozenset[int] | None:
    """A name takes the place of the last name, with its particle. After a "not" alone a name needs a particle or an end."""
    last = said
    while last < len(chunks) and (chunks[last].kind in NAMING or chunks[last].has(Cue.HONORIFIC)):
        last += 1
    old = _last(chunks, at, lambda chunk: chunk.kind in NAMING)
    if old is None:
        return None
    first = old
    while first and (chunks[first - 1].kind in NAMING or chunks[first - 1].has(Cue.HONORIFIC)):
        first -= 1
    end = old + 1
    while end < at and (chunks[end].has(Cue.HONORIFIC) or chunks[end].kind is Kind.STOP):
        end += 1
    particle_after = last < len(chunks) and chunks[last].kind is Kind.LINK
    if end < at and chunks[end].kind is Kind.LINK and particle_after:
        end += 1
    return frozenset(range(first, end))


def _with_unit(chunks: Sequence[Chunk], gone: frozenset[int], end: int) -> list[Chunk]:
    """Return what follows the correction; a bare number takes over the unit of the one it replaces."""
    tail = list(chunks[end:])
    said = next((place for place, chunk in enumerate(tail) if chunk.kind is not Kind.STOP and not chunk.is_quiet), None)
    old = next((chunks[place] for place in sorted(gone) if chunks[place].kind in NUMERIC), None)
    if said is None or old is None or tail[said].kind is not Kind.NUMBER:
        return tail
    if old.kind is Kind.QUANTITY:
        tail[said] = changed(tail[said], kind=Kind.QUANTITY, unit=old.unit)
    elif old.kind is Kind.MONEY:
        tail[said] = tail[said].as_kind(Kind.MONEY)
    return tail


def _content(chunks: Sequence[Chunk], start: int) -> int | None:
    for place in range(start, len(chunks)):
        if chunks[place].kind is not Kind.STOP and not chunks[place].is_quiet:
            return place
    return None


def _last(chunks: Sequence[Chunk], before: int, wanted: Callable[[Chunk], bool]) -> int | None:
    return next((place for place in range(before - 1, -1, -1) if wanted(chunks[place])), None)
