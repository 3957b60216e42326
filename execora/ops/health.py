"""Whether this process can serve: asked about once a second in the background, answered from memory."""

import functools
import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import redis
import structlog
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from execora.ops.probe import Probe, ProbeConnection

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
OLDEST_SECONDS = 5.0
PATIENCE_SECONDS = 2.0
REDIS_SECONDS = 1.0
MOST_NAMED = 20
# As the application's role sees them: a role or a database may have values of its own.
UNSAFE_SETTINGS = """
    SELECT name FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name
"""


@dataclass(frozen=True)
class Checks:
    """What was found: the migrations that are not applied, None when that could not be read; and the PostgreSQL settings
    by which a power cut would lose what was committed."""

    database: bool
    redis: bool
    missing_migrations: tuple[str, ...] | None
    unsafe_settings: tuple[str, ...] = ()
    at: datetime = field(default_factory=timezone.localtime, compare=False)

    def is_ok(self) -> bool:
        return self.redis and self.may_work()

    def may_work(self) -> bool:
        """Tell whether jobs may be done: they do not need Redis."""
        return self.database and self.missing_migrations == () and not self.unsafe_settings


class HealthCheck:
    """Asks the database and Redis over connections of its own, which stay open between askings."""

    def __init__(self) -> None:
        self._of_thread = threading.local()
        self._last: Checks | None = None

    def checks(self) -> Checks:
        """Ask, and log what has changed since the last asking."""
        try:
            checks = self._ask_database(self._ask_redis())
        except Exception:  # a check that cannot be made is a check that failed
            log.exception("health_check_failed")
            checks = nothing_known()
        if checks != self._last:
            self._last = checks
            missing = ", ".join((*(checks.missing_migrations or ())[:MOST_NAMED], *checks.unsafe_settings))
            (log.info if checks.is_ok() else log.error)("health_changed", **_words(checks), missing=missing)
        return checks

    def close(self) -> None:
        """Close the connections of this thread."""
        for connection in self._of_thread.__dict__.values():
            connection.close()
        self._of_thread.__dict__.clear()

    def _ask_database(self, redis_answers: bool) -> Checks:
        if not hasattr(self._of_thread, "database"):
            self._of_thread.database = ProbeConnection()
        unsafe: tuple[str, ...] = ()
        try:
            if settings.REQUIRE_DURABLE_DATABASE:
                unsafe = tuple(name for (name,) in self._of_thread.database.rows(UNSAFE_SETTINGS))
            rows = self._of_thread.database.rows("SELECT app, name FROM django_migrations")
        except psycopg.errors.UndefinedTable:
            rows = []
        except (psycopg.OperationalError, psycopg.InterfaceError):
            return Checks(False, redis_answers, None)
        except psycopg.Error:
            return Checks(True, redis_answers, None, unsafe)
        return Checks(True, redis_answers, missing_migrations({(app, name) for app, name in rows}), unsafe)

    def _ask_redis(self) -> bool:
        if not settings.REDIS_URL:
            return True
        try:
            if not hasattr(self._of_thread, "redis"):
                self._of_thread.redis = redis.Redis.from_url(
                    settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
                )
            return bool(self._of_thread.redis.ping())
        except (redis.RedisError, OSError, ValueError):
            return False


def nothing_known() -> Checks:
    """Return what is said when the checks could not be made."""
    return Checks(database=False, redis=False, missing_migrations=None)


def missing_migrations(applied: set[tuple[str, str]]) -> tuple[str, ...]:
    """Return "app.name" of each migration on disk that is not applied, neither itself nor by one that replaces it."""
    replaces = _migrations_on_disk()
    covered = set(applied)
    for key, replaced in replaces.items():
        if key in applied:
            covered.update(replaced)
        elif replaced and applied.issuperset(replaced):
            covered.add(key)
    replaceable = {old for replaced in replaces.values() for old in replaced}
    # A squashed migration stands for those it replaces, so that a fresh database misses each thing once.
    return tuple(sorted(f"{app}.{name}" for app, name in replaces if (app, name) not in covered | replaceable))


@functools.cache
def _migrations_on_disk() -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {key: frozenset(migration.replaces) for key, migration in (loader.disk_migrations or {}).items()}


def answer_for(checks: Checks) -> tuple[int, bytes]:
    """Return the status and the body of /health."""
    body: dict[str, Any] = {
        "status": "ok" if checks.is_ok() else "degraded",
        "checks": _words(checks),
        "timestamp": checks.at.isoformat(timespec="milliseconds"),
        "version": settings.VERSION,
    }
    details: dict[str, list[str]] = {}
    if checks.missing_migrations:
        details["unappliedMigrations"] = list(checks.missing_migrations[:MOST_NAMED])
    if checks.unsafe_settings:
        details["unsafeDatabaseSettings"] = list(checks.unsafe_settings)
    if details:
        body["details"] = details
    return (200 if checks.is_ok() else 503), json.dumps(body).encode("utf-8")


def _words(checks: Checks) -> dict[str, str]:
    found = {
        "database": checks.database and not checks.unsafe_settings,
        "redis": checks.redis,
        "migrations": checks.missing_migrations == (),
    }
    return {name: "ok" if is_ok else "error" for name, is_ok in found.items()}


def health_probe() -> Probe[Checks]:
    """Return the background check that the view reads."""
    check = HealthCheck()
    return Probe(
        "health", check.checks, every_seconds=EVERY_SECONDS, patience_seconds=PATIENCE_SECONDS, end=check.close
    )


_probe = health_probe()


def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, Redis and migrations are in order, else 503; never later than PATIENCE_SECONDS."""
    status, body = answer_for(_probe.newest(oldest_seconds=OLDEST_SECONDS) or nothing_known())
    return _uncached(HttpResponse(body, status=status, content_type="application/json"))


def newest_checks() -> Checks | None:
    """Return what was found last, waiting PATIENCE_SECONDS at most; None when nothing could be found out."""
    return _probe.newest(oldest_seconds=OLDEST_SECONDS)


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200: the process runs and takes requests."""
    return _uncached(HttpResponse(b'{"status":"ok"}', content_type="application/json"))


def stop() -> None:
    """End the background check and close its connection; the next use starts it again."""
    _probe.stop()


def _uncached(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
