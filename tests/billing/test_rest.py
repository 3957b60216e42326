"""Products, bills and the day's figures on the wire."""

from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice, Product
from tests.support.factories import Shop, bearer, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(shop: Shop) -> Client:
    return Client(headers=bearer(shop.staff_user))


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def test_makes_changes_and_lists_products(staff: Client) -> None:
    body = {"name": "Atta", "unit": "Kilo", "price": "45.50", "gstRate": "5", "stock": "3", "lowStockAt": 5}
    made = post(staff, "products", body)
    assert made.status_code == 201
    product = made.json()["product"]
    assert {key: product[key] for key in ("unit", "price", "gstRate", "stock", "lowStockAt", "aliases")} == {
        "unit": "kg",
        "price": "45.50",
        "gstRate": "5",
        "stock": "3",
        "lowStockAt": "5",
        "aliases": [],
    }
    path = f"/api/v1/products/{product['id']}"
    changed = staff.patch(path, {"price": 50, "aliases": ["gehun"]}, content_type="application/json")
    assert (changed.status_code, changed.json()["product"]["price"]) == (200, "50.00")
    assert staff.get(path).json() == changed.json()
    assert staff.get("/api/v1/products").json() == {"products": [changed.json()["product"]], "next": None}
    assert staff.get("/api/v1/products/low-stock").json()["products"][0]["id"] == product["id"]
    moved = post(staff, f"products/{product['id']}/stock", {"quantity": "-0.5", "reason": "damage"})
    assert (moved.status_code, moved.json()["movement"]["stockAfter"], moved.json()["product"]["stock"]) == (
        201,
        "2.5",
        "2.5",
    )
    refused = post(staff, f"products/{product['id']}/stock", {"quantity": "-3", "reason": "sale"})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["reason"])


@pytest.mark.parametrize(
    "wrong",
    [{"price": "1.999"}, {"gstRate": "101"}, {"hsn": "12"}, {"stock": "-1"}, {"stock": True}, {"colour": "red"}],
)
def test_refuses_a_malformed_product(staff: Client, wrong: dict[str, Any]) -> None:
    answer = post(staff, "products", {"name": "Atta", "unit": "kg", "price": "45.50", **wrong})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(wrong))
    assert Product.objects.count() == 0


def test_issues_reads_and_cancels_an_invoice(shop: Shop, staff: Client, rice: Product) -> None:
    body = {
        "customerId": shop.rahul.code,
        "items": [{"productName": "chawal", "quantity": "5", "unit": "kg"}, {"productId": str(rice.pk), "quantity": 1}],
    }
    key = {"idempotency-key": "bill-of-rahul-1"}
    made = post(staff, "invoices", body, **key)
    assert made.status_code == 201
    invoice = made.json()["invoice"]
    assert (invoice["status"], invoice["total"], len(invoice["items"])) == ("issued", "360.00", 2)
    assert invoice["items"][0]["productName"] == "Basmati Rice"
    again = post(staff, "invoices", body, **key)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (made.json(), "true")
    assert Invoice.objects.count() == 1
    mine = Client(headers=bearer(shop.customer_user))
    for reader in (staff, mine):
        assert reader.get(f"/api/v1/invoices/{invoice['id']}").json() == made.json()
        assert reader.get("/api/v1/invoices").json() == {"invoices": [invoice], "next": None}
    summary = staff.get("/api/v1/summary/daily").json()["summary"]
    assert (summary["invoiceCount"], summary["totalSales"]) == (1, "360.00")
    cancelled = post(staff, f"invoices/{invoice['id']}/cancel", {"reason": "mistake"})
    assert (cancelled.status_code, cancelled.json()["invoice"]["status"]) == (200, "cancelled")
    twice = post(staff, f"invoices/{invoice['id']}/cancel", {"reason": "mistake"})
    assert (twice.status_code, twice.json()["code"]) == (409, "INVOICE_CANCELLED")


def test_a_draft_is_confirmed_and_hidden_from_the_customer(shop: Shop, staff: Client, rice: Product) -> None:
    items = [{"productId": str(rice.pk), "quantity": "1", "unitPrice": "55", "discount": "5.00"}]
    draft = post(staff, "invoices", {"customerId": str(shop.rahul.pk), "items": items, "draft": True}).json()["invoice"]
    assert (draft["status"], draft["number"], draft["total"]) == ("draft", None, "50.00")
    mine = Client(headers=bearer(shop.customer_user))
    assert mine.get(f"/api/v1/invoices/{draft['id']}").status_code == 404
    confirmed = post(staff, f"invoices/{draft['id']}/confirm", {})
    assert (confirmed.status_code, confirmed.json()["invoice"]["status"]) == (200, "issued")
    assert staff.get("/api/v1/invoices?status=draft").json()["invoices"] == []
    assert mine.get(f"/api/v1/invoices/{draft['id']}").status_code == 200


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"productName": "chawal", "quantity": "101"}], (409, "INSUFFICIENT_STOCK")),
        ([{"productName": "rice", "quantity": "1"}], (404, "PRODUCT_NOT_FOUND")),
        ([{"productName": "chawal", "quantity": "1", "unit": "litre"}], (422, "UNIT_MISMATCH")),
        ([{"productName": "chawal", "quantity": "0"}], (400, "INVALID_INPUT")),
        ([{"quantity": "1"}], (400, "INVALID_INPUT")),
        ([], (400, "INVALID_INPUT")),
        ([{"productName": "chawal", "quantity": "1", "discount": "60.01"}], (422, "DISCOUNT_TOO_LARGE")),
    ],
)
def test_refuses_a_bill(
    shop: Shop, staff: Client, rice: Product, items: list[dict[str, str]], expected: tuple[int, str]
) -> None:
    answer = post(staff, "invoices", {"customerId": shop.rahul.code, "items": items})
    assert (answer.status_code, answer.json()["code"]) == expected
    assert Invoice.objects.count() == 0
    assert Product.objects.get(pk=rice.pk).stock == 100


def test_keeps_shops_and_roles_apart(shop: Shop, staff: Client, rice: Product) -> None:
    body = {"customerId": shop.rahul.code, "items": [{"productId": str(rice.pk), "quantity": "1"}]}
    invoice = post(staff, "invoices", body).json()["invoice"]
    other = make_shop()
    stranger = Client(headers=bearer(other.staff_user))
    assert stranger.get(f"/api/v1/invoices/{invoice['id']}").status_code == 404
    assert stranger.get(f"/api/v1/products/{rice.pk}").status_code == 404
    assert post(stranger, f"invoices/{invoice['id']}/cancel", {"reason": "no"}).status_code == 404
    mine = Client(headers=bearer(shop.customer_user))
    assert mine.get("/api/v1/products").status_code == 403
    assert mine.get("/api/v1/summary/daily").status_code == 403
    assert post(mine, "invoices", body).status_code == 403
    assert Client().get("/api/v1/invoices").status_code == 401
