"""What a conversation remembers between two utterances: a question, a proposal, the customer it is about. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from execora.core.errors import Conflict
from voice.intents.answers import Expecting
from voice.intents.grammar import Context
from voice.intents.names import Candidate, distinguish, resolve
from voice.intents.schema import Intent, Item, Parse

PROPOSAL_SECONDS = 60
ANSWERS = frozenset({Intent.PROVIDE, Intent.UNKNOWN})
DIRECTED = {"in": Intent.RECORD_PAYMENT, "out": Intent.ADD_CREDIT}


class ProposalGone(Conflict):
    code = "PROPOSAL_GONE"
    message = "This proposal was answered before, has expired or is another's. Say the command again."


@dataclass(frozen=True, slots=True)
class Question:
    """A command that lacks something, and what was asked: `choices` are the customers to choose from, `customer` is the
    one who was found already, and `is_sure` whether the name was clear."""

    parse: Parse
    expecting: Expecting
    choices: tuple[Candidate, ...] = ()
    customer: Candidate | None = None
    is_sure: bool = True

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
        if self.question is not None:
            return Context(expecting=self.question.expecting, options=self.question.labels())
        if self.waiting(now) is not None:
            return Context(expecting="confirmation")
        return Context()

    def ask(self, question: Question) -> None:
        self.question, self.proposal = question, None

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


def chosen(question: Question, answer: Parse) -> Candidate | None:
    """Return which of the offered customers the answer means, if it is clear."""
    if answer.option is not None:
        return question.choices[answer.option - 1] if answer.option <= len(question.choices) else None
    said = (answer.qualifier or answer.customer or answer.name or answer.normalized_text).strip()
    if not said:
        return None
    labels = [label.casefold() for label in question.labels()]
    if said.casefold() in labels:
        return question.choices[labels.index(said.casefold())]
    found = resolve(said, question.choices)
    return found.best if found.is_certain else None


def completed(question: Question, answer: Parse) -> Parse | None:
    """Return the command with the answer put into it; None when the answer does not answer."""
    slot = question.expecting
    values: dict[str, Any] | None = None
    if slot == "customer":
        named = answer.customer or answer.name or answer.qualifier
        values = {"customer": named, "customer_ref": None} if named else None
    elif slot == "amount" and answer.amount_paise is not None:
        values = {"amount_paise": answer.amount_paise}
    elif slot == "items":
        items = _items(question.parse.items, answer)
        values = {"items": items} if items else None
    elif slot == "datetime" and (answer.datetime or answer.date):
        values = {"datetime": answer.datetime, "date": None if answer.datetime else answer.date}
    elif slot == "product" and (answer.product or answer.items):
        values = {
            "product": answer.product or answer.items[0].product,
            "product_id": answer.product_id or (answer.items[0].product_id if answer.items else None),
            "products": (),
        }
    elif slot == "direction" and answer.direction:
        values = {"intent": DIRECTED[answer.direction]}
    return None if values is None else _filled(question, answer, values)


def _items(wanted: tuple[Item, ...], answer: Parse) -> tuple[Item, ...]:
    """Put the answer in the place of the items that could not be taken; those that could stay."""
    open_items = [item for item in wanted if item.product_id is None or item.quantity is None]
    if answer.items:
        return (*(item for item in wanted if item not in open_items), *answer.items)
    if answer.quantity is None or len(open_items) != 1 or open_items[0].quantity is not None:
        return ()
    mended = replace(open_items[0], quantity=answer.quantity, unit=answer.unit or open_items[0].unit)
    return tuple(mended if item is open_items[0] else item for item in wanted)


def _filled(question: Question, answer: Parse, values: dict[str, Any]) -> Parse | None:
    parse = question.parse
    missing = tuple(slot for slot in parse.missing if slot != question.expecting)
    unread = (*parse.unread, *answer.unread)
    try:
        return replace(parse, missing=missing, unread=unread, question=None, **values)
    except ValueError:
        return None
