"""A PostgreSQL of a test's own, with the settings that a deployment gets, but for the disk."""

import subprocess
import sys
import tempfile
from pathlib import Path

from execora.ops.embedded import DATABASE, EmbeddedPostgres
from tests.support import services

_NO_DISK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class OwnPostgres:
    """A migrated, empty database on a server of its own; `log` is what that server has written. `drop` ends it."""

    def __init__(self, within: Path, environment: dict[str, str]) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="postgres-", dir=within))
        self._server = EmbeddedPostgres(self.directory, options=_NO_DISK)
        self._urls = self._server.start()
        self.superuser_url = self._server.superuser_url(DATABASE)
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=services.ROOT, env={**environment, **self.environment()}, check=True)

    @property
    def log(self) -> str:
        return (self.directory / "logs" / "postgres.log").read_text(errors="replace")

    def environment(self) -> dict[str, str]:
        """Return the variables with which a program of ours uses this database."""
        return {"DATABASE_URL": self._urls.app_url, "MIGRATE_DATABASE_URL": self._urls.owner_url}

    def drop(self) -> None:
        """Stop the server."""
        self._server.stop()
