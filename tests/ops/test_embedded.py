"""The embedded PostgreSQL and Redis: only for whom they are meant, never two at once, gone with their process."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis
from psycopg import errors

from execora.ops.cluster import PASSWORDS_FILE, open_the_way, works_in
from execora.ops.embedded import EmbeddedPostgres, EmbeddedRedis, EmbeddedServerError, Urls, free_port

FAST = {"fsync": "off"}


def _passable(directory: Path) -> Path:
    directory.chmod(0o711)
    return directory


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with TemporaryDirectory(prefix="execora-") as directory:
        yield _passable(Path(directory))


@pytest.fixture(scope="module")
def made(data_dir: Path) -> Urls:
    """A data directory in which a server has been started and stopped."""
    with EmbeddedPostgres(data_dir, options=FAST) as server:
        urls = Urls(server.url("execora_owner", "execora"), server.url("execora_app", "execora"))
        with psycopg.connect(urls.owner_url, autocommit=True) as owner:
            owner.execute("CREATE TABLE kept (id serial PRIMARY KEY, word text)")
            owner.execute("INSERT INTO kept (word) VALUES ('one')")
    return urls


@pytest.fixture
def server(data_dir: Path, made: Urls) -> Iterator[EmbeddedPostgres]:
    running = EmbeddedPostgres(data_dir, options=FAST)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def app(server: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url("execora_app", "execora"), autocommit=True) as connection:
        yield connection


def test_a_second_start_keeps_data_and_passwords(made: Urls, server: EmbeddedPostgres, app: psycopg.Connection) -> None:
    assert app.execute("SELECT word FROM kept").fetchall() == [("one",)]
    password = psycopg.conninfo.conninfo_to_dict(made.app_url)["password"]
    assert psycopg.conninfo.conninfo_to_dict(server.url("execora_app", "execora"))["password"] == password


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "ALTER TABLE kept ADD COLUMN more int",
        "DROP TABLE kept",
        "TRUNCATE kept",
        "CREATE ROLE other",
        "CREATE SCHEMA other",
        "SET ROLE execora_owner",
    ],
)
def test_the_application_role_defines_nothing(app: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)
    assert app.execute("SELECT count(*) FROM kept").fetchone() == (1,)


def test_the_application_role_reads_and_writes_rows(app: psycopg.Connection) -> None:
    with app.transaction(force_rollback=True):
        app.execute("INSERT INTO kept (word) VALUES ('two')")
        app.execute("UPDATE kept SET word = 'deux' WHERE word = 'two'")
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute("DELETE FROM kept")


def test_the_application_role_plans_once(app: psycopg.Connection) -> None:
    assert app.execute("SHOW plan_cache_mode").fetchone() == ("force_generic_plan",)
    assert app.execute("SHOW jit").fetchone() == ("off",)


def test_names_in_devanagari_can_be_searched(app: psycopg.Connection) -> None:
    assert app.execute("SELECT similarity('राहुल शर्मा', 'राहुल शर्मा')").fetchone() == (1.0,)
    assert app.execute("SELECT similarity('राहुल', 'सुरेश')").fetchone() == (0.0,)


@pytest.mark.parametrize("role", ["postgres", "execora_owner", "execora_app"])
def test_nobody_enters_without_the_password(server: EmbeddedPostgres, role: str) -> None:
    address = psycopg.conninfo.conninfo_to_dict(server.url(role, "postgres"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=address["host"], port=address["port"], user=role, dbname="postgres", password="guess")


def test_its_files_are_private(data_dir: Path, server: EmbeddedPostgres) -> None:
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "postgres" / PASSWORDS_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((data_dir / "logs").stat().st_mode) == 0o700


def test_a_data_directory_in_use_is_refused(data_dir: Path, server: EmbeddedPostgres, app: psycopg.Connection) -> None:
    with pytest.raises(EmbeddedServerError, match=f"in use by another process .number {os.getpid()}"):
        EmbeddedPostgres(data_dir).start()
    assert app.execute("SELECT 1").fetchone() == (1,)


def test_the_number_of_a_stranger_in_a_stale_pid_file_is_let_alone(data_dir: Path, made: Urls) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (data_dir / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{data_dir}/postgres\n1\n5432\n\n\n")
        with EmbeddedPostgres(data_dir, options=FAST) as server:
            assert server.running
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("victims", ["starter", "starter and server"])
def test_it_ends_with_a_killed_process_and_starts_again(data_dir: Path, made: Urls, victims: str) -> None:
    program = (
        "import sys; from pathlib import Path; from execora.ops.embedded import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1]), options={'fsync': 'off'}).start(); print('started', flush=True); input()"
    )
    command = [sys.executable, "-c", program, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().split("\n")[0])
        assert works_in(postmaster, data_dir / "postgres")
        starter.kill()
        if victims == "starter and server":
            os.kill(postmaster, signal.SIGKILL)
    _eventually(lambda: not works_in(postmaster, data_dir / "postgres"))
    with (
        EmbeddedPostgres(data_dir, options=FAST) as server,
        psycopg.connect(server.url("execora_app", "execora")) as app,
    ):
        assert app.execute("SELECT word FROM kept").fetchall() == [("one",)]


def test_an_interrupted_making_is_made_anew(tmp_path: Path) -> None:
    half = _passable(tmp_path) / "postgres.making"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(tmp_path, options=FAST) as server:
        assert server.running
    assert not half.exists()


def test_a_foreign_directory_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    foreign = _passable(tmp_path) / "postgres"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("precious")
    with pytest.raises(EmbeddedServerError, match="not a complete database.*it was left as it is"):
        EmbeddedPostgres(tmp_path).start()
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]


def test_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    cluster = _passable(tmp_path) / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("15\n")
    (cluster / PASSWORDS_FILE).write_text("{}")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 15, and this is PostgreSQL 18.*pg_dump"):
        EmbeddedPostgres(tmp_path).start()


def test_a_path_longer_than_a_socket_name_serves(tmp_path: Path) -> None:
    deep = _passable(tmp_path) / ("d" * 120)
    deep.mkdir(mode=0o711)
    with EmbeddedPostgres(deep, options=FAST) as server:
        assert server.running


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_root_opens_the_way_for_passing_only(tmp_path: Path) -> None:
    import pwd

    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "inner").mkdir(mode=0o750)
    changed = open_the_way(pwd.getpwnam("nobody"), [closed / "inner"])
    assert {closed, closed / "inner"} <= set(changed)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert stat.S_IMODE((closed / "inner").stat().st_mode) == 0o751
    assert open_the_way(pwd.getpwnam("nobody"), [closed / "inner"]) == []


def test_redis_wants_its_password_and_keeps_nothing(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    url = server.start()
    with (
        redis.Redis.from_url(url) as client,
        redis.Redis(port=client.connection_pool.connection_kwargs["port"]) as other,
    ):
        client.set("a", 1)
        assert client.get("a") == b"1"
        with pytest.raises(redis.AuthenticationError):
            other.get("a")
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("a")
    assert not list(tmp_path.glob("*.rdb"))


def test_a_free_port_can_be_listened_on() -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


def _eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
