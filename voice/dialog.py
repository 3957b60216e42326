"""What a conversation remembers between two utterances: a question, a proposal, the customer it is about. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from execora.core.errors import Conflict
from voice.intents.answers import Expecting
from voice.intents.grammar import Context
from voice.intents.names import Candidate, distinguish
from voice.intents.schema import Parse

PROPOSAL_SECONDS = 60
QUESTION_SECONDS = 60


class ProposalGone(Conflict):
    code = "PROPOSAL_GONE"
    message = "This proposal was answered before, has expired or is another's. Say the command again."


@dataclass(frozen=True, slots=True)
class Question:
    """A command that lacks something, and what was asked: `choices` are the customers to choose from, `customer` is the
    one who was found already, and `is_sure` whether the name was clear. It waits until `expires_at`."""

    parse: Parse
    expecting: Expecting
    choices: tuple[Candidate, ...] = ()
    customer: Candidate | None = None
    is_sure: bool = True
    expires_at: datetime | None = None

    def labels(self) -> tuple[str, ...]:
        return tuple(distinguish(self.choices)) if self.choices else ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A command that is ready and waits for a yes, from this user, once, until `expires_at`."""

    id: str
    step: Any
    summary: str
    language: str
    user_id: UUID | None
    utterance_id: str
    text: str
    expires_at: datetime


@dataclass(slots=True)
class Dialog:
    """The state of one connection."""

    question: Question | None = None
    proposal: Proposal | None = None
    active_customer_id: UUID | None = None
    language: str = field(default="hi-Latn")

    def context(self, now: datetime) -> Context:
        """Return what the grammar should expect to hear."""
        question = self.asked(now)
        if question is not None:
            return Context(expecting=question.expecting, options=question.labels())
        if self.waiting(now) is not None:
            return Context(expecting="confirmation")
        return Context()

    def ask(self, question: Question, now: datetime) -> None:
        expires_at = now + timedelta(seconds=QUESTION_SECONDS)
        self.question, self.proposal = replace(question, expires_at=expires_at), None

    def asked(self, now: datetime) -> Question | None:
        """Return the question that waits for its answer, if it has not expired."""
        question = self.question
        if question is not None and question.expires_at is not None and question.expires_at <= now:
            self.question = None
        return self.question

    def propose(self, proposal: Proposal) -> None:
        self.question, self.proposal = None, proposal

    def begin(self) -> None:
        """Forget what was open: a new command begins."""
        self.question, self.proposal = None, None

    def waiting(self, now: datetime) -> Proposal | None:
        """Return the proposal that waits for a yes, if it has not expired."""
        if self.proposal is not None and self.proposal.expires_at <= now:
            self.proposal = None
        return self.proposal

    def take(self, *, proposal_id: str | None, user_id: UUID | None, now: datetime) -> Proposal:
        """Return the waiting proposal and forget it: it is answered once.

        Raises:
            ProposalGone: none waits, or it is not this one, or not this user's.
        """
        proposal = self.waiting(now)
        if proposal is None or proposal_id not in (None, proposal.id) or proposal.user_id != user_id:
            raise ProposalGone()
        self.proposal = None
        return proposal


def proposal_end(now: datetime) -> datetime:
    return now + timedelta(seconds=PROPOSAL_SECONDS)
