"""Keyset pages: `limit` rows after `cursor`, newest first."""

import base64
import binascii
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework import serializers

from execora.api.wire import WireSerializer
from execora.core.errors import BadInput

M = TypeVar("M", bound=Model)


class PageQuery(WireSerializer):
    """The query parameters of every list; a list's own filters are added by a subclass."""

    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)
    cursor = serializers.CharField(required=False, max_length=200)


def page_of(rows: QuerySet[M], query: dict[str, Any], *, order: str = "-id") -> tuple[list[M], str | None]:
    """Return a page of `rows` in the order of one unique field, and the cursor of the next page if there is one.

    Raises:
        BadInput: the cursor is not one of ours.
    """
    field = order.removeprefix("-")
    if "cursor" in query:
        comparison = "lt" if order.startswith("-") else "gt"
        rows = rows.filter(**{f"{field}__{comparison}": key_of(rows.model, field, query["cursor"])})
    found = list(rows.order_by(order)[: query["limit"] + 1])
    page = found[: query["limit"]]
    more = len(found) > len(page)
    return page, cursor_after(getattr(page[-1], field)) if more else None


def cursor_after(key: object) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def key_of(model: Any, field: str, cursor: str) -> Any:
    """Return the value of a field that a cursor stands for.

    Raises:
        BadInput: the cursor is not one of ours.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return model._meta.get_field(field).to_python(text)
    except (ValueError, binascii.Error, ValidationError) as fault:
        raise BadInput(
            "The cursor is not one that this list gave. Start without a cursor.", fields={"cursor": ["Not known."]}
        ) from fault
