"""The wire's spelling: JSON by orjson, money as rupee strings, decimal quantities, unknown keys refused."""

from decimal import Decimal
from typing import Any, ClassVar, NoReturn

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from execora.core.money import parse_quantity, parse_rupees, plain_quantity, rupees
from execora.core.phone import InvalidPhone, to_e164
from execora.core.strict_json import NotJson, parse_json


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        return data if isinstance(data, bytes) else orjson.dumps(data, default=str)


class OrjsonParser(BaseParser):
    """JSON bodies. NaN and Infinity are no JSON; NUL characters have no place in a text column."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read()
        try:
            return parse_json(raw) if raw else {}
        except NotJson as fault:
            raise ParseError(str(fault)) from fault


class WireSerializer(serializers.Serializer[Any]):
    """A body or a query string. Fields are spelt as on the wire; a key that is not one of them is refused."""

    def to_internal_value(self, data: Any) -> Any:
        known = {name for name, field in self.fields.items() if not field.read_only}
        unknown = set(data) - known if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {str(key)[:60]: ["This field is not known here. Leave it out."] for key in unknown}
            )
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """Text of a bounded length. Numbers and booleans are not taken for text."""

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": "^[0-9]{6}$", "example": "024817"})
class CodeField(TextField):
    """A one-time code: six ASCII digits."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise serializers.ValidationError("A code has six digits.")
        return code


@extend_schema_field({"type": "string", "pattern": r"^-?\d{1,12}\.\d{2}$", "example": "500.00"})
class MoneyField(serializers.Field[int, Any, str, int]):
    """Rupees on the wire ("500.00"), paise inside."""

    default_error_messages: ClassVar = {"zero": "Give an amount above 0."}

    def __init__(self, *, allow_zero: bool = False, **options: Any) -> None:
        self.allow_zero = allow_zero
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        try:
            paise = parse_rupees(data)
        except ValueError as fault:
            raise serializers.ValidationError(str(fault)) from fault
        if not paise and not self.allow_zero:
            self.fail("zero")
        return paise

    def to_representation(self, value: int) -> str:
        return rupees(value)


@extend_schema_field({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,3})?$", "example": "2.5"})
class QuantityField(serializers.Field[Decimal, Any, str, Decimal]):
    """A decimal string with at most three decimals."""

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            return parse_quantity(data)
        except ValueError as fault:
            raise serializers.ValidationError(str(fault)) from fault

    def to_representation(self, value: Decimal) -> str:
        return plain_quantity(value)


class DayField(serializers.DateField):
    """A calendar day, 2026-11-24, in ASCII digits."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.isascii():
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


@extend_schema_field({"type": "string", "example": "+919820000001"})
class PhoneField(serializers.Field[str, Any, str, str]):
    """E.164 out, usual Indian spellings in."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail_as_text()
        try:
            return to_e164(data)
        except InvalidPhone as fault:
            raise serializers.ValidationError(fault.message) from fault

    def fail_as_text(self) -> NoReturn:
        raise serializers.ValidationError(InvalidPhone.message)

    def to_representation(self, value: str) -> str:
        return value
