"""A customer's statement on A4. Pure: the same statement gives the same bytes."""

from execora.core.models import Business
from execora.papers.sheet import Column, Sheet
from execora.papers.text import printed, printed_day
from ledger.statements import Statement

_MARGIN_MM = 12.0
_BOTTOM_MM = 297 - _MARGIN_MM - 6
_COLUMNS = (
    Column("Date", 22),
    Column("What", 86),
    Column("Debit ₹", 26, "R"),
    Column("Credit ₹", 26, "R"),
    Column("Balance ₹", 26, "R"),
)


def statement_paper(statement: Statement, business: Business) -> bytes:
    """Return the statement as a PDF: what was owed before, each entry with the balance it left, what is owed after."""
    customer = statement.customer
    title = f"Statement of {customer.name}"
    sheet = Sheet(size="A4", margin_mm=_MARGIN_MM, day=statement.last_day, title=title, language="en")

    def next_page() -> float:
        sheet.add_page()
        text = f"{business.name}  ·  {title}"
        return sheet.write_at(_MARGIN_MM, _MARGIN_MM, sheet.epw, text, size=7.5, bold=True) + 2

    sheet.add_page()
    y = sheet.write_at(_MARGIN_MM, _MARGIN_MM, sheet.epw, business.name, size=15, bold=True)
    y = sheet.write_at(_MARGIN_MM, y, sheet.epw, business.address)
    y = sheet.write_at(_MARGIN_MM, y + 3, sheet.epw, f"{title} ({customer.code})", size=12, bold=True)
    y = sheet.write_at(_MARGIN_MM, y, sheet.epw, customer.address)
    days = f"{printed_day(statement.first_day)} to {printed_day(statement.last_day)}"
    y = sheet.write_at(_MARGIN_MM, y, sheet.epw, days) + 2
    y = sheet.write_table(y, _COLUMNS, _rows(statement), size=8, bottom_mm=_BOTTOM_MM, next_page=next_page) + 3
    owed = statement.closing_paise
    closing = f"To pay: ₹ {printed(owed)}" if owed >= 0 else f"Advance: ₹ {printed(-owed)}"
    y = y if y + 8 <= _BOTTOM_MM else next_page()
    sheet.write_at(_MARGIN_MM, y, sheet.epw, closing, size=12, bold=True, align="R")
    sheet.number_pages("Page {} of {}")
    return sheet.finished()


def _rows(statement: Statement) -> list[list[str]]:
    rows = [[printed_day(statement.first_day), "Opening balance", "", "", printed(statement.opening_paise)]]
    for line in statement.lines:
        entry, amount = line.entry, printed(line.entry.amount_paise)
        what = f"{entry.get_kind_display()}: {entry.description}" if entry.description else entry.get_kind_display()
        sides = [amount, ""] if entry.effect_paise > 0 else ["", amount]
        rows.append([printed_day(entry.occurred_on), what, *sides, printed(line.balance_paise)])
    rows.append([printed_day(statement.last_day), "Closing balance", "", "", printed(statement.closing_paise)])
    return rows
