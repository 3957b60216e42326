"""What is wanted: rules over what was said, the first that holds decides."""

from collections.abc import Callable
from typing import Final

from voice.intents.chunks import Kind
from voice.intents.cues import Cue
from voice.intents.direction import direction_of, is_asked
from voice.intents.facts import Facts
from voice.intents.people import STRONG
from voice.intents.schema import Intent

Rule = Callable[[Facts], Intent | None]

_STORE: Final = frozenset({"stock", "stok", "staak", "godown", "godam", "godaam", "available", "inventory", "shelf"})
_POSSESSIVE: Final = frozenset({"ka", "ke", "ki", "'s", "kaa", "of"})
_DOING: Final = (Cue.MAKE, Cue.SEND, Cue.SET, Cue.WRITE, Cue.ADD, Cue.GIVE)


def decide(facts: Facts) -> Intent:
    """Return the command that the clause gives, UNKNOWN when none is clear. Dialog acts are not among them."""
    for rule in _RULES:
        intent = rule(facts)
        if intent is not None:
            return intent
    return Intent.UNKNOWN


def _phone(facts: Facts) -> Intent | None:
    if facts.phone is None:
        return None
    if facts.has(Cue.CREDIT, Cue.RECEIVED, Cue.RUPEES) and not facts.has(Cue.PHONE, Cue.NEW, Cue.PERSON):
        return None
    new = facts.has(Cue.NEW) or (facts.has(Cue.PERSON, Cue.ACCOUNT) and facts.has(Cue.ADD, Cue.MAKE))
    if new:
        return Intent.CREATE_CUSTOMER
    return Intent.UPDATE_CUSTOMER_PHONE if facts.has_person and not facts.has(Cue.REMIND) else None


def _recording(facts: Facts) -> Intent | None:
    if not facts.has(Cue.RECORD) or facts.amounts or facts.items or facts.has_person:
        return None
    if facts.has(Cue.RECEIVED, Cue.BILL, Cue.CREDIT, Cue.BALANCE, Cue.DELETE):
        return None
    stopping = facts.has(Cue.STOP, Cue.NOT, Cue.NO, Cue.CANCEL)
    return Intent.STOP_RECORDING if stopping else Intent.START_RECORDING


def _reminder(facts: Facts) -> Intent | None:
    if not facts.has(Cue.REMIND):
        return None
    if facts.has(Cue.CANCEL, Cue.STOP, Cue.DELETE, Cue.LET_GO) or facts.negated:
        return Intent.CANCEL_REMINDER
    doing = facts.has(Cue.SEND, Cue.SET, Cue.MAKE) or facts.says("yaad", "yad", "remind")
    looking = facts.has(Cue.ASK, Cue.SHOW, Cue.EVERYONE, Cue.BALANCE)
    if looking and not doing and not facts.amounts:
        return Intent.LIST_REMINDERS
    owned = facts.link in _POSSESSIVE or _is_marked(facts)
    settled = facts.says("kar", "karo", "kardo", "karna", "kijiye", "kr", "krdo", "to")
    if facts.has(Cue.CHANGE) or (owned and settled and facts.has_when and not doing and not facts.amounts):
        return Intent.MODIFY_REMINDER
    return Intent.CREATE_REMINDER


def _is_marked(facts: Facts) -> bool:
    """Tell whether the name is followed by a bare "wala": "Geeta wala reminder"."""
    after = facts.customer.last if facts.customer is not None else len(facts.chunks)
    return after < len(facts.chunks) and facts.chunks[after].has(Cue.MARKER)


def _bill(facts: Facts) -> Intent | None:
    if not facts.has(Cue.BILL):
        return None
    if facts.has(Cue.CANCEL, Cue.DELETE, Cue.WRONG) and not facts.counted_items:
        return Intent.CANCEL_INVOICE
    if facts.has(Cue.RECEIVED) and facts.amounts and not facts.items:
        return None
    making = facts.has(Cue.MAKE, Cue.NEW)
    if facts.has(Cue.ASK) and not facts.items and not facts.has_person:
        return Intent.DAILY_SUMMARY if facts.has_when or facts.has(Cue.DAY) else Intent.UNKNOWN
    if not facts.items and not making:
        if facts.has(Cue.SEND, Cue.REMIND):
            return Intent.UNKNOWN
        if facts.has(Cue.ASK) and facts.has_person:
            return Intent.CHECK_BALANCE
        if facts.has(Cue.SHOW, Cue.ASK):
            return Intent.UNKNOWN
        if facts.has(Cue.WRITE, Cue.ADD, Cue.CREDIT) and facts.amounts:
            return direction_of(facts)
    return Intent.CREATE_INVOICE


def _new_customer(facts: Facts) -> Intent | None:
    new = facts.has(Cue.NEW) and facts.has(Cue.PERSON, Cue.ACCOUNT, Cue.NAME)
    joined = facts.has(Cue.PERSON) and facts.has(Cue.ADD, Cue.MAKE) and not facts.amounts
    opened = facts.has(Cue.ACCOUNT) and facts.has(Cue.MAKE) and facts.has_person and not facts.amounts
    return Intent.CREATE_CUSTOMER if (new or joined or opened) and not facts.items else None


def _delete(facts: Facts) -> Intent | None:
    closing = facts.has(Cue.ACCOUNT) and facts.has(Cue.STOP) and facts.has_person and not facts.has(Cue.REMIND)
    if closing and not facts.amounts and not facts.items:
        return Intent.DELETE_CUSTOMER_DATA
    if not facts.has(Cue.DELETE, Cue.FOREVER) or facts.items or facts.amounts or not facts.has(Cue.DELETE, Cue.CANCEL):
        return None
    named = facts.has(Cue.ACCOUNT, Cue.PERSON, Cue.FOREVER, Cue.DETAIL, Cue.BALANCE)
    return Intent.DELETE_CUSTOMER_DATA if facts.has_person or named else None


def _about(facts: Facts) -> Intent | None:
    """About a person: the number, the details."""
    if not facts.has_person or facts.items or facts.amounts:
        return None
    if facts.has(Cue.PHONE) and facts.has(Cue.CHANGE):
        return Intent.UPDATE_CUSTOMER_PHONE
    if facts.has(Cue.DETAIL) or (facts.has(Cue.PHONE) and facts.has(Cue.ASK, Cue.SHOW)):
        return Intent.GET_CUSTOMER_INFO
    return None


def _everyone(facts: Facts) -> Intent | None:
    """About all khatas together: only when nobody is named."""
    if facts.has_person or facts.amounts or facts.items:
        return None
    owed = facts.has(Cue.CREDIT, Cue.OWE, Cue.BALANCE)
    if owed and facts.has(Cue.EVERYONE, Cue.MOST, Cue.WHO):
        return Intent.LIST_CUSTOMER_BALANCES
    daily = facts.has_when or facts.has(Cue.DAY)
    if owed and not daily and facts.has(Cue.TOTAL):
        return Intent.TOTAL_PENDING_AMOUNT
    if owed and not daily and facts.has(Cue.ASK) and not facts.has(Cue.STOCK) and facts.has(Cue.CREDIT, Cue.OWE):
        return Intent.TOTAL_PENDING_AMOUNT
    return None


def _summary(facts: Facts) -> Intent | None:
    if facts.has_person or facts.items or facts.amounts:
        return None
    if facts.has(Cue.SALES):
        return Intent.DAILY_SUMMARY
    daily = facts.has_when or facts.has(Cue.DAY)
    counted = facts.has(Cue.TOTAL, Cue.BALANCE, Cue.RECEIVED, Cue.CAME)
    return Intent.DAILY_SUMMARY if daily and counted and not facts.has(Cue.CREDIT) else None


def _stock(facts: Facts) -> Intent | None:
    """Goods asked for, or goods that came in or went out."""
    stored = facts.has(Cue.STOCK)
    if facts.items:
        return _stock_of_goods(facts)
    if not stored or facts.amounts:
        return None
    in_store = facts.says(*_STORE)
    owed = facts.has(Cue.CREDIT, Cue.BALANCE, Cue.ACCOUNT)
    if facts.customer is not None and (in_store or not owed) and (in_store or facts.has(Cue.ASK, Cue.SHOW)):
        return Intent.CHECK_STOCK
    return Intent.CHECK_STOCK if in_store and not owed else None


def _stock_of_goods(facts: Facts) -> Intent | None:
    firm = facts.customer is not None and facts.customer.score >= STRONG
    if firm or facts.is_active or facts.has(Cue.CREDIT, Cue.RATE):
        return None
    asking = (
        facts.has(Cue.ASK, Cue.SHOW)
        or (facts.has(Cue.STOCK) and not facts.counted_items)
        or facts.ends_in_question_mark
    )
    if asking and not facts.has(Cue.ADD, Cue.WRITE, Cue.MAKE, Cue.RATE):
        return Intent.CHECK_STOCK
    if not facts.counted_items or facts.customer is not None:
        return None
    changing = facts.has(Cue.CAME, Cue.OUT, Cue.RECEIVED) or (
        facts.has(Cue.STOCK) and facts.has(Cue.ADD, Cue.WRITE, Cue.CHANGE, Cue.SET, Cue.DELETE, Cue.MAKE)
    )
    return Intent.UPDATE_STOCK if changing else None


def _balance(facts: Facts) -> Intent | None:
    asking = facts.has(Cue.ASK, Cue.SHOW)
    if not facts.has_person and asking and not facts.amounts and facts.has(Cue.BALANCE, Cue.ACCOUNT):
        return Intent.CHECK_BALANCE
    if not facts.has_person or facts.items or facts.amounts:
        return None
    owed = facts.has(Cue.BALANCE, Cue.CREDIT, Cue.OWE, Cue.ACCOUNT)
    moved = facts.has(Cue.GAVE, Cue.RECEIVED, Cue.CAME)
    if asking and (owed or (facts.has(Cue.GIVE) and facts.has(Cue.ASK))):
        return None if moved and not facts.has(Cue.BALANCE, Cue.OWE) else Intent.CHECK_BALANCE
    if facts.has(Cue.BALANCE, Cue.ACCOUNT, Cue.OWE) and not moved and not facts.has(Cue.CREDIT, *_DOING):
        return Intent.CHECK_BALANCE
    if facts.has(Cue.CREDIT) and facts.link in _POSSESSIVE and not moved and not facts.has(*_DOING, Cue.TOOK):
        return Intent.CHECK_BALANCE
    return None


def _money(facts: Facts) -> Intent | None:
    goods_on_credit = facts.items and not (facts.has(Cue.CREDIT, Cue.RECEIVED) and facts.amounts)
    if goods_on_credit or not (facts.has_person or facts.amounts):
        return None
    if facts.has(Cue.ASK) and not facts.amounts:
        return None
    return direction_of(facts)


def _sale(facts: Facts) -> Intent | None:
    """Goods with somebody to have them, or a verb that hands them over."""
    if not facts.items or (facts.has(Cue.ASK, Cue.RATE) and not facts.counted_items):
        return None
    if (facts.link in ("ne", "nay") and facts.has(Cue.GAVE)) or is_asked(facts):
        return None
    if facts.has(Cue.DELETE, Cue.CANCEL, Cue.CAME):
        return None
    handed = facts.has(Cue.GIVE, Cue.GAVE, Cue.MAKE, Cue.WRITE, Cue.CREDIT, Cue.TOOK, Cue.TAKE_AWAY, Cue.SALES)
    given = any(chunk.kind is Kind.CUE and chunk.text in ("do", "sold") for chunk in facts.chunks)
    if handed or given or (facts.has_person and facts.counted_items):
        return Intent.CREATE_INVOICE
    return Intent.CREATE_INVOICE if facts.has(Cue.ADD) and facts.counted_items and not facts.has(Cue.ALSO) else None


_RULES: Final[tuple[Rule, ...]] = (
    _phone, _recording, _reminder, _bill, _new_customer, _delete, _about, _everyone, _summary, _stock, _balance, _money, _sale,
)  # fmt: skip


def is_third_party(facts: Facts) -> bool:
    """Tell whether a customer's debt is to be told to somebody else: a neighbour, the family."""
    at = facts.position(Cue.OUTSIDER)
    if at < 0 or not facts.has(Cue.SHOW, Cue.SEND, Cue.REMIND, Cue.SAID):
        return False
    owner = facts.chunks[at - 1] if at else None
    return owner is not None and (owner.kind is Kind.LINK or owner.has(Cue.ACTIVE, Cue.PLAIN))
