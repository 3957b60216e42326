"""A bill on a roll of 80 mm, as long as what stands on it. Pure: the same bill gives the same bytes."""

from billing.papers.bill import Bill, BillLine, Title
from billing.papers.words import WORDS, Language
from execora.core.money import plain_quantity
from execora.papers.sheet import Sheet
from execora.papers.text import percent, printed, printed_day

_WIDTH_MM, _MARGIN_MM = 80.0, 4.0
_TALLEST_MM = 5_000.0
_QR_MM = 40.0
_SMALL = 7.5


def receipt(bill: Bill, language: Language = "en") -> bytes:
    """Return the bill as a PDF of one page."""
    # Measured first to learn how long it is.
    measured = _sheet(bill, language, _TALLEST_MM)
    measured.is_inked = False
    height = _draw(measured, bill, language)
    sheet = _sheet(bill, language, height + _MARGIN_MM)
    _draw(sheet, bill, language)
    return sheet.finished()


def _sheet(bill: Bill, language: Language, height_mm: float) -> Sheet:
    title = f"{WORDS['en'][bill.title]} {bill.number}".strip()
    return Sheet(size=(_WIDTH_MM, height_mm), margin_mm=_MARGIN_MM, day=bill.day, title=title, language=language)


def _draw(sheet: Sheet, bill: Bill, language: Language) -> float:
    """Draw the bill from the top and return the y below it."""
    words, x, width = WORDS[language], _MARGIN_MM, sheet.epw
    sheet.add_page()
    y = _head(sheet, bill, language)
    for line in bill.lines:
        y = _line(sheet, y, line)
    sheet.rule(y + 0.5)
    y += 1.5
    for title, paise in _sums(bill, words):
        y = _pair(sheet, y, title, printed(paise), size=8)
    y = _pair(sheet, y, words["total"], f"₹ {printed(bill.total_paise)}", size=13, bold=True)
    for title, balance in ((words["before"], bill.balance_before_paise), (words["after"], bill.balance_after_paise)):
        if balance is not None:
            named = f"{title} ({words['advance']})" if balance < 0 else title
            y = _pair(sheet, y, named, f"₹ {printed(abs(balance))}", size=8)
    y += 1
    if bill.notes:
        y = sheet.write_at(x, y, width, bill.notes, size=_SMALL)
    if bill.payment_link is not None:
        sheet.qr(bill.payment_link, (_WIDTH_MM - _QR_MM) / 2, y, _QR_MM)
        y = sheet.write_at(x, y + _QR_MM, width, words["scan"], size=_SMALL, align="C")
    if bill.is_composition:
        y = sheet.write_at(x, y + 1, width, words["composition"], size=6.5, align="C")
    y = sheet.write_at(x, y + 1, width, bill.terms, size=_SMALL, align="C")
    return sheet.write_at(x, y + 1, width, words["thanks"], size=8, align="C")


def _head(sheet: Sheet, bill: Bill, language: Language) -> float:
    words, x, y, width = WORDS[language], _MARGIN_MM, _MARGIN_MM, sheet.epw
    supplier, recipient = bill.supplier, bill.recipient
    y = sheet.write_at(x, y, width, supplier.name, size=13, bold=True, align="C")
    told = [supplier.address, supplier.phone, f"GSTIN: {supplier.gstin}" if supplier.gstin else ""]
    for text in told:
        y = sheet.write_at(x, y, width, text, size=_SMALL, align="C")
    y = sheet.write_at(x, y + 0.5, width, words[bill.title], size=10, bold=True, align="C")
    if bill.stamp:
        y = sheet.write_at(x, y, width, words[bill.stamp], size=16, bold=True, align="C")
    y = _pair(sheet, y, bill.number, printed_day(bill.day), size=8)
    if bill.original_number and bill.original_day:
        against = f"{words['against']} {bill.original_number}, {printed_day(bill.original_day)}"
        y = sheet.write_at(x, y, width, against, size=_SMALL)
    y = sheet.write_at(x, y, width, recipient.name, size=9, bold=True)
    y = sheet.write_at(x, y, width, f"GSTIN: {recipient.gstin}" if recipient.gstin else "", size=_SMALL)
    if bill.title == Title.TAX_INVOICE and bill.place_of_supply:
        y = sheet.write_at(x, y, width, f"{words['place']}: {bill.place_of_supply}", size=_SMALL)
    sheet.rule(y + 0.5)
    return y + 1.5


def _line(sheet: Sheet, y: float, line: BillLine) -> float:
    y = sheet.write_at(_MARGIN_MM, y, sheet.epw, line.description, size=8.5, bold=True)
    per = "" if line.price_unit == line.unit else f"/{line.price_unit}"
    how = f"{plain_quantity(line.quantity)} {line.unit} × {printed(line.unit_price_paise)}{per}"
    if line.discount_paise:
        how += f" − {printed(line.discount_paise)}"
    if line.hsn:
        how += f"  [{line.hsn}]"
    return _pair(sheet, y, how, printed(line.total_paise), size=8)


def _sums(bill: Bill, words: dict[str, str]) -> list[tuple[str, int]]:
    """Return what the total is made of: taxes by rate, as rule 46 wants rate and amount of each."""
    sums: list[tuple[str, int]] = []
    if bill.is_taxed:
        sums.append((words["taxable"], bill.sum_of("taxable_paise")))
        for rate in sorted({line.gst_rate_bp for line in bill.lines if line.gst_rate_bp}):
            rows = [row for row in bill.hsn_rows() if row.gst_rate_bp == rate]
            if bill.is_inter_state:
                sums.append((f"IGST {percent(rate)}%", sum(row.igst_paise for row in rows)))
            else:
                half = f"{percent(rate / 2)}%"
                sums.append((f"CGST {half}", sum(row.cgst_paise for row in rows)))
                sums.append((f"{bill.state_tax} {half}", sum(row.sgst_paise for row in rows)))
        sums.append((words["cess"], bill.sum_of("cess_paise")))
    sums.append((words["round_off"], bill.round_off_paise))
    return [(title, paise) for title, paise in sums if paise]


def _pair(sheet: Sheet, y: float, left: str, right: str, *, size: float, bold: bool = False) -> float:
    """Write two texts at both ends of a line."""
    wide = sheet.epw * (0.4 if bold else 0.64)
    below = sheet.write_at(_MARGIN_MM, y, wide, left, size=size, bold=bold)
    at = _MARGIN_MM + wide
    return max(below, sheet.write_at(at, y, sheet.epw - wide, right, size=size, bold=bold, align="R"))
