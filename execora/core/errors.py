"""What a command refuses, as facts. The edges turn them into the error body of the wire or into a spoken sentence."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal that a person can act on.

    `code` is the stable upper-case word of the wire, `status` the HTTP status, `fields` maps a field (camelCase, as on the
    wire) to its faults, `facts` are values from the database for a spoken or written sentence (names, quantities, choices).
    `retry_after_seconds` says when to try again, if that is known.
    """

    status = 422
    code = "REFUSED"
    message = "This cannot be done."
    retry_after_seconds: int | None = None

    def __init__(
        self,
        message: str = "",
        *,
        fields: Mapping[str, list[str]] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.fields = dict(fields or {})
        self.facts = dict(facts or {})
        super().__init__(self.message)


class BadInput(DomainError):
    status = 400
    code = "INVALID_INPUT"
    message = "The request is not in the expected form."


class Unauthenticated(DomainError):
    status = 401
    code = "UNAUTHENTICATED"
    message = "Log in and send the token as `Authorization: Bearer <token>`."


class NotPermitted(DomainError):
    status = 403
    code = "NOT_PERMITTED"
    message = "Your role may not do this. Ask an admin of the shop."


class NotFound(DomainError):
    status = 404
    code = "NOT_FOUND"
    message = "There is no such thing here. Check the address."


class Conflict(DomainError):
    status = 409
    code = "CONFLICT"
    message = "The state has changed. Read it again and retry."


class IdempotencyKeyReused(DomainError):
    status = 422
    code = "IDEMPOTENCY_KEY_REUSED"
    message = "This Idempotency-Key was used with another body. Use a new key for a new request."


class DatabaseUnavailable(DomainError):
    status = 503
    code = "DATABASE_UNAVAILABLE"
    message = (
        "The database did not answer, and it is not known whether this was written. Send it again under the same "
        "Idempotency-Key: it is then done once."
    )


class Busy(DomainError):
    status = 503
    code = "BUSY"
    message = "The shop's books are busy. Try again in a moment; nothing was written."


class LimitsUnavailable(DomainError):
    """What must be counted cannot be counted: refused, since nobody knows how often it was tried."""

    status = 503
    code = "LIMITS_UNAVAILABLE"
    message = "This cannot be checked at the moment. Nothing was done; try again in a few seconds."
    retry_after_seconds = 2
