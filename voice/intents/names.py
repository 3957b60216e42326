"""Find the person that was meant, by ear: one who is clearly best, or the few between whom to ask; never a guess."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

from customers.sound import ends_alike, key_similarity, sound_key
from execora.language.script import normalise
from execora.language.spoken import HONORIFICS

CERTAIN: Final = 0.9
"""From this certainty on a name may be acted on without asking."""

_HEARD: Final = 0.97
_OTHER_ENDING: Final = 0.88
_NEAR: Final = 0.78
_NEAR_DISCOUNT: Final = 0.9
_FLOOR: Final = 0.5
_CLEARLY: Final = 0.08
_ONE_WORD_OF_SEVERAL: Final = 0.97
_MAX_CHOICES: Final = 6
_MARKERS: Final = frozenset({"wala", "wali", "wale", "vala", "vali", "vale", "waala", "waali", "waale", "walla"})
_PLACES: Final = frozenset("ke ka ki ko se ne par pe paas pas samne saamne side mein wahan from of the near at".split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the shop. `recency` (0 to 1, 1 is now) orders choices; it never decides between them."""

    id: UUID | str
    name: str
    nickname: str = ""
    landmark: str = ""
    phone: str = ""
    recency: float = 0.0


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom a spoken name means. `certainty` is 0 to 1: act from CERTAIN on, below it ask for a yes.

    kind "one": `best` is set. "several": `choices` are at most six, the likeliest first. "none": nobody sounds like it.
    """

    kind: Literal["one", "several", "none"]
    best: Candidate | None
    certainty: float
    choices: tuple[Candidate, ...] = ()

    @property
    def is_certain(self) -> bool:
        return self.kind == "one" and self.certainty >= CERTAIN


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class _Hearing:
    """How well one candidate fits: `score` of what was said, `covered` of their own name was said."""

    candidate: Candidate
    score: float
    covered: float
    by_name: bool
    ends_alike: bool = True


NOBODY: Final = Resolution("none", None, 0.0)


def resolve(spoken: str, candidates: Sequence[Candidate]) -> Resolution:
    """Return who among `candidates` is meant by `spoken`, in either script.

    Honorifics are ignored. A qualifier ("mandir wala") is looked for in landmark, nickname and name; digits in the phone.
    Every word that fits nobody lowers the certainty, a near sound as well.
    """
    said = _spoken_words(spoken)
    if not said:
        return NOBODY
    heard = sorted(
        (hearing for hearing in (_hear(said, candidate) for candidate in candidates) if hearing.score >= _FLOOR),
        key=lambda hearing: (-hearing.score, -hearing.covered, -hearing.candidate.recency, hearing.candidate.name),
    )
    if not heard:
        return NOBODY
    best = heard[0]
    rivals = [hearing for hearing in heard[1:] if _too_close(best, hearing)]
    if not rivals:
        return Resolution("one", best.candidate, _certainty(best, heard[1:]), (best.candidate,))
    choices = tuple(hearing.candidate for hearing in [best, *rivals][:_MAX_CHOICES])
    return Resolution("several", None, round(best.score / (len(rivals) + 1), 3), choices)


def distinguish(choices: Sequence[Candidate]) -> list[str]:
    """Return for each choice the shortest words that tell it from the others.

    Landmark, else nickname, else surname, else the whole name, else the last four digits of the phone.
    """
    tellers: tuple[Callable[[Candidate], str], ...] = (
        lambda one: one.landmark,
        lambda one: one.nickname,
        lambda one: one.name.split()[-1] if " " in one.name.strip() else "",
        lambda one: one.name,
        lambda one: one.phone[-4:],
    )
    words = [[tell(one).strip() for tell in tellers] for one in choices]
    told = [_first_of_its_own(words, place) for place in range(len(choices))]
    return [own or f"{one.name} {number}" for number, (own, one) in enumerate(zip(told, choices, strict=True), start=1)]


def is_marker(word: str) -> bool:
    """Tell whether `word` is a "wala" that makes a qualifier of the words before it."""
    return word in _MARKERS


def _first_of_its_own(words: Sequence[Sequence[str]], place: int) -> str:
    for kind, own in enumerate(words[place]):
        if own and all(other[kind].casefold() != own.casefold() for at, other in enumerate(words) if at != place):
            return own
    return ""


def _spoken_words(spoken: str) -> tuple[_Word, ...]:
    words = [word for word in normalise(spoken).split() if word.isalnum()]
    named = [word for word in words if word not in HONORIFICS]
    said = [word for word in named or words if word not in _MARKERS and word not in _PLACES]
    return tuple(_Word(word, sound_key(word)) for word in said[:8])


@lru_cache(maxsize=8192)
def _own_words(text: str) -> tuple[_Word, ...]:
    words = [word for word in normalise(text).split() if word.isalnum()]
    kept = [word for word in words if word not in HONORIFICS and word not in _MARKERS and word not in _PLACES]
    return tuple(_Word(word, sound_key(word)) for word in kept or words)


def _hear(said: Sequence[_Word], candidate: Candidate) -> _Hearing:
    name, nickname = _own_words(candidate.name), _own_words(candidate.nickname)
    others = (*nickname, *_own_words(candidate.landmark))
    whole = max(_as_one_word(said, name), _as_one_word(said, nickname))
    taken: set[int] = set()
    total, by_name = 0.0, False
    for word in said:
        at, in_name = _best_place(word, name, taken)
        elsewhere = max((_fit(word, own) for own in others), default=0.0)
        phone = 1.0 if word.text.isdigit() and len(word.text) >= 3 and candidate.phone.endswith(word.text) else 0.0
        if in_name >= elsewhere and in_name > 0:
            taken.add(at)
            by_name = True
        total += max(in_name, elsewhere, phone)
    score = max(total / len(said), whole)
    covered = 1.0 if whole == score and whole > 0 else len(taken) / max(len(name), 1)
    alike = all(_ends_like_one(word, (*name, *others)) for word in said)
    return _Hearing(candidate, score, covered, by_name or whole > 0, alike)


def _ends_like_one(word: _Word, own: Sequence[_Word]) -> bool:
    """Tell whether no word of theirs differs from `word` in nothing but its ending: Amita is not Amit."""
    same = [mine for mine in own if mine.key == word.key]
    return not same or any(ends_alike(word.text, mine.text) for mine in same)


def _as_one_word(said: Sequence[_Word], own: Sequence[_Word]) -> float:
    """Return the fit when the words are run together: "Ram Lal" and Ramlal."""
    if not own or abs(len(said) - len(own)) != 1:
        return 0.0
    joined = _Word("".join(word.text for word in said), "".join(word.key for word in said))
    return _fit(joined, _Word("".join(word.text for word in own), "".join(word.key for word in own)))


def _best_place(word: _Word, own: Sequence[_Word], taken: Iterable[int]) -> tuple[int, float]:
    fits = [(0.0 if at in taken else _fit(word, mine), -at) for at, mine in enumerate(own)]
    fit, at = max(fits, default=(0.0, 0))
    return -at, fit


def _fit(word: _Word, own: _Word) -> float:
    if word.text == own.text:
        return 1.0
    if word.key == own.key:
        return _HEARD
    alike = key_similarity(word.key, own.key)
    return alike * _NEAR_DISCOUNT if alike >= _NEAR else 0.0


def _too_close(best: _Hearing, other: _Hearing) -> bool:
    """Tell whether `other` could be meant as well. Who was named in full stands before who was named in part."""
    if best.score - other.score >= _CLEARLY:
        return False
    named_in_full = best.covered == 1.0 and best.by_name and other.covered < 1.0
    return not (named_in_full and best.score >= _HEARD and _spoken_in_full(best))


def _spoken_in_full(best: _Hearing) -> bool:
    """A single given name is not a full name: "Rahul" may well be Rahul Sharma, though one is entered as Rahul alone."""
    return len(_own_words(best.candidate.name)) > 1


def _certainty(best: _Hearing, others: Sequence[_Hearing]) -> float:
    certainty = best.score if best.covered == 1.0 or not best.by_name else best.score * _ONE_WORD_OF_SEVERAL
    runner_up = max((other.score for other in others), default=0.0)
    certainty -= max(0.0, runner_up - 0.8) * 0.3
    return round(certainty if best.ends_alike else min(certainty, _OTHER_ENDING), 3)
