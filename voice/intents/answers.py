"""Short words after a question or a proposal: yes, no, a correction, an answer."""

from dataclasses import dataclass
from typing import Final, Literal

from customers.sound import similarity
from execora.language.folding import word_set
from execora.language.numbers import read_number
from execora.language.spoken import HONORIFICS
from voice.intents.chunks import NAMING, Kind
from voice.intents.cues import Cue
from voice.intents.facts import Facts
from voice.intents.gate import answers, is_plain_yes, unread_in_answer
from voice.intents.names import is_marker
from voice.intents.schema import Intent
from voice.intents.slots import (
    Filled,
    add_amount,
    add_items,
    add_mode,
    add_person,
    add_quantity,
    add_when,
    unread_words,
)

Expecting = Literal[
    "", "customer", "choice", "amount", "items", "confirmation", "datetime", "direction", "product", "phone", "name"
]
Act = tuple[Intent, Filled]


@dataclass(frozen=True, slots=True)
class Context:
    """What was asked last. `options` are the words between which to choose, as they were read out."""

    expecting: Expecting = ""
    options: tuple[str, ...] = ()


NO_CONTEXT: Final = Context()

_QUIET: Final = frozenset(
    {Cue.VERB, Cue.PLAIN, Cue.FILLER, Cue.HONORIFIC, Cue.ALSO, Cue.LINK, Cue.BEFORE_NAME, Cue.JOIN}
)
_DEEDS: Final = frozenset({Cue.WRITE, Cue.MAKE, Cue.GIVE, Cue.SEND, Cue.ADD, Cue.SET, Cue.BILL, Cue.SAID, Cue.SHOW})
_YES: Final = frozenset({Cue.YES, Cue.SOFT_YES})
_NO: Final = frozenset({Cue.NO, Cue.NOT, Cue.LET_GO, Cue.CANCEL, Cue.STOP, Cue.WRONG, Cue.RETRACT})
_DO_IT: Final = word_set(
    "karo kardo kar kijiye kariye krdo kr karlo likh likho bana banao chadha chadhao jod jodo likhdo banado bhejo bhejdo"
)
_AROUND: Final = word_set("ka ke ki ko ne se haan ha ji hi the for of one hai ok yes bill khata wo woh vo")
_LIKE: Final = 0.85
_HESITANT: Final = word_set("hmm hm accha acha achha acchha achcha uh um umm uhh shayad maybe pata")
_OUTWARD: Final = word_set("maine hamne humne mene")
_INWARD: Final = word_set("usne unhone isne inhone")
_TOWARDS: Final = word_set("usko isko use ise unko inko")


def yes_or_no(facts: Facts, context: Context) -> Act | None:
    """Return CONFIRM or DENY when nothing else was said. "hmm", "accha" and a question confirm nothing."""
    if facts.chunks and not all(chunk.kind in (Kind.CUE, Kind.LINK, Kind.STOP) for chunk in facts.chunks):
        return None
    cues = facts.cues
    yes, no = cues & _YES, cues & _NO
    if no and not yes and cues <= _NO | _QUIET | _DEEDS and not _cancels_a_bill(facts, context):
        return Intent.DENY, Filled()
    if facts.ends_in_question_mark or no or not cues <= _YES | _QUIET | _DEEDS:
        return (Intent.DENY, Filled()) if _retracts(facts) else None
    if not is_plain_yes(facts):
        return None
    if yes and (Cue.YES in yes or not facts.says(*_HESITANT)):
        return Intent.CONFIRM, Filled()
    if (
        context.expecting == "confirmation"
        and facts.says(*_DO_IT)
        and not facts.says(*_HESITANT)
        and not facts.has(Cue.SHOW)
    ):
        return Intent.CONFIRM, Filled()
    return None


def _retracts(facts: Facts) -> bool:
    """ "confirm mat karo": the yes-word is what is refused."""
    return facts.has(Cue.NOT) and facts.says("confirm", "pakka") and not facts.has(Cue.SOFT_YES)


def _cancels_a_bill(facts: Facts, context: Context) -> bool:
    if not facts.has(Cue.BILL) or not facts.has(Cue.CANCEL, Cue.WRONG):
        return False
    return context.expecting != "confirmation" or facts.has(Cue.LAST)


def correction(facts: Facts) -> Act | None:
    """Return CORRECT when something was taken back or said again, and no command was given."""
    removing = facts.has(Cue.DELETE) and bool(facts.items)
    adding = facts.has(Cue.ALSO, Cue.ADD) and bool(facts.items) and not facts.has_person
    again = facts.has(Cue.SAID, Cue.WRONG, Cue.RETRACT) or (facts.has(Cue.CHANGE) and not facts.has_person)
    set_to = (
        bool(facts.amounts) and not facts.has_person and facts.says("kar", "karo", "kardo", "krdo", "kijiye", "make")
    )
    if not (facts.replaced or facts.objected or removing or adding or again or set_to):
        return None
    filled = Filled()
    if removing:
        filled.add(remove_items=tuple(item.product for item in facts.items))
    elif adding and not facts.replaced:
        filled.add(add_items=facts.items)
    else:
        _add_everything(filled, facts)
    return (Intent.CORRECT, filled) if filled.values else None


def _add_everything(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    if facts.phone is None:
        add_amount(filled, facts)
    add_mode(filled, facts)
    add_when(filled, facts, past=None)
    add_quantity(filled, facts)
    filled.add(phone=facts.phone)
    old = next((chunk for chunk in facts.replaced if chunk.kind is Kind.PRODUCT and chunk.match is not None), None)
    if len(facts.items) == 1 and not facts.counted_items:
        filled.add(product=facts.items[0].product, product_id=facts.items[0].product_id)
        filled.add(replaces=old.text if old is not None else None)
    else:
        add_items(filled, facts)


def answer(facts: Facts, context: Context) -> Act | None:
    """Return PROVIDE when the words answer what was asked, or could only be an answer."""
    if not answers(facts, context.expecting):
        return None
    if context.expecting == "choice" and (unread_in_answer(facts, "choice") or unread_words(facts)):
        return None
    option = _option(facts, context)
    filled = Filled()
    if option is None and context.expecting == "choice" and facts.option is not None:
        return None
    if option is not None:
        return Intent.PROVIDE, filled.add(option=option)
    read = _READERS.get(context.expecting, _anything)
    read(filled, facts)
    return (Intent.PROVIDE, filled) if filled.values else None


def _option(facts: Facts, context: Context) -> int | None:
    ordinals = [chunk for chunk in facts.chunks if chunk.kind is Kind.ORDINAL]
    if ordinals:
        alone = len(ordinals) == 1 and not facts.amounts and not facts.items and facts.customer is None
        known = not context.options or (facts.option or 0) <= len(context.options)
        return facts.option if alone and known else None
    if context.expecting != "choice":
        return None
    if facts.has(Cue.LAST) and context.options:
        return len(context.options)
    words = [
        word
        for word in facts.words
        if word.isalnum() and not is_marker(word) and word not in ("number", "option", "ji")
    ]
    number = read_number(words, 0)
    if (
        number is not None
        and number.end >= len(words)
        and number.value % 1 == 0
        and 1 <= number.value <= len(context.options)
    ):
        return int(number.value)
    return _option_said(words, context.options)


def _option_said(words: list[str], options: tuple[str, ...]) -> int | None:
    """Return the one option whose words were said, by sound. A word that belongs to no option may name somebody else."""
    said = [word for word in words if len(word) > 1 and word not in _AROUND and word not in HONORIFICS]
    offered = [word for option in options for word in option.lower().split()]
    if any(max((similarity(word, spoken) for word in offered), default=0.0) < _LIKE for spoken in said):
        return None
    scores = []
    for option in options:
        own = [word for word in option.lower().split() if not is_marker(word)]
        fits = [max((similarity(word, spoken) for spoken in said), default=0.0) for word in own]
        scores.append(min(fits, default=0.0))
    best = max(scores, default=0.0)
    close = [place for place, score in enumerate(scores, start=1) if score > best - 0.1]
    return close[0] if best >= _LIKE and len(close) == 1 else None


def _customer(filled: Filled, facts: Facts) -> None:
    if facts.customer is not None and _is_qualifier(facts):
        filled.add(qualifier=facts.customer.words)
        return
    add_person(filled, facts)
    product = next((chunk for chunk in facts.chunks if chunk.kind is Kind.PRODUCT), None)
    if not filled.values and product is not None and len(facts.items) == 1 and not facts.counted_items:
        filled.add(customer=product.text.capitalize())


def _is_qualifier(facts: Facts) -> bool:
    """Tell whether only a qualifier was said: "mandir wala"."""
    if facts.customer is None:
        return False
    words = facts.customer.words.lower().split()
    return len(words) > 1 and is_marker(words[-1]) and len(words) <= 3 and _all_named(facts)


def _all_named(facts: Facts) -> bool:
    if facts.customer is None:
        return False
    kinds = {facts.chunks[place].kind for place in facts.customer.places()}
    return Kind.FREE not in kinds


def _amount(filled: Filled, facts: Facts) -> None:
    add_amount(filled, facts)
    add_mode(filled, facts)
    if not filled.values:
        add_quantity(filled, facts)


def _items(filled: Filled, facts: Facts) -> None:
    add_items(filled, facts)
    if filled.values:
        return
    add_quantity(filled, facts)
    numbers = [chunk for chunk in facts.amounts if chunk.kind is Kind.NUMBER]
    if not filled.values and len(numbers) == 1 and numbers[0].value:
        filled.add(quantity=numbers[0].value)
        filled.ask("unread" if numbers[0].doubtful else None)


def _datetime(filled: Filled, facts: Facts) -> None:
    add_when(filled, facts, past=False, keep_today=True)


def _product(filled: Filled, facts: Facts) -> None:
    if len(facts.items) == 1 and not facts.counted_items:
        filled.add(product=facts.items[0].product, product_id=facts.items[0].product_id)
    elif facts.items:
        add_items(filled, facts)
    elif facts.customer is not None:
        filled.add(product=facts.customer.words.lower())


def _direction(filled: Filled, facts: Facts) -> None:
    """`in`: money came, a payment. `out`: it is to be written on the khata."""
    inward = facts.has(Cue.RECEIVED, Cue.CAME) or (facts.has(Cue.GAVE) and facts.says(*_INWARD))
    outward = facts.has(Cue.CREDIT, Cue.WRITE) or (facts.has(Cue.GAVE) and facts.says(*_OUTWARD, *_TOWARDS))
    if facts.has(Cue.TOOK):
        inward = inward or facts.says(*_OUTWARD)
        outward = outward or facts.says(*_INWARD)
    if inward != outward and not facts.negated:
        filled.add(direction="in" if inward else "out")


def _phone(filled: Filled, facts: Facts) -> None:
    filled.add(phone=facts.phone)


def _name(filled: Filled, facts: Facts) -> None:
    filled.add(name=facts.customer.words if facts.customer is not None else None)


def _anything(filled: Filled, facts: Facts) -> None:
    """Nothing was asked: goods, a sum, a number or a qualifier alone can only be an answer; a stray word cannot."""
    if facts.items:
        if facts.customer is None and (facts.counted_items or facts.has(Cue.JOIN)):
            add_items(filled, facts)
        return
    if facts.customer is not None:
        if _is_qualifier(facts) and not facts.amounts:
            filled.add(qualifier=facts.customer.words)
        return
    if any(chunk.kind in NAMING for chunk in facts.chunks) or facts.has(Cue.ASK, Cue.GOODS, Cue.ACTIVE):
        return
    if facts.phone is None:
        add_amount(filled, facts)
    add_quantity(filled, facts)
    add_mode(filled, facts)
    filled.add(phone=facts.phone)
    add_when(filled, facts, past=None, keep_today=True)


_READERS: Final = {
    "customer": _customer,
    "choice": _customer,
    "amount": _amount,
    "items": _items,
    "datetime": _datetime,
    "product": _product,
    "direction": _direction,
    "phone": _phone,
    "name": _name,
}
