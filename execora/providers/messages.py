"""Messages to customers: what a provider must do, and the one that writes to the console."""

import sys
from collections.abc import Callable
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings

from execora.core.phone import masked
from execora.ops.redaction import masked as masked_text


class MessageRefused(Exception):
    """The provider did not take the message and never will. The text is for the shop's records: no number, no secret."""


class MessageOutcomeUnknown(Exception):
    """Nobody knows whether the provider took the message. It is not sent again; a later status may tell."""


class MessageProvider(Protocol):
    """Sends text to one phone. `name` is kept with every message that it sent."""

    name: str

    def send(self, *, to_e164: str, body: str, message_id: UUID) -> str:
        """Send `body` and return the provider's own id of the message. Accepted does not mean delivered.

        `message_id` is our id, given along so that later reports can name it.

        Raises:
            MessageRefused: final; the message did not go out.
            MessageOutcomeUnknown: it may have gone out.
        """
        ...


class ConsoleMessages:
    """Writes one line for each message to standard output, the number hidden but for its end. What it says is shown in the
    demo alone: elsewhere standard output is a log."""

    name = "console"

    def send(self, *, to_e164: str, body: str, message_id: UUID) -> str:
        line = masked_text("".join(c if c.isprintable() else " " for c in body)) if settings.DEMO else "not shown"
        sys.stdout.write(f"message {message_id} to {masked(to_e164)}: {line}\n")
        sys.stdout.flush()
        return f"console-{message_id}"


_PROVIDERS: dict[str, Callable[[], MessageProvider]] = {"console": ConsoleMessages}


@cache
def message_provider() -> MessageProvider:
    """Return the configured provider, made on first use.

    Raises:
        ValueError: MESSAGE_PROVIDER names none.
    """
    make = _PROVIDERS.get(settings.MESSAGE_PROVIDER)
    if make is None:
        raise ValueError(f"MESSAGE_PROVIDER must be one of: {', '.join(sorted(_PROVIDERS))}.")
    return make()
