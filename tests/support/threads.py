"""Threads of tests, each on a connection of its own."""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection

from execora.core.door import acted_in, acting_in

P = ParamSpec("P")
R = TypeVar("R")


def on_own_connection(function: Callable[P, R]) -> Callable[P, R]:
    """Let `function` run in other threads, in the business that is acted in here; each call's connection ends with it."""
    business_id = acted_in()
    assert business_id is not None

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with acting_in(business_id):
                return function(*args, **kwargs)
        finally:
            connection.close()

    return run


def in_thread(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Let an asynchronous test call `function`, in the business that it acts in."""
    return sync_to_async(on_own_connection(function))
