"""Log lines: JSON on standard output, only allow-listed keys, nothing personal or secret.

Own code logs events through structlog (`structlog.get_logger(__name__).info("reminder_sent", reminder_id=...)`); both
those and the records of Django, uvicorn and procrastinate go through the standard library to one handler.
"""

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson
import structlog

from execora.ops.correlation import current_correlation_id
from execora.ops.redaction import masked, without_values

FIELDS_ATTRIBUTE = "execora_fields"
# Keys whose values are names, numbers and ids of our own making.
ALLOWED_KEYS = frozenset(
    (
        *("method", "route", "status_code", "duration_ms", "spent_ms", "latency_ms", "delay_seconds", "audio_seconds"),
        *("user_id", "business_id", "customer_id", "session_id", "invoice_id", "entry_id", "product_id", "reminder_id"),
        *("event_id", "message_id", "proposal_id", "utterance_id", "job_id", "phone_hash", "role", "channel"),
        *(
            "command",
            "intent",
            "confidence",
            "job",
            "queue",
            "attempt",
            "occurrence",
            "provider",
            "model",
            "language",
            "stage",
        ),
        *("code", "close_code", "error_type", "reason", "outcome", "status", "kind", "check", "database", "redis"),
        *("migrations", "missing", "count", "total", "pending", "items", "bytes", "limit", "table", "version"),
        *("address", "port", "pid"),
    )
)
# Keys whose values may quote what came from outside.
_MASKED_KEYS = frozenset({"reason", "address", "error_type"})
# Whose lines LOG_LEVEL is for. Below INFO the libraries write what they are given: frames, statements, addresses.
_OWN_LOGGERS = ("execora", "customers", "ledger", "billing", "reminders", "voice", "webhooks")
_LONGEST_VALUE = 200
_LONGEST_MESSAGE = 1000
_DEEPEST_STACK = 12

_bound: ContextVar[Mapping[str, Any]] = ContextVar("execora_log_fields", default=MappingProxyType({}))


def bind_log_fields(**fields: Any) -> None:
    """Add `fields` to every further line of this request, socket or job."""
    _bound.set({**_bound.get(), **fields})


@contextmanager
def log_fields(**fields: Any) -> Iterator[None]:
    """Add `fields` to every line written inside the block."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class LineFormatter(logging.Formatter):
    """Make one line of a record: JSON, or for a person at a terminal when `readable`."""

    def __init__(self, *, readable: bool = False) -> None:
        super().__init__()
        self._readable = readable

    def format(self, record: logging.LogRecord) -> str:
        line = fields_of(record)
        return _for_a_person(line) if self._readable else orjson.dumps(line).decode("utf-8")


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be written of a record."""
    line: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": "",
    }
    own: Mapping[str, Any] | None = getattr(record, FIELDS_ATTRIBUTE, None)
    line["event"] = _foreign_event(record) if own is None else str(record.msg)[:_LONGEST_MESSAGE]
    if correlation_id := current_correlation_id():
        line["correlation_id"] = correlation_id
    for source in (_bound.get(), own or {}):
        for key, value in source.items():
            if key in ALLOWED_KEYS and (plain := _plain(key, value)) is not None:
                line[key] = plain
            elif key == "transcript" and record.levelno <= logging.DEBUG:
                line[key] = str(value)[:_LONGEST_VALUE]
    if record.exc_info and isinstance(record.exc_info[1], BaseException):
        line["exception"] = short_stack(record.exc_info[1])
    return line


def short_stack(fault: BaseException) -> list[str]:
    """Return the fault's type, its first line without values, and where it was, innermost last; never a local variable."""
    summary = traceback.StackSummary.extract(traceback.walk_tb(fault.__traceback__), lookup_lines=False)
    places = [f"{frame.filename.rsplit('site-packages/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in summary]
    lines = [_named(fault), *places[-_DEEPEST_STACK:]]
    if (cause := fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)) is not None:
        lines.append(f"after {_named(cause)}")
    return lines


def _named(fault: BaseException) -> str:
    first_line = str(fault).partition("\n")[0][:_LONGEST_MESSAGE]
    return f"{type(fault).__name__}: {without_values(first_line)[:_LONGEST_VALUE]}"


def _foreign_event(record: logging.LogRecord) -> str:
    # Django quotes the refused header or path in these; the request line already says which route answered what.
    if record.name.startswith("django.security"):
        return "suspicious request refused"
    if record.name.startswith(("django.request", "django.server")):
        return str(getattr(record, "status_code", "")) + " answered by Django"
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):
        message = str(record.msg)
    return without_values(message[:_LONGEST_MESSAGE]).strip()


def _plain(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset | dict | bytes):
        return None
    text = str(value)[:_LONGEST_VALUE]
    return masked(text) if key in _MASKED_KEYS else text


def _for_a_person(line: dict[str, Any]) -> str:
    when = datetime.fromisoformat(line.pop("timestamp")).astimezone().strftime("%H:%M:%S")
    level, event, stack = line.pop("level"), line.pop("event"), line.pop("exception", [])
    line.pop("logger")
    rest = " ".join(f"{key}={value}" for key, value in line.items() if key != "correlation_id")
    return "\n    ".join([f"{when} {level:<7} {event} {rest}".rstrip(), *stack])


def _to_record(
    logger: Any, method: str, event_dict: MutableMapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    exc_info = event_dict.pop("exc_info", None)
    stack_level = event_dict.pop("stacklevel", 1)
    event = event_dict.pop("event", "")
    return (event,), {"extra": {FIELDS_ATTRIBUTE: event_dict}, "exc_info": exc_info, "stacklevel": stack_level}


def _exception_filter() -> Callable[[logging.LogRecord], bool]:
    return has_exception


def has_exception(record: logging.LogRecord) -> bool:
    """Filter: Django logs each answer of 500 and above; only those with an exception say more than the request line."""
    return record.exc_info is not None


def logging_config(level: str, demo: bool, log_file: str = "") -> dict[str, Any]:
    """Configure structlog and return the LOGGING setting (for logging.config.dictConfig).

    `log_file`, if given, gets every line too, always as JSON.
    """
    numeric = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[_to_record],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    quiet = {"handlers": [], "propagate": True, "level": "WARNING"}
    handler = {"()": "execora.ops.log_output.BufferedHandler", "immediate": demo}
    handlers = {"stdout": {**handler, "formatter": "line"}}
    if log_file:
        handlers["file"] = {**handler, "formatter": "json", "path": log_file}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "execora.ops.logging.LineFormatter", "readable": demo},
            "json": {"()": "execora.ops.logging.LineFormatter"},
        },
        "filters": {"has_exception": {"()": _exception_filter}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": max(numeric, logging.INFO)},
        "loggers": {
            **{name: {"handlers": [], "propagate": True, "level": numeric} for name in _OWN_LOGGERS},
            "uvicorn": {"handlers": [], "propagate": True, "level": "WARNING" if demo else "INFO"},
            # At DEBUG it writes the text of every frame.
            "uvicorn.error": {"handlers": [], "propagate": True, "level": "WARNING" if demo else "INFO"},
            # It writes raw paths with their query strings; RequestMiddleware writes the request line instead.
            "uvicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.request": {"handlers": [], "propagate": True, "level": "ERROR", "filters": ["has_exception"]},
            "django.server": quiet,
            "django.db.backends": quiet,
            "django.template": quiet,
            "asyncio": quiet,
            "websockets": quiet,
            "procrastinate": quiet,
            "httpx": quiet,
            "urllib3": quiet,
            "botocore": quiet,
            "faster_whisper": quiet,
        },
    }
