"""A PDF page that is written from the top down, in millimetres, in both scripts. The same input gives the same bytes."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Literal, cast

import fontpkg_mukta
import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

Align = Literal["L", "R", "C"]
_FONTS = fontpkg_mukta.ROOT / "files"
_FAMILY = "Mukta"
_MM_PER_POINT = 0.352778
# Mukta's matras reach high and low: lines closer than this touch.
_LEADING = 1.45
_PADDING_MM = 1.0
_QUIET_MODULES = 4

# It tells of every table of a font that it leaves out.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width_mm: float
    align: Align = "L"


class Sheet(FPDF):
    """One document. `day` is its own date, which the file is dated by, so that printing it again changes nothing."""

    def __init__(
        self, *, size: str | tuple[float, float], margin_mm: float, day: date, title: str, language: str
    ) -> None:
        super().__init__(unit="mm", format=size)
        self.set_creation_date(datetime.combine(day, time(), UTC))
        self.set_title(title)
        self.set_lang(language)
        self.set_margin(margin_mm)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.add_font(_FAMILY, "", _FONTS / "Mukta-Regular.ttf")
        self.add_font(_FAMILY, "B", _FONTS / "Mukta-Bold.ttf")
        self.set_font(_FAMILY, "", 9)
        # Figures of one width, so that amounts stand under each other.
        self.set_text_shaping(True, features={"tnum": True})
        # Switched off, it measures: what is written takes its place and leaves no mark.
        self.is_inked = True
        self._wraps: dict[tuple[str, float, float, bool], list[str]] = {}

    def write_at(
        self,
        x: float,
        y: float,
        width_mm: float,
        text: str,
        *,
        size: float = 9,
        bold: bool = False,
        align: Align = "L",
    ) -> float:
        """Write `text` in as many lines as it takes and return the y below the last."""
        height = line_height(size)
        for line in self.wrapped(text, width_mm, size=size, bold=bold):
            if self.is_inked:
                self.set_font(_FAMILY, "B" if bold else "", size)
                self.set_xy(x, y)
                self.cell(width_mm, height, line, align=align, new_x=XPos.LEFT, new_y=YPos.TOP)
            y += height
        return y

    def wrapped(self, text: str, width_mm: float, *, size: float, bold: bool = False) -> list[str]:
        """Return the lines that `text` takes at that width; a word that is too long for one is broken."""
        key = (text, width_mm, size, bold)
        if key not in self._wraps:
            self.set_font(_FAMILY, "B" if bold else "", size)
            if "\n" not in text and self.get_string_width(text) <= width_mm:
                self._wraps[key] = [text] if text else []
            else:
                lines = self.multi_cell(
                    width_mm, line_height(size), text, align="L", dry_run=True, output=MethodReturnValue.LINES
                )
                self._wraps[key] = cast("list[str]", lines)
        return self._wraps[key]

    def rule(self, y: float, *, x: float | None = None, width_mm: float | None = None) -> None:
        left = self.l_margin if x is None else x
        self.set_draw_color(150)
        self.set_line_width(0.2)
        self.line(left, y, left + (self.epw if width_mm is None else width_mm), y)

    def picture(self, content: bytes, x: float, y: float, *, within_mm: float) -> None:
        """Place a picture, as large as fits a square."""
        self.image(BytesIO(content), x, y, within_mm, within_mm, keep_aspect_ratio=True)

    def qr(self, payload: str, x: float, y: float, side_mm: float) -> None:
        """Draw a QR code with its quiet zone, as rectangles: sharp at every size."""
        rows = [bytes(row) for row in segno.make(payload, error="m", micro=False).matrix]
        module = side_mm / (len(rows) + 2 * _QUIET_MODULES)
        self.set_fill_color(0)
        for number, row in enumerate(rows):
            top = y + (number + _QUIET_MODULES) * module
            for start, length in _runs(row):
                self.rect(x + (start + _QUIET_MODULES) * module, top, length * module, module, style="F")

    def stamp(self, text: str) -> None:
        """Write a large grey word across the page, below what is written afterwards."""
        self.set_font(_FAMILY, "B", 72)
        self.set_text_color(225)
        width, x, y = self.get_string_width(text), self.w / 2, self.h / 2
        with self.rotation(45, x, y):
            self.set_xy(x - width / 2, y - 20)
            self.cell(width, 40, text, new_x=XPos.LEFT, new_y=YPos.TOP)
        self.set_text_color(0)

    def write_table(
        self,
        y: float,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        size: float,
        bottom_mm: float,
        next_page: Callable[[], float],
    ) -> float:
        """Write a table from `y`; where `bottom_mm` is passed, `next_page` says where it goes on, below its head again.
        Return the y below it."""
        y = self._table_head(y, columns, size)
        for row in rows:
            height = self._row_height(columns, row, size)
            if y + height > bottom_mm:
                y = self._table_head(next_page(), columns, size)
            self._row(y, columns, row, size, bold=False)
            y += height
            self.rule(y, width_mm=sum(column.width_mm for column in columns))
        return y

    def _table_head(self, y: float, columns: Sequence[Column], size: float) -> float:
        titles = [column.title for column in columns]
        height = self._row_height(columns, titles, size, bold=True)
        width = sum(column.width_mm for column in columns)
        self.set_fill_color(238)
        self.rect(self.l_margin, y, width, height, style="F")
        self._row(y, columns, titles, size, bold=True)
        self.rule(y, width_mm=width)
        self.rule(y + height, width_mm=width)
        return y + height

    def _row_height(self, columns: Sequence[Column], row: Sequence[str], size: float, *, bold: bool = False) -> float:
        widths = (column.width_mm - 2 * _PADDING_MM for column in columns)
        lines = max(
            len(self.wrapped(text, width, size=size, bold=bold)) for text, width in zip(row, widths, strict=True)
        )
        return lines * line_height(size) + _PADDING_MM

    def _row(self, y: float, columns: Sequence[Column], row: Sequence[str], size: float, *, bold: bool) -> None:
        x = self.l_margin
        for column, text in zip(columns, row, strict=True):
            width = column.width_mm - 2 * _PADDING_MM
            self.write_at(x + _PADDING_MM, y + _PADDING_MM / 2, width, text, size=size, bold=bold, align=column.align)
            x += column.width_mm

    def number_pages(self, label: str) -> None:
        """Write `label` ("Page {} of {}") at the foot of every page; the last thing before `finished`."""
        last = self.pages_count
        for page in range(1, last + 1):
            self.page = page
            # What a page was written in last is not what this one goes on in.
            self.font_family = ""
            text = label.format(page, last)
            self.write_at(self.l_margin, self.h - self.l_margin, self.epw, text, size=7, align="R")

    def finished(self) -> bytes:
        return bytes(self.output())


def line_height(size: float) -> float:
    """Return the millimetres from line to line of a text of `size` points."""
    return size * _MM_PER_POINT * _LEADING


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Return (start, length) of every run of dark modules."""
    runs: list[tuple[int, int]] = []
    for place, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((place, 1))
    return runs
