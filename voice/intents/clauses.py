"""Several commands in one breath: cut where a joining word stands between two that are whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from execora.language.script import Token
from voice.intents.chunks import Kind
from voice.intents.cues import Cue, hint_of
from voice.intents.facts import Facts
from voice.intents.people import STRONG
from voice.intents.schema import DIALOG_ACTS, MAX_COMMANDS, Intent, Parse

_COMMANDING: Final = frozenset(
    {
        Cue.BILL, Cue.CREDIT, Cue.RECEIVED, Cue.WRITE, Cue.REMIND, Cue.BALANCE, Cue.ACCOUNT, Cue.SALES, Cue.STOCK, Cue.GAVE, Cue.CAME,
        Cue.TOOK, Cue.OWE, Cue.DETAIL, Cue.TOTAL, Cue.CANCEL, Cue.PHONE, Cue.GIVE,
    }
)  # fmt: skip
_MOST_PIECES: Final = 14
_MONEY: Final = frozenset({Intent.ADD_CREDIT, Intent.RECORD_PAYMENT})


@dataclass(frozen=True, slots=True)
class Clause:
    """Some of the tokens, what they say, and what they mean by themselves."""

    tokens: tuple[Token, ...]
    facts: Facts
    parse: Parse


def several(said: Sequence[Token], whole: Clause, understand: Callable[[Sequence[Token]], Clause]) -> Parse | None:
    """Return MULTI when the tokens hold several commands, the one command when it was said twice, else None."""
    if not _may_hold_several(whole.facts):
        return None
    understand = _remembering(understand)
    pieces = _pieces(said)
    if not 2 <= len(pieces) <= _MOST_PIECES:
        return None
    groups = _groups(pieces, understand)
    if len(groups) < 2:
        return None
    commands = _in_order([understand(group) for group in groups])
    if commands is None or len(commands) > MAX_COMMANDS:
        return None
    if len(commands) == 1:
        return commands[0]
    question = next((command.question for command in commands if command.question), None)
    refusal = next((command.refusal for command in commands if command.refusal), None)
    return Parse(
        Intent.MULTI,
        commands=tuple(commands),
        confidence=min(command.confidence for command in commands),
        unread=tuple(word for command in commands for word in command.unread),
        question=question,
        refusal=refusal,
    )


def _remembering(understand: Callable[[Sequence[Token]], Clause]) -> Callable[[Sequence[Token]], Clause]:
    known: dict[tuple[Token, ...], Clause] = {}

    def remembered(tokens: Sequence[Token]) -> Clause:
        key = tuple(tokens)
        if key not in known:
            known[key] = understand(key)
        return known[key]

    return remembered


def _may_hold_several(facts: Facts) -> bool:
    commanding = sum(not chunk.cues.isdisjoint(_COMMANDING) for chunk in facts.chunks)
    people = sum(run.score >= STRONG for run in facts.runs)
    return commanding + people >= 2


def _pieces(said: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens between joining words and stops; the stop that ends a sentence belongs to nothing."""
    pieces: list[list[Token]] = [[]]
    for token in said:
        cues = hint_of(token.text).cues
        if (
            token.text in ".,?!"
            or Cue.JOIN in cues
            or (Cue.THEN in cues and not pieces[-1])
            or token.text in ("phir", "fir")
        ):
            if pieces[-1]:
                pieces.append([])
            if token.text == "?" and len(pieces) > 1:
                pieces[-2].append(token)
        else:
            pieces[-1].append(token)
    return [piece for piece in pieces if piece]


def _groups(pieces: list[list[Token]], understand: Callable[[Sequence[Token]], Clause]) -> list[list[Token]]:
    """Return the pieces put together to commands: a piece that is none by itself belongs to the one before it."""
    groups = [pieces[0]]
    for piece in pieces[1:]:
        following = understand(piece)
        if _is_command(following.parse) and _begins_another(understand(groups[-1]), following):
            groups.append(piece)
        else:
            place = piece[0].start
            groups[-1] = [*groups[-1], Token(",", ",", place, place), *piece]
    return groups


def _begins_another(current: Clause, following: Clause) -> bool:
    own_person = following.parse.customer is not None or following.parse.name is not None
    if not _is_command(current.parse):
        return own_person and _shares_direction(current, following)
    if own_person:
        return (
            current.parse.customer is not None
            or current.parse.customer_ref is not None
            or not _lacks_person(current.parse)
        )
    return following.parse.intent is not current.parse.intent


def _is_command(parse: Parse) -> bool:
    return parse.intent is not Intent.UNKNOWN and parse.intent not in DIALOG_ACTS


def _lacks_person(parse: Parse) -> bool:
    return "customer" in parse.missing


def _shares_direction(current: Clause, following: Clause) -> bool:
    """Tell whether "Vikas ko 100" may take its direction from "Geeta ko 200 udhaar likho" after it."""
    open_direction = current.parse.missing == ("direction",)
    return open_direction and following.parse.intent in _MONEY and current.facts.link == following.facts.link


def _in_order(clauses: list[Clause]) -> list[Parse] | None:
    """Return the commands with what one borrows from another: uska and no name are the customer before, no direction the one after."""
    commands: list[Parse] = []
    for at, clause in enumerate(clauses):
        parse = clause.parse
        if parse.missing == ("direction",) and at + 1 < len(clauses):
            after = clauses[at + 1].parse.intent
            parse = (
                replace(parse, intent=after, missing=(), question=_left_open(parse), confidence=0.9)
                if after in _MONEY
                else parse
            )
        if not _is_command(parse):
            return None
        before = commands[-1] if commands else None
        if before is not None and before.customer is not None and (parse.customer_ref or _lacks_person(parse)):
            parse = _about(parse, before.customer)
        if before is not None and _same(parse, before) and _repeats(clauses, at):
            continue
        commands.append(parse)
    return commands


def _left_open(parse: Parse) -> str | None:
    if parse.question not in (None, "direction"):
        return parse.question
    return "unread" if parse.unread else None


def _about(parse: Parse, customer: str) -> Parse:
    missing = tuple(slot for slot in parse.missing if slot != "customer")
    question = parse.question if parse.question != "customer" else (missing[0] if missing else None)
    return replace(parse, customer=customer, customer_ref=None, missing=missing, question=question)


def _same(one: Parse, other: Parse) -> bool:
    return one.intent is other.intent and one.entities() == other.entities()


def _repeats(clauses: list[Clause], at: int) -> bool:
    """Tell whether a command is the one before it in the same words: recognition stutters so."""
    said = [[token.text for token in clause.tokens if token.text.isalnum()] for clause in clauses[at - 1 : at + 1]]
    return said[0] == said[1] and not any(
        chunk.kind is Kind.FREE and chunk.has(Cue.JOIN) for chunk in clauses[at].facts.chunks
    )
