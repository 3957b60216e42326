"""Bodies as Meta sends them, and their signatures."""

import json
from typing import Any

from django.conf import settings
from django.test import Client

from webhooks.signature import signature_of

ADDRESS = "/api/v1/webhook/whatsapp"
NUMBER_ID = "106540352242922"


def status(wamid: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": wamid, "status": name, "timestamp": "1795500000", "recipient_id": "919820000001", **more}


def change(*statuses: dict[str, Any], number_id: str = NUMBER_ID) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number_id}, "statuses": list(statuses)}
    return {"field": "messages", "value": value}


def body_of(*changes: dict[str, Any]) -> bytes:
    """Return one entry with these changes; non-ASCII is escaped, as Meta does."""
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": list(changes)}]}
    ).encode()


def deliver(body: bytes, signature: str | None = None) -> Any:
    """Post a body, signed rightly unless told otherwise."""
    signed = signature_of(body, app_secret=settings.WHATSAPP_APP_SECRET) if signature is None else signature
    headers = {"X-Hub-Signature-256": signed} if signed else {}
    return Client().post(ADDRESS, body, content_type="application/json", headers=headers)
