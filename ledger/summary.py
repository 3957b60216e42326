"""Days of the books in figures: what was billed, what came in by each mode, what was given back."""

from dataclasses import dataclass, field
from datetime import date

from execora.core.actor import Actor
from ledger.commands import PAYMENT_MODES
from ledger.models import EntryKind
from ledger.reports import entitled, rows_of
from ledger.statements import check_days

MODES = tuple(PAYMENT_MODES)
MODE_OF_ACCOUNT = {account.value: mode for mode, account in PAYMENT_MODES.items()}


@dataclass(slots=True)
class DaySummary:
    """Paise of one day. `received` and `returned` are by mode; a payment over several modes counts in each. What the khatas
    changed by is billed + credit + opening - all received - credit_notes - written_off + reversals."""

    day: date
    billed_paise: int = 0
    credit_paise: int = 0
    opening_paise: int = 0
    credit_notes_paise: int = 0
    written_off_paise: int = 0
    reversals_paise: int = 0
    received: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MODES, 0))
    returned: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MODES, 0))

    @property
    def change_paise(self) -> int:
        owed = self.billed_paise + self.credit_paise + self.opening_paise
        less = sum(self.received.values()) + self.credit_notes_paise + self.written_off_paise
        return owed - less + self.reversals_paise


_FIELD_OF_KIND = {
    EntryKind.INVOICE.value: "billed_paise",
    EntryKind.CREDIT.value: "credit_paise",
    EntryKind.OPENING.value: "opening_paise",
    EntryKind.CREDIT_NOTE.value: "credit_notes_paise",
    EntryKind.WRITE_OFF.value: "written_off_paise",
}
_EFFECTS = """
    SELECT occurred_on, kind, sum(effect_paise) FROM ledger_entry
     WHERE business_id = %(business)s AND occurred_on BETWEEN %(first)s AND %(last)s AND kind <> 'payment'
     GROUP BY 1, 2
"""
_BY_MODE = """
    SELECT e.occurred_on, a.kind, coalesce(sum(p.amount_paise) FILTER (WHERE p.side = 'D'), 0),
           coalesce(sum(p.amount_paise) FILTER (WHERE p.side = 'C'), 0)
      FROM ledger_entry e
      JOIN ledger_posting p ON p.entry_id = e.id
      JOIN ledger_account a ON a.id = p.account_id
     WHERE e.business_id = %(business)s AND e.occurred_on BETWEEN %(first)s AND %(last)s
       AND e.kind IN ('payment', 'reversal') AND a.kind = ANY(%(modes)s)
     GROUP BY 1, 2
"""


def summary_of_days(actor: Actor, *, first_day: date, last_day: date) -> list[DaySummary]:
    """Return the days on which something happened, in order. A reversal counts on its own day.

    Raises:
        NotPermitted: the actor's role does not see the shop's figures.
        StatementTooLong: the days are in the wrong order or too far apart.
    """
    entitled(actor)
    check_days(first_day, last_day)
    days: dict[date, DaySummary] = {}
    for day, kind, effect in rows_of(_EFFECTS, actor, first=first_day, last=last_day):
        summary = days.setdefault(day, DaySummary(day))
        if kind == EntryKind.REVERSAL:
            summary.reversals_paise = int(effect)
        else:
            setattr(summary, _FIELD_OF_KIND[kind], abs(int(effect)))
    modes = list(MODE_OF_ACCOUNT)
    for day, account, came, went in rows_of(_BY_MODE, actor, first=first_day, last=last_day, modes=modes):
        summary = days.setdefault(day, DaySummary(day))
        summary.received[MODE_OF_ACCOUNT[account]] = int(came)
        summary.returned[MODE_OF_ACCOUNT[account]] = int(went)
    return [days[day] for day in sorted(days)]
