"""Writing about products and bills. Locks in one order: the customer's account, products by id, the number series."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.document import PARTY_FIELDS, STOCK_BELOW_ZERO, check_recipient, document_type_of, parties_of, warnings_of
from billing.errors import (
    InvoiceCancelled,
    InvoiceEmpty,
    InvoiceHasCreditNotes,
    InvoiceNotDraft,
    InvoiceNotIssued,
    InvoiceOfNothing,
    MovementOfNothing,
    MovementWrongWay,
    ProductExists,
    ProductNotFound,
)
from billing.lookup import locked_invoice, products_by_name
from billing.models import CreditNote, Invoice, InvoiceItem, InvoiceStatus, MovementReason, Product, StockMovement
from billing.numbering import invoice_series, take_number
from billing.pricing import Line, PricedItem, priced_items
from billing.rates import checked_rate
from billing.stock import apply_movements, lock_products
from billing.totals import AS_THE_SHOP_BILLS, InvoiceAmounts, PricedLine, Terms, amounts_of, tax_rules_of
from billing.units import unit_name, uqc_of
from customers.errors import CustomerNotFound
from customers.models import Customer, person_of
from execora.core.actor import Actor
from execora.core.checks import check_fields
from execora.core.commands import command
from execora.core.events import announce
from execora.core.gst import UTGST_STATES, checked_state_code
from execora.core.ids import new_id
from execora.core.money import rupees
from execora.core.permissions import Permission
from execora.ops.metrics import count_invoice_operation
from ledger.commands import mirror_entry
from ledger.models import Account, AccountKind, EntryKind
from ledger.postings import lock_account, post_entry

# What stock does by hand for a reason: comes (1) or goes (-1). Sales and cancellations move it by their documents alone.
ONE_WAY = {MovementReason.OPENING: 1, MovementReason.PURCHASE: 1, MovementReason.DAMAGE: -1}
WITH_A_DOCUMENT = (MovementReason.SALE, MovementReason.CANCELLATION)
CHANGEABLE = frozenset({"name", "aliases", "price_paise", "hsn", "gst_rate_bp", "low_stock_at", "is_active"})


@command(requires=Permission.PRODUCT_CHANGE)
def create_product(
    actor: Actor,
    *,
    name: str,
    unit: str,
    price_paise: int,
    aliases: Sequence[str] = (),
    hsn: str = "",
    gst_rate_bp: int | None = 0,
    stock: Decimal = Decimal(0),
    low_stock_at: Decimal = Decimal(0),
    product_id: UUID | None = None,
) -> Product:
    """Add a product; stock that is there already becomes its first movement.

    Raises:
        ProductExists: the name is taken, in any case.
        GstRateUnknown: there is no such GST rate today.
    """
    product = Product(
        id=product_id or new_id(),
        business_id=actor.business_id,
        name=" ".join(name.split()),
        aliases=list(aliases),
        unit=unit_name(unit),
        price_paise=price_paise,
        hsn=hsn,
        gst_rate_bp=checked_rate(actor, gst_rate_bp, actor.today),
        low_stock_at=low_stock_at,
        stock=Decimal(0),
    )
    _save_product(product, force_insert=True)
    if stock:
        apply_movements(actor, {product.pk: product}, {product.pk: stock}, reason=MovementReason.OPENING)
    announce(actor, "product.created", {"productId": str(product.pk), "name": product.name})
    return product


@command(requires=Permission.PRODUCT_CHANGE)
def change_product(actor: Actor, *, product: Product, changes: dict[str, Any]) -> Product:
    """Set the given fields (of CHANGEABLE) of a product. Its unit stays, and its stock is moved by `move_stock`.

    Locks the product.

    Raises:
        ProductNotFound, ProductExists, GstRateUnknown: as their names say.
    """
    locked = lock_products(actor, [product.pk])[product.pk]
    fields = sorted(changes.keys() & CHANGEABLE)
    if "gst_rate_bp" in fields and changes["gst_rate_bp"] != locked.gst_rate_bp:
        checked_rate(actor, changes["gst_rate_bp"], actor.today)
    for field in fields:
        setattr(locked, field, changes[field])
    locked.name = " ".join(locked.name.split())
    _save_product(locked, update_fields=[*fields, "updated_at"])
    announce(actor, "product.changed", {"productId": str(locked.pk), "name": locked.name})
    return locked


@command(requires=Permission.STOCK_CHANGE)
def move_stock(
    actor: Actor, *, product: Product, quantity: Decimal, reason: MovementReason, note: str = ""
) -> StockMovement:
    """Change a stock by a signed quantity in the product's unit: above 0 came, below 0 went. Locks the product.

    Raises:
        MovementOfNothing, MovementWrongWay, ProductNotFound, InsufficientStock, StockTooLarge: as their names say.
    """
    if not quantity:
        raise MovementOfNothing(fields={"quantity": [MovementOfNothing.message]})
    if reason in WITH_A_DOCUMENT or quantity * ONE_WAY.get(reason, 0) < 0:
        raise MovementWrongWay(fields={"quantity": [MovementWrongWay.message]})
    locked = lock_products(actor, [product.pk])
    return apply_movements(actor, locked, {product.pk: quantity}, reason=reason, note=note)[0]


@command(requires=Permission.INVOICE_ISSUE)
def issue_invoice(
    actor: Actor,
    *,
    customer: Customer,
    lines: Sequence[Line],
    notes: str = "",
    draft: bool = False,
    series: str = "",
    terms: Terms = AS_THE_SHOP_BILLS,
) -> Invoice:
    """Write a bill and, unless it is a `draft`, issue it: number, books and stock in one transaction.

    `series` is one of the shop's for invoices; without it the shop's first. A draft is numbered when it is confirmed.

    Locks the customer's account, then the products, then the number series; a draft locks and moves nothing.

    Raises:
        CustomerNotFound, ProductNotFound, ProductAmbiguous, InvoiceEmpty, UnitMismatch, DiscountTooLarge: as named.
        InvoiceOfNothing, AmountTooLarge: the total is 0, or more than an entry may move.
        InsufficientStock: all lines of a product together ask for more than is there.
        InvalidStateCode, GstRateUnknown, RecipientAddressNeeded, SeriesUnknown: as named.
    """
    if not lines:
        raise InvoiceEmpty(fields={"items": [InvoiceEmpty.message]})
    if customer.business_id != actor.business_id:
        raise CustomerNotFound()
    account = None if draft else lock_account(actor, customer.pk)
    by_name = [line.product_name for line in lines if line.product_name is not None]
    named = products_by_name(actor, by_name)
    ids = [_product_id(line, named) for line in lines]
    products = _products(actor, {key for key in ids if key is not None}, is_locked=not draft)
    items = priced_items(actor, lines, ids, products)
    invoice = _write_draft(actor, customer, items, notes, terms)
    if account is None:
        _announce_invoice(actor, "invoice.drafted", invoice, for_customer=False)
        return invoice
    return _issue(actor, invoice, account, products, series)


@command(requires=Permission.INVOICE_ISSUE)
def confirm_invoice(actor: Actor, *, invoice_id: UUID, series: str = "") -> Invoice:
    """Issue a draft at the prices it was written with, dated today. Locks as `issue_invoice` does.

    Raises:
        InvoiceNotFound, InvoiceNotDraft, ProductNotFound, InsufficientStock, SeriesUnknown: as their names say.
    """
    invoice, account = locked_invoice(actor, invoice_id)
    if invoice.status != InvoiceStatus.DRAFT:
        raise InvoiceNotDraft()
    stocked = InvoiceItem.objects.filter(invoice=invoice, product__isnull=False)
    ids = set(stocked.values_list("product_id", flat=True))
    for field, value in parties_of(actor.business, invoice.customer).items():
        setattr(invoice, field, value)
    invoice.warnings = warnings_of(actor.business, invoice.customer, invoice.document_type)
    return _issue(actor, invoice, account, _products(actor, ids, is_locked=True), series)


@command(requires=Permission.INVOICE_CANCEL)
def cancel_invoice(actor: Actor, *, invoice_id: UUID, reason: str) -> Invoice:
    """Undo an issued invoice: the mirror entry in the books, the stock back. Its number stays used.

    Of several at once one succeeds. Locks the customer's account, then the products.

    Raises:
        InvoiceNotFound, InvoiceNotIssued, InvoiceCancelled, InvoiceHasCreditNotes: as their names say.
    """
    invoice, _ = locked_invoice(actor, invoice_id)
    if invoice.status == InvoiceStatus.CANCELLED:
        raise InvoiceCancelled()
    if invoice.status == InvoiceStatus.DRAFT or invoice.entry is None:
        raise InvoiceNotIssued()
    if CreditNote.objects.filter(invoice=invoice).exists():
        raise InvoiceHasCreditNotes()
    sold = StockMovement.objects.filter(invoice=invoice, reason=MovementReason.SALE).values_list(
        "product_id", "quantity"
    )
    back = {product_id: -quantity for product_id, quantity in sold}
    products = lock_products(actor, back)
    apply_movements(actor, products, back, reason=MovementReason.CANCELLATION, note=reason, invoice=invoice)
    mirror_entry(actor, entry=invoice.entry, reason=reason)
    invoice.status = InvoiceStatus.CANCELLED
    invoice.cancel_reason = reason
    invoice.cancelled_at = actor.now
    invoice.save(update_fields=["status", "cancel_reason", "cancelled_at"])
    _count("cancel")
    _announce_invoice(actor, "invoice.cancelled", invoice)
    return invoice


def _save_product(product: Product, **how: Any) -> None:
    check_fields(product)
    try:
        with transaction.atomic():
            product.save(**how)
    except IntegrityError as fault:
        if "product_name_once" in str(fault):
            raise ProductExists() from fault
        raise


def _products(actor: Actor, ids: set[UUID], *, is_locked: bool) -> dict[UUID, Product]:
    """Return products that are on sale, locked or as they are."""
    if is_locked:
        found = lock_products(actor, ids)
    else:
        found = {product.pk: product for product in Product.objects.visible_to(actor).filter(pk__in=ids)}
    for key in ids:
        if key not in found:
            raise ProductNotFound()
        if not found[key].is_active:
            raise ProductNotFound.named(found[key].name)
    return found


def _product_id(line: Line, named: Mapping[str, Product]) -> UUID | None:
    """Return the product that a line is of, None for goods of this bill alone."""
    if line.product is not None:
        return line.product.pk
    return named[line.product_name].pk if line.product_name is not None else None


def _write_draft(actor: Actor, customer: Customer, items: Sequence[PricedItem], notes: str, terms: Terms) -> Invoice:
    home = customer.state_code or actor.business.state_code
    place = checked_state_code(terms.place_of_supply, field="placeOfSupply") or home
    rules = tax_rules_of(actor.business, place, prices_include_tax=terms.prices_include_tax)
    priced = [item.priced for item in items]
    amounts = amounts_of(priced, rules, terms.discount)
    if not amounts.total_paise:
        raise InvoiceOfNothing()
    document_type = document_type_of(actor.business, is_taxed=any(line.gst_rate_bp for line in amounts.lines))
    invoice: Invoice = Invoice.objects.create(
        business_id=actor.business_id,
        customer=customer,
        status=InvoiceStatus.DRAFT,
        place_of_supply=place,
        taxable_paise=amounts.taxable_paise,
        cgst_paise=amounts.cgst_paise,
        sgst_paise=amounts.sgst_paise,
        igst_paise=amounts.igst_paise,
        cess_paise=amounts.cess_paise,
        bill_discount_paise=amounts.bill_discount_paise,
        net_discount_paise=amounts.net_discount_paise,
        round_off_paise=amounts.round_off_paise,
        total_paise=amounts.total_paise,
        prices_include_tax=rules.prices_include_tax,
        document_type=document_type,
        supplier_state=actor.business.state_code,
        recipient_state=home,
        warnings=warnings_of(actor.business, customer, document_type),
        **parties_of(actor.business, customer),
        notes=notes,
        created_at=actor.now,
        user_id=actor.user_id,
    )
    _write_items(actor, invoice, items, priced, amounts)
    return invoice


def _write_items(
    actor: Actor,
    invoice: Invoice,
    items: Sequence[PricedItem],
    priced: Sequence[PricedLine],
    amounts: InvoiceAmounts,
) -> None:
    InvoiceItem.objects.bulk_create(
        InvoiceItem(
            business_id=actor.business_id,
            invoice=invoice,
            line=number,
            product=item.product,
            description=item.description,
            hsn=item.hsn,
            quantity=item.line.quantity,
            unit=item.unit,
            uqc=uqc_of(item.unit),
            stock_quantity=item.stock_quantity,
            unit_price_paise=item.price_paise,
            price_unit=item.price_unit,
            discount_paise=before_tax.discount_paise,
            bill_discount_paise=amount.bill_discount_paise,
            net_discount_paise=amount.net_discount_paise,
            gst_rate_bp=amount.gst_rate_bp,
            cess_rate_bp=amount.cess_rate_bp,
            taxable_paise=amount.taxable_paise,
            cgst_paise=amount.cgst_paise,
            sgst_paise=amount.sgst_paise,
            igst_paise=amount.igst_paise,
            cess_paise=amount.cess_paise,
            total_paise=amount.total_paise,
        )
        for number, (item, before_tax, amount) in enumerate(zip(items, priced, amounts.lines, strict=True), start=1)
    )


def _issue(actor: Actor, invoice: Invoice, account: Account, products: dict[UUID, Product], series: str) -> Invoice:
    """Take the stock and a number for a draft and enter it in the books, under the locks of account and products."""
    sold: dict[UUID, Decimal] = {}
    stocked = InvoiceItem.objects.filter(invoice=invoice, product__isnull=False)
    for product_id, quantity in stocked.values_list("product_id", "stock_quantity"):
        sold[product_id] = sold.get(product_id, Decimal(0)) - quantity
    apply_movements(actor, products, sold, reason=MovementReason.SALE, invoice=invoice)
    if any(products[key].stock < 0 for key in sold):
        invoice.warnings = [*invoice.warnings, STOCK_BELOW_ZERO]
    check_recipient(invoice)
    invoice.number = take_number(actor, series=invoice_series(actor, series))
    state_tax = AccountKind.UTGST if invoice.supplier_state in UTGST_STATES else AccountKind.SGST
    sides = {
        AccountKind.RECEIVABLE: invoice.total_paise,
        AccountKind.SALES: -invoice.taxable_paise - invoice.net_discount_paise,
        AccountKind.DISCOUNT: invoice.net_discount_paise,
        AccountKind.CGST: -invoice.cgst_paise,
        state_tax: -invoice.sgst_paise,
        AccountKind.IGST: -invoice.igst_paise,
        AccountKind.CESS: -invoice.cess_paise,
        AccountKind.ROUND_OFF: -invoice.round_off_paise,
    }
    invoice.entry = post_entry(
        actor, account=account, kind=EntryKind.INVOICE, sides=sides, description=f"Invoice {invoice.number}"
    )
    invoice.issued_on = actor.today
    invoice.status = InvoiceStatus.ISSUED
    invoice.save(update_fields=["number", "entry", "issued_on", "status", "warnings", *PARTY_FIELDS])
    _count("issue")
    _announce_invoice(actor, "invoice.created", invoice)
    return invoice


def _announce_invoice(actor: Actor, name: str, invoice: Invoice, *, for_customer: bool = True) -> None:
    data = {
        "customer": person_of(invoice.customer),
        "invoiceId": str(invoice.pk),
        "number": invoice.number,
        "total": rupees(invoice.total_paise),
    }
    announce(actor, name, data, customer_id=invoice.customer_id if for_customer else None)


def _count(operation: str) -> None:
    transaction.on_commit(lambda: count_invoice_operation(operation, "success"), robust=True)
