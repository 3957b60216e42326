"""The base of every REST view: one renderer, one parser, one authenticator, no negotiation; commands with their key."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from execora.api.authentication import actor_of
from execora.api.wire import WireSerializer
from execora.core.actor import Actor
from execora.core.commands import Command, Once, fingerprint_of
from execora.core.errors import BadInput
from execora.core.permissions import Permission

R = TypeVar("R")
_KEY = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


class OnlyJson(BaseContentNegotiation):
    """Answer JSON whatever is asked for: errors and answers have one form."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        content_type = request.content_type.partition(";")[0].strip().lower()
        return parsers[0] if content_type in ("application/json", "") else None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class WireViewSet(ViewSet):
    """A resource of the wire. `permissions` names what each action needs; an action without an entry is refused."""

    content_negotiation_class = OnlyJson
    permissions: ClassVar[Mapping[str, Permission]] = {}
    is_public: ClassVar[bool] = False
    http_method_names = ["get", "head", "post", "patch", "delete"]  # noqa: RUF012  as Django declares it

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def body(self, serializer: type[WireSerializer]) -> dict[str, Any]:
        """Return the body's fields, checked."""
        return self._checked(serializer, self.request.data)

    def query(self, serializer: type[WireSerializer]) -> dict[str, Any]:
        """Return the query parameters, checked; one given twice is refused."""
        values = {}
        for name in self.request.query_params:
            given = self.request.query_params.getlist(name)
            if len(given) > 1:
                raise BadInput(f"Give {name[:40]} once.", fields={name[:40]: ["Given more than once."]})
            values[name] = given[0]
        values.pop("correlation_id", None)
        return self._checked(serializer, values)

    @staticmethod
    def _checked(serializer: type[WireSerializer], data: Any) -> dict[str, Any]:
        checked = serializer(data=data)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def run(
        self, command: Command[..., R], present: Callable[[R], dict[str, Any]], *, status: int = 201, **arguments: Any
    ) -> Response:
        """Carry out `command` for this request's actor, once under its Idempotency-Key, and answer what it did."""
        answer = command.once(self.actor, self._once(command.name), present, **arguments)
        headers = {"Idempotent-Replay": "true"} if answer.is_replay else None
        return Response(answer.body, status=status, headers=headers)

    def _once(self, command_name: str) -> Once | None:
        key = self.request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return None
        if not _KEY.fullmatch(key):
            raise BadInput(
                "Idempotency-Key takes 8 to 64 letters, digits, dots, underscores and hyphens.",
                fields={"Idempotency-Key": ["Not in the expected form."]},
            )
        return Once(key, fingerprint_of(f"{command_name} {self.request.path}", {"body": self.request.data}))
