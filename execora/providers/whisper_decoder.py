"""Whisper base, held to Latin letters: romanised Hindi, Hinglish and English from up to 10 s of speech on one CPU core."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from execora.providers.audio import SAMPLE_RATE_HZ, Samples
from execora.providers.whisper_model import ModelUnavailable
from execora.providers.whisper_text import PROMPT, reads_back_prompt, without_repetition

# Whisper's own window is 30 s; a third of it costs a quarter of the time and no accuracy. 6 s breaks it.
WINDOW_SECONDS = 10
_FRAMES_PER_SECOND = 100
_WINDOW_FRAMES = WINDOW_SECONDS * _FRAMES_PER_SECOND
_BEAMS = 5
# As the second part of a number these are a spoken "sau" or "hazaar": "paanch sau" would become 5 and 100, that is 5100.
_NEVER_INSIDE_NUMBERS = ("100", "1000")
# Quick speech has some 9 tokens a second.
_TOKENS_AT_LEAST, _TOKENS_PER_SECOND = 10, 10
# The engine's two measures of itself: how likely this is no speech at all, and the mean log probability of a token. Measured:
# noise of eight kinds has no-speech above 0.6, speech below 0.3 and, when it is clear, a mean above -0.5.
_NO_SPEECH_ABOVE, _DOUBTFUL_ABOVE = 0.5, 0.2
_MADE_UP_BELOW, _DOUBTFUL_BELOW = -1.6, -0.6


class WhisperDecoder:
    """A loaded model (about 330 MB). Not for several threads at once."""

    def __init__(self, directory: Path) -> None:
        """Load the model, some 0.5 s.

        Raises:
            ModelUnavailable: a package is missing or the directory does not hold a model.
        """
        try:
            from ctranslate2 import StorageView
            from ctranslate2.models import Whisper
            from faster_whisper.feature_extractor import FeatureExtractor
            from faster_whisper.tokenizer import Tokenizer as SpecialTokens
            from tokenizers import Tokenizer
        except ImportError as fault:
            raise ModelUnavailable() from fault
        try:
            self._whisper: Any = Whisper(str(directory), device="cpu", compute_type="int8", intra_threads=1)
            self._tokens: Any = Tokenizer.from_file(str(directory / "tokenizer.json"))
        except Exception as fault:  # both libraries raise their own kinds, RuntimeError and bare Exception among them
            raise ModelUnavailable(f"The speech model in {directory} cannot be loaded: {fault}.") from fault
        self._view = StorageView.from_array
        self._features: Any = FeatureExtractor()
        special = SpecialTokens(self._tokens, True, task="transcribe", language="hi")
        never = (
            special.sot, special.sot_prev, special.sot_lm, special.no_speech, special.translate, special.transcribe,
        )  # fmt: skip
        vocabulary = self._tokens.get_vocab()
        glued = (vocabulary[number] for number in _NEVER_INSIDE_NUMBERS if number in vocabulary)
        self._suppressed = sorted({*non_latin(vocabulary), *special.non_speech_tokens, *never, *glued})
        prompt = self._tokens.encode(PROMPT, add_special_tokens=False).ids
        self._prefix = [special.sot_prev, *prompt, *special.sot_sequence, special.no_timestamps]

    def text_of(self, samples: Samples) -> str:
        """Return what was said in at most 10 s of `samples`, or "" when no words stand out."""
        if not samples.size:
            return ""
        seconds = samples.size / SAMPLE_RATE_HZ
        result = self._whisper.generate(
            self._encoded(samples),
            [self._prefix],
            beam_size=_BEAMS,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            max_length=len(self._prefix) + _TOKENS_AT_LEAST + round(_TOKENS_PER_SECOND * seconds),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        no_speech, mean = result.no_speech_prob, result.scores[0]
        if no_speech > _NO_SPEECH_ABOVE or mean < _MADE_UP_BELOW:
            return ""
        text = without_repetition(self._tokens.decode(result.sequences_ids[0]))
        doubtful = no_speech > _DOUBTFUL_ABOVE or mean < _DOUBTFUL_BELOW
        return "" if doubtful and reads_back_prompt(text) else text

    def _encoded(self, samples: Samples) -> Any:
        heard = self._features(samples, padding=SAMPLE_RATE_HZ // _FRAMES_PER_SECOND)[:, :_WINDOW_FRAMES]
        window = np.pad(heard, ((0, 0), (0, _WINDOW_FRAMES - heard.shape[1])))
        return self._whisper.encode(self._view(np.ascontiguousarray(window[np.newaxis])))


def non_latin(vocabulary: dict[str, int]) -> Iterable[int]:
    """Yield the ids of all tokens that hold a byte outside ASCII.

    The vocabulary spells bytes as GPT-2 does: printable ones as themselves, the others as characters from U+0100 on.
    """
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(0x100) if byte not in shown]
    ascii_characters = {chr(byte) for byte in shown if byte < 0x80}
    ascii_characters |= {chr(0x100 + at) for at, byte in enumerate(hidden) if byte < 0x80}
    for token, number in vocabulary.items():
        if not token.startswith("<|") and not ascii_characters.issuperset(token):
            yield number
