"""Lose a database and get it back: the commands of docs/runbook.md, run on a PostgreSQL with a million entries.

Seeds the books, copies them, lets a shop go on working, loses the postings, restores the moment before, and checks that
every row of that moment is back and the books are clean. Prints what each step took. `make restore-drill`.
"""

import argparse
import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from execora.ops.cluster import SUPERUSER, account_for, open_the_way, plain_environment, postgres_programs
from execora.ops.embedded import DATABASE, EmbeddedPostgres, free_port

ROOT = Path(__file__).resolve().parent.parent
RUNBOOK = ROOT / "docs" / "runbook.md"
SHOP = ROOT / "scripts" / "drill_shop.sql"
IN_THE_RUNBOOK = "/var/backups/execora"
BACKUP_ROLE = "execora_backup"
SHOPS = 10
ENTRIES_A_CUSTOMER = 200
_BLOCK = re.compile(r"^```(?:conf|sql|sh) ([a-z-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class DrillFailed(Exception):
    """What was lost did not come back, or a step did not work. The message says which."""


def blocks() -> dict[str, str]:
    """Return the runbook's commands by their names."""
    return dict(_BLOCK.findall(RUNBOOK.read_text()))


@dataclass
class Drill:
    """One drill in `directory`, which belongs to whoever runs PostgreSQL."""

    directory: Path
    entries: int
    took_seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.backups = self.directory / "backups"
        self.restored = self.directory / "restored"
        self.restored_port = free_port()
        self.account = account_for(self.directory / "postgres")
        self.server = EmbeddedPostgres(self.directory, options=self._archiving())
        self._commands = blocks()

    def run(self) -> None:
        """Raises: DrillFailed, RuntimeError."""
        self._make_room()
        with self._step("start, migrate"):
            urls = self.server.start()
            self.environment = self._settings(urls.app_url, urls.owner_url)
            self.manage("migrate", "--verbosity", "0")
        with self._step(f"seed {self.entries:,} entries"):
            for _ in range(SHOPS):
                self._seed_shop(self.entries // SHOPS)
            self._ask("VACUUM ANALYZE")
        with self._step("verify_books"):
            self.manage("verify_books")
        with self._step("base backup"):
            base = self._back_up()
        with self._step("work on: a shop by its commands, one more by SQL"):
            self.manage("seed_demo")
            self._seed_shop(max(self.entries // 20 // ENTRIES_A_CUSTOMER, 1) * ENTRIES_A_CUSTOMER)
        before = self._picture(self.server.superuser_url(DATABASE))
        until = str(self._ask("SELECT clock_timestamp()"))
        with self._step("lose every posting"):
            self._lose()
        with self._step("stop"):
            self._run("stop", PGDATA=self.directory / "postgres", **self._as_superuser())
        with self._step("restore to the moment before"):
            self._run("restore", BASE=base, UNTIL=until, RESTORED=self.restored, RESTORED_PORT=self.restored_port)
        if (after := self._picture(self._restored_url())) != before:
            raise DrillFailed(f"the restored rows are not those of the moment before: {before} became {after}")
        with self._step("verify_books of what was restored"):
            self._check()

    def clean_up(self) -> None:
        """End both servers and remove everything."""
        if (self.restored / "postmaster.pid").exists():
            self._shell(f'pg_ctl stop --pgdata="{self.restored}" --mode=immediate --silent', {})
        self.server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def manage(self, *arguments: str) -> None:
        """Run a management command on the database at work. Raises: DrillFailed."""
        self._finish([sys.executable, str(ROOT / "manage.py"), *arguments], self.environment, cwd=ROOT)

    def _make_room(self) -> None:
        self.backups.mkdir()
        if self.account is not None:
            os.chown(self.directory, self.account.pw_uid, self.account.pw_gid)
            os.chown(self.backups, self.account.pw_uid, self.account.pw_gid)
            open_the_way(self.account, [self.directory, postgres_programs()])

    def _archiving(self) -> dict[str, str]:
        """Return the runbook's settings of the archive, as postgres takes them on its command line."""
        text = blocks()["archive"].replace(IN_THE_RUNBOOK, str(self.backups))
        pairs = (line.split(" = ", 1) for line in text.splitlines())
        return {name: value.strip("'") for name, value in pairs}

    def _settings(self, app_url: str, owner_url: str) -> dict[str, str]:
        names = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
        passwords = ("DEMO_ADMIN_PASSWORD", "DEMO_STAFF_PASSWORD", "DEMO_CUSTOMER_PASSWORD")
        return {
            **plain_environment(),
            **{name: secrets.token_urlsafe(36) for name in (*names, *passwords)},
            "DJANGO_SETTINGS_MODULE": "execora.settings",
            "EXECORA_DEMO": "1",
            "DATA_DIR": str(self.directory / "data"),
            "DATABASE_URL": app_url,
            "MIGRATE_DATABASE_URL": owner_url,
        }

    def _seed_shop(self, entries: int) -> None:
        with psycopg.connect(self.server.superuser_url(DATABASE)) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("SET LOCAL work_mem = '128MB'")
            connection.execute(sql.SQL("SET LOCAL drill.entries = {}").format(sql.Literal(entries)))
            connection.execute(SHOP.read_text())  # type: ignore[arg-type]  # our own text

    def _back_up(self) -> Path:
        password = secrets.token_urlsafe(24)
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(self._commands["backup-role"])  # type: ignore[arg-type]  # our own text
            role = sql.Identifier(BACKUP_ROLE)
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        self._run("backup", **self._as_superuser() | {"PGUSER": BACKUP_ROLE, "PGPASSWORD": password})
        return next(self.backups.glob("base-*"))

    def _lose(self) -> None:
        """As somebody would who can: no trigger and no right stands in a superuser's way. Raises: DrillFailed."""
        with psycopg.connect(self.server.superuser_url(DATABASE)) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("DELETE FROM ledger_posting")
        try:
            self.manage("verify_books")
        except DrillFailed:
            return
        raise DrillFailed("verify_books found nothing wrong with books that had lost their postings")

    def _check(self) -> None:
        """Run verify_books as the runbook says, on the restored database."""
        owner = self.environment["MIGRATE_DATABASE_URL"]
        port = psycopg.conninfo.conninfo_to_dict(owner)["port"]
        restored = owner.replace(f":{port}/", f":{self.restored_port}/")
        command = self._commands["check"].replace("python ", f"{sys.executable} ", 1)
        self._finish(["bash", "-euc", command], {**self.environment, "MIGRATE_DATABASE_URL": restored}, cwd=ROOT)

    def _picture(self, url: str) -> dict[str, tuple[object, ...]]:
        """Return how many rows each table of ours has, and a sum over all that stands in them."""
        with psycopg.connect(url, autocommit=True) as connection:
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            ).fetchall()
            question = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} t"
            statements = {str(name): sql.SQL(question).format(sql.Identifier(str(name))) for (name,) in names}
            return {name: connection.execute(text).fetchone() or () for name, text in statements.items()}

    def _restored_url(self) -> str:
        at = psycopg.conninfo.conninfo_to_dict(self.server.superuser_url(DATABASE))
        return psycopg.conninfo.make_conninfo(**{**at, "port": self.restored_port})  # type: ignore[arg-type]

    def _as_superuser(self) -> dict[str, object]:
        at = psycopg.conninfo.conninfo_to_dict(self.server.superuser_url())
        return {"PGHOST": at["host"], "PGPORT": at["port"], "PGUSER": SUPERUSER, "PGPASSWORD": at["password"]}

    def _ask(self, question: str) -> object:
        with psycopg.connect(self.server.superuser_url(DATABASE), autocommit=True) as connection:
            cursor = connection.execute(question)  # type: ignore[arg-type]  # our own text
            return (cursor.fetchone() or ("",))[0] if cursor.description else None

    def _run(self, name: str, **variables: object) -> None:
        """Run the runbook's commands `name`, with these variables. Raises: DrillFailed."""
        self._shell(self._commands[name], {key: str(value) for key, value in variables.items()})

    def _shell(self, script: str, variables: Mapping[str, str]) -> None:
        environment = {**plain_environment(), "BACKUPS": str(self.backups), **variables}
        environment["PATH"] = f"{postgres_programs()}:{environment['PATH']}"
        self._finish(["bash", "-euo", "pipefail", "-c", script], environment, cwd=self.directory, account=self.account)

    def _finish(
        self, command: list[str], environment: Mapping[str, str], *, cwd: Path, account: pwd.struct_passwd | None = None
    ) -> None:
        with tempfile.TemporaryFile() as output:  # a server that is started keeps it open: a pipe would never end
            done = subprocess.run(
                command,
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done.returncode != 0:
            raise DrillFailed(f"{' '.join(command)[:300]} failed:\n{said[-3000:]}")

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.took_seconds[name] = time.monotonic() - began
        print(f"{self.took_seconds[name]:8.1f} s  {name}", flush=True)


def drill(entries: int, within: Path | None = None) -> Drill:
    """Do the drill in a new directory inside `within`, and leave nothing there. Raises: DrillFailed."""
    done = Drill(Path(tempfile.mkdtemp(prefix="execora-drill-", dir=within)), entries)
    try:
        done.run()
    finally:
        done.clean_up()
    return done


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000, help="a multiple of 2,000 (default: %(default)s)")
    parser.add_argument("--within", type=Path, help="where to work; needs 5 GB for a million (default: TMPDIR)")
    options = parser.parse_args(arguments)
    if options.entries < 1 or options.entries % (SHOPS * ENTRIES_A_CUSTOMER):
        parser.error("--entries: give a multiple of 2,000")
    try:
        drill(options.entries, options.within)
    except DrillFailed as failed:
        print(f"The drill failed: {failed}", file=sys.stderr)
        return 1
    print("Every row of the moment before is back, and the books are clean.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
