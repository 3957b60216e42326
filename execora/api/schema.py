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
    "503": "Busy: try again",
}
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
    """Add the error body to the components and to every operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                for status, description in STATUSES.items():
                    path[method]["responses"].setdefault(status, {"description": description, "content": content})
    return result
