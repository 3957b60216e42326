"""A really started server of two processes, a worker and Redis, with the two shops of `manage.py fixture`."""

import os
from collections.abc import Iterator

import pytest

from tests.support.live_server import LiveServer

# What these tests send together in an hour is more than one person would; limits have tests of their own.
ROOMY = {
    **{f"LIMIT_{name}": "100000/h" for name in ("LOGIN", "DEFAULT", "WS_TICKET")},
    **{f"LIMIT_CODE_{name}": "100000/h" for name in ("PHONE", "ADDRESS", "GLOBAL")},
    "LIMIT_BURST": "10000/s",
    "LIMIT_SOCKET": "1000/d",
}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(
        f"execora_blackbox_{os.getpid()}", workers=2, redis=True, data="fixture", environment=ROOMY
    ) as started:
        yield started
