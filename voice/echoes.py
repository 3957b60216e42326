"""One utterance that comes by two ways, heard here and sent as text by the client, is one utterance. Pure."""

from dataclasses import dataclass, field
from typing import Literal

ECHO_SECONDS = 10.0
KEPT = 20

Way = Literal["heard", "typed"]


@dataclass(frozen=True, slots=True)
class _Final:
    way: Way
    words: str
    utterance_id: str
    at_seconds: float


@dataclass(slots=True)
class RecentFinals:
    """The last final texts of one connection. Times are seconds of one clock that only goes forward."""

    _finals: list[_Final] = field(default_factory=list)

    def take(self, way: Way, text: str, utterance_id: str, *, at_seconds: float) -> str:
        """Return the id under which these words came the other way within ECHO_SECONDS, else `utterance_id`.

        Something new that was typed ends what was heard before it: the same words after it are meant again.
        """
        words = plain_words(text)
        self._finals = [final for final in self._finals[-KEPT:] if at_seconds - final.at_seconds < ECHO_SECONDS]
        for final in reversed(self._finals):
            if final.words == words and final.way != way:
                return final.utterance_id
        if way == "typed":
            self._finals = [final for final in self._finals if final.way == "typed"]
        self._finals.append(_Final(way, words, utterance_id, at_seconds))
        return utterance_id


def plain_words(text: str) -> str:
    """Return the words without what a client may change on the way: case, spaces and the marks at the ends."""
    return " ".join(text.casefold().split()).strip(" .,!?।")
