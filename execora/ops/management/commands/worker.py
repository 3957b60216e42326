"""`manage.py worker`: does the jobs, once the database is as this version needs it."""

import time
from argparse import ArgumentParser
from typing import Any, cast

import structlog
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from execora.ops.health import HealthCheck

log = structlog.get_logger(__name__)
_ASK_EVERY_SECONDS = 1.0
STOP_SECONDS = 5.0


class Command(BaseCommand):
    help = "Do jobs. Takes none while a migration is unapplied: it waits, and never migrates by itself."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=1, help="jobs at a time")
        parser.add_argument("--queues", nargs="*", help="only these queues")
        parser.add_argument("--one-shot", action="store_true", help="do what is due, then end")

    def handle(self, *args: Any, concurrency: int, queues: list[str] | None, one_shot: bool, **options: Any) -> None:
        wait_until_ready()
        log.info("worker_ready")
        connector = cast("DjangoConnector", app.connector).get_worker_connector()
        with app.replace_connector(connector) as jobs:
            jobs.run_worker(
                concurrency=concurrency,
                queues=queues,
                wait=not one_shot,
                name="execora",
                shutdown_graceful_timeout=STOP_SECONDS,
            )


def wait_until_ready() -> None:
    """Return when the database answers, keeps what it commits, and has every migration. HealthCheck logs what is missing."""
    check = HealthCheck()
    try:
        while not check.checks().may_work():
            time.sleep(_ASK_EVERY_SECONDS)
    finally:
        check.close()
