"""What Whisper is told before it listens, and what is taken away from its answer: words that nobody said."""

import re

# Sentences in the spelling that the grammar reads; a list of words would be read back in noise. They name nobody: a name
# heard badly would come out as the prompt's, and somebody else would be billed. Their amounts are odd so that nobody says
# one of them whole.
PROMPT = (
    " Bhaiya ko saade paanch kilo chawal ka bill banao. Parson tak ka udhaar kitna baaki hai?"
    " Unhone chaar sau satrah rupaye jama kiye. Godown mein namak ka stock kitna bacha hai?"
    " Woh purana bill radd kar do."
)

_SENTENCE = re.compile(r"[^.?!।]+[.?!।]*")
_WORD = re.compile(r"\w+(?:'\w+)?")
_WORDS_OF_A_LOOP = 4


def without_invented(text: str) -> str:
    """Return `text` without runaway repetition, or "" when it only reads the prompt back."""
    cleaned = without_repetition(text)
    said = {_words(sentence) for sentence in _SENTENCE.findall(cleaned)}
    return "" if said <= _PROMPT_SENTENCES else cleaned


def without_repetition(text: str) -> str:
    """Cut what the decoder said again, whole sentences and the broken one at its end.

    "Bill banao. Bill banao. Bill ba" becomes "Bill banao."; also four or more words that loop without a full stop. A
    repetition inside a sentence stays: "do kilo, do kilo chawal".
    """
    kept: list[str] = []
    for sentence in _SENTENCE.findall(_without_loop(text)):
        said = _words(sentence)
        if said and not (kept and f"{_words(kept[-1])} ".startswith(said)):
            kept.append(sentence)
    return "".join(kept).strip()


def _without_loop(text: str) -> str:
    """Return the first round of a text that is one run of words over and over, else the text."""
    found = list(_WORD.finditer(text))
    words = [match.group().lower() for match in found]
    for period in range(_WORDS_OF_A_LOOP, len(words) // 2 + 1):
        last = len(words) - 1
        whole = all(words[at] == words[at % period] for at in range(last))
        if whole and words[last % period].startswith(words[last]):
            return text[: found[period].start()].rstrip(" ,")
    return text


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


_PROMPT_SENTENCES = {_words(sentence) for sentence in _SENTENCE.findall(PROMPT)}
