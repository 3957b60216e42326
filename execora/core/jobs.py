"""Jobs: enqueued in the transaction of their cause, run by the worker, correlated with what caused them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
import structlog
from django.db import close_old_connections, connection
from procrastinate.exceptions import JobAborted

from execora.core.door import acting_in
from execora.ops.correlation import bind_correlation_id, current_correlation_id
from execora.ops.metrics import count_error

log = structlog.get_logger(__name__)


def on_app_ready(app: procrastinate.App) -> None:
    """Leave procrastinate's application as it is; tasks register themselves in each room's jobs.py."""


def enqueue(task: Any, *, at: datetime | None = None, **arguments: Any) -> None:
    """Put `task` in the queue, to be run at `at` or at once, if and only if the current transaction commits."""
    configured = task.configure(schedule_at=at) if at is not None else task
    configured.defer(correlation_id=current_correlation_id(), **arguments)


def renew_connection() -> None:
    """Give up a connection that broke since this worker's last job; a job called inside a transaction keeps the caller's."""
    if not connection.in_atomic_block:
        close_old_connections()


def correlated(function: Callable[..., None]) -> Callable[..., None]:
    """Bind the correlation id of the job's cause while the job runs, on a connection that works. A failure is logged with
    it, each time: procrastinate tells only of the last attempt, and without it."""

    def run(*, correlation_id: str, **arguments: Any) -> None:
        with bind_correlation_id(correlation_id):
            renew_connection()
            try:
                function(**arguments)
            except Exception as fault:
                log.error("job_failed", job=function.__name__, exc_info=fault)
                count_error("jobs", type(fault).__name__)
                raise

    return _named_like(function, run)


def in_its_business(function: Callable[..., None]) -> Callable[..., None]:
    """Act in the business that the job was enqueued for (`business_id`) while it runs, and see nothing of any other.

    Raises:
        JobAborted: it names none, as those of versions before did not. It ends for good; what is still due, a sweep
            enqueues again.
    """

    def run(*, business_id: str | None = None, **arguments: Any) -> None:
        if business_id is None:
            raise JobAborted("The job names no business.")
        with acting_in(UUID(business_id)):
            function(**arguments)

    return _named_like(function, run)


def _named_like(function: Callable[..., None], run: Callable[..., None]) -> Callable[..., None]:
    run.__name__, run.__doc__, run.__module__ = function.__name__, function.__doc__, function.__module__
    return run
