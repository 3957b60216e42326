"""The base of every REST view: one renderer, one parser, one authenticator, no negotiation; commands with their key."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from execora.api.authentication import actor_of
from execora.api.limited import Limited
from execora.api.wire import WireSerializer
from execora.core.actor import Actor
from execora.core.commands import Answer, Command, Once, earlier_answer, fingerprint_of
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


class WireViewSet(Limited, ViewSet):
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

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, count, check the permission; then answer a key that was used before from what was answered then,
        whatever has become of the rows that the request names. Only what is new uses up the action's own limit."""
        super().initial(request, *args, **kwargs)
        self._once = self._once_of(request)
        if self._once is not None:
            earlier = earlier_answer(self.actor, self._once)
            if earlier is not None:
                raise _Replayed(earlier)
        self.count_action()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replayed):
            return exc.response()
        return super().handle_exception(exc)

    def run(
        self, command: Command[..., R], present: Callable[[R], dict[str, Any]], *, status: int = 201, **arguments: Any
    ) -> Response:
        """Carry out `command` for this request's actor, once under its Idempotency-Key, and answer what it did."""

        def kept(result: R) -> dict[str, Any]:
            return {"status": status, "body": present(result)}

        answer = command.once(self.actor, self._once, kept, **arguments)
        if answer.is_replay:
            raise _Replayed(answer)
        return Response(answer.body["body"], status=status)

    @staticmethod
    def _once_of(request: Request) -> Once | None:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None or request.method != "POST":
            return None
        if not _KEY.fullmatch(key):
            raise BadInput(
                "Idempotency-Key takes 8 to 64 letters, digits, dots, underscores and hyphens.",
                fields={"Idempotency-Key": ["Not in the expected form."]},
            )
        return Once(key, fingerprint_of(request._request.path_info, {"body": request.data}), is_looked_up=True)


class _Replayed(Exception):
    """The first answer under this request's key, to be given again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._kept = answer.body

    def response(self) -> Response:
        return Response(self._kept["body"], status=self._kept["status"], headers={"Idempotent-Replay": "true"})
