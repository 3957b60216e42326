"""What a bill is called and who is on it, as it stands when it is issued.

Source: CGST Rules, rules 46 and 49; CGST Act, section 32: who is not registered shows and collects no GST.
"""

from typing import Any

from billing.errors import RecipientAddressNeeded
from billing.models import DocumentType, Invoice
from customers.models import Customer
from execora.core.models import Business, GstRegistration

_CRORE_PAISE = 1_00_00_000_00
# Source: CGST Rules, rule 48(4) and its notifications: bills to the registered above five crore of turnover.
E_INVOICE_ABOVE_PAISE = 5 * _CRORE_PAISE
# Source: CGST Rules, rule 46(e).
ADDRESS_NEEDED_FROM_PAISE = 50_000_00
E_INVOICE_NEEDED = "E_INVOICE_NEEDED"
STOCK_BELOW_ZERO = "STOCK_BELOW_ZERO"
WARNINGS = {
    E_INVOICE_NEEDED: "The shop's turnover is above 5 crore: a bill to a registered customer needs an e-invoice (IRN) from "
    "the government's portal.",
    STOCK_BELOW_ZERO: "More was sold than was in stock: count the shelf and correct the stock.",
}
PARTY_FIELDS = (
    "supplier_name",
    "supplier_address",
    "supplier_gstin",
    "recipient_name",
    "recipient_address",
    "recipient_gstin",
)


def document_type_of(business: Business, *, is_taxed: bool) -> DocumentType:
    """Return what a bill of this shop is called; `is_taxed`: some line has a rate above 0.

    A composition dealer's bill and one of exempt goods alone are bills of supply; without a registration it is an invoice.
    """
    if business.gst_registration == GstRegistration.UNREGISTERED:
        return DocumentType.INVOICE
    if business.gst_registration == GstRegistration.REGULAR and is_taxed:
        return DocumentType.TAX_INVOICE
    return DocumentType.BILL_OF_SUPPLY


def parties_of(business: Business, customer: Customer) -> dict[str, Any]:
    """Return the invoice's PARTY_FIELDS, which say who sold to whom, as both are now. An unregistered shop shows no GSTIN."""
    is_registered = business.gst_registration != GstRegistration.UNREGISTERED
    return {
        "supplier_name": business.name,
        "supplier_address": business.address,
        "supplier_gstin": business.gstin if is_registered else "",
        "recipient_name": customer.name,
        "recipient_address": customer.address,
        "recipient_gstin": customer.gstin,
    }


def warnings_of(business: Business, customer: Customer, document_type: str) -> list[str]:
    """Return the codes (of WARNINGS) of what the shop must look at when this bill is issued."""
    is_between_registered = document_type == DocumentType.TAX_INVOICE and bool(customer.gstin)
    return [E_INVOICE_NEEDED] if is_between_registered and business.turnover_paise > E_INVOICE_ABOVE_PAISE else []


def check_recipient(invoice: Invoice) -> None:
    """See that a bill shows what it must about its recipient.

    Raises:
        RecipientAddressNeeded: a large tax invoice to someone unregistered, whose address is not known.
    """
    if (
        invoice.document_type == DocumentType.TAX_INVOICE
        and not invoice.recipient_gstin
        and invoice.taxable_paise >= ADDRESS_NEEDED_FROM_PAISE
        and not invoice.recipient_address
    ):
        raise RecipientAddressNeeded()
