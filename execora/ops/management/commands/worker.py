"""`manage.py worker`: does the jobs, once the database is as this version needs it."""

import asyncio
import signal
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any, cast

import psycopg
import structlog
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

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
        while True:
            wait_until_ready()
            log.info("worker_ready")
            try:
                asked_to_stop = asyncio.run(work(concurrency=concurrency, queues=queues, wait=not one_shot))
            except (ConnectorException, psycopg.Error) as fault:
                log.error("worker_lost_database", exc_info=fault)
                asked_to_stop = False
            if asked_to_stop or one_shot:
                return
            # procrastinate ends by itself when the database goes away.
            time.sleep(_ASK_EVERY_SECONDS)


async def work(*, concurrency: int, queues: list[str] | None, wait: bool) -> bool:
    """Do jobs until there is none (unless `wait`) or this process is asked to stop; tell whether it was asked.

    Raises:
        ConnectorException, psycopg.Error: the database went away.
    """
    loop, asked_to_stop = asyncio.get_running_loop(), False
    only: dict[str, Any] = {"queues": queues} if queues else {}
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with app.replace_connector(connector) as jobs:
        async with jobs.open_async():
            working = asyncio.ensure_future(
                jobs.run_worker_async(
                    concurrency=concurrency,
                    **only,
                    wait=wait,
                    name="execora",
                    shutdown_graceful_timeout=STOP_SECONDS,
                    install_signal_handlers=False,
                )
            )

            def stop() -> None:
                nonlocal asked_to_stop
                asked_to_stop = True
                working.cancel()

            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop)
            with suppress(asyncio.CancelledError):
                await working
    return asked_to_stop


def wait_until_ready() -> None:
    """Return when the database answers, keeps what it commits, and has every migration. HealthCheck logs what is missing."""
    check = HealthCheck()
    try:
        while not check.checks().may_work():
            time.sleep(_ASK_EVERY_SECONDS)
    finally:
        check.close()
