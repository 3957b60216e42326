"""What happened in the business, told to the sockets of those it concerns once it is committed.

A comfort, not a record: an event that cannot be delivered is lost, and nothing depends on it.
"""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from execora.core.actor import Actor

log = structlog.get_logger(__name__)
_loop: asyncio.AbstractEventLoop | None = None


def staff_group(business_id: UUID) -> str:
    return f"staff.{business_id}"


def customer_group(customer_id: UUID) -> str:
    return f"customer.{customer_id}"


def deliver_on(loop: asyncio.AbstractEventLoop) -> None:
    """Name the event loop that holds this process's sockets."""
    global _loop
    _loop = loop


def announce(actor: Actor, name: str, data: dict[str, Any], *, customer_id: UUID | None = None) -> None:
    """Tell the staff of the actor's business, and the customer if any, after the transaction commits.

    `name` is in the past tense ("invoice.created"); `data` is JSON in the wire's spelling.
    """
    groups = [staff_group(actor.business_id)]
    if customer_id is not None:
        groups.append(customer_group(customer_id))
    transaction.on_commit(partial(_send, groups, {"type": "business.event", "name": name, "data": data}), robust=True)


def _send(groups: list[str], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return

    async def deliver() -> None:
        for group in groups:
            await layer.group_send(group, message)

    if _loop is not None and _loop.is_running():
        asyncio.run_coroutine_threadsafe(deliver(), _loop)
    elif settings.REDIS_URL:
        async_to_sync(deliver)()
