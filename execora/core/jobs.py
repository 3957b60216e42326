"""Jobs: enqueued in the transaction of their cause, run by the worker, correlated with what caused them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import procrastinate

from execora.ops.correlation import bind_correlation_id, current_correlation_id


def on_app_ready(app: procrastinate.App) -> None:
    """Leave procrastinate's application as it is; tasks register themselves in each room's jobs.py."""


def enqueue(task: Any, *, at: datetime | None = None, **arguments: Any) -> None:
    """Put `task` in the queue, to be run at `at` or at once, if and only if the current transaction commits."""
    configured = task.configure(schedule_at=at) if at is not None else task
    configured.defer(correlation_id=current_correlation_id(), **arguments)


def correlated(function: Callable[..., None]) -> Callable[..., None]:
    """Bind the correlation id of the job's cause while the job runs."""

    def run(*, correlation_id: str, **arguments: Any) -> None:
        with bind_correlation_id(correlation_id):
            function(**arguments)

    run.__name__, run.__doc__, run.__module__ = function.__name__, function.__doc__, function.__module__
    return run
