"""Moving stock under the locks of its products, which are always taken in the order of their ids."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from billing.errors import InsufficientStock, ProductNotFound, Shortage, StockTooLarge
from billing.models import CreditNote, Invoice, MovementReason, Product, StockMovement
from billing.units import MAX_QUANTITY
from execora.core.actor import Actor
from execora.core.events import announce
from execora.core.money import plain_quantity


def lock_products(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Product]:
    """Return the products of these ids as they are now, locked until the commit, smallest id first.

    Raises:
        ProductNotFound: one of them is not there.
    """
    wanted = set(ids)
    rows = (
        Product.objects.visible_to(actor)
        .filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    found = {product.pk: product for product in rows}
    if wanted - found.keys():
        raise ProductNotFound()
    return found


def apply_movements(
    actor: Actor,
    products: Mapping[UUID, Product],
    changes: Mapping[UUID, Decimal],
    *,
    reason: MovementReason,
    note: str = "",
    invoice: Invoice | None = None,
    credit_note: CreditNote | None = None,
) -> list[StockMovement]:
    """Change the stock of locked products by signed quantities in their units, all or none, and write the movements.

    Raises:
        InsufficientStock: some stock would go below zero, other than by a sale of a shop that allows it; all are named.
        StockTooLarge: some stock would be too large to count.
    """
    short = [
        Shortage(product.name, product.unit, product.stock, -changes[key])
        for key, product in products.items()
        if key in changes and changes[key] < 0 and product.stock + changes[key] < 0
    ]
    if short and not (reason == MovementReason.SALE and actor.business.allows_negative_stock):
        raise InsufficientStock(short)
    moved = [products[key] for key in sorted(changes)]
    for product in moved:
        product.stock += changes[product.pk]
        product.last_movement += 1
        if abs(product.stock) > MAX_QUANTITY:
            raise StockTooLarge()
    Product.objects.bulk_update(moved, ["stock", "last_movement"])
    movements: list[StockMovement] = StockMovement.objects.bulk_create(
        StockMovement(
            business_id=actor.business_id,
            product=product,
            sequence=product.last_movement,
            quantity=changes[product.pk],
            stock_after=product.stock,
            reason=reason,
            note=note,
            invoice=invoice,
            credit_note=credit_note,
            user_id=actor.user_id,
            at=actor.now,
        )
        for product in moved
    )
    for product in moved:
        if changes[product.pk] < 0 and product.stock <= product.low_stock_at:
            _announce_low(actor, product)
    return movements


def _announce_low(actor: Actor, product: Product) -> None:
    data = {
        "productId": str(product.pk),
        "name": product.name,
        "stock": plain_quantity(product.stock),
        "unit": product.unit,
        "lowStockAt": plain_quantity(product.low_stock_at),
    }
    announce(actor, "stock.low", data)
