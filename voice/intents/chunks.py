"""The pieces that the grammar works on: what was said, cut into numbers, goods, times, hints and words not known."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from voice.intents.cues import Cue
from voice.intents.products import Match


class Kind(Enum):
    """What a chunk is."""

    QUANTITY = auto()  # a number with a unit
    NUMBER = auto()  # a bare number
    MONEY = auto()  # a number of rupees
    BAD_NUMBER = auto()  # below zero, too long, or not to be read
    UNIT = auto()  # a unit without a number: "per kilo"
    PRODUCT = auto()
    WHEN = auto()
    PHONE = auto()
    LINK = auto()  # ko, ka, ne, se ...
    CUE = auto()
    ORDINAL = auto()  # pehla, doosri, first
    STOP = auto()  # . , ? !
    NAME = auto()  # words that belong to a name with certainty: "mandir wala"
    FREE = auto()  # a word that nothing else explains


NUMERIC: Final = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.MONEY})
NAMING: Final = frozenset({Kind.FREE, Kind.NAME})


@dataclass(frozen=True, slots=True)
class Chunk:
    """Tokens `start:end` and what they are. `value` is a number's, `unit` a quantity's; money is in rupees."""

    kind: Kind
    text: str
    start: int
    end: int
    cues: frozenset[Cue] = frozenset()
    value: Decimal | None = None
    unit: str | None = None
    match: Match | None = None
    phone: str = ""
    spoken: str = ""
    doubtful: bool = False

    def has(self, *cues: Cue) -> bool:
        return any(cue in self.cues for cue in cues)

    def as_kind(self, kind: Kind) -> "Chunk":
        return replace(self, kind=kind)

    @property
    def is_quiet(self) -> bool:
        """Tell whether it carries no part of a command by itself."""
        return self.kind is Kind.CUE and self.cues <= QUIET


QUIET: Final = frozenset({Cue.PLAIN, Cue.FILLER, Cue.VERB, Cue.ALSO, Cue.HONORIFIC, Cue.BEFORE_NAME, Cue.MARKER})
