from collections.abc import Iterator

import pytest

from tests.ops.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "output.log")
    yield running
    running.stop()
