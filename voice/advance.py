"""A command that was understood, brought as far as it goes: to a question, to a proposal that waits for a yes, or done."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from execora.core.actor import Actor
from execora.core.errors import DomainError, NotPermitted
from execora.core.ids import new_id
from ledger.errors import DateNotAllowed
from ledger.postings import MAX_BACKDATING
from voice.dialog import PROPOSAL_SECONDS, Proposal, Question, proposal_end
from voice.dispatch import WRITES, Step, TermsChanged, carry_out, check_permission, proposed, spoken, undo_of
from voice.intents.answers import Expecting
from voice.intents.names import Candidate
from voice.intents.schema import Intent, Parse
from voice.replies import reply
from voice.resolve import (
    PriceUneven,
    ProductUnknown,
    QuantityNeeded,
    customer_by_id,
    customer_named,
    lines_wanted,
    listed_now,
    product_meant,
    total_of,
)
from voice.turn import Turn

MORNING = time(10, 0)  # when a reminder is due whose hour was not said
UNAVAILABLE = 503
NEEDS_CUSTOMER = WRITES | {Intent.CHECK_BALANCE}
DATED = frozenset({Intent.RECORD_PAYMENT, Intent.ADD_CREDIT})
_DOUBTED_AMOUNT = frozenset({"amount_range", "amount_unsure"})


def advance(turn: Turn, parse: Parse, *, customer: Candidate | None = None, is_sure: bool = True) -> None:
    """Bring a command as far as it goes: to a question, a proposal or its end."""
    check_permission(turn.actor, parse.intent)
    if parse.refusal:
        turn.say("on_page", "NOT_BY_VOICE")
        return
    if parse.question in ("negated", "intent"):
        turn.say("unknown", "NOT_UNDERSTOOD")
        return
    if parse.question == "customer_unsure":
        turn.ask(Question(parse, "customer"))
        return
    if parse.intent in NEEDS_CUSTOMER and customer is None:
        customer, is_sure = _whom(turn, parse)
        if customer is None:
            return
    missing = [slot for slot in (*parse.missing, _doubted(parse)) if slot and slot != "customer"]
    if missing:
        turn.ask(Question(parse, cast("Expecting", missing[0]), customer=customer, is_sure=is_sure))
        return
    _finish(turn, parse, customer, is_sure=is_sure)


def settle(turn: Turn, proposal: Proposal, *, is_yes: bool) -> None:
    """Do what was proposed, exactly that, or drop it."""
    if not is_yes:
        turn.respond(reply("cancelled", proposal.language), success=True)
        return
    try:
        _run(turn, proposal.step, proposal.language, utterance_id=proposal.utterance_id, text=proposal.text)
    except DomainError as fault:
        if fault.status == UNAVAILABLE:
            turn.dialog.propose(proposal)
            raise
        turn.refuse(fault, proposal.language)


def _doubted(parse: Parse) -> str | None:
    """Return what to ask for when a number could not be trusted: of a bill, its goods and how much of each."""
    if parse.question not in _DOUBTED_AMOUNT or parse.intent not in WRITES:
        return None
    return "items" if parse.intent == Intent.CREATE_INVOICE else "amount"


def _finish(turn: Turn, parse: Parse, customer: Candidate | None, *, is_sure: bool) -> None:
    """Find the goods; then propose or run the command."""
    actor, dialog = turn.actor, turn.dialog
    try:
        step = _step(actor, parse, customer)
    except QuantityNeeded as fault:
        dialog.ask(Question(parse, "items", customer=customer, is_sure=is_sure), actor.now)
        turn.say("ask.quantity", fault.code, product=fault.facts["product"])
        return
    except ProductUnknown as fault:
        slot: Expecting = "items" if parse.items else "product"
        dialog.ask(Question(parse, slot, customer=customer, is_sure=is_sure), actor.now)
        turn.say("no_product", fault.code, product=fault.facts["product"])
        return
    except PriceUneven as fault:
        turn.say("price_uneven", fault.code, product=fault.facts["product"])
        return
    if customer is not None:
        dialog.active_customer_id = UUID(str(customer.id))
    if _waits_for_yes(actor, step, parse, is_sure=is_sure):
        _propose(turn, step, dialog.language, utterance_id=turn.utterance_id, text=turn.text)
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
            turn.ask(Question(parse, "customer"))
        return active, True
    found = customer_named(actor, parse.customer)
    if found.kind == "one" and found.best is not None:
        return found.best, found.is_certain
    if found.kind == "several":
        turn.ask(Question(parse, "choice", tuple(found.choices)))
    else:
        dialog.ask(Question(parse, "customer"), actor.now)
        turn.say("no_customer", "CUSTOMER_NOT_FOUND", name=parse.customer)
    return None, False


def _oneself(turn: Turn, parse: Parse) -> Candidate:
    """A customer asks for their own balance, whether they name themselves or nobody; any other name is refused."""
    actor = turn.actor
    own = customer_by_id(actor, actor.customer_id) if actor.customer_id is not None else None
    is_other = parse.customer is not None and not customer_named(actor, parse.customer).is_certain
    if own is None or is_other or parse.unread:
        raise NotPermitted(reply("own_only", turn.dialog.language))
    return own


def _step(actor: Actor, parse: Parse, customer: Candidate | None) -> Step:
    customer_id = UUID(str(customer.id)) if customer is not None else None
    lines = lines_wanted(actor, parse.items) if parse.intent == Intent.CREATE_INVOICE else ()
    product_id = None
    if parse.intent == Intent.CHECK_STOCK:
        product_id = product_meant(actor, parse.product_id, parse.product or ", ".join(parse.products)).pk
    return Step(
        intent=parse.intent,
        customer_id=customer_id,
        customer=customer.name if customer is not None else "",
        amount_paise=parse.amount_paise,
        mode=parse.mode or "cash",
        day=_day(actor, parse),
        due_at=_due_at(actor, parse) if parse.intent == Intent.CREATE_REMINDER else None,
        lines=lines,
        product_id=product_id,
        total_paise=total_of(actor, customer_id, lines) if lines else None,
    )


def _day(actor: Actor, parse: Parse) -> date | None:
    """Return the day that was said, None for today; a day that no entry may have is refused before anything is asked.

    Raises:
        DateNotAllowed: as its name says.
    """
    if parse.date is None or (parse.date == actor.today and parse.intent in WRITES):
        return None
    if parse.intent in DATED and not actor.today - MAX_BACKDATING <= parse.date <= actor.today:
        raise DateNotAllowed(fields={"date": [DateNotAllowed.message]})
    return parse.date


def _due_at(actor: Actor, parse: Parse) -> datetime | None:
    if parse.datetime is not None or parse.date is None:
        return parse.datetime
    return datetime.combine(parse.date, MORNING, ZoneInfo(actor.business.time_zone))


def _waits_for_yes(actor: Actor, step: Step, parse: Parse, *, is_sure: bool) -> bool:
    if step.intent in NEEDS_CUSTOMER and not is_sure:
        return True
    if step.intent not in WRITES:
        return False
    if parse.unread or parse.question is not None or parse.confidence < 1.0:
        return True
    if step.intent == Intent.CREATE_INVOICE and step.day is not None:
        return True  # it is dated today whatever was said: say so first
    if parse.amount_paise is not None and parse.amount_paise % 100:
        # "dhai saar rupye": a misheard sau leaves two and a half rupees, which nobody says.
        return True
    moved = step.total_paise if step.intent == Intent.CREATE_INVOICE else step.amount_paise
    return step.intent != Intent.CREATE_REMINDER and (moved or 0) > actor.business.voice_confirm_above_paise


def _propose(turn: Turn, step: Step, language: str, *, utterance_id: str, text: str, key: str = "") -> None:
    """Read the command back and let it wait. `key` names the reply that the summary stands in."""
    actor = turn.actor
    summary = proposed(step, language)
    proposal = Proposal(
        id=str(new_id()),
        step=step,
        summary=reply(key, language, summary=summary) if key else summary,
        language=language,
        user_id=actor.user_id,
        utterance_id=utterance_id,
        text=text,
        expires_at=proposal_end(actor.now),
    )
    turn.dialog.propose(proposal)
    data = {"proposalId": proposal.id, "summary": proposal.summary, "expiresIn": PROPOSAL_SECONDS}
    turn.send("voice:proposal", data)


def _run(turn: Turn, step: Step, language: str, *, utterance_id: str, text: str) -> None:
    """Carry the step out; a bill that would come to something else than was found or said is proposed anew."""
    try:
        facts = carry_out(turn.actor, step, utterance_id=utterance_id, text=text)
    except TermsChanged:
        lines = listed_now(turn.actor, step.lines)
        renewed = replace(step, lines=lines, total_paise=total_of(turn.actor, step.customer_id, lines))
        _propose(turn, renewed, language, utterance_id=utterance_id, text=text, key="terms_changed")
        return
    said = spoken(step.intent, facts, language, today=turn.actor.today)
    turn.respond(said, success=True, data=facts, undo=undo_of(facts))
