"""A really started server of two processes, a worker and Redis, with the two shops of `manage.py fixture`."""

import os
from collections.abc import Iterator

import pytest

from tests.support.live_server import LiveServer

# What these tests send together in an hour is more than one person would; limits have tests of their own.
ROOMY = {"LIMIT_LOGIN": "1000/m", "LIMIT_BURST": "10000/s", "LIMIT_DEFAULT": "100000/h", "LIMIT_SOCKET": "1000/d"}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(
        f"execora_blackbox_{os.getpid()}", workers=2, redis=True, data="fixture", environment=ROOMY
    ) as started:
        yield started
