"""From what was said to what is meant. Pure and deterministic: the same words, shop and clock give the same Parse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from execora.language.script import MAX_CHARACTERS, Token, language_of, tokens
from voice.intents.answers import NO_CONTEXT, Context, answer, correction, yes_or_no
from voice.intents.chunks import Kind
from voice.intents.clauses import Clause, several
from voice.intents.cues import Cue
from voice.intents.decide import decide, is_third_party
from voice.intents.facts import Facts, gather
from voice.intents.fill import fill
from voice.intents.gate import is_conditional, judge, unread_in_answer
from voice.intents.products import Lexicon
from voice.intents.schema import DIALOG_ACTS, REQUIRED, Intent, Parse
from voice.intents.slots import Filled, unread_words

__all__ = ["Context", "parse"]

_WRITING: Final = frozenset(
    {
        Intent.CREATE_INVOICE, Intent.RECORD_PAYMENT, Intent.ADD_CREDIT, Intent.CREATE_REMINDER, Intent.MODIFY_REMINDER,
        Intent.UPDATE_STOCK, Intent.CREATE_CUSTOMER, Intent.UPDATE_CUSTOMER_PHONE, Intent.CANCEL_INVOICE, Intent.CANCEL_REMINDER,
        Intent.DELETE_CUSTOMER_DATA,
    }
)  # fmt: skip
_SAY_NOT: Final = frozenset({Intent.CANCEL_REMINDER, Intent.STOP_RECORDING, Intent.CHECK_STOCK, Intent.CHECK_BALANCE})
_WITHOUT_PERSON: Final = frozenset(
    {
        Intent.DAILY_SUMMARY, Intent.CHECK_STOCK, Intent.LIST_REMINDERS, Intent.LIST_CUSTOMER_BALANCES, Intent.CANCEL_INVOICE,
        Intent.TOTAL_PENDING_AMOUNT, Intent.START_RECORDING, Intent.STOP_RECORDING, Intent.CREATE_CUSTOMER, Intent.UPDATE_STOCK,
    }
)  # fmt: skip
_SLOT_OF: Final = {
    "customer": ("customer", "customer_ref"),
    "items": ("items",),
    "amount": ("amount_paise",),
    "datetime": ("datetime", "date"),
    "product": ("product", "products", "items"),
    "quantity": ("quantity", "items"),
    "direction": ("direction",),
    "name": ("name",),
    "phone": ("phone",),
}
_UNREAD_COST, _DOUBT_COST, _QUESTION_COST = 0.15, 0.05, 0.2


@dataclass(frozen=True, slots=True)
class _Shop:
    lexicon: Lexicon
    now: datetime


def parse(text: str, *, lexicon: Lexicon, now: datetime, context: Context = NO_CONTEXT) -> Parse:
    """Return what `text` means in a shop that sells what `lexicon` lists, at `now` (aware, in the zone of the shop).

    Only the first 500 characters count. Whatever was not understood is asked for: a Parse with `question` None and
    nothing missing is the only one to act on, and then still subject to who the customer is and to the shop's limits.
    """
    text = text[:MAX_CHARACTERS]
    said = tokens(text)
    shop = _Shop(lexicon, now)
    whole = _clause(said, shop, context)
    found = whole.parse
    if not is_conditional(whole.facts) and (context.expecting == "" or found.intent not in DIALOG_ACTS):
        found = several(said, whole, lambda part: _clause(part, shop, NO_CONTEXT)) or found
    return replace(
        found,
        language=language_of(text),
        original_text=text,
        normalized_text=" ".join(token.text for token in said),
    )


def _clause(said: Sequence[Token], shop: _Shop, context: Context) -> Clause:
    """Return one command, or one dialog act."""
    facts = gather(said, lexicon=shop.lexicon, now=shop.now)
    return Clause(tuple(said), facts, _meaning(facts, context))


def _meaning(facts: Facts, context: Context) -> Parse:
    if not any(chunk.kind is not Kind.STOP for chunk in facts.chunks):
        return Parse(Intent.UNKNOWN, confidence=0.0, question="intent")
    act = yes_or_no(facts, context)
    if act is not None:
        return _finish(*act, facts)
    if is_third_party(facts):
        return Parse(Intent.UNKNOWN, confidence=_confidence(facts, None), refusal="disclosure-to-third-party")
    ruling = judge(decide(facts), facts)
    intent = ruling.intent
    if context.expecting not in ("", "confirmation") and _may_answer(intent, facts, context):
        act = answer(facts, context)
    elif intent is Intent.UNKNOWN or (context.expecting == "confirmation" and not facts.has_person):
        act = correction(facts) if intent not in _WITHOUT_PERSON else None
        act = act or (answer(facts, context) if intent is Intent.UNKNOWN else None)
    if act is not None:
        restated = (
            context.expecting == "confirmation" and act[0] is Intent.PROVIDE and act[1].values.get("option") is None
        )
        return _finish(
            Intent.CORRECT if restated else act[0],
            act[1],
            facts,
            more_unread=unread_in_answer(facts, context.expecting) if act[0] is Intent.PROVIDE else (),
        )
    if ruling.stopped:
        return _finish(Intent.UNKNOWN, Filled().ask("intent"), facts)
    return _finish(intent, fill(intent, facts), facts, more_unread=ruling.unread)


def _may_answer(intent: Intent, facts: Facts, context: Context) -> bool:
    """Tell whether words that look like a command may be the answer to a question: those without a person of their own."""
    if intent is Intent.UNKNOWN:
        return True
    if intent in _WITHOUT_PERSON and not (context.expecting in ("items", "product") and facts.items):
        return False
    if context.expecting in ("customer", "choice"):
        return (
            not facts.amounts
            and not facts.items
            and intent is Intent.CHECK_BALANCE
            and not facts.has(Cue.ASK, Cue.SHOW)
        )
    return not facts.has_person


def _finish(intent: Intent, filled: Filled, facts: Facts, *, more_unread: tuple[str, ...] = ()) -> Parse:
    """Return the parse, with what is still to be asked. `more_unread` are the words that the gate does not let pass."""
    values = dict(filled.values)
    refusal = _refusal(intent, facts)
    missing = tuple(slot for slot in _required(intent, values) if not any(values.get(name) for name in _SLOT_OF[slot]))
    unread = () if intent in (Intent.CONFIRM, Intent.DENY) else unread_words(facts, quantity_said="quantity" in values)
    unread += more_unread
    question = filled.question or _question(intent, facts, missing, unread)
    return _checked(
        intent=intent,
        confidence=_confidence(facts, question, unread)
        if intent is not Intent.UNKNOWN
        else min(0.3, _confidence(facts, None)),
        missing=missing,
        unread=unread,
        question=None if refusal else question,
        refusal=refusal,
        **values,
    )


def _checked(**slots: Any) -> Parse:
    """Return the parse; what the schema does not hold was not understood."""
    try:
        return Parse(**slots)
    except ValueError:
        return Parse(Intent.UNKNOWN, confidence=0.0, question="intent")


def _required(intent: Intent, values: dict[str, Any]) -> tuple[str, ...]:
    if (
        intent is Intent.UNKNOWN
        and values.get("amount_paise")
        and (values.get("customer") or values.get("customer_ref"))
    ):
        return ("direction",)
    return REQUIRED.get(intent, ())


def _question(intent: Intent, facts: Facts, missing: tuple[str, ...], unread: tuple[str, ...]) -> str | None:
    if facts.negated and intent not in _SAY_NOT and intent not in DIALOG_ACTS:
        return "negated" if intent is not Intent.UNKNOWN else "intent"
    if missing:
        return missing[0]
    if intent is Intent.UNKNOWN:
        return "intent"
    if intent in DIALOG_ACTS and not unread:
        return None
    return "unread" if unread and (intent in _WRITING or intent in DIALOG_ACTS) else None


def _refusal(intent: Intent, facts: Facts) -> str | None:
    everything = facts.has(Cue.EVERYONE, Cue.TOTAL) and not facts.has_person
    if intent in (Intent.CANCEL_INVOICE, Intent.CANCEL_REMINDER) and everything:
        return "bulk-cancel"
    return "bulk-delete" if intent is Intent.DELETE_CUSTOMER_DATA and everything else None


def _confidence(facts: Facts, question: str | None, unread: tuple[str, ...] | None = None) -> float:
    """Return 1.0 when every word was read; each word left over, half-heard or in question lowers it."""
    left = unread_words(facts) if unread is None else unread
    doubts = sum(chunk.doubtful for chunk in facts.chunks)
    asking = _QUESTION_COST if question is not None and question not in _SLOT_OF else 0.0
    return round(max(0.05, 1.0 - _UNREAD_COST * len(left) - _DOUBT_COST * doubts - asking), 2)
