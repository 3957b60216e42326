"""Whisper base, held to Latin letters: romanised Hindi, Hinglish and English from up to 10 s of speech on one CPU core."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from execora.providers.audio import SAMPLE_RATE_HZ, Samples
from execora.providers.whisper_model import ModelUnavailable
from execora.providers.whisper_text import PROMPT, without_invented

# Whisper's own window is 30 s; a third of it costs a quarter of the time and no accuracy. 6 s breaks it.
WINDOW_SECONDS = 10
_FRAMES_PER_SECOND = 100
_WINDOW_FRAMES = WINDOW_SECONDS * _FRAMES_PER_SECOND
_BEAMS = 5
# Quick speech has some 9 tokens a second.
_TOKENS_AT_LEAST, _TOKENS_PER_SECOND = 10, 10
# The mean log probability of a token. Speech is above it, however unclear; what is below is made up.
_LEAST_MEAN_LOG_PROBABILITY = -1.6
# Measured: noise of eight kinds is above 0.7, clear and unclear speech below 0.3.
_MOST_NO_SPEECH_PROBABILITY = 0.6


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
        self._suppressed = sorted({*non_latin(self._tokens.get_vocab()), *special.non_speech_tokens, *never})
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
        if result.no_speech_prob > _MOST_NO_SPEECH_PROBABILITY or result.scores[0] < _LEAST_MEAN_LOG_PROBABILITY:
            return ""
        tokens = result.sequences_ids[0]
        return without_invented(self._tokens.decode(tokens))

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
