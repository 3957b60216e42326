"""What part of a bill a credit note takes back. Pure: paise in, paise out.

Source: CGST Act, section 34(1): the value and the tax are the invoice's own, at the rates it was issued with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.models import AccountKind

_THOUSANDTHS = 1000


def share(whole_paise: int, *, earlier: Decimal, quantity: Decimal, of: Decimal) -> int:
    """Return what `quantity` takes of an amount for the quantity `of`, after `earlier` was taken.

    Each note takes what all notes together should have taken, less what the earlier ones took: however often it is
    rounded, the last one takes exactly what remains.
    """
    return _up_to(whole_paise, earlier + quantity, of) - _up_to(whole_paise, earlier, of)


def _up_to(whole_paise: int, quantity: Decimal, of: Decimal) -> int:
    part, all_of_it = int(quantity * _THOUSANDTHS), int(of * _THOUSANDTHS)
    return (2 * whole_paise * part + all_of_it) // (2 * all_of_it)


@dataclass(frozen=True, slots=True)
class Taxes:
    """The heads of a document or of its lines; `round_off_paise` is a document's alone."""

    taxable_paise: int = 0
    cgst_paise: int = 0
    sgst_paise: int = 0
    igst_paise: int = 0
    cess_paise: int = 0

    def __add__(self, other: "Taxes") -> "Taxes":
        return Taxes(
            self.taxable_paise + other.taxable_paise,
            self.cgst_paise + other.cgst_paise,
            self.sgst_paise + other.sgst_paise,
            self.igst_paise + other.igst_paise,
            self.cess_paise + other.cess_paise,
        )

    @property
    def exact_paise(self) -> int:
        return self.taxable_paise + self.cgst_paise + self.sgst_paise + self.igst_paise + self.cess_paise


def sides_of_note(
    invoiced: Mapping[AccountKind, int], taxes: Taxes, *, earlier_taxable_paise: int, round_off_paise: int
) -> dict[AccountKind, int]:
    """Return the postings of a note, debit positive, from those of its invoice: the same accounts, in part.

    Sales were posted gross of the discounts, which are given back in the proportion of the taxable value.
    """
    discount = invoiced.get(AccountKind.DISCOUNT, 0)
    taxable = -invoiced.get(AccountKind.SALES, 0) - discount
    given_back = 0
    if discount and taxable:
        earlier, now = Decimal(earlier_taxable_paise), Decimal(taxes.taxable_paise)
        given_back = share(discount, earlier=earlier, quantity=now, of=Decimal(taxable))
    of_the_state = AccountKind.UTGST if AccountKind.UTGST in invoiced else AccountKind.SGST
    return {
        AccountKind.RECEIVABLE: -(taxes.exact_paise + round_off_paise),
        AccountKind.SALES: taxes.taxable_paise + given_back,
        AccountKind.DISCOUNT: -given_back,
        AccountKind.CGST: taxes.cgst_paise,
        of_the_state: taxes.sgst_paise,
        AccountKind.IGST: taxes.igst_paise,
        AccountKind.CESS: taxes.cess_paise,
        AccountKind.ROUND_OFF: round_off_paise,
    }
