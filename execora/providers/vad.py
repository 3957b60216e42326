"""Is somebody speaking? The Silero network's answer for each 32 ms of sound, as the sound comes in."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from execora.providers.audio import SAMPLE_RATE_HZ, Samples
from execora.providers.whisper_model import ModelUnavailable

FRAME_SAMPLES = 512
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE_HZ
_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)


class VoiceActivity:
    """One stream's detector: it remembers what it heard. About 0.3 ms of one core a frame; one thread at a time."""

    def __init__(self) -> None:
        self._network = _network()
        self._context = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)
        self._hidden = np.zeros(_STATE_SHAPE, dtype=np.float32)
        self._cell = np.zeros(_STATE_SHAPE, dtype=np.float32)

    def probability(self, frame: Samples) -> float:
        """Return how likely the next FRAME_SAMPLES samples hold speech, 0 to 1."""
        heard = np.concatenate([self._context, frame])[np.newaxis]
        answer, self._hidden, self._cell = self._network.run(None, {"input": heard, "h": self._hidden, "c": self._cell})
        self._context = frame[-_CONTEXT_SAMPLES:]
        return float(answer.item())


@cache
def _network() -> Any:
    """Return the process's one session; it keeps no state between calls and may be run from several threads."""
    spec = find_spec("faster_whisper")
    path = Path(spec.origin).parent / "assets" / "silero_vad_v6.onnx" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ModelUnavailable()
    try:
        import onnxruntime  # type: ignore[import-untyped]  # heavy, and absent where speech is not installed
    except ImportError as fault:
        raise ModelUnavailable() from fault
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
