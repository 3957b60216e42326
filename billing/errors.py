"""What is refused about products, stock and bills."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from execora.core.errors import BadInput, Conflict, DomainError, NotFound
from execora.core.money import plain_quantity


class ProductNotFound(NotFound):
    code = "PRODUCT_NOT_FOUND"
    message = "No such product. Look at the list of products, or add it first."

    @classmethod
    def named(cls, name: str) -> "ProductNotFound":
        return cls(
            f'No product is called "{name[:60]}". Check the name, or add the product first.', facts={"name": name}
        )


class ProductAmbiguous(Conflict):
    code = "PRODUCT_AMBIGUOUS"

    def __init__(self, name: str, choices: Iterable[str]) -> None:
        names = sorted(choices)
        super().__init__(
            f'"{name[:60]}" may be {" or ".join(names)}. Say which one.', facts={"name": name, "choices": names}
        )


class ProductExists(Conflict):
    code = "PRODUCT_EXISTS"
    message = "A product of this name exists already. Change that one, or choose another name."


@dataclass(frozen=True, slots=True)
class Shortage:
    """A product of which less is there than is asked, both in its unit."""

    name: str
    unit: str
    available: Decimal
    asked: Decimal

    def __str__(self) -> str:
        return (
            f"{self.name}: {plain_quantity(self.available)} {self.unit} in stock, "
            f"{plain_quantity(self.asked)} {self.unit} asked"
        )


class InsufficientStock(Conflict):
    code = "INSUFFICIENT_STOCK"

    def __init__(self, shortages: Iterable[Shortage]) -> None:
        short = list(shortages)
        facts = [
            {
                "name": one.name,
                "unit": one.unit,
                "available": plain_quantity(one.available),
                "asked": plain_quantity(one.asked),
            }
            for one in short
        ]
        super().__init__(f"Not enough stock. {'; '.join(map(str, short))}.", facts={"shortages": facts})


class StockTooLarge(DomainError):
    code = "STOCK_TOO_LARGE"
    message = "A quantity or a stock is at most 99,99,99,999 units."


class MovementOfNothing(BadInput):
    code = "NOTHING_MOVED"
    message = "Give a quantity other than 0: above 0 for stock that came, below 0 for stock that went."


class UnitMismatch(DomainError):
    code = "UNIT_MISMATCH"

    def __init__(self, given: str, wanted: str) -> None:
        super().__init__(
            f'A quantity in "{given[:20]}" cannot be counted exactly in {wanted}. Give it in {wanted}.',
            facts={"given": given, "wanted": wanted},
        )


class DiscountTooLarge(DomainError):
    code = "DISCOUNT_TOO_LARGE"
    message = "The discount is more than the price that it is taken off."


class GstRateUnknown(DomainError):
    code = "GST_RATE_UNKNOWN"

    def __init__(self, rate_bp: int, known_bp: Iterable[int]) -> None:
        known = ", ".join(plain_quantity(Decimal(rate) / 100) for rate in known_bp)
        message = (
            f"{plain_quantity(Decimal(rate_bp) / 100)} % is no GST rate today. The rates are {known} %. "
            "A rate that is new by law is entered as a dated tax rate first."
        )
        super().__init__(message, fields={"gstRate": [message]})


class RecipientAddressNeeded(DomainError):
    """Source: CGST Rules, rule 46(e)."""

    code = "RECIPIENT_ADDRESS_NEEDED"
    message = (
        "A tax invoice of 50,000 rupees or more to a customer without a GSTIN must show their address and state. "
        "Add the address (and the state, if it is another one) to the customer, then issue the bill."
    )


class InvoiceNotFound(NotFound):
    code = "INVOICE_NOT_FOUND"
    message = "No such invoice. Look at the list of invoices."


class InvoiceEmpty(BadInput):
    code = "INVOICE_EMPTY"
    message = "A bill needs at least one item."


class InvoiceOfNothing(DomainError):
    code = "INVOICE_OF_NOTHING"
    message = "The bill comes to 0 rupees. Check the prices and discounts."


class InvoiceNotDraft(Conflict):
    code = "INVOICE_NOT_DRAFT"
    message = "Only a draft can be confirmed; this invoice was issued or cancelled before."


class InvoiceNotIssued(Conflict):
    code = "INVOICE_NOT_ISSUED"
    message = "This is a draft: it moved nothing and needs no cancelling."


class InvoiceCancelled(Conflict):
    code = "INVOICE_CANCELLED"
    message = "This invoice was cancelled before. Nothing was changed."


class NumbersExhausted(Conflict):
    code = "NUMBERS_EXHAUSTED"
    message = "This invoice series is full for the financial year. Choose another series in the shop's settings."


class SeriesTaken(Conflict):
    code = "SERIES_TAKEN"
    message = "This series numbers documents of another kind this year. Choose another series in the shop's settings."


class CreditNoteNotFound(NotFound):
    code = "CREDIT_NOTE_NOT_FOUND"
    message = "No such credit note. Look at the list of credit notes."


class SeriesUnknown(DomainError):
    code = "SERIES_UNKNOWN"

    def __init__(self, known: Iterable[str]) -> None:
        message = f"Give one of the shop's series of invoices: {', '.join(known)}."
        super().__init__(message, fields={"series": [message]})


class MovementWrongWay(DomainError):
    code = "MOVEMENT_WRONG_WAY"
    message = (
        "A purchase or opening stock is above 0, damage below 0; sales and cancellations move stock by their bills."
    )


class InvoiceHasCreditNotes(Conflict):
    code = "INVOICE_HAS_CREDIT_NOTES"
    message = "This invoice has credit notes and cannot be cancelled. Credit what remains of it by another note."


class NothingToCredit(Conflict):
    code = "NOTHING_TO_CREDIT"
    message = "Nothing of this remains to be credited: earlier notes took all of it, or it came to 0 rupees."


class LineNotOnInvoice(DomainError):
    code = "LINE_NOT_ON_INVOICE"

    def __init__(self, line: int) -> None:
        super().__init__(f"The invoice has no line {line}. Name the lines by their place on it, from 1.")


class CreditExceedsInvoice(DomainError):
    code = "CREDIT_EXCEEDS_INVOICE"

    def __init__(self, line: int, name: str, unit: str, remaining: Decimal) -> None:
        left = plain_quantity(remaining)
        super().__init__(
            f"Line {line}, {name}: only {left} {unit} of it can still be credited.",
            facts={"line": line, "name": name, "unit": unit, "remaining": left},
        )
