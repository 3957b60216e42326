"""OpenAPI: what every operation may answer besides its own shape."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

ERROR = {
    "type": "object",
    "required": ["statusCode", "error", "message", "code", "correlationId"],
    "properties": {
        "statusCode": {"type": "integer"},
        "error": {"type": "string", "description": "The HTTP phrase"},
        "message": {"type": "string", "description": "For a person: what is wrong and what to do"},
        "code": {"type": "string", "description": "A stable upper-case word"},
        "correlationId": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}
STATUSES = {
    "400": "Malformed",
    "401": "Not logged in",
    "403": "Not for this role",
    "404": "Absent, or not yours",
    "405": "Not a method of this address",
    "409": "The state does not allow it",
    "413": "The body is too large",
    "415": "Not JSON",
    "422": "A rule forbids it",
    "429": "Too many requests: try again after Retry-After seconds",
    "503": "Busy: try again",
}
_COUNT = {"schema": {"type": "integer", "minimum": 0}}
LIMIT_HEADERS = {
    "RateLimit-Limit": {"description": "Requests that the limit nearest to refusing allows", **_COUNT},
    "RateLimit-Remaining": {"description": "How many of them are left", **_COUNT},
    "RateLimit-Reset": {"description": "Seconds until all of them are there again", **_COUNT},
    "RateLimit-Policy": {"description": "The limits that counted this request", "schema": {"type": "string"}},
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", **_COUNT}}
METHODS = ("get", "post", "patch", "put", "delete")


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by being defined
    target_class = "execora.api.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class WireSchema(AutoSchema):
    """drf-spectacular's description, with an Idempotency-Key on every POST."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A list is answered as an object, {"customers": [...], "next": ...}, which each view describes itself."""
        return False

    def get_operation_id(self) -> str:
        """Name an operation by its route, so that the list and the one object of it are two."""
        name: str = super().get_operation_id()
        return name.replace("_retrieve", "_list") if self.method == "GET" and "{" not in self.path else name

    def get_override_parameters(self) -> list[Any]:
        from drf_spectacular.utils import OpenApiParameter

        if self.method != "POST":
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
                OpenApiParameter.HEADER,
                description="The same key with the same body answers the first answer again",
            )
        ]


def add_error_answers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to every operation the error body and the headers of the limits."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                for status, description in STATUSES.items():
                    path[method]["responses"].setdefault(status, {"description": description, "content": content})
                _add_headers(path[method]["responses"])
    return result


def _add_headers(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        waiting = RETRY_AFTER if status in ("429", "503") else {}
        response["headers"] = {**response.get("headers", {}), **LIMIT_HEADERS, **waiting}
