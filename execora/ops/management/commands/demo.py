"""`manage.py demo`: everything that Execora needs, started on this machine and stopped together."""

import os
import signal
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError

from execora.ops.cluster import lock_directory
from execora.ops.demo import checks, programs, screen, secrets
from execora.ops.demo.output import last_lines
from execora.ops.demo.supervisor import Program, run_once, wait_until_healthy
from execora.ops.embedded import EmbeddedPostgres, EmbeddedServerError, Urls

_DATABASES = ("DATABASE_URL", "MIGRATE_DATABASE_URL")


class Command(BaseCommand):
    """Start PostgreSQL, migrate, seed the demo shop, and serve it until Ctrl-C."""

    help = "Starts a demo shop on this machine: database, migrations, demo data, worker and server. Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to serve on (default: %(default)s)")
        parser.add_argument("--no-serve", action="store_true", help="make the database and the demo shop, then stop")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        checks.check_packages()
        checks.check_data()
        if not no_serve:
            checks.check_port(port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        self._postgres: EmbeddedPostgres | None = None
        self._programs: list[Program] = []
        try:
            self._run(port, no_serve)
        except KeyboardInterrupt:
            self._say("Stopping.")
        except EmbeddedServerError as refused:
            raise CommandError(str(refused)) from refused
        finally:
            self._stop()

    def _run(self, port: int, no_serve: bool) -> None:
        lock_directory(settings.DATA_DIR, "demo")  # before demo.env is written: it may be a running demo's
        values = secrets.load_or_make() | {"PORT": str(port)}
        secrets.save(values)
        owner_url, app_url = self._database(values)
        values |= {"DATABASE_URL": app_url, "MIGRATE_DATABASE_URL": owner_url}
        # A database of one's own stays a matter of one's own environment.
        secrets.save({name: value for name, value in values.items() if self._postgres or name not in _DATABASES})

        logs = settings.DATA_DIR / "logs"
        full = {**os.environ, **values}
        # What serves people knows neither the owner's password nor the demo's.
        serving = {
            name: value for name, value in full.items() if name not in ("MIGRATE_DATABASE_URL", *secrets.PASSWORDS)
        }
        self._say("Bringing the database up to date ...")
        run_once("migrate", programs.manage("migrate", "--verbosity", "0"), full, logs)
        self._say("Looking after the demo shop ...")
        run_once("seed_demo", programs.manage("seed_demo"), full, logs)
        if no_serve:
            return
        self._say("Starting the server ...")
        worker = Program("worker", programs.worker(), serving, logs)
        server = Program("server", programs.server(port), serving, logs)
        self._programs = [server, worker]
        server.start()
        worker.start()
        wait_until_healthy(server, port)
        self._say(screen.welcome(port, values))
        self._watch(server, worker)

    def _database(self, kept: dict[str, str]) -> Urls:
        """Return where the database is: the one that the environment names, else the embedded one, started here."""
        named = os.environ.get("DATABASE_URL")
        if named and named != kept.get("DATABASE_URL"):
            owner = os.environ.get("MIGRATE_DATABASE_URL")
            if not owner or owner == kept.get("MIGRATE_DATABASE_URL"):
                raise CommandError(
                    "DATABASE_URL is set, so the demo uses that database: set MIGRATE_DATABASE_URL, too, to the same "
                    "database with the role that owns it. Or unset DATABASE_URL for the embedded one."
                )
            return Urls(owner, named)
        self._say("Starting PostgreSQL ...")
        self._postgres = EmbeddedPostgres(settings.DATA_DIR)
        return self._postgres.start()

    def _watch(self, server: Program, worker: Program) -> None:
        """Return only by an interrupt or a failure that cannot be mended here."""
        worker_wanted = True
        while True:
            time.sleep(0.5)
            if server.ended:
                said = last_lines(server.log_path)
                raise CommandError(f"The server ended by itself. Its last words, also in {server.log_path}:\n{said}")
            if self._postgres is not None and not self._postgres.running:
                raise CommandError(
                    f"PostgreSQL ended by itself. Its log: {settings.DATA_DIR / 'logs' / 'postgres.log'}"
                )
            if worker_wanted and worker.ended:
                worker_wanted = worker.restart()
                told = "It was started again." if worker_wanted else "It ends again and again, so it stays stopped."
                said = last_lines(worker.log_path, 4)
                self._say(f"The job worker ended. {told} Its last words, also in {worker.log_path}:\n{said}")

    def _stop(self) -> None:
        """Stop what serves, then the database. Further signals do not cut this short: each step has its own limit."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for program in self._programs:
            program.request_stop()
        for program in self._programs:
            program.stop()
        if self._postgres is not None:
            self._postgres.stop()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        sys.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
