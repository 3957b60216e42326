"""Products are found by their whole name or alias, and their stock changes only by movements."""

from decimal import Decimal

import pytest

from billing.commands import change_product, create_product, move_stock
from billing.errors import (
    InsufficientStock,
    MovementOfNothing,
    ProductAmbiguous,
    ProductExists,
    ProductNotFound,
    StockTooLarge,
)
from billing.lookup import product_by_name
from billing.models import MovementReason, Product, StockMovement
from execora.core.errors import NotPermitted
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> list[tuple[str, str]]:
    """Names of announced events with the stock they tell of."""
    events: list[tuple[str, str]] = []
    monkeypatch.setattr("billing.stock.announce", lambda actor, name, data: events.append((name, data["stock"])))
    return events


@pytest.mark.parametrize("name", ["Basmati Rice", "BASMATI  rice ", "chawal", "CHAWAL", "चावल"])
def test_finds_a_product_by_name_or_alias(shop: Shop, rice: Product, name: str) -> None:
    assert product_by_name(shop.staff, name) == rice


@pytest.mark.parametrize("name", ["rice", "Basmati", "%", "Basmati Ric_", "", "chawa"])
def test_never_guesses_from_a_part(shop: Shop, rice: Product, name: str) -> None:
    with pytest.raises(ProductNotFound):
        product_by_name(shop.staff, name)


def test_names_the_choices_of_an_alias(shop: Shop, rice: Product) -> None:
    create_product(shop.staff, name="Kolam Rice", aliases=["chawal"], unit="kg", price_paise=5_000)
    with pytest.raises(ProductAmbiguous) as refused:
        product_by_name(shop.staff, "Chawal")
    assert (refused.value.status, refused.value.facts["choices"]) == (409, ["Basmati Rice", "Kolam Rice"])


def test_finds_nothing_of_another_shop_and_nothing_off_sale(shop: Shop, rice: Product) -> None:
    with pytest.raises(ProductNotFound):
        product_by_name(make_shop().staff, "chawal")
    change_product(shop.staff, product=rice, changes={"is_active": False})
    with pytest.raises(ProductNotFound):
        product_by_name(shop.staff, "chawal")


def test_a_name_is_taken_in_any_case(shop: Shop, rice: Product, soap: Product) -> None:
    with pytest.raises(ProductExists):
        create_product(shop.staff, name="basmati RICE", unit="kg", price_paise=1)
    with pytest.raises(ProductExists):
        change_product(shop.staff, product=soap, changes={"name": "BASMATI rice"})
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Basmati Rice", "Soap"]


def test_a_change_leaves_unit_and_stock(shop: Shop, rice: Product) -> None:
    changed = change_product(shop.staff, product=rice, changes={"price_paise": 7_000, "stock": 5, "unit": "bag"})
    changed.refresh_from_db()
    assert (changed.price_paise, changed.stock, changed.unit) == (7_000, Decimal(100), "kg")


def test_stock_is_the_sum_of_its_movements(shop: Shop, rice: Product) -> None:
    move_stock(shop.staff, product=rice, quantity=Decimal("12.5"), reason=MovementReason.PURCHASE, note="van")
    move_stock(shop.staff, product=rice, quantity=Decimal(-2), reason=MovementReason.DAMAGE)
    moves = StockMovement.objects.filter(product=rice).order_by("id").values_list("reason", "quantity", "stock_after")
    assert list(moves) == [
        ("opening", Decimal(100), Decimal(100)),
        ("purchase", Decimal("12.5"), Decimal("112.5")),
        ("damage", Decimal(-2), Decimal("110.5")),
    ]
    assert Product.objects.get(pk=rice.pk).stock == Decimal("110.5")


def test_a_refused_movement_changes_nothing(shop: Shop, rice: Product) -> None:
    for quantity, refusal in [
        (Decimal("-100.001"), InsufficientStock),
        (Decimal(0), MovementOfNothing),
        (Decimal(999_999_999), StockTooLarge),
    ]:
        with pytest.raises(refusal):
            move_stock(shop.staff, product=rice, quantity=quantity, reason=MovementReason.COUNT)
    with pytest.raises(NotPermitted):
        move_stock(shop.customer, product=rice, quantity=Decimal(1), reason=MovementReason.COUNT)
    assert Product.objects.get(pk=rice.pk).stock == Decimal(100)
    assert StockMovement.objects.filter(product=rice).count() == 1


def test_low_stock_is_announced(shop: Shop, rice: Product, told: list[tuple[str, str]]) -> None:
    move_stock(shop.staff, product=rice, quantity=Decimal("-89.5"), reason=MovementReason.COUNT)
    assert told == []
    move_stock(shop.staff, product=rice, quantity=Decimal("-0.5"), reason=MovementReason.COUNT)
    assert told == [("stock.low", "10")]
