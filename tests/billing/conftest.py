"""A shop with products. Models are imported late: pytest loads this file before Django is set up."""

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop


@pytest.fixture
def shop(db: None) -> "Shop":
    from tests.support.factories import make_shop

    return make_shop()


@pytest.fixture
def rice(shop: "Shop") -> "Product":
    from billing.commands import create_product

    return create_product(
        shop.staff,
        name="Basmati Rice",
        aliases=["Chawal", "चावल"],
        unit="kg",
        price_paise=6_000,
        hsn="1006",
        gst_rate_bp=500,
        stock=Decimal(100),
        low_stock_at=Decimal(10),
    )


@pytest.fixture
def soap(shop: "Shop") -> "Product":
    from billing.commands import create_product

    return create_product(
        shop.staff, name="Soap", unit="piece", price_paise=3_540, hsn="3401", gst_rate_bp=1_800, stock=Decimal(100)
    )
