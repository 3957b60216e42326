"""Speech to text on this machine: Whisper base behind the contract of stt.py."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from execora.providers.audio import Encoding, Samples, open_decoder, waiting_bytes_max
from execora.providers.segments import Segmenter
from execora.providers.speech_engine import Recogniser, SpeechEngine
from execora.providers.speech_stream import EngineStream
from execora.providers.stt import OnTranscript
from execora.providers.vad import VoiceActivity
from execora.providers.whisper_model import ModelUnavailable, check_present, model_dir

_LIBRARIES = ("ctranslate2", "faster_whisper", "onnxruntime", "tokenizers")
_LISTENING_THREADS = 2


class WhisperSpeech:
    """The embedded recogniser: one engine, any number of streams. It hears Hindi, Hinglish and English alike, as Latin text."""

    name = "whisper"

    def __init__(self, engine: SpeechEngine | None, *, reason: str = "", pause_seconds: float = 0.7) -> None:
        self._engine = engine
        self._reason = reason
        self._pause_seconds = pause_seconds
        # Decoding of containers and voice activity: quick, but not for the event loop either.
        self._listeners = ThreadPoolExecutor(_LISTENING_THREADS, thread_name_prefix="listening")

    @classmethod
    def of_model(cls, *, data_dir: Path, chosen_dir: str = "", pause_seconds: float = 0.7) -> "WhisperSpeech":
        """Return a recogniser of the model in `chosen_dir`, or of the installed one, kept in `data_dir`. Never raises."""
        try:
            engine = whisper_engine(data_dir=data_dir, chosen_dir=chosen_dir)
        except ModelUnavailable as fault:
            return cls(None, reason=fault.message, pause_seconds=pause_seconds)
        return cls(engine, pause_seconds=pause_seconds)

    @property
    def available(self) -> bool:
        """False when speech cannot be recognised, as far as known: a wrong model is found out soon after the start."""
        return not self.unavailable_reason

    @property
    def unavailable_reason(self) -> str:
        """Return a sentence for a person, or "" while available."""
        if self._engine is None:
            return self._reason
        return self._engine.fault.message if self._engine.fault else ""

    def open(
        self, *, encoding: Encoding, sample_rate_hz: int, language: str, on_transcript: OnTranscript
    ) -> EngineStream:
        """Return a stream and begin to load the model. `language` changes nothing: one decoder hears all of ours.

        Raises:
            ModelUnavailable: there is no engine.
            AudioUnreadable: the encoding or the rate is not supported.
        """
        if self._engine is None or not self.available:
            raise ModelUnavailable(self.unavailable_reason)
        decoder = open_decoder(encoding, sample_rate_hz)
        self._engine.warm_up()
        return EngineStream(
            engine=self._engine,
            decoder=decoder,
            segmenter=self._segmenter,
            listeners=self._listeners,
            on_transcript=on_transcript,
            waiting_bytes_max=waiting_bytes_max(encoding, sample_rate_hz),
        )

    async def text_of(self, samples: Samples) -> str:
        """Return all that was said in a whole recording (16 kHz mono), its segments joined by spaces.

        Raises:
            ModelUnavailable: there is no engine.
            SpeechBusy: too many wait.
        """
        if self._engine is None:
            raise ModelUnavailable(self._reason)

        def cut() -> list[Samples]:
            segmenter = self._segmenter()
            return [piece.samples for piece in segmenter.push(samples) + segmenter.finish()]

        pieces = await asyncio.get_running_loop().run_in_executor(self._listeners, cut)
        texts = [await self._engine.text_of(piece) for piece in pieces if piece.size]
        return " ".join(filter(None, texts))

    def close(self) -> None:
        """Stop the engine and the threads."""
        if self._engine is not None:
            self._engine.close()
        self._listeners.shutdown(wait=False, cancel_futures=True)

    def _segmenter(self) -> Segmenter:
        return Segmenter(VoiceActivity().probability, pause_seconds=self._pause_seconds)


def whisper_engine(*, data_dir: Path, chosen_dir: str = "") -> SpeechEngine:
    """Return an engine that checks its model at once, in its own thread, and loads it when somebody first speaks.

    Raises:
        ModelUnavailable: a library or a part of the model is missing.
    """

    def check() -> None:
        model_dir(data_dir=data_dir, chosen_dir=chosen_dir)

    def load() -> Recogniser:
        from execora.providers.whisper_decoder import WhisperDecoder  # heavy: not at import

        return WhisperDecoder(model_dir(data_dir=data_dir, chosen_dir=chosen_dir)).text_of

    if not all(map(find_spec, _LIBRARIES)):
        raise ModelUnavailable()
    check_present(data_dir=data_dir, chosen_dir=chosen_dir)
    return SpeechEngine(check=check, load=load)
