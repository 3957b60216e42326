"""What is told of each request: one log line and its metrics, from one place."""

import structlog

from execora.ops import metrics

log = structlog.get_logger("execora.request")


def record_request(method: str, route: str, status_code: int, seconds: float) -> None:
    """Write the request line and observe the request. `route` is a pattern, never the address that was asked for."""
    method = method if method in metrics.METHODS else "OTHER"
    metrics.observe_request(method, route, status_code, seconds)
    log.info("request", method=method, route=route, status_code=status_code, duration_ms=round(seconds * 1000, 2))
