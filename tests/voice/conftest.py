"""A shop that can be spoken to. Models are imported late: pytest loads this file before Django is set up."""

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop


@pytest.fixture
def spoken_shop(transactional_db: None) -> "Shop":
    """Rahul Sharma of the mandir, Rahul Verma of the ATM, Priya Nair, Mohan Das; committed, for other threads to see."""
    from customers.commands import create_customer
    from tests.support.factories import make_shop

    shop = make_shop()
    create_customer(shop.staff, name="Rahul Verma", landmark="ATM wala")
    create_customer(shop.staff, name="Priya Nair")
    create_customer(shop.staff, name="Mohan Das")
    return shop


@pytest.fixture
def rice(spoken_shop: "Shop") -> "Product":
    """Ten kilos at 60 rupees, tax included."""
    from billing.commands import create_product

    return create_product(
        spoken_shop.staff,
        name="Basmati Rice",
        aliases=["chawal", "चावल", "rice"],
        unit="kg",
        price_paise=6_000,
        stock=Decimal(10),
    )
