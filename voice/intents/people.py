"""Which of the words that nothing explains are a person's name: by the particle after it or the preposition before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from execora.language.folding import word_set
from execora.language.script import Token
from voice.intents.chunks import NAMING, NUMERIC, Chunk, Kind
from voice.intents.cues import Cue

STRONG: Final = 3
"""From this on a run of words stands where only a person (or, after `ka`, a thing) can stand."""

_AFTER: Final = {
    "ne": 7, "nay": 7, "ko": 6, "koo": 6, "ke liye": 6, "ke lie": 6, "ke naam": 6, "ki taraf se": 6, "se": 5, "sey": 5, "'s": 5,
    "ka": 4, "ke": 4, "ki": 4, "kaa": 4, "kay": 4, "kee": 4, "par": 3, "pe": 3,
}  # fmt: skip
_OBJECT: Final = frozenset({"ne", "nay", "ko", "koo", "se", "sey", "'s", "ke liye", "ke lie", "ke naam", "ki taraf se"})
_BESIDE: Final = word_set("paas pas samne saamne bagal peeche piche upar uper neeche niche bahar andar")
_ORDINARY: Final = frozenset({Cue.BILL, Cue.REMIND})
_NO_NAMES: Final = frozenset(
    {
        Cue.ACTIVE,
        Cue.PERSON,
        Cue.EVERYONE,
        Cue.OUTSIDER,
        Cue.WHO,
        Cue.HONORIFIC,
        Cue.MARKER,
        Cue.ASK,
        Cue.ALSO,
        Cue.JOIN,
    }
)
_NAMES_TOO: Final = word_set("diya dia bina mili mila lena mangal budh som shukra")
"""Words of the vocabulary that are given names as well: names when they begin, and a surname, a title or a particle follows."""

_TITLES_THAT_ARE_NAMES: Final = word_set("babu seth dada kaka baba")
_LONGEST: Final = 6
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Run:
    """Chunks `first:last` that may be a name; `link` is the particle after it, `lead` the preposition before it."""

    first: int
    last: int
    words: str
    score: int
    link: str
    lead: str

    def places(self) -> range:
        return range(self.first, self.last)


def with_names(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the chunks with words of the vocabulary that stand where only a person can made free: "Diya ne 500 diye"."""
    chunks = list(chunks)
    for at, chunk in enumerate(chunks[:-1]):
        after = chunks[at + 1]
        if chunk.text in _NAMES_TOO and _is_given_name(chunks, at):
            chunks[at] = replace(chunk, kind=Kind.FREE, cues=frozenset())
            continue
        if after.kind is not Kind.LINK or not chunk.text.isalpha():
            continue
        opens = at == 0 or chunks[at - 1].kind is Kind.STOP or chunks[at - 1].has(Cue.JOIN, Cue.THEN)
        told = chunk.kind is Kind.CUE and chunk.cues.isdisjoint(_NO_NAMES)
        if (after.text in ("ne", "nay") and (told or chunk.kind is Kind.WHEN)) or (
            after.text in ("ko", "koo") and told and opens and not chunk.is_quiet
        ):
            chunks[at] = replace(chunk, kind=Kind.FREE, cues=frozenset())
    return chunks


def _is_given_name(chunks: Sequence[Chunk], at: int) -> bool:
    before, after = chunks[at - 1] if at else None, chunks[at + 1]
    opens = before is None or before.kind is Kind.STOP or before.has(Cue.JOIN, Cue.THEN, Cue.BEFORE_NAME, Cue.PERSON)
    if not opens:
        return False
    marked = at + 2 < len(chunks) and chunks[at + 2].has(Cue.MARKER)
    return (
        after.kind in NAMING or after.has(Cue.HONORIFIC) or marked or (after.kind is Kind.LINK and after.text in _AFTER)
    )


def with_qualifiers(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the chunks with the words before a "wala" made part of the name: "Rahul bank wala", "mandir ke paas wali"."""
    chunks = list(chunks)
    for at, chunk in enumerate(chunks):
        if chunk.kind is not Kind.CUE or not chunk.has(Cue.MARKER):
            continue
        for place in _qualifier(chunks, at):
            chunks[place] = chunks[place].as_kind(Kind.NAME)
    return chunks


def _qualifier(chunks: Sequence[Chunk], at: int) -> list[int]:
    """Return the places of the words that the "wala" at `at` makes a qualifier, itself included."""
    before = chunks[at - 1] if at else None
    after = chunks[at + 1] if at + 1 < len(chunks) else None
    if (
        before is None
        or before.kind in NUMERIC
        or before.kind in (Kind.ORDINAL, Kind.STOP, Kind.WHEN, Kind.UNIT, Kind.PHONE)
        or before.has(Cue.NO, Cue.NOT, Cue.WRONG, Cue.CANCEL, Cue.DELETE, Cue.ASK)
    ):
        return []
    named_before = at >= 2 and (chunks[at - 2].kind in NAMING or chunks[at - 2].has(Cue.HONORIFIC))
    if before.kind is Kind.FREE and before.text in _BESIDE and at >= 3 and chunks[at - 2].kind is Kind.LINK:
        return (
            [at - 3, at - 2, at - 1, at] if chunks[at - 3].kind in (*NAMING, Kind.CUE, Kind.PRODUCT) else [at - 1, at]
        )
    if before.kind is Kind.LINK or before.has(Cue.LAST) or (before.is_quiet and not before.has(Cue.VERB)):
        return []
    if named_before:
        return [at - 1, at]
    linked = after is not None and after.kind is Kind.LINK and after.text in _AFTER
    if before.kind is Kind.FREE:
        ordinary = after is not None and any(cue in after.cues for cue in _ORDINARY)
        goods = after is not None and after.kind is Kind.PRODUCT
        return [] if ordinary or goods else [at - 1, at]
    return [at - 1, at] if linked or after is None else []


def name_runs(chunks: Sequence[Chunk], tokens: Sequence[Token]) -> list[Run]:
    """Return every run of words that may be a name, in order, with what speaks for it."""
    runs: list[Run] = []
    at = 0
    while at < len(chunks):
        if not _begins(chunks, at):
            at += 1
            continue
        last = at
        while last < len(chunks) and last - at < _LONGEST and _goes_on(chunks, last):
            last += 1
        run = _run(chunks, tokens, at, last)
        if len(run.words) <= _LONGEST_NAME:
            runs.append(run)
        at = last
    return runs


def choose(runs: Sequence[Run], taken: frozenset[int] = frozenset()) -> tuple[Run | None, bool]:
    """Return the run that is the customer, and whether another one stands just as firmly.

    `taken` are the chunks that goods have claimed already.
    """
    free = [run for run in runs if not taken & set(run.places())]
    if not free:
        return None, False
    ranked = sorted(free, key=lambda run: (-run.score, run.first))
    best = ranked[0]
    rival = any(
        run.score >= 5 and best.score >= 5 and run.words.casefold() != best.words.casefold() for run in ranked[1:]
    )
    return best, rival


def _begins(chunks: Sequence[Chunk], at: int) -> bool:
    chunk = chunks[at]
    if chunk.kind in NAMING:
        return True
    if not (chunk.kind is Kind.CUE and chunk.has(Cue.HONORIFIC)):
        return False
    named = at + 1 < len(chunks) and _goes_on(chunks, at + 1)
    linked = at + 1 < len(chunks) and chunks[at + 1].kind is Kind.LINK and chunks[at + 1].text in _OBJECT
    return named or (linked and chunk.text not in ("ji", "jee"))


def _goes_on(chunks: Sequence[Chunk], at: int) -> bool:
    chunk = chunks[at]
    return chunk.kind in NAMING or (chunk.kind is Kind.CUE and chunk.has(Cue.HONORIFIC))


def _run(chunks: Sequence[Chunk], tokens: Sequence[Token], first: int, last: int) -> Run:
    parts = [
        chunk
        for place, chunk in enumerate(chunks[first:last])
        if chunk.kind in NAMING or (place == 0 and chunk.text in _TITLES_THAT_ARE_NAMES)
    ] or list(chunks[first:last])
    words = [
        _spelt(token, name=chunk.kind is not Kind.NAME) for chunk in parts for token in tokens[chunk.start : chunk.end]
    ]
    after = chunks[last] if last < len(chunks) else None
    before = chunks[first - 1] if first else None
    link = after.text if after is not None and after.kind is Kind.LINK else ""
    lead = before.text if before is not None and before.has(Cue.BEFORE_NAME) else ""
    goods_before = first >= 2 and chunks[first - 2].kind is Kind.PRODUCT
    counted = before is not None and before.kind is Kind.QUANTITY and not goods_before
    return Run(first, last, " ".join(words), _score(first, before, link, lead, counted=counted), link, lead)


def _score(first: int, before: Chunk | None, link: str, lead: str, *, counted: bool) -> int:
    score = _AFTER.get(link, 0)
    if lead in ("from", "for", "to"):
        score = max(score, 5)
    elif lead:
        score = max(score, 3)
    if before is not None:
        if before.has(Cue.PERSON, Cue.NAME):
            score = max(score, 4)
        if counted and link not in _OBJECT:
            score = -1
        elif before.kind is Kind.NUMBER and link not in _OBJECT:
            score = max(score - 2, 0)
    return score + 1 if first == 0 else score


def _spelt(token: Token, *, name: bool) -> str:
    """Return a word of a name as it is shown: with a capital as it was typed or else given one; a qualifier as it is."""
    if not token.raw.isascii() or token.raw.islower():
        return token.text.capitalize() if name else token.text
    return token.raw
