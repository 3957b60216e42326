"""The socket's frames: what may come in, and the shape of what goes out. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from execora.core.errors import BadInput, DomainError
from execora.ops.correlation import current_correlation_id

MAX_FRAME_BYTES = 256 * 1024
MAX_TEXT_LENGTH = 500
ENCODINGS = ("pcm16", "webm-opus")
LANGUAGES = ("hi", "en", "hi-en")
SAMPLE_RATES_HZ = range(8_000, 48_001)

Data = dict[str, Any]
_UTTERANCE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_PROPOSAL_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
_TOP_KEYS = frozenset({"type", "data", "timestamp"})


class FrameMalformed(BadInput):
    code = "INVALID_FRAME"
    message = "The frame is not JSON of the form {type, data, timestamp}. Send it again in that form."


class FrameTypeUnknown(BadInput):
    code = "UNKNOWN_FRAME_TYPE"
    message = "There is no such frame type here. See the list of types in the documentation."


class NotBetweenStartAndStop(DomainError):
    status = 409
    code = "NOT_LISTENING"
    message = "Audio is taken only between voice:start and voice:stop. Send voice:start first."


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from a client, checked: `data` holds only known keys with values of the right form."""

    type: str
    data: Data


def read_frame(text: str) -> Frame:
    """Return the checked frame.

    Raises:
        FrameMalformed: it is not JSON, or a key or a value is not of the wire's form.
        FrameTypeUnknown: the type is not one that the server takes.
    """
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise FrameMalformed() from fault
    if not isinstance(body, dict) or not isinstance(body.get("type"), str) or body.keys() - _TOP_KEYS:
        raise FrameMalformed()
    kind = body["type"]
    rules = _RULES.get(kind)
    if rules is None:
        raise FrameTypeUnknown()
    data = body.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise FrameMalformed(f"The data of {kind} must be an object.")
    return Frame(kind, _checked(kind, data, rules))


def frame(kind: str, data: Mapping[str, Any] | None = None) -> str:
    """Return the text of a frame to a client, stamped with the time in UTC."""
    body = {"type": kind, "data": dict(data or {}), "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds")}
    return orjson.dumps(body, default=str).decode()


def error_data(fault: DomainError) -> Data:
    """Return the data of an `error` frame."""
    return {"error": fault.message, "code": fault.code, "correlationId": current_correlation_id()}


def _checked(kind: str, data: Data, rules: "Rules") -> Data:
    unknown = data.keys() - rules.keys()
    if unknown:
        raise FrameMalformed(f"{kind} has no key {sorted(unknown)[0][:40]!r}. Leave it out.")
    for key, rule in rules.items():
        if key not in data or data[key] is None:
            if rule.needed:
                raise FrameMalformed(f"{kind} needs {key}: {rule.form}.")
        elif not rule.accepts(data[key]):
            raise FrameMalformed(f"{key} of {kind} must be {rule.form}.")
    return {key: value for key, value in data.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _Rule:
    accepts: Callable[[Any], bool]
    form: str
    needed: bool = False


Rules = dict[str, _Rule]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _encodes(value)


def _encodes(value: str) -> bool:
    return storable(value) == value


def storable(text: str) -> str:
    """Return the text as a database takes it: lone surrogates and NUL become spaces."""
    return _NOT_STORABLE.sub(" ", text)


def _is_audio(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() - {"encoding", "sampleRate"}:
        return False
    rate = value.get("sampleRate", 16_000)
    return value.get("encoding") in ENCODINGS and isinstance(rate, int) and rate in SAMPLE_RATES_HZ


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_SPEAKS = _Rule(lambda value: isinstance(value, str) and 0 < len(value) <= 40, "the name of a voice provider")
_TEXT = _Rule(lambda value: _is_text(value) and bool(value.strip()), "a text that is not empty", needed=True)
_PROPOSAL = _Rule(_matches(_PROPOSAL_ID), "the proposalId of a voice:proposal", needed=True)
_RULES: dict[str, Rules] = {
    "voice:start": {
        "ttsProvider": _SPEAKS,
        "audio": _Rule(_is_audio, "{encoding: pcm16 or webm-opus, sampleRate: 8000 to 48000}"),
        "language": _Rule(lambda value: value in LANGUAGES, "hi, en or hi-en"),
    },
    "voice:stop": {},
    "voice:transcript": {"text": _Rule(_is_text, "a text", needed=True)},
    "voice:final": {
        "text": _TEXT,
        "ttsProvider": _SPEAKS,
        "utteranceId": _Rule(_matches(_UTTERANCE_ID), "1 to 64 of A-Z, a-z, 0-9, dot, underscore, hyphen"),
    },
    # Whether the yes was said is for the recorder to judge: a no deserves a better word than "malformed".
    "recording:start": {"consent": _Rule(lambda value: isinstance(value, bool), "true or false")},
    "recording:stop": {},
    "voice:confirm": {"proposalId": _PROPOSAL},
    "voice:cancel": {"proposalId": _PROPOSAL},
    "ping": {},
}
