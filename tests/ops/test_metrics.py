"""/metrics: names of the wire, bounded labels, nothing personal, and who may read it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from execora.ops import metrics
from tests.ops.server import Server


def samples(text: str, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    """Return the samples called `name` by their labels."""
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def scraped() -> str:
    return metrics.metrics(RequestFactory().get("/metrics")).content.decode()


@pytest.fixture(autouse=True)
def no_background() -> Iterator[None]:
    metrics.stop()
    yield
    metrics.stop()


def grown(name: str, **labels: str) -> float:
    return samples(scraped(), name).get(tuple(sorted(labels.items())), 0.0)


@pytest.mark.parametrize(
    ("feed", "name", "labels", "by"),
    [
        (lambda: metrics.count_voice_command("success", "whisper"), "voice_commands_total",
         {"status": "success", "provider": "whisper"}, 1),
        (lambda: metrics.count_invoice_operation("issue", "success"), "invoice_operations_total",
         {"operation": "issue", "status": "success"}, 1),
        (lambda: metrics.count_payment("success", 50_050), "payments_processed_total", {"status": "success"}, 1),
        (lambda: metrics.count_payment("success", 50_050), "payment_amount_inr_sum", {}, 500.5),
        (lambda: metrics.count_payment("refused", 50_050), "payment_amount_inr_sum", {}, 0),
        (metrics.websocket_opened, "websocket_connections_active", {}, 1),
        (metrics.websocket_closed, "websocket_connections_active", {}, -1),
        (lambda: metrics.observe_stt("whisper", 0.25), "stt_processing_duration_seconds_sum", {"provider": "whisper"},
         0.25),
        (lambda: metrics.count_error("whatsapp", "Timeout"), "errors_total",
         {"service": "whatsapp", "type": "Timeout"}, 1),
        (lambda: metrics.observe_request("GET", "/r", 503, 0.5), "errors_total",
         {"service": "http", "type": "503"}, 1),
    ],
)  # fmt: skip
def test_each_metric_is_fed(feed: Any, name: str, labels: dict[str, str], by: float) -> None:
    before = grown(name, **labels)
    feed()
    assert grown(name, **labels) - before == pytest.approx(by)


@pytest.mark.parametrize("value", ["+91 98765", "रहीम", "a b", "x" * 65, ""])
def test_a_label_that_is_no_word_is_other(value: str) -> None:
    metrics.count_voice_command(value, value)
    assert {("provider", "other"), ("status", "other")} <= {
        pair for labels in samples(scraped(), "voice_commands_total") for pair in labels
    }
    assert not value or value not in scraped()


def test_routes_and_errors_beyond_the_bound_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_seen", {})
    for number in range(metrics.MOST_LABEL_VALUES + 50):
        metrics.observe_request("GET", f"/bound/{number}", 200, 0.01)
    assert grown("http_requests_total", method="GET", route="other", status_code="200") == 50


class TestOverHttp:
    def test_labels_are_patterns(self, server: Server) -> None:
        for number in range(30):
            server.get(f"/where/cust-{number}/98765432{number:02}")
            server.get(f"/unknown-{number}")
        server.get("/plain", method="PROPFIND")
        server.get("/where/%zz")
        text = server.get("/metrics")[2].decode()
        counted = samples(text, "http_requests_total")
        routes = {dict(labels)["route"] for labels in counted}
        assert {"/where/<path:rest>", "unmatched", "refused", "/plain"} <= routes
        assert not [route for route in routes if "cust-" in route or "unknown" in route or "9876" in route]
        assert counted[(("method", "GET"), ("route", "/where/<path:rest>"), ("status_code", "200"))] >= 30
        assert "OTHER" in {dict(labels)["method"] for labels in counted}
        assert samples(text, "http_request_duration_seconds_count").keys() == counted.keys()

    def test_content_type(self, server: Server) -> None:
        status, headers, _ = server.get("/metrics")
        assert (status, headers["content-type"].split(";")[0]) == (200, "text/plain")


class TestToken:
    TOKEN = "metrics-token-0123456789"

    @pytest.mark.parametrize(
        "header",
        ["", TOKEN, "Basic " + TOKEN, "Bearer", "Bearer ", "Bearer x", "Bearer " + TOKEN + "x", "Bearer हिन्दी"],
    )
    def test_closed_to_others(self, settings: Any, header: str) -> None:
        settings.METRICS_TOKEN = self.TOKEN
        response = metrics.metrics(RequestFactory().get("/metrics", HTTP_AUTHORIZATION=header))
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert b"http_requests" not in response.content

    def test_open_to_who_knows_it(self, settings: Any) -> None:
        settings.METRICS_TOKEN = self.TOKEN
        response = metrics.metrics(RequestFactory().get("/metrics", HTTP_AUTHORIZATION=f"bearer {self.TOKEN}"))
        assert response.status_code == 200


@pytest.mark.django_db(transaction=True)
class TestQueue:
    def put(self, queue: str, *, status: str = "todo", scheduled: str = "NULL") -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
                f" VALUES (%s, 'a.task', %s::procrastinate_job_status, {scheduled})",
                [queue, status],
            )

    def test_due_jobs_are_counted_by_queue(self) -> None:
        self.put("reminders")
        self.put("reminders", scheduled="now() - interval '1 minute'")
        self.put("reminders", scheduled="now() + interval '1 day'")
        self.put("webhooks", status="failed")
        self.put("webhooks")
        found = samples(scraped(), "task_queue_pending")
        assert found[(("queue_name", "reminders"),)] == 2
        assert found[(("queue_name", "webhooks"),)] == 1

    def test_it_is_read_at_most_once_in_five_seconds(self) -> None:
        self.put("often")
        assert grown("task_queue_pending", queue_name="often") == 1
        self.put("often")
        assert grown("task_queue_pending", queue_name="often") == 1
        metrics.stop()
        assert grown("task_queue_pending", queue_name="often") == 2

    def test_a_queue_that_is_empty_again_is_told(self) -> None:
        self.put("emptied")
        assert grown("task_queue_pending", queue_name="emptied") == 1
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        metrics.stop()
        assert samples(scraped(), "task_queue_pending")[(("queue_name", "emptied"),)] == 0


def test_a_database_that_is_not_there_fails_no_scrape(server: Server) -> None:
    status, _, body = server.get("/metrics")
    assert status == 200
    assert samples(body.decode(), "task_queue_pending") == {}
