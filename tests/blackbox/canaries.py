"""Words that must be found nowhere: each goes in by one door, and every log is searched for all of them."""

import base64
import random
import secrets
import string
from urllib.parse import quote

_DIGITS_OF_A_TOKEN = string.ascii_lowercase + string.digits


class Canaries:
    """Makes canaries and remembers by which door each went in."""

    def __init__(self) -> None:
        self._doors: dict[str, str] = {}

    def word(self, door: str) -> str:
        """Return a new word: 16 letters and digits that no log holds by chance."""
        return self.known(door, "zq" + "".join(secrets.choice(_DIGITS_OF_A_TOKEN) for _ in range(14)))

    def phone(self, door: str) -> str:
        """Return a new Indian mobile number, E.164."""
        number = "98" + "".join(random.choices(string.digits, k=8))
        self.known(f"{door} (spaced)", f"{number[:5]} {number[5:]}")
        return "+91" + self.known(door, number)

    def known(self, door: str, value: str) -> str:
        """Remember a secret that is not of our making, such as a token."""
        self._doors[value] = door
        return value

    def found_in(self, text: str) -> dict[str, str]:
        """Return the canaries that stand in `text` in any form that a log could give them, with their doors."""
        lower = text.lower()
        return {
            value: door
            for value, door in self._doors.items()
            if any(form.lower() in lower for form in (value, quote(value), base64.b64encode(value.encode()).decode()))
        }
