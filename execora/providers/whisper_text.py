"""What Whisper is told before it listens, and what is taken away from its answer: words that nobody said."""

import re

# Sentences in the spelling that the grammar reads; a list of words would be read back in noise. They name nobody: a name
# heard badly would come out as the prompt's, and somebody else would be billed.
PROMPT = (
    " Bhaiya ko paanch kilo chawal ka bill banao. Unka udhaar kitna baaki hai? Unhone teen sau pachaas rupaye jama kiye,"
    " sau rupaye udhaar diye. Stock kitna bacha hai? Woh bill radd kar do."
)

_SENTENCE = re.compile(r"[^.?!।]+[.?!।]*")
_STOPS = (".", "?", "!", "।")
_WORD = re.compile(r"\w+(?:'\w+)?")
_WORDS_OF_A_LOOP = 4
# One to three words six times or more: not even a telephone number says that.
_STUTTER = re.compile(r"\b(\w+(?:[^\w.?!।]+\w+){0,2}?)(?:[^\w.?!।]+\1\b){5,}", re.IGNORECASE)


def reads_back_prompt(text: str) -> bool:
    """Tell whether `text` is nothing but sentences of the prompt, or beginnings of them.

    People may say the same; only how surely it was heard tells them from an echo.
    """
    return all(_is_of_prompt(_words(sentence)) for sentence in _SENTENCE.findall(text))


def without_repetition(text: str) -> str:
    """Cut what the decoder said again in one piece of speech: whole sentences, and the unfinished one at its end.

    "Bill banao. Bill banao. Bill ba" becomes "Bill banao."; a sentence of four or more words also goes when others lie
    between, and so do four or more words that loop without a full stop. A repetition inside a sentence stays ("do kilo,
    do kilo chawal"). Who does say a whole sentence twice within 10 s is understood once: better than billed twice.
    """
    kept: list[str] = []
    for sentence in _SENTENCE.findall(_without_loop(_STUTTER.sub(r"\1", text))):
        said = _words(sentence)
        if said and not any(
            _repeats(said, earlier, finished=sentence.endswith(_STOPS))
            for at, earlier in enumerate(map(_words, kept), 1)
            if at == len(kept) or earlier.count(" ") >= _WORDS_OF_A_LOOP - 1
        ):
            kept.append(sentence)
    return "".join(kept).strip()


def _repeats(said: str, earlier: str, *, finished: bool) -> bool:
    return said == earlier if finished else earlier.startswith(said)


def _is_of_prompt(said: str) -> bool:
    """True for a sentence of the prompt and for the first two or more words of one, the last perhaps cut off."""
    return said in _PROMPT_SENTENCES or (" " in said and any(whole.startswith(said) for whole in _PROMPT_SENTENCES))


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
