"""From an invoice's rows to what stands on its paper."""

from billing.document import parties_of
from billing.models import Invoice, InvoiceItem, InvoiceStatus
from billing.papers.bill import Bill, BillLine, Party, Stamp, Title
from execora.core.clock import local_day
from execora.core.gst import UTGST_STATES, named_state
from execora.core.models import GstRegistration

_STAMPS = {InvoiceStatus.DRAFT.value: Stamp.DRAFT, InvoiceStatus.CANCELLED.value: Stamp.CANCELLED}


def bill_of(invoice: Invoice) -> Bill:
    """Return what stands on an invoice's paper. Wants its business, customer, entry and items loaded.

    Who sold to whom is as it was at the issue; how to reach and pay the shop is as it is now.
    """
    business, entry = invoice.business, invoice.entry
    state = invoice.supplier_state or business.state_code
    is_issued = invoice.status == InvoiceStatus.ISSUED and entry is not None
    return Bill(
        title=Title(invoice.document_type),
        stamp=_STAMPS.get(invoice.status),
        number=invoice.number or "",
        day=invoice.issued_on or local_day(invoice.created_at, business.time_zone),
        supplier=_supplier(invoice),
        recipient=_recipient(invoice),
        lines=tuple(_line(item) for item in invoice.items.all()),
        total_paise=invoice.total_paise,
        round_off_paise=invoice.round_off_paise,
        place_of_supply=named_state(invoice.place_of_supply),
        is_inter_state=invoice.place_of_supply != state,
        reverse_charge=invoice.reverse_charge,
        is_composition=invoice.document_type == Title.BILL_OF_SUPPLY
        and business.gst_registration == GstRegistration.COMPOSITION,
        state_tax="UTGST" if state in UTGST_STATES else "SGST",
        notes=invoice.notes,
        reason=invoice.cancel_reason,
        upi_address=business.upi_address,
        balance_before_paise=entry.balance_after_paise - entry.effect_paise if is_issued and entry else None,
        balance_after_paise=entry.balance_after_paise if is_issued and entry else None,
    )


def _supplier(invoice: Invoice) -> Party:
    told, business = _told(invoice), invoice.business
    return Party(
        name=told["supplier_name"],
        address=told["supplier_address"],
        gstin=told["supplier_gstin"],
        state=named_state(invoice.supplier_state or business.state_code),
        phone=business.phone_e164,
    )


def _recipient(invoice: Invoice) -> Party:
    told = _told(invoice)
    return Party(
        name=told["recipient_name"],
        address=told["recipient_address"],
        gstin=told["recipient_gstin"],
        state=named_state(invoice.recipient_state),
    )


def _told(invoice: Invoice) -> dict[str, str]:
    """Return the parties as the invoice keeps them; one of before it kept them takes them as they are."""
    if not invoice.supplier_name:
        return parties_of(invoice.business, invoice.customer)
    names = ("name", "address", "gstin")
    return {f"{who}_{name}": getattr(invoice, f"{who}_{name}") for who in ("supplier", "recipient") for name in names}


def _line(item: InvoiceItem) -> BillLine:
    return BillLine(
        description=item.description,
        hsn=item.hsn,
        quantity=item.quantity,
        unit=item.unit,
        unit_price_paise=item.unit_price_paise,
        price_unit=item.price_unit,
        discount_paise=item.discount_paise + item.bill_discount_paise,
        gst_rate_bp=item.gst_rate_bp,
        taxable_paise=item.taxable_paise,
        cgst_paise=item.cgst_paise,
        sgst_paise=item.sgst_paise,
        igst_paise=item.igst_paise,
        cess_paise=item.cess_paise,
        total_paise=item.total_paise,
    )
