"""Phone numbers: E.164 inside and on the wire, usual Indian spellings accepted."""

import re

import phonenumbers

from execora.core.errors import BadInput

DEFAULT_REGION = "IN"
# Nothing else is taken: the parser would read a number out of a sentence, and drop an extension.
_SPELLING = re.compile(r"[0-9+(). /-]{1,40}", re.ASCII)


class InvalidPhone(BadInput):
    code = "INVALID_PHONE"
    message = "Give a mobile number that can receive messages, such as 98200 00001 or +91 98200 00001."


def to_e164(spelling: str) -> str:
    """Return `spelling` as E.164: "098200-00001" -> "+919820000001".

    Raises:
        InvalidPhone: it is not a possible number of its country.
    """
    if not _SPELLING.fullmatch(spelling):
        raise InvalidPhone()
    try:
        number = phonenumbers.parse(spelling, DEFAULT_REGION)
    except phonenumbers.NumberParseException as fault:
        raise InvalidPhone() from fault
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(phone_e164: str) -> str:
    """Return the number with all but its last four digits hidden, for people who may know it but screens that may be seen."""
    return f"{'*' * max(len(phone_e164) - 4, 0)}{phone_e164[-4:]}"
