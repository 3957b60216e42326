"""One utterance being answered: who speaks in which conversation, and the frames that are said back, in order."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from execora.core.actor import Actor
from execora.core.errors import DomainError
from execora.ops.metrics import count_voice_command
from voice.dialog import Dialog, Question
from voice.intents.schema import Intent
from voice.replies import listed, refusal, reply
from voice.sessions import Frames


@dataclass(slots=True)
class Turn:
    """One utterance being answered."""

    actor: Actor
    dialog: Dialog
    session_id: UUID
    text: str
    utterance_id: str
    provider: str
    frames: Frames = field(default_factory=list)
    intent: str = Intent.UNKNOWN.value

    def send(self, kind: str, data: dict[str, Any]) -> None:
        self.frames.append({"type": kind, "data": data})

    def respond(
        self, text: str, *, success: bool, data: Any = None, error: str = "", undo: dict[str, Any] | None = None
    ) -> None:
        result: dict[str, Any] = {"success": success, "message": text}
        if data is not None:
            result["data"] = data
        if error:
            result["error"] = error
        body: dict[str, Any] = {"text": text, "executionResult": result}
        if undo is not None:
            body["undo"] = undo
        self.send("voice:response", body)
        count_voice_command("success" if success else "refused", self.provider)

    def say(self, key: str, code: str, **values: object) -> None:
        """Answer with a reply that says why nothing was done."""
        self.respond(reply(key, self.dialog.language, **values), success=False, error=code)

    def refuse(self, fault: DomainError, language: str) -> None:
        self.respond(refusal(fault, language), success=False, data=fault.facts or None, error=fault.code)

    def ask(self, question: Question) -> None:
        """Ask, and remember what was asked."""
        language = self.dialog.language
        self.dialog.ask(question, self.actor.now)
        if question.choices:
            labels = question.labels()
            text = reply("ask.choice", language, name=question.parse.customer, choices=listed(labels, language))
            self.respond(text, success=False, data={"choices": list(labels)}, error="MULTIPLE_CUSTOMERS")
            return
        text = reply(f"ask.{question.expecting}", language)
        self.respond(text, success=False, data={"missing": question.expecting}, error="MORE_NEEDED")
