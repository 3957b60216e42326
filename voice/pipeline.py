"""One utterance from text to answer: the grammar, then whether it answers what is open or is a command of its own.

Runs in a database thread. What it returns are frames, in order, as (type, data).
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from execora.core.actor import Actor
from execora.core.errors import DomainError, IdempotencyKeyReused
from execora.core.ids import new_id
from voice.advance import advance, settle
from voice.answering import ANSWERS, chosen, completed, leaves, with_choice
from voice.dialog import Dialog, ProposalGone, Question
from voice.dispatch import NEEDS
from voice.echoes import plain_words
from voice.intents.grammar import parse as parse_words
from voice.intents.schema import Intent, Parse
from voice.protocol import MAX_TEXT_LENGTH, storable
from voice.replies import reply
from voice.resolve import lexicon_of
from voice.sessions import Frames, earlier_utterance, keep_utterance
from voice.turn import Turn

UNAVAILABLE = 503
# A customer names nobody: "mera kitna baaki hai" can only be about themselves. Any other word may name somebody else.
OWN_BALANCE_WORDS = frozenset(
    "baaki baki bakaya balance udhaar udhar khata hisaab hisab owe due dues outstanding".split()
)
OWN_WORDS = OWN_BALANCE_WORDS | frozenset(
    "mera meri mere mujhe maine mujhpe apna apni hamara humara my mine me i the is a what how much do did have account amount"
    " show tell check please kripya zara ji bhai batao bataiye bata bataye dikhao dikhaiye dikha do dijiye kya kitna kitni kitne"
    " hai hain ka ki ke ko abhi aaj ab total kul paisa paise rupaye rupees dena deni hota hua raha".split()
)
_SHORT = ANSWERS | {Intent.CONFIRM, Intent.DENY}


def answer_text(
    actor: Actor,
    dialog: Dialog,
    *,
    session_id: UUID,
    text: str,
    utterance_id: str | None,
    provider: str,
    also_known_as: str | None = None,
) -> Frames:
    """Understand what was said and act on it; the same `utterance_id` again gets the first answer again.

    `also_known_as` is another id under which the same utterance came: the answer is kept under it as well.

    Raises:
        IdempotencyKeyReused: an id was used for another text.
    """
    text = storable(text).strip()[:MAX_TEXT_LENGTH].strip()
    turn = Turn(actor, dialog, session_id, text, utterance_id or str(new_id()), provider)
    earlier = utterance_id is not None and _earlier_frames(turn, utterance_id)
    if earlier:
        turn.frames = earlier
    else:
        _understand(turn)
        _keep(turn, turn.utterance_id)
    if also_known_as is not None:
        _keep(turn, also_known_as)
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
    settle(turn, proposal, is_yes=is_yes)
    _keep(turn, turn.utterance_id)
    return turn.frames


def _earlier_frames(turn: Turn, utterance_id: str) -> Frames | None:
    earlier = earlier_utterance(turn.actor, utterance_id)
    if earlier is None:
        return None
    if plain_words(earlier.text) != plain_words(turn.text):
        raise IdempotencyKeyReused("This utteranceId was used with another text. Use a new one.")
    return list(earlier.outcome["frames"])


def _keep(turn: Turn, utterance_id: str) -> None:
    keep_utterance(
        turn.actor,
        session_id=turn.session_id,
        utterance_id=utterance_id,
        text=turn.text,
        intent=turn.intent,
        frames=turn.frames,
    )


def _understand(turn: Turn) -> None:
    actor, dialog = turn.actor, turn.dialog
    now = actor.now.astimezone(ZoneInfo(actor.business.time_zone))
    lexicon = lexicon_of(actor)
    question, proposal = dialog.asked(now), dialog.waiting(now)
    parse = parse_words(turn.text, lexicon=lexicon, now=now, context=dialog.context(now))
    alone = parse
    if question is not None and parse.intent in ANSWERS:
        alone = parse_words(turn.text, lexicon=lexicon, now=now)
        if leaves(question, parse, alone):
            dialog.begin()
            parse = alone
    if actor.is_customer:
        parse = _own_balance(parse)
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
        _act(turn, parse, alone)
    except DomainError as fault:
        if fault.status == UNAVAILABLE:
            # Told as an error and not kept, with what was open: the same utterance may be sent again.
            dialog.question, dialog.proposal = question, proposal
            raise
        turn.refuse(fault, dialog.language)


def _own_balance(parse: Parse) -> Parse:
    """Return the question for their own balance when a customer said nothing but words for it."""
    words = set(parse.normalized_text.split())
    asks = parse.intent in (Intent.UNKNOWN, Intent.TOTAL_PENDING_AMOUNT, Intent.CHECK_BALANCE)
    if not asks or not words & OWN_BALANCE_WORDS or words - OWN_WORDS:
        return parse
    return Parse(
        Intent.CHECK_BALANCE,
        language=parse.language,
        original_text=parse.original_text,
        normalized_text=parse.normalized_text,
    )


def _act(turn: Turn, parse: Parse, alone: Parse) -> None:
    dialog = turn.dialog
    if parse.intent in (Intent.CONFIRM, Intent.DENY):
        _yes_or_no(turn, is_yes=parse.intent == Intent.CONFIRM)
        return
    question = dialog.question
    if question is not None and parse.intent in ANSWERS and _answered(turn, question, parse, alone):
        return
    if parse.intent in NEEDS:
        dialog.begin()
        advance(turn, parse)
        return
    if parse.intent in ANSWERS:
        _ask_again(turn, parse)
        return
    dialog.begin()  # a correction, or another command: a later "haan" must not run what was open
    if parse.intent == Intent.MULTI:
        turn.say("one_at_a_time", "ONE_AT_A_TIME")
    else:
        turn.say("on_page", "NOT_BY_VOICE")


def _yes_or_no(turn: Turn, *, is_yes: bool) -> None:
    dialog, actor = turn.dialog, turn.actor
    if dialog.question is not None and not is_yes:
        dialog.begin()
        turn.respond(reply("cancelled", dialog.language), success=True)
        return
    try:
        proposal = dialog.take(proposal_id=None, user_id=actor.user_id, now=actor.now)
    except ProposalGone:
        turn.say("nothing_to_confirm", "NOTHING_TO_CONFIRM")
        return
    settle(turn, proposal, is_yes=is_yes)


def _answered(turn: Turn, question: Question, answer: Parse, alone: Parse) -> bool:
    """Take the utterance as the answer to the question; tell whether it was one."""
    if question.choices:
        customer = chosen(question, answer)
        if customer is None:
            return False
        turn.dialog.begin()
        advance(turn, with_choice(question, answer), customer=customer)
        return True
    parse = completed(question, answer, alone)
    if parse is None:
        return False
    turn.dialog.begin()
    advance(turn, parse, customer=question.customer, is_sure=question.is_sure)
    return True


def _ask_again(turn: Turn, parse: Parse) -> None:
    dialog = turn.dialog
    proposal = dialog.waiting(turn.actor.now)
    if proposal is not None:
        turn.say("yes_or_no", "YES_OR_NO_NEEDED", summary=proposal.summary)
    elif dialog.question is not None:
        turn.ask(dialog.question)
    elif parse.intent == Intent.UNKNOWN and "direction" in parse.missing and not parse.refusal:
        turn.ask(Question(parse, "direction"))
    else:
        turn.say("unknown", "NOT_UNDERSTOOD")
