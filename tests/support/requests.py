"""Asking a server on loopback, plainly."""

import http.client


def get(port: int, target: str) -> tuple[int, bytes]:
    """Return status and body; status 0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()
