"""Money is an int of paise; quantities are Decimals with at most three decimals. Never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal

MAX_RUPEE_DIGITS = 10
_RUPEES = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
_QUANTITY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?", re.ASCII)


def parse_rupees(value: object) -> int:
    """Return `value` (a rupee string, or a JSON number with at most two decimals) as paise, at least 0.

    A JSON number arrives as int or float; its shortest spelling is what the client wrote.

    Raises:
        ValueError: more than two decimals or ten digits, a sign, an exponent, NaN, or another type.
    """
    text = _spelt(value)
    if not _RUPEES.fullmatch(text):
        raise ValueError('Give rupees as a string such as "500.00": at most 10 digits and two decimals, no sign.')
    return int(Decimal(text) * 100)


def parse_quantity(value: object) -> Decimal:
    """Return `value` (a decimal string or a JSON number) as a quantity above 0 with at most three decimals.

    Raises:
        ValueError: zero, a sign, more than nine digits or three decimals, NaN, or another type.
    """
    text = _spelt(value)
    if not _QUANTITY.fullmatch(text) or not Decimal(text):
        raise ValueError('Give a quantity above 0 with at most 9 digits and three decimals, such as "2.5".')
    return Decimal(text)


def _spelt(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("Give a number or a decimal string.")
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def rupees(paise: int) -> str:
    """Return paise as the wire's rupee string: 50000 -> "500.00"."""
    sign = "-" if paise < 0 else ""
    return f"{sign}{abs(paise) // 100}.{abs(paise) % 100:02d}"


def indian_rupees(paise: int) -> str:
    """Return paise as a person reads it, grouped 1,25,000.00, without decimals when they are zero."""
    whole, rest = divmod(abs(paise), 100)
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    text = ",".join([*groups, tail])
    return ("-" if paise < 0 else "") + text + (f".{rest:02d}" if rest else "")


def round_half_up(amount: Decimal) -> int:
    """Return `amount` (paise) rounded to a whole paisa, half up."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain_quantity(quantity: Decimal) -> str:
    """Return a quantity without trailing zeros: Decimal("5.000") -> "5"."""
    return f"{quantity.normalize():f}"
