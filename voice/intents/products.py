"""The goods of one shop as people name them: exact by sound, near by sound, or part of a longer name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from customers.sound import nearest_keys, similarity, sound_key
from execora.language.script import normalise

NEAR: Final = 0.84
"""Similarity from which a word of at least five letters is taken for the product it nearly sounds like."""

_PARTIAL_CERTAINTY: Final = 0.85
_MIN_NEAR_LETTERS: Final = 4
_MAX_NEAR_LETTERS: Final = 40
_MAX_CHOICES: Final = 6
_TOO_CLOSE: Final = 0.08
_WORD_NEAR: Final = 0.7


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A product as the shop lists it; `aliases` in either script."""

    id: str
    name: str
    unit: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """`words[start:end]` name a product. `product_id` is None when several do: then `choices` lists them.

    `certainty` is 1.0 for a name or alias as such, lower for a near sound or a part of a name.
    """

    product_id: str | None
    name: str
    start: int
    end: int
    certainty: float
    choices: tuple[ProductEntry, ...] = ()


class Lexicon:
    """A shop's products, prepared once for finding. Immutable; safe to share between threads."""

    def __init__(self, products: Iterable[ProductEntry]) -> None:
        self._names: dict[str, tuple[str, list[ProductEntry]]] = {}
        self._parts: dict[str, list[ProductEntry]] = {}
        self._longest = 1
        for product in products:
            self._add(product)
        self._keys: dict[int, list[str]] = defaultdict(list)
        for key, (name, _) in sorted(self._names.items()):
            self._keys[len(name.split())].append(key)
        self._beginnings = {key[:length] for key in self._names for length in range(1, len(key) + 1)}
        self._near = lru_cache(maxsize=4096)(self._nearest)

    def find(self, words: Sequence[str], start: int) -> Match | None:
        """Return the longest product name that begins at `words[start]`, or None.

        `words` are normalised Latin (script.tokens). A name said whole wins over one that only sounds near.
        """
        longest = min(self._longest, len(words) - start)
        for count in range(longest, 0, -1):
            said = words[start : start + count]
            exact = self._names.get(_joined(said))
            if exact is not None:
                return _match(exact[1], exact[0], start, start + count, 1.0)
            near = self._near(tuple(said))
            if near is not None:
                name, certainty, entries = near
                return _match(entries, name, start, start + count, certainty)
        return self._part_of_a_name(words, start)

    def find_exact(self, words: Sequence[str], start: int) -> Match | None:
        """Return the longest product name or alias that begins at `words[start]` and sounds exactly so, or None."""
        if sound_key(words[start]).replace(" ", "") not in self._beginnings:
            return None
        for count in range(min(self._longest, len(words) - start), 0, -1):
            exact = self._names.get(_joined(words[start : start + count]))
            if exact is not None:
                return _match(exact[1], exact[0], start, start + count, 1.0)
        return None

    def _add(self, product: ProductEntry) -> None:
        for name in (product.name, *product.aliases):
            words = [word for word in normalise(name).split() if word.isalnum()]
            if not words:
                continue
            self._longest = max(self._longest, min(len(words) + 1, 6))
            for key in {_joined([*words[:-1], form]) for form in _forms(words[-1])}:
                entries = self._names.setdefault(key, (" ".join(words), []))[1]
                if product not in entries:
                    entries.append(product)
            for word in words if len(words) > 1 else ():
                parts = self._parts.setdefault(sound_key(word), [])
                if product not in parts:
                    parts.append(product)

    def _nearest(self, said: tuple[str, ...]) -> tuple[str, float, list[ProductEntry]] | None:
        """Return the name of as many words that sounds near, word by word, and the products so called."""
        key = _joined(said)
        if not _MIN_NEAR_LETTERS <= len(key) <= _MAX_NEAR_LETTERS:
            return None
        found = [
            (other, close)
            for other, close in nearest_keys(key, self._keys[len(said)], at_least=NEAR)
            if _each_word_near(said, self._names[other][0].split())
        ]
        if not found:
            return None
        best, certainty = found[0]
        name, entries = self._names[best]
        for other, close in found[1:]:
            if certainty - close < _TOO_CLOSE:
                entries = [*entries, *(entry for entry in self._names[other][1] if entry not in entries)]
        return name, round(certainty, 3), entries

    def _part_of_a_name(self, words: Sequence[str], start: int) -> Match | None:
        sharing: list[ProductEntry] = []
        end = start
        for place in range(start, min(start + self._longest, len(words))):
            having = self._parts.get(sound_key(words[place]), [])
            common = having if place == start else [entry for entry in sharing if entry in having]
            if not common:
                break
            sharing, end = list(common), place + 1
        if not sharing or (end == start + 1 and len(words[start]) < 3):
            return None
        return _match(sharing, " ".join(words[start:end]), start, end, _PARTIAL_CERTAINTY)


def _match(entries: Sequence[ProductEntry], name: str, start: int, end: int, certainty: float) -> Match:
    if len(entries) == 1:
        return Match(entries[0].id, name, start, end, certainty)
    return Match(None, name, start, end, min(certainty, 0.5), tuple(entries[:_MAX_CHOICES]))


def _each_word_near(said: Sequence[str], name: Sequence[str]) -> bool:
    return len(said) == len(name) and all(
        similarity(one, other) >= _WORD_NEAR for one, other in zip(said, name, strict=True)
    )


def _joined(words: Sequence[str]) -> str:
    """Return one key without spaces, so that "chai patti" and "chaipatti" meet; none for words that are not spoken names."""
    if not all(word[:1].isalnum() for word in words):
        return ""
    return "".join(map(sound_key, words)).replace(" ", "")


def _forms(word: str) -> set[str]:
    """Return `word` as one and as many: banana bananas, tomato tomatoes, anda ande."""
    forms = {word, f"{word}es" if word.endswith("o") else f"{word}s"}
    if word.endswith("oes"):
        forms.add(word[:-2])
    elif len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        forms.add(word[:-1])
    if len(word) > 3 and word.endswith("a"):
        forms.add(f"{word.rstrip('a')}e")
    return forms
