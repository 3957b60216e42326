"""Prometheus metrics. Every label has few values: route patterns, never addresses; none names a person or a shop."""

import hmac
import re
from collections.abc import Iterable

import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from execora.ops.probe import Probe, ProbeConnection

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
QUEUE_SECONDS = 5.0
MOST_LABEL_VALUES = 200
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_PAISE_IN_A_RUPEE = 100

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_request_seconds = Histogram(
    "http_request_duration_seconds",
    "Time from the first middleware to the response",
    ("method", "route", "status_code"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_requests = Counter("http_requests_total", "Requests answered", ("method", "route", "status_code"), registry=REGISTRY)
_sockets = Gauge("websocket_connections_active", "Open sockets of this process", registry=REGISTRY)
_voice_commands = Counter("voice_commands_total", "Spoken or typed commands", ("status", "provider"), registry=REGISTRY)
_invoice_operations = Counter(
    "invoice_operations_total", "Invoices issued, confirmed, cancelled", ("operation", "status"), registry=REGISTRY
)
_payments = Counter("payments_processed_total", "Payments recorded or refused", ("status",), registry=REGISTRY)
_payment_inr = Histogram(
    "payment_amount_inr",
    "Rupees of each recorded payment",
    buckets=(10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 100_000),
    registry=REGISTRY,
)
_stt_seconds = Histogram(
    "stt_processing_duration_seconds",
    "Time to turn an utterance into text",
    ("provider",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
    registry=REGISTRY,
)
_errors = Counter("errors_total", "Failures of ours, not refusals", ("service", "type"), registry=REGISTRY)
_limits_shared = Gauge(
    "rate_limits_shared", "1 while limits are counted across processes, 0 while Redis is down", registry=REGISTRY
)
_limits_shared.set(1)

_seen: dict[str, set[str]] = {}


def observe_request(method: str, route: str, status_code: int, seconds: float) -> None:
    """Count a request. `route` is the pattern of the route, or a fixed word where none matched."""
    labels = (method if method in METHODS else "OTHER", _bounded("route", route), str(status_code))
    _request_seconds.labels(*labels).observe(seconds)
    _requests.labels(*labels).inc()
    if status_code >= 500:
        count_error("http", str(status_code))


def count_voice_command(status: str, provider: str) -> None:
    """Count a command that voice ran. `status` is a word such as "success" or "refused"."""
    _voice_commands.labels(_word(status), _word(provider)).inc()


def count_invoice_operation(operation: str, status: str) -> None:
    """Count an operation on an invoice, `operation` being a word such as "issue"."""
    _invoice_operations.labels(_word(operation), _word(status)).inc()


def count_payment(status: str, amount_paise: int) -> None:
    """Count a payment; the amount is observed only when `status` is "success"."""
    _payments.labels(_word(status)).inc()
    if status == "success":
        _payment_inr.observe(amount_paise / _PAISE_IN_A_RUPEE)


def websocket_opened() -> None:
    """Count a socket in."""
    _sockets.inc()


def websocket_closed() -> None:
    """Count a socket out."""
    _sockets.dec()


def observe_stt(provider: str, seconds: float) -> None:
    """Observe how long `provider` took for one utterance."""
    _stt_seconds.labels(_word(provider)).observe(seconds)


def limits_are_shared(are_shared: bool) -> None:
    """Tell whether limits are counted in Redis, or in this process because Redis is down."""
    _limits_shared.set(1 if are_shared else 0)


def count_error(service: str, error_type: str) -> None:
    """Count a failure of ours; `error_type` is a class name or a status, never a message."""
    _errors.labels(_word(service), _bounded("error_type", _word(error_type))).inc()


def _word(value: str) -> str:
    return value if _WORD.fullmatch(value) else "other"


def _bounded(label: str, value: str) -> str:
    seen = _seen.setdefault(label, set())
    if value not in seen:
        if len(seen) >= MOST_LABEL_VALUES:
            return "other"
        seen.add(value)
    return value


class _DueJobs:
    """Reads how many jobs of each queue are due; a queue that was seen once is told with 0 when it is empty."""

    def __init__(self) -> None:
        self._queues: set[str] = set()

    def __call__(self) -> dict[str, int]:
        connection = ProbeConnection()
        try:
            rows = connection.rows(
                "SELECT queue_name, count(*) FROM procrastinate_jobs"
                " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name"
            )
        except psycopg.Error:
            return {}
        finally:
            connection.close()
        due = {_word(queue): count for queue, count in rows}
        self._queues.update(due)
        return {queue: due.get(queue, 0) for queue in self._queues}


_due_jobs = Probe("due-jobs", _DueJobs(), every_seconds=None, patience_seconds=1.0)


class _QueueCollector(Collector):
    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily("task_queue_pending", "Jobs that are due and not begun", labels=["queue_name"])
        for queue, count in (_due_jobs.newest(oldest_seconds=QUEUE_SECONDS) or {}).items():
            family.add_metric([queue], count)
        yield family

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily("task_queue_pending", "Jobs that are due and not begun", labels=["queue_name"])]


REGISTRY.register(_QueueCollector())


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics of this process; with METRICS_TOKEN set, only to who sends it as a Bearer token."""
    if settings.METRICS_TOKEN and not _knows_the_token(request.headers.get("Authorization", "")):
        refusal = HttpResponse("Send the metrics token as a Bearer token.\n", status=401, content_type="text/plain")
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    response = HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _knows_the_token(authorization: str) -> bool:
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        token.strip().encode("utf-8"), settings.METRICS_TOKEN.encode("utf-8")
    )


def stop() -> None:
    """End the background reading of the queue; the next scrape starts it again."""
    _due_jobs.stop()
