"""A bill on A4, as a shop hands it out. Pure: the same bill gives the same bytes.

Source: CGST Rules, rule 46: what a tax invoice must say.
"""

from billing.papers.bill import Bill, BillLine, Party, Stamp, Title
from billing.papers.words import WORDS, Language, in_words
from execora.core.money import plain_quantity
from execora.papers.sheet import Column, Sheet, line_height
from execora.papers.text import percent, printed, printed_day

_MARGIN_MM = 12.0
_BOTTOM_MM = 297 - _MARGIN_MM - 6
_SMALL, _TEXT = 7.5, 9.0
_LOGO_MM, _QR_MM = 20.0, 34.0
_SUMS_MM = 76.0


def a4(bill: Bill, language: Language = "en") -> bytes:
    """Return the bill as a PDF."""
    return _Drawn(bill, language).finished()


class _Drawn:
    """One drawing of one bill."""

    def __init__(self, bill: Bill, language: Language) -> None:
        self.bill, self.language, self.words = bill, language, WORDS[language]
        title = f"{WORDS['en'][bill.title]} {bill.number}".strip()
        self.sheet = Sheet(size="A4", margin_mm=_MARGIN_MM, day=bill.day, title=title, language=language)
        self.left, self.width = _MARGIN_MM, self.sheet.epw

    def finished(self) -> bytes:
        y = self._parties(self._head(self._new_page()))
        columns = self._columns()
        rows = [self._cells(number, line) for number, line in enumerate(self.bill.lines, start=1)]
        y = self.sheet.write_table(y, columns, rows, size=_SMALL, bottom_mm=_BOTTOM_MM, next_page=self._following_page)
        y = self._sums(y)
        if self.bill.is_taxed:
            y = self._hsn_summary(y)
        self._foot(y)
        self.sheet.number_pages(self.words["page"])
        return self.sheet.finished()

    def _new_page(self) -> float:
        self.sheet.add_page()
        if self.bill.stamp:
            self.sheet.stamp(self.words[self.bill.stamp])
        return _MARGIN_MM

    def _following_page(self) -> float:
        """Begin a page that says which bill it belongs to."""
        y = self._new_page()
        text = f"{self.bill.supplier.name}  ·  {self.words[self.bill.title]} {self.bill.number}"
        return self.sheet.write_at(self.left, y, self.width, text, size=_SMALL, bold=True) + 2

    def _room_for(self, y: float, height: float) -> float:
        return y if y + height <= _BOTTOM_MM else self._following_page()

    def _head(self, y: float) -> float:
        """Write who sells, and which paper this is."""
        sheet, bill, supplier = self.sheet, self.bill, self.bill.supplier
        left, half = self.left, self.width * 0.6
        if bill.logo is not None:
            sheet.picture(bill.logo, left, y, within_mm=_LOGO_MM)
            left, half = left + _LOGO_MM + 3, half - _LOGO_MM - 3
        below = sheet.write_at(left, y, half, supplier.name, size=15, bold=True)
        below = self._party(below, left, half, supplier)
        right, rest = self.left + self.width * 0.62, self.width * 0.38
        y = sheet.write_at(right, y, rest, self.words[bill.title], size=13, bold=True, align="R")
        if bill.title == Title.TAX_INVOICE:
            y = sheet.write_at(right, y, rest, self.words["original"], size=6.5, align="R")
        for name, value in self._facts():
            y = sheet.write_at(right, y, rest, f"{name}: {value}", bold=name == self.words["number"], align="R")
        below = max(y, below, _MARGIN_MM + (_LOGO_MM if bill.logo is not None else 0)) + 2
        sheet.rule(below)
        return below + 1.5

    def _facts(self) -> list[tuple[str, str]]:
        bill, words = self.bill, self.words
        facts = [(words["number"], bill.number)] if bill.number else []
        facts.append((words["day"], printed_day(bill.day)))
        if bill.original_number:
            facts.append((words["against"], bill.original_number))
        if bill.original_day:
            facts.append((words["of"], printed_day(bill.original_day)))
        return facts

    def _party(self, y: float, x: float, width: float, party: Party) -> float:
        lines = [
            party.address,
            f"GSTIN: {party.gstin}" if party.gstin else "",
            f"{self.words['state']}: {party.state}" if party.state else "",
            f"{self.words['phone']}: {party.phone}" if party.phone else "",
        ]
        for line in lines:
            y = self.sheet.write_at(x, y, width, line, size=_TEXT)
        return y

    def _parties(self, y: float) -> float:
        """Write who buys, and where the supply is."""
        sheet, bill, words = self.sheet, self.bill, self.words
        half = self.width * 0.6
        below = sheet.write_at(self.left, y, half, words["to"], size=_SMALL)
        below = sheet.write_at(self.left, below, half, bill.recipient.name, size=11, bold=True)
        below = self._party(below, self.left, half, bill.recipient)
        right, rest = self.left + self.width * 0.62, self.width * 0.38
        if bill.title != Title.INVOICE and bill.place_of_supply:
            y = sheet.write_at(right, y, rest, f"{words['place']}: {bill.place_of_supply}", align="R")
        if bill.title == Title.TAX_INVOICE:
            answer = words["yes" if bill.reverse_charge else "no"]
            y = sheet.write_at(right, y, rest, f"{words['reverse']}: {answer}", align="R")
        if bill.reason:
            y = sheet.write_at(right, y, rest, f"{words['reason']}: {bill.reason}", align="R")
        return max(y, below) + 3

    def _columns(self) -> list[Column]:
        """Return the table's columns: those of a tax, a discount or a cess only where there is one."""
        bill, words = self.bill, self.words
        columns = [Column(words["quantity"], 18, "R"), Column(f"{words['rate']} ₹", 20, "R")]
        if any(line.hsn for line in bill.lines):
            columns.insert(0, Column("HSN", 13))
        if bill.sum_of("discount_paise"):
            columns.append(Column(words["discount"], 14, "R"))
        if bill.is_taxed:
            columns += [Column(words["taxable"], 19, "R"), Column("GST %", 12, "R")]
            columns += [Column(name, 15, "R") for name, _ in self._taxes()]
        columns.append(Column(f"{words['amount']} ₹", 20, "R"))
        free = self.width - 7 - sum(column.width_mm for column in columns)
        return [Column("#", 7), Column(words["item"], free), *columns]

    def _taxes(self) -> list[tuple[str, str]]:
        """Return (title, name of the amount) of the taxes of this bill."""
        bill = self.bill
        if bill.is_inter_state:
            taxes = [("IGST", "igst_paise")]
        else:
            taxes = [("CGST", "cgst_paise"), (bill.state_tax, "sgst_paise")]
        return [*taxes, (self.words["cess"], "cess_paise")] if bill.sum_of("cess_paise") else taxes

    def _cells(self, number: int, line: BillLine) -> list[str]:
        bill = self.bill
        per = "" if line.price_unit == line.unit else f" / {line.price_unit}"
        cells = [str(number), line.description]
        if any(each.hsn for each in bill.lines):
            cells.append(line.hsn)
        cells += [f"{plain_quantity(line.quantity)} {line.unit}", f"{printed(line.unit_price_paise)}{per}"]
        if bill.sum_of("discount_paise"):
            cells.append(printed(line.discount_paise))
        if bill.is_taxed:
            cells += [printed(line.taxable_paise), percent(line.gst_rate_bp)]
            cells += [printed(getattr(line, name)) for _, name in self._taxes()]
        return [*cells, printed(line.total_paise)]

    def _sums(self, y: float) -> float:
        """Write the sums at the right, the amount in words and the balances at the left."""
        bill, words = self.bill, self.words
        sums = [(words["taxable"], bill.sum_of("taxable_paise"))] if bill.is_taxed else []
        if bill.is_taxed:
            sums += [(title, bill.sum_of(name)) for title, name in self._taxes()]
        if bill.round_off_paise:
            sums.append((words["round_off"], bill.round_off_paise))
        y = self._room_for(y, (len(sums) + 5) * line_height(_TEXT) + 6) + 2
        right, start = self.left + self.width - _SUMS_MM, y
        for title, paise in sums:
            y = self._sum(y, right, title, paise, size=_TEXT)
        self.sheet.rule(y, x=right, width_mm=_SUMS_MM)
        y = self._sum(y + 0.5, right, words["total"], bill.total_paise, size=12, bold=True)
        if bill.balance_before_paise is not None and bill.balance_after_paise is not None:
            y = self._balance(y, right, words["before"], bill.balance_before_paise)
            y = self._balance(y, right, words["after"], bill.balance_after_paise)
        wide = self.width - _SUMS_MM - 6
        below = self.sheet.write_at(self.left, start, wide, words["in_words"], size=_SMALL)
        below = self.sheet.write_at(self.left, below, wide, in_words(bill.total_paise, self.language), bold=True)
        if bill.notes:
            below = self.sheet.write_at(self.left, below + 2, wide, bill.notes, size=_SMALL)
        return max(y, below) + 3

    def _sum(self, y: float, x: float, title: str, paise: int, *, size: float, bold: bool = False) -> float:
        self.sheet.write_at(x, y, _SUMS_MM - 34, title, size=size, bold=bold)
        return self.sheet.write_at(x + _SUMS_MM - 34, y, 33, f"₹ {printed(paise)}", size=size, bold=bold, align="R")

    def _balance(self, y: float, x: float, title: str, paise: int) -> float:
        named = f"{title} ({self.words['advance']})" if paise < 0 else title
        return self._sum(y, x, named, abs(paise), size=_SMALL)

    def _hsn_summary(self, y: float) -> float:
        words, taxes = self.words, self._taxes()
        columns = [Column("HSN", 24), Column("GST %", 14, "R"), Column(words["taxable"], 28, "R")]
        columns += [Column(title, 24, "R") for title, _ in taxes]
        rows = [
            [
                row.hsn or "-",
                percent(row.gst_rate_bp),
                printed(row.taxable_paise),
                *(printed(getattr(row, name)) for _, name in taxes),
            ]
            for row in self.bill.hsn_rows()
        ]
        y = self._room_for(y, 3 * line_height(_SMALL) + 4)
        return (
            self.sheet.write_table(y, columns, rows, size=7, bottom_mm=_BOTTOM_MM, next_page=self._following_page) + 3
        )

    def _foot(self, y: float) -> None:
        """Write how to pay, the shop's terms, and where it signs."""
        sheet, bill, words = self.sheet, self.bill, self.words
        y = self._room_for(y, _QR_MM + 8)
        left, wide = self.left, self.width - 70
        if bill.payment_link is not None:
            sheet.qr(bill.payment_link, left, y, _QR_MM)
            sheet.write_at(left, y + _QR_MM, _QR_MM, words["scan"], size=6.5, align="C")
            left, wide = left + _QR_MM + 4, wide - _QR_MM - 4
        if bill.title == Title.BILL_OF_SUPPLY:
            y_terms = sheet.write_at(left, y, wide, words["composition"] if bill.is_composition else "", size=_SMALL)
        else:
            y_terms = y
        sheet.write_at(left, y_terms, wide, bill.terms, size=_SMALL)
        x = self.left + self.width - 64
        sheet.set_draw_color(150)
        sheet.rect(x, y, 64, 26)
        sheet.write_at(x + 2, y + 1, 60, f"{words['for']} {bill.supplier.name}", size=_SMALL, align="C")
        if bill.stamp != Stamp.DRAFT:
            sheet.write_at(x + 2, y + 21, 60, words["signatory"], size=_SMALL, align="C")
