"""What the bridge refuses before any view counts as a request below /api/v1, where a client may try as often as it likes."""

import pytest

from tests.ops.server import Server

TOO_MUCH = b" " * (1024 * 1024 + 1)


def left(server: Server, target: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, int | None]:
    status, headers, _ = server.get(target, method=method, body=body)
    return status, int(headers["ratelimit-remaining"]) if "ratelimit-remaining" in headers else None


@pytest.mark.parametrize(
    ("status", "target", "method", "body"),
    [
        (413, "/api/v1/customers", "POST", TOO_MUCH),
        (400, "/api/v1/customers?q=%zz", "GET", None),
        (400, "/api/v1/customers/%00", "GET", None),
    ],
)
def test_below_the_api(server: Server, status: int, target: str, method: str, body: bytes | None) -> None:
    answers = [left(server, target, method=method, body=body) for _ in range(3)]
    assert [answer[0] for answer in answers] == [status] * 3
    first = answers[0][1]
    assert first is not None
    assert [answer[1] for answer in answers] == [first, first - 1, first - 2]


@pytest.mark.parametrize(
    ("status", "target", "method", "body"),
    [
        (413, "/echo", "POST", TOO_MUCH),
        (400, "/plain?q=%zz", "GET", None),
        (413, "/api/v1/webhook/whatsapp", "POST", TOO_MUCH * 4),
        (400, "/api/v1/webhook/whatsapp?q=%zz", "GET", None),
    ],
)
def test_not_elsewhere_nor_what_meta_sends(
    server: Server, status: int, target: str, method: str, body: bytes | None
) -> None:
    assert left(server, target, method=method, body=body) == (status, None)
