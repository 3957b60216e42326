"""What the demo keeps between two starts: its secrets and passwords, in a file that only its owner can read."""

import secrets
from pathlib import Path

from django.conf import settings

from execora.ops.cluster import write_private

_KEYS = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
PASSWORDS = ("DEMO_ADMIN_PASSWORD", "DEMO_STAFF_PASSWORD", "DEMO_CUSTOMER_PASSWORD")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another


def load_or_make() -> dict[str, str]:
    """Return the kept values, with new random ones for what is not there yet."""
    kept = read(settings.DEMO_ENV_FILE)
    for name in _KEYS:
        kept.setdefault(name, secrets.token_urlsafe(48))
    for name in PASSWORDS:
        kept.setdefault(name, _password())
    kept["EXECORA_DEMO"] = "1"
    return kept


def read(path: Path) -> dict[str, str]:
    """Return the KEY=VALUE lines of `path`; nothing when there is no such file."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return {
        name: value for name, found, value in (line.partition("=") for line in lines) if found and name.isidentifier()
    }


def save(values: dict[str, str]) -> None:
    """Keep `values` for the next start, and for management commands in another terminal."""
    text = "".join(f"{name}={value}\n" for name, value in sorted(values.items()))
    write_private(settings.DEMO_ENV_FILE, "# Made by `manage.py demo`. Holds secrets of this demo alone.\n" + text)


def _password() -> str:
    """Return a random password of 59 bits that can be typed from a screen."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
