"""The reports as rows of a spreadsheet: (header, rows)."""

from collections.abc import Iterable, Iterator, Sequence

from execora.api.sheets import Cell, rupee_cell
from ledger.models import Entry, Side
from ledger.reports import Ageing, Book, TrialBalance
from ledger.statements import Statement
from ledger.summary import MODES, DaySummary

Sheet = tuple[Sequence[str], Iterable[Sequence[Cell]]]


def statement(given: Statement) -> Sheet:
    header = ("Date", "Kind", "Description", "Mode", "Debit", "Credit", "Balance")

    def rows() -> Iterator[Sequence[Cell]]:
        yield given.first_day, "opening balance", "", "", None, None, rupee_cell(given.opening_paise)
        for line in given.lines:
            entry, effect = line.entry, rupee_cell(line.entry.effect_paise)
            sides = (effect, None) if effect > 0 else (None, -effect)
            yield entry.occurred_on, entry.kind, entry.description, entry.mode, *sides, rupee_cell(line.balance_paise)
        yield given.last_day, "closing balance", "", "", None, None, rupee_cell(given.closing_paise)

    return header, rows()


def summary(days: Iterable[DaySummary]) -> Sheet:
    figures = ("Date", "Billed", "Credit", "Opening balances", "Credit notes", "Written off", "Reversals")
    by_mode = [f"{word} {mode}" for word in ("Received", "Returned") for mode in MODES]
    header = (*figures, *by_mode, "Change")
    return header, (
        (
            day.day,
            *(rupee_cell(paise) for paise in (day.billed_paise, day.credit_paise, day.opening_paise)),
            *(rupee_cell(paise) for paise in (day.credit_notes_paise, day.written_off_paise, day.reversals_paise)),
            *(rupee_cell(given[mode]) for given in (day.received, day.returned) for mode in MODES),
            rupee_cell(day.change_paise),
        )
        for day in days
    )


def ageing(customers: Iterable[Ageing]) -> Sheet:
    header = ("Code", "Name", "0-30 days", "31-60 days", "61-90 days", "Over 90 days", "Owed", "Advance")
    return header, (
        (one.code, one.name, *(rupee_cell(paise) for paise in (*one.buckets_paise, one.owed_paise, one.advance_paise)))
        for one in customers
    )


def day_book(entries: Iterable[Entry]) -> Sheet:
    header = ("Entry", "Date", "Recorded", "Kind", "Customer", "Description", "Mode", "Account", "Debit", "Credit")

    def rows() -> Iterator[Sequence[Cell]]:
        for entry in entries:
            about = (str(entry.pk), entry.occurred_on, entry.recorded_at.isoformat(), entry.kind)
            for posting in entry.postings.all():
                paise = rupee_cell(posting.amount_paise)
                sides = (paise, None) if posting.side == Side.DEBIT else (None, paise)
                yield (*about, entry.customer.name, entry.description, entry.mode, posting.account.kind, *sides)

    return header, rows()


def book(given: Book) -> Sheet:
    def rows() -> Iterator[Sequence[Cell]]:
        yield given.first_day, "opening", None, None, rupee_cell(given.opening_paise)
        for day in given.days:
            yield day.day, "", *(rupee_cell(paise) for paise in (day.in_paise, day.out_paise, day.closing_paise))
        yield given.last_day, "closing", None, None, rupee_cell(given.closing_paise)

    return ("Date", "", "Receipts", "Payments", "Balance"), rows()


def trial_balance(given: TrialBalance) -> Sheet:
    def rows() -> Iterator[Sequence[Cell]]:
        for row in given.rows:
            yield row.name, rupee_cell(row.debit_paise), rupee_cell(row.credit_paise)
        yield "Total", rupee_cell(given.debits_paise), rupee_cell(given.credits_paise)

    return ("Account", "Debit", "Credit"), rows()
