"""One utterance from text to answer: grammar, the shop's rows, then a question, a proposal or the command itself.

Runs in a database thread. What it returns are frames, in order, as (type, data).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from execora.core.actor import Actor
from execora.core.errors import Busy, DomainError, IdempotencyKeyReused, NotPermitted
from execora.core.ids import new_id
from execora.ops.metrics import count_voice_command
from voice.dialog import (
    ANSWERS,
    PROPOSAL_SECONDS,
    Dialog,
    Proposal,
    ProposalGone,
    Question,
    chosen,
    completed,
    proposal_end,
)
from voice.dispatch import NEEDS, WRITES, Step, carry_out, check_permission, proposed, spoken, undo_of
from voice.intents.answers import Expecting
from voice.intents.grammar import parse as parse_words
from voice.intents.names import Candidate
from voice.intents.schema import Intent, Parse
from voice.protocol import MAX_TEXT_LENGTH
from voice.replies import listed, refusal, reply
from voice.resolve import (
    PriceUneven,
    ProductUnknown,
    QuantityNeeded,
    customer_by_id,
    customer_named,
    estimate_paise,
    lexicon_of,
    lines_wanted,
    product_meant,
)
from voice.sessions import Frames, earlier_utterance, keep_utterance

CERTAIN_PARSE = 0.75
# A customer names nobody: "mera kitna baaki hai" can only be about themselves.
OWN_BALANCE_WORDS = frozenset({"baaki", "baki", "bakaya", "balance", "udhaar", "khata", "hisaab", "owe", "due"})
MORNING = time(10, 0)  # when a reminder is due whose hour was not said
NEEDS_CUSTOMER = WRITES | {Intent.CHECK_BALANCE}
_SHORT = ANSWERS | {Intent.CONFIRM, Intent.DENY}
_SLOT_OF_DOUBT = {"amount_range": "amount", "amount_unsure": "amount", "customer_unsure": "customer"}


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


def answer_text(
    actor: Actor, dialog: Dialog, *, session_id: UUID, text: str, utterance_id: str | None, provider: str
) -> Frames:
    """Understand what was said and act on it; the same `utterance_id` again gets the first answer again.

    Raises:
        IdempotencyKeyReused: the id was used for another text.
    """
    text = text.strip()[:MAX_TEXT_LENGTH]
    if utterance_id is not None:
        earlier = earlier_utterance(actor, utterance_id)
        if earlier is not None:
            if earlier.text != text:
                raise IdempotencyKeyReused("This utteranceId was used with another text. Use a new one.")
            return list(earlier.outcome["frames"])
    turn = Turn(actor, dialog, session_id, text, utterance_id or str(new_id()), provider)
    _understand(turn)
    _keep(turn)
    return turn.frames


def answer_button(
    actor: Actor, dialog: Dialog, *, session_id: UUID, proposal_id: str, is_yes: bool, provider: str
) -> Frames:
    """Do or drop what was proposed.

    Raises:
        ProposalGone: it is not waiting for this user.
    """
    proposal = dialog.take(proposal_id=proposal_id, user_id=actor.user_id, now=actor.now)
    intent = Intent.CONFIRM if is_yes else Intent.DENY
    turn = Turn(actor, dialog, session_id, intent.value.lower(), str(new_id()), provider, intent=intent.value)
    _settle(turn, proposal, is_yes=is_yes)
    _keep(turn)
    return turn.frames


def _keep(turn: Turn) -> None:
    keep_utterance(
        turn.actor,
        session_id=turn.session_id,
        utterance_id=turn.utterance_id,
        text=turn.text,
        intent=turn.intent,
        frames=turn.frames,
    )


def _understand(turn: Turn) -> None:
    actor, dialog = turn.actor, turn.dialog
    now = actor.now.astimezone(ZoneInfo(actor.business.time_zone))
    parse = parse_words(turn.text, lexicon=lexicon_of(actor), now=now, context=dialog.context(now))
    if actor.is_customer and parse.intent == Intent.UNKNOWN and OWN_BALANCE_WORDS & set(parse.normalized_text.split()):
        parse = replace(parse, intent=Intent.CHECK_BALANCE, question=None, missing=(), confidence=1.0)
    turn.intent = parse.intent.value
    turn.send(
        "voice:intent",
        {
            "intent": parse.intent.value,
            "entities": parse.entities(),
            "confidence": parse.confidence,
            "originalText": turn.text,
            "normalizedText": parse.normalized_text,
        },
    )
    if parse.intent not in _SHORT or (dialog.question is None and dialog.proposal is None):
        dialog.language = parse.language
    try:
        _act(turn, parse)
    except Busy:
        raise  # told as an error and not kept, so that the same utterance may be sent again
    except DomainError as fault:
        turn.respond(refusal(fault, dialog.language), success=False, data=fault.facts or None, error=fault.code)


def _act(turn: Turn, parse: Parse) -> None:
    dialog = turn.dialog
    if parse.intent in (Intent.CONFIRM, Intent.DENY):
        _yes_or_no(turn, is_yes=parse.intent == Intent.CONFIRM)
        return
    question = dialog.question
    if question is not None and parse.intent in ANSWERS and _answered(turn, question, parse):
        return
    if parse.intent in NEEDS:
        dialog.begin()
        _advance(turn, parse)
        return
    if parse.intent in ANSWERS:
        _ask_again(turn, parse)
        return
    dialog.begin()  # a correction, or another command: a later "haan" must not run what was open
    if parse.intent == Intent.MULTI:
        _say(turn, "one_at_a_time", "ONE_AT_A_TIME")
    else:
        _say(turn, "on_page", "NOT_BY_VOICE")


def _yes_or_no(turn: Turn, *, is_yes: bool) -> None:
    dialog, actor = turn.dialog, turn.actor
    if dialog.question is not None and not is_yes:
        dialog.begin()
        turn.respond(reply("cancelled", dialog.language), success=True)
        return
    try:
        proposal = dialog.take(proposal_id=None, user_id=actor.user_id, now=actor.now)
    except ProposalGone:
        _say(turn, "nothing_to_confirm", "NOTHING_TO_CONFIRM")
        return
    _settle(turn, proposal, is_yes=is_yes)


def _settle(turn: Turn, proposal: Proposal, *, is_yes: bool) -> None:
    if not is_yes:
        turn.respond(reply("cancelled", proposal.language), success=True)
        return
    try:
        _run(turn, proposal.step, proposal.language, utterance_id=proposal.utterance_id, text=proposal.text)
    except DomainError as fault:
        turn.respond(refusal(fault, proposal.language), success=False, data=fault.facts or None, error=fault.code)


def _answered(turn: Turn, question: Question, answer: Parse) -> bool:
    """Take the utterance as the answer to the question; tell whether it was one."""
    if question.choices:
        customer = chosen(question, answer)
        if customer is None:
            return False
        turn.dialog.begin()
        _advance(turn, question.parse, customer=customer)
        return True
    parse = completed(question, answer)
    if parse is None:
        return False
    turn.dialog.begin()
    _advance(turn, parse, customer=question.customer, is_sure=question.is_sure)
    return True


def _ask_again(turn: Turn, parse: Parse) -> None:
    dialog = turn.dialog
    proposal = dialog.waiting(turn.actor.now)
    if proposal is not None:
        _say(turn, "yes_or_no", "YES_OR_NO_NEEDED", summary=proposal.summary)
    elif dialog.question is not None:
        _put(turn, dialog.question)
    elif parse.intent == Intent.UNKNOWN and "direction" in parse.missing and not parse.refusal:
        _put(turn, Question(parse, "direction"))
    else:
        _say(turn, "unknown", "NOT_UNDERSTOOD")


def _advance(turn: Turn, parse: Parse, *, customer: Candidate | None = None, is_sure: bool = True) -> None:
    """Bring a command as far as it goes: to a question, a proposal or its end."""
    actor = turn.actor
    check_permission(actor, parse.intent)
    if parse.refusal:
        _say(turn, "on_page", "NOT_BY_VOICE")
        return
    if parse.question in ("negated", "intent"):
        _say(turn, "unknown", "NOT_UNDERSTOOD")
        return
    doubted = _SLOT_OF_DOUBT.get(parse.question or "")
    if doubted == "customer":
        _put(turn, Question(parse, "customer"))
        return
    if parse.intent in NEEDS_CUSTOMER and customer is None:
        customer, is_sure = _whom(turn, parse)
        if customer is None:
            return
    missing = [slot for slot in (*parse.missing, doubted) if slot and slot != "customer"]
    if missing:
        _put(turn, Question(parse, cast("Expecting", missing[0]), customer=customer, is_sure=is_sure))
        return
    _finish(turn, parse, customer, is_sure=is_sure)


def _finish(turn: Turn, parse: Parse, customer: Candidate | None, *, is_sure: bool) -> None:
    """Find the goods; then propose or run the command."""
    actor, dialog = turn.actor, turn.dialog
    try:
        step = _step(actor, parse, customer)
    except QuantityNeeded as fault:
        dialog.ask(Question(parse, "items", customer=customer, is_sure=is_sure))
        _say(turn, "ask.quantity", fault.code, product=fault.facts["product"])
        return
    except ProductUnknown as fault:
        slot: Expecting = "items" if parse.items else "product"
        dialog.ask(Question(parse, slot, customer=customer, is_sure=is_sure))
        _say(turn, "no_product", fault.code, product=fault.facts["product"])
        return
    except PriceUneven as fault:
        _say(turn, "price_uneven", fault.code, product=fault.facts["product"])
        return
    if customer is not None:
        dialog.active_customer_id = UUID(str(customer.id))
    if _waits_for_yes(actor, step, parse, is_sure=is_sure):
        _propose(turn, step)
    else:
        _run(turn, step, dialog.language, utterance_id=turn.utterance_id, text=turn.text)


def _whom(turn: Turn, parse: Parse) -> tuple[Candidate | None, bool]:
    """Return the customer and whether the name was clear; after a question or a refusal, nobody."""
    actor, dialog = turn.actor, turn.dialog
    if actor.is_customer:
        return _oneself(turn, parse), True
    if parse.customer is None:
        key = dialog.active_customer_id
        active = customer_by_id(actor, key) if parse.customer_ref == "active" and key is not None else None
        if active is None:
            _put(turn, Question(parse, "customer"))
        return active, True
    found = customer_named(actor, parse.customer)
    if found.kind == "one" and found.best is not None:
        return found.best, found.is_certain
    if found.kind == "several":
        _put(turn, Question(parse, "choice", tuple(found.choices)))
    else:
        dialog.ask(Question(parse, "customer"))
        _say(turn, "no_customer", "CUSTOMER_NOT_FOUND", name=parse.customer)
    return None, False


def _oneself(turn: Turn, parse: Parse) -> Candidate:
    """A customer asks for their own balance, whether they name themselves or nobody; another's name is refused."""
    actor = turn.actor
    own = customer_by_id(actor, actor.customer_id) if actor.customer_id is not None else None
    named = parse.customer is not None and customer_named(actor, parse.customer)
    if own is None or (named and named.kind != "one"):
        raise NotPermitted(reply("own_only", turn.dialog.language))
    return own


def _step(actor: Actor, parse: Parse, customer: Candidate | None) -> Step:
    lines = lines_wanted(actor, parse.items) if parse.intent == Intent.CREATE_INVOICE else ()
    product_id = None
    if parse.intent == Intent.CHECK_STOCK:
        product_id = product_meant(actor, parse.product_id, parse.product or ", ".join(parse.products)).pk
    return Step(
        intent=parse.intent,
        customer_id=UUID(str(customer.id)) if customer is not None else None,
        customer=customer.name if customer is not None else "",
        amount_paise=parse.amount_paise,
        mode=parse.mode or "cash",
        day=parse.date,
        due_at=_due_at(actor, parse) if parse.intent == Intent.CREATE_REMINDER else None,
        lines=lines,
        product_id=product_id,
        estimate_paise=estimate_paise(actor, lines) if lines else None,
    )


def _due_at(actor: Actor, parse: Parse) -> datetime | None:
    if parse.datetime is not None or parse.date is None:
        return parse.datetime
    return datetime.combine(parse.date, MORNING, ZoneInfo(actor.business.time_zone))


def _waits_for_yes(actor: Actor, step: Step, parse: Parse, *, is_sure: bool) -> bool:
    if step.intent in NEEDS_CUSTOMER and not is_sure:
        return True
    if step.intent not in WRITES:
        return False
    moved = step.estimate_paise if step.intent == Intent.CREATE_INVOICE else step.amount_paise or 0
    if moved is None or parse.unread or parse.question == "unread" or parse.confidence < CERTAIN_PARSE:
        return True
    if parse.amount_paise is not None and parse.amount_paise % 100:
        # "dhai saar rupye": a misheard sau leaves two and a half rupees, which nobody says.
        return True
    return step.intent != Intent.CREATE_REMINDER and moved > actor.business.voice_confirm_above_paise


def _propose(turn: Turn, step: Step) -> None:
    dialog, actor = turn.dialog, turn.actor
    summary = proposed(step, dialog.language)
    proposal = Proposal(
        id=str(new_id()),
        step=step,
        summary=summary,
        language=dialog.language,
        user_id=actor.user_id,
        utterance_id=turn.utterance_id,
        text=turn.text,
        expires_at=proposal_end(actor.now),
    )
    dialog.propose(proposal)
    turn.send("voice:proposal", {"proposalId": proposal.id, "summary": summary, "expiresIn": PROPOSAL_SECONDS})


def _run(turn: Turn, step: Step, language: str, *, utterance_id: str, text: str) -> None:
    facts = carry_out(turn.actor, step, utterance_id=utterance_id, text=text)
    turn.respond(spoken(step.intent, facts, language), success=True, data=facts, undo=undo_of(facts))


def _put(turn: Turn, question: Question) -> None:
    """Ask, and remember what was asked."""
    language = turn.dialog.language
    turn.dialog.ask(question)
    if question.choices:
        labels = question.labels()
        text = reply("ask.choice", language, name=question.parse.customer, choices=listed(labels, language))
        turn.respond(text, success=False, data={"choices": list(labels)}, error="MULTIPLE_CUSTOMERS")
        return
    text = reply(f"ask.{question.expecting}", language)
    turn.respond(text, success=False, data={"missing": question.expecting}, error="MORE_NEEDED")


def _say(turn: Turn, key: str, code: str, **values: object) -> None:
    turn.respond(reply(key, turn.dialog.language, **values), success=False, error=code)
