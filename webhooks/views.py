"""The door for Meta: proves, stores, answers at once. What a body means is found out by a job."""

import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from execora.api.errors import plain_error
from execora.core.jobs import enqueue
from execora.ops.correlation import current_correlation_id
from webhooks.jobs import process_event
from webhooks.models import RawEvent
from webhooks.signature import is_signed

SOURCE = "whatsapp"


@csrf_exempt
def whatsapp(request: HttpRequest) -> HttpResponse:
    """Answer Meta's challenge (GET) and take its events (POST)."""
    if request.method == "GET":
        return _challenge(request)
    if request.method == "POST":
        return _take(request)
    refusal = plain_error(405, "Use GET for the challenge and POST for events.")
    refusal["Allow"] = "GET, POST"
    return refusal


def _challenge(request: HttpRequest) -> HttpResponse:
    """Source: Meta, Webhooks, Verification requests."""
    token = request.GET.get("hub.verify_token", "").encode()
    expected = settings.WHATSAPP_VERIFY_TOKEN.encode()
    matches = bool(expected) and hmac.compare_digest(token, expected)
    if request.GET.get("hub.mode") != "subscribe" or not matches or "hub.challenge" not in request.GET:
        return plain_error(403, "The verify token is wrong. Enter the one that this server was given.")
    return HttpResponse(request.GET["hub.challenge"], content_type="text/plain; charset=utf-8")


def _take(request: HttpRequest) -> HttpResponse:
    body = request.body
    if not is_signed(body, request.META.get("HTTP_X_HUB_SIGNATURE_256"), app_secret=settings.WHATSAPP_APP_SECRET):
        return plain_error(403, "The signature is missing or wrong. Sign the body with the app secret.")
    _store_once(body)
    return JsonResponse({"status": "ok"})


def _store_once(body: bytes) -> None:
    """Keep the bytes and the job that reads them, together; a delivery that came before changes nothing."""
    with transaction.atomic():
        event, is_new = RawEvent.objects.get_or_create(
            source=SOURCE,
            digest=hashlib.sha256(body).hexdigest(),
            defaults={
                "body": body,
                "received_at": timezone.now(),
                "correlation_id": current_correlation_id(),
            },
        )
        if is_new:
            enqueue(process_event, event_id=str(event.pk))
