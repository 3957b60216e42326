"""Reminders on REST."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.commands import find_customer
from execora.api.pagination import page_of
from execora.api.views import WireViewSet
from execora.core.errors import BadInput
from execora.core.ids import parse_id
from execora.core.permissions import Permission
from execora.language.dates import moment_said
from reminders.commands import cancel_reminder, move_reminder, schedule_reminder
from reminders.errors import ReminderNotFound
from reminders.models import Reminder, Repeat
from reminders.serializers import MOMENT_NEEDED, ReminderCancelIn, ReminderIn, ReminderMoveIn, ReminderOut, ReminderPage

_ONE = inline_serializer("ReminderAnswer", {"reminder": ReminderOut()})
_MANY = inline_serializer(
    "RemindersAnswer", {"reminders": ReminderOut(many=True), "next": serializers.CharField(allow_null=True)}
)


def _answer(reminder: Reminder) -> dict[str, Any]:
    return {"reminder": dict(ReminderOut(reminder).data)}


class ReminderViewSet(WireViewSet):
    permissions: ClassVar = {
        "list": Permission.REMINDER_VIEW,
        "create": Permission.REMINDER_CHANGE,
        "partial_update": Permission.REMINDER_CHANGE,
        "cancel": Permission.REMINDER_CHANGE,
    }

    @extend_schema(parameters=[ReminderPage], responses=_MANY)
    def list(self, request: Request) -> Response:
        query = self.query(ReminderPage)
        rows = Reminder.objects.visible_to(self.actor).select_related("customer")
        if "status" in query:
            rows = rows.filter(status=query["status"])
        if "customerId" in query:
            rows = rows.filter(customer=find_customer(self.actor, query["customerId"]))
        page, following = page_of(rows, query)
        return Response({"reminders": ReminderOut(page, many=True).data, "next": following})

    @extend_schema(request=ReminderIn, responses={201: _ONE})
    def create(self, request: Request) -> Response:
        given = self.body(ReminderIn)
        return self.run(
            schedule_reminder,
            _answer,
            customer=find_customer(self.actor, given["customerId"]),
            due_at=self._by_the_shops_clock(given["datetime"]),
            amount_paise=given.get("amount"),
            message=given.get("message", ""),
            repeat=given.get("repeat", Repeat.NONE.value),
        )

    @extend_schema(request=ReminderMoveIn, responses=_ONE)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Give the reminder another time."""
        due_at = self._by_the_shops_clock(self.body(ReminderMoveIn)["datetime"])
        return self.run(move_reminder, _answer, status=200, reminder_id=_id_of(pk), due_at=due_at)

    @extend_schema(request=ReminderCancelIn, responses=_ONE)
    def cancel(self, request: Request, pk: str) -> Response:
        self.body(ReminderCancelIn)
        return self.run(cancel_reminder, _answer, status=200, reminder_id=_id_of(pk))

    def _by_the_shops_clock(self, given: datetime | str) -> datetime:
        zone = ZoneInfo(self.actor.business.time_zone)
        if isinstance(given, datetime):
            return given if given.tzinfo else given.replace(tzinfo=zone)
        moment = moment_said(given, self.actor.now.astimezone(zone))
        if moment is None:
            raise BadInput(f"datetime: {MOMENT_NEEDED}", fields={"datetime": [MOMENT_NEEDED]})
        return moment


def _id_of(spelling: str) -> UUID:
    reminder_id = parse_id(spelling)
    if reminder_id is None:
        raise ReminderNotFound()
    return reminder_id
