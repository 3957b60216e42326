"""An authenticator app, as a phone has one."""

import base64
import time

from django_otp.oath import TOTP


def code_of(key_base32: str, *, steps_from_now: int = 0) -> str:
    """Return the six digits that the app shows now, or some steps of 30 seconds from now."""
    generator = TOTP(base64.b32decode(key_base32.replace(" ", "")))
    generator.time = time.time() + steps_from_now * 30
    return f"{generator.token():06d}"
