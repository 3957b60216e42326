"""CSV as a spreadsheet opens it: UTF-8 with its mark, so that Hindi shows, and no cell that is taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from django.http import HttpResponse

Cell = str | int | Decimal | date | None
CSV = "text/csv"
_STARTS_A_FORMULA = ("=", "+", "-", "@")


def rupee_cell(paise: int) -> Decimal:
    """Return paise as a plain decimal of rupees: 12345 -> 123.45, without grouping or sign of currency."""
    return Decimal(paise).scaleb(-2)


def safe_cell(cell: Cell) -> str:
    """Return a cell as text. Text that a spreadsheet would run begins with an apostrophe; numbers and days stay as they are.

    Source: OWASP, CSV Injection.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip().startswith(_STARTS_A_FORMULA) or cell[:1] in ("\t", "\r", "\n") else cell
    return cell.isoformat() if isinstance(cell, date) else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def sheet(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the CSV of RFC 4180, with a byte order mark."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """Answer a file `name`.csv; the name is our own ASCII text."""
    return HttpResponse(
        sheet(header, rows),
        content_type=f"{CSV}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
