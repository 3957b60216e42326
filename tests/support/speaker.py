"""A conversation without its socket, and what stands in the books after it. Models are imported late, as in conftest.py."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

if TYPE_CHECKING:
    from execora.core.actor import Actor

Frames = list[dict[str, Any]]


class Speaker:
    """One connection's conversation, without its socket."""

    def __init__(self, actor: "Actor") -> None:
        from dataclasses import replace

        from execora.core.actor import Channel
        from voice.dialog import Dialog
        from voice.models import VoiceSession

        self.actor = replace(actor, channel=Channel.VOICE)
        self.dialog = Dialog()
        self.session_id: UUID = VoiceSession.objects.create(
            business=actor.business, user_id=actor.user_id, correlation_id="test", started_at=timezone.now()
        ).pk

    def say(self, text: str, utterance_id: str | None = None, *, seconds_later: int = 0) -> dict[str, Any]:
        """Say it and return the last frame."""
        from dataclasses import replace

        from voice.pipeline import answer_text

        actor = replace(self.actor, now=timezone.now() + timedelta(seconds=seconds_later))
        self.frames = answer_text(
            actor, self.dialog, session_id=self.session_id, text=text, utterance_id=utterance_id, provider="text"
        )
        return self.frames[-1]

    def press(self, proposal_id: str, *, is_yes: bool) -> dict[str, Any]:
        from voice.pipeline import answer_button

        return answer_button(
            self.actor,
            self.dialog,
            session_id=self.session_id,
            proposal_id=proposal_id,
            is_yes=is_yes,
            provider="text",
        )[-1]


def error_of(frame: dict[str, Any]) -> str:
    return str(frame["data"]["executionResult"].get("error", ""))


def entries() -> list[tuple[str, str, int, int]]:
    """Return all entries: customer, kind, total, balance after."""
    from ledger.models import Entry

    rows = Entry.objects.order_by("id").values_list("customer__name", "kind", "total_paise", "balance_after_paise")
    return list(rows)
