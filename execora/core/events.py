"""What happened in the business, told to the sockets of those it concerns once it is committed.

A comfort, not a record: an event that cannot be delivered is lost, and nothing depends on it.
"""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from execora.core.actor import Actor
from execora.ops import metrics

log = structlog.get_logger(__name__)

DELIVERY_SECONDS = 2.0
_loop: asyncio.AbstractEventLoop | None = None


def staff_group(business_id: UUID) -> str:
    return f"staff.{business_id}"


def customer_group(customer_id: UUID) -> str:
    return f"customer.{customer_id}"


def deliver_on(loop: asyncio.AbstractEventLoop) -> None:
    """Name the event loop of this server, which holds its sockets: requests then wait for no delivery."""
    global _loop
    _loop = loop


def announce(actor: Actor, name: str, data: dict[str, Any], *, customer_id: UUID | None = None) -> None:
    """Tell the staff of the actor's business, and the customer if any, after the transaction commits.

    `name` is in the past tense ("invoice.created"); `data` is JSON in the wire's spelling.
    """
    groups = [staff_group(actor.business_id)]
    if customer_id is not None:
        groups.append(customer_group(customer_id))
    message = {"type": "business.event", "name": name, "data": data}
    # Committed is committed: robust. Not a partial, which has no name for Django to log when it fails.
    transaction.on_commit(lambda: _send(groups, message), robust=True)


def _send(groups: list[str], message: dict[str, Any]) -> None:
    if _loop is not None and _loop.is_running():
        asyncio.run_coroutine_threadsafe(_deliver(groups, message), _loop)
    elif settings.REDIS_URL:
        async_to_sync(_deliver)(groups, message)


async def _deliver(groups: list[str], message: dict[str, Any]) -> None:
    try:
        layer = get_channel_layer()
        # A Redis that hangs must not gather all that is told meanwhile, nor hold up a job.
        async with asyncio.timeout(DELIVERY_SECONDS):
            for group in groups:
                await layer.group_send(group, message)
    except Exception as fault:
        metrics.count_error("events", type(fault).__name__)
        log.warning("event_lost", kind=message["name"], error_type=type(fault).__name__)
