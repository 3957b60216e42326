"""Goods and services tax: what every room must agree on."""

from execora.core.errors import BadInput

# Source: GST state codes, 01 to 38, and 97 for other territory.
STATE_CODES = frozenset({*(f"{number:02d}" for number in range(1, 39)), "97"})
STATE_CODE_FORM = r"^(0[1-9]|[12][0-9]|3[0-8]|97)$"


class InvalidStateCode(BadInput):
    code = "INVALID_STATE_CODE"
    message = "Give the two-digit GST code of a state, 01 to 38: 27 is Maharashtra."


def checked_state_code(code: str) -> str:
    """Return `code` if it is a GST state code or empty.

    Raises:
        InvalidStateCode: it is neither.
    """
    if code and code not in STATE_CODES:
        raise InvalidStateCode(fields={"stateCode": [InvalidStateCode.message]})
    return code
