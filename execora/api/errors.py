"""Errors as the wire spells them: one body for refusals of commands, of the framework and of the database."""

import re
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from execora.api.limited import counted_by_address, tell
from execora.core.errors import DatabaseUnavailable, DomainError
from execora.ops.correlation import current_correlation_id

log = structlog.get_logger(__name__)

CODES = {
    400: "INVALID_INPUT",
    401: "UNAUTHENTICATED",
    403: "NOT_PERMITTED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    503: "BUSY",
}
INTERNAL_MESSAGE = "Something failed on our side. If it stays when you try again, report the correlation id."


def error_body(
    status: int, message: str, *, code: str = "", fields: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    """Return the error body of the wire."""
    body: dict[str, Any] = {
        "statusCode": status,
        "error": HTTPStatus(status).phrase,
        "message": message,
        "code": code or CODES.get(status, "REFUSED"),
        "correlationId": current_correlation_id(),
    }
    if fields:
        body["fields"] = fields
    return body


def answer_error(fault: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. An unknown exception is logged and answered 500 without its text."""
    if isinstance(fault, OperationalError | InterfaceError):
        log.error("database_unavailable", exc_info=fault)
        fault = DatabaseUnavailable()
    if isinstance(fault, DomainError):
        body = error_body(fault.status, fault.message, code=fault.code, fields=fault.fields)
        return _response(body, fault.retry_after_seconds)
    if isinstance(fault, Http404):
        fault = exceptions.NotFound()
    elif isinstance(fault, PermissionDenied):
        fault = exceptions.PermissionDenied()
    if isinstance(fault, exceptions.ValidationError):
        fields = flat_faults(fault.detail)
        first = next(iter(fields.items()), ("", ["The request is not in the expected form."]))
        message = f"{first[0]}: {first[1][0]}" if first[0] else first[1][0]
        return _response(error_body(400, message, fields=fields))
    if isinstance(fault, exceptions.APIException):
        response = _response(error_body(fault.status_code, str(fault.detail)))
        if isinstance(fault, exceptions.MethodNotAllowed):
            response["Allow"] = ", ".join(context["view"].allowed_methods)
        return response
    log.error("request_failed", exc_info=fault)
    return _response(error_body(500, INTERNAL_MESSAGE))


def _response(body: dict[str, Any], retry_after_seconds: int | None = None) -> Response:
    response = Response(body, status=body["statusCode"])
    if body["statusCode"] == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if retry_after_seconds is not None:
        response["Retry-After"] = str(retry_after_seconds)
    elif body["statusCode"] == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "1"
    return response


def flat_faults(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return nested faults as one level: {"items.0.quantity": ["..."]}."""
    if isinstance(detail, list) and all(isinstance(fault, str) for fault in detail):
        return {re.sub(r"\.?non_field_errors$", "", prefix): [str(fault) for fault in detail]}
    pairs = enumerate(detail) if isinstance(detail, list) else detail.items()
    faults: dict[str, list[str]] = {}
    for key, inner in pairs:
        if inner:
            faults.update(flat_faults(inner, f"{prefix}.{key}" if prefix else str(key)))
    return faults


def plain_error(status: int, message: str) -> HttpResponse:
    return JsonResponse(error_body(status, message), status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: an address that no route has. Below /api it counts as a request like any other."""
    if not request.path_info.startswith("/api/"):
        return _no_such_address()
    taken, refused = counted_by_address(request)
    if refused is None:
        response = _no_such_address()
    else:
        response = plain_error(429, refused.message)
        response["Retry-After"] = str(refused.retry_after_seconds)
    tell(response, taken)
    return response


def _no_such_address() -> HttpResponse:
    return plain_error(404, "There is no such address here. The routes are listed at /api/docs.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_error(400, "The request is malformed.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_error(403, "This is not allowed.")


def server_error(request: HttpRequest) -> HttpResponse:
    return plain_error(500, INTERNAL_MESSAGE)
