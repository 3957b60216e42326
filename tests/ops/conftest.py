from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.ops.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "output.log")
    yield running
    running.stop()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A directory of its own below /tmp. pytest's own lies in one that each new session closes to other users, and
    PostgreSQL, which will not run as root, is another user."""
    with TemporaryDirectory(prefix="execora-") as directory:
        yield Path(directory)
