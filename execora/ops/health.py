"""Whether this process can serve: asked about once a second in the background, answered from memory."""

import functools
import json
import threading
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Checks:
    """What was found: the migrations that are not applied, None when that could not be read."""

    database: bool
    redis: bool
    missing_migrations: tuple[str, ...] | None

    def is_ok(self) -> bool:
        return self.database and self.redis and self.missing_migrations == ()


class HealthCheck:
    """Asks the database and Redis over connections of its own, which stay open between askings."""

    def __init__(self) -> None:
        self._of_thread = threading.local()
        self._last: Checks | None = None

    def __call__(self) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        try:
            database, missing = self._ask_database()
            checks = Checks(database, self._ask_redis(), missing)
        except Exception:  # a check that cannot be made is a check that failed
            log.exception("health_check_failed")
            checks = NOTHING_KNOWN
        if checks != self._last:
            self._last = checks
            missing_names = ", ".join((checks.missing_migrations or ())[:5])
            (log.info if checks.is_ok() else log.error)("health_changed", **_words(checks), missing=missing_names)
        return answer_for(checks)

    def close(self) -> None:
        """Close the connections of this thread."""
        for connection in self._of_thread.__dict__.values():
            connection.close()
        self._of_thread.__dict__.clear()

    def _ask_database(self) -> tuple[bool, tuple[str, ...] | None]:
        if not hasattr(self._of_thread, "database"):
            self._of_thread.database = ProbeConnection()
        try:
            rows = self._of_thread.database.rows("SELECT app, name FROM django_migrations")
        except psycopg.errors.UndefinedTable:
            rows = []
        except (psycopg.OperationalError, psycopg.InterfaceError):
            return False, None
        except psycopg.Error:
            return True, None
        return True, missing_migrations({(app, name) for app, name in rows})

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


NOTHING_KNOWN = Checks(database=False, redis=False, missing_migrations=None)


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
        "timestamp": timezone.localtime().isoformat(timespec="milliseconds"),
        "version": settings.VERSION,
    }
    if checks.missing_migrations:
        body["details"] = {"unappliedMigrations": len(checks.missing_migrations)}
    return (200 if checks.is_ok() else 503), json.dumps(body).encode("utf-8")


def _words(checks: Checks) -> dict[str, str]:
    found = {"database": checks.database, "redis": checks.redis, "migrations": checks.missing_migrations == ()}
    return {name: "ok" if is_ok else "error" for name, is_ok in found.items()}


def health_probe() -> Probe[tuple[int, bytes]]:
    """Return the background check that the view reads."""
    check = HealthCheck()
    return Probe("health", check, every_seconds=EVERY_SECONDS, patience_seconds=PATIENCE_SECONDS, end=check.close)


_probe = health_probe()


def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, Redis and migrations are in order, else 503; never later than PATIENCE_SECONDS."""
    status, body = _probe.newest(oldest_seconds=OLDEST_SECONDS) or answer_for(NOTHING_KNOWN)
    return _uncached(HttpResponse(body, status=status, content_type="application/json"))


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200: the process runs and takes requests."""
    return _uncached(HttpResponse(b'{"status":"ok"}', content_type="application/json"))


def stop() -> None:
    """End the background check and close its connection; the next use starts it again."""
    _probe.stop()


def _uncached(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
