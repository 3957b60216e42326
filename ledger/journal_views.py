"""The journal on REST, for an admin's accountant."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from execora.api.views import WireViewSet
from execora.core.errors import BadInput
from execora.core.permissions import Permission
from execora.core.snapshot import one_moment
from ledger.journal import journal_of
from ledger.models import Entry
from ledger.serializers import StatementQuery, days_of
from ledger.statements import check_days

# The answer is made in memory, some 600 bytes an entry.
MOST_ENTRIES = 20_000


class JournalTooLong(BadInput):
    code = "JOURNAL_TOO_LONG"
    message = (
        f"A journal is from a day to the same or a later one, over 366 days and {MOST_ENTRIES} entries at the most. Ask for "
        "fewer days; `manage.py export_journal` has no limit."
    )


class JournalViewSet(WireViewSet):
    permissions: ClassVar = {"list": Permission.BOOKS_EXPORT}

    @extend_schema(
        parameters=[StatementQuery],
        responses={(200, "text/plain"): OpenApiTypes.STR},
        description="The shop's books between two days in the format of beancount; without them the month up to today.",
    )
    def list(self, request: Request) -> HttpResponse:
        query, business = self.query(StatementQuery), self.actor.business
        first_day, last_day = days_of(query, self.actor.today)
        check_days(first_day, last_day, refusal=JournalTooLong)
        with one_moment():
            asked = Entry.objects.visible_to(self.actor).filter(occurred_on__range=(first_day, last_day))
            if asked.count() > MOST_ENTRIES:
                raise JournalTooLong(fields={"to": [JournalTooLong.message]})
            text = "".join(journal_of(business, first_day=first_day, last_day=last_day))
        return _file(text, f"{business.slug}-{first_day}-{last_day}.beancount")


def _file(text: str, name: str) -> Any:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)
