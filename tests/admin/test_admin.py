"""The admin as staff use it: every page opens, only one's own shop is seen, and what is written went through a command."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from billing.commands import create_product
from billing.models import Product, StockMovement
from customers.models import Customer
from execora.core.models import AuditEvent
from ledger.commands import record_payment
from ledger.models import Entry
from tests.support.factories import PASSWORD, Shop, make_shop

pytestmark = pytest.mark.django_db
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label != "procrastinate"),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def enter(client: Client, username: str | None) -> None:
    body = {"username": username, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", body).status_code == 302


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_room_has_its_models_there() -> None:
    labels = {model._meta.label for model in MODELS}
    assert {"customers.Customer", "ledger.Entry", "ledger.Posting", "ledger.Account", "billing.Product"} <= labels
    assert {
        "billing.Invoice",
        "reminders.Reminder",
        "reminders.OutgoingMessage",
        "core.User",
        "voice.Utterance",
    } <= labels


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_opens_for_an_admin(client: Client, shop: Shop, model: type) -> None:
    enter(client, shop.admin_user.username)
    assert client.get(address(model, "changelist")).status_code == 200


def test_staff_see_no_users_and_no_audit(client: Client, shop: Shop) -> None:
    enter(client, shop.staff_user.username)
    assert client.get("/admin/core/user/").status_code == 403
    assert client.get("/admin/core/auditevent/").status_code == 403


def test_the_jobs_of_all_shops_are_shown_to_no_shop(client: Client, shop: Shop) -> None:
    enter(client, shop.admin_user.username)
    assert client.get("/admin/procrastinate/procrastinatejob/").status_code == 403


def test_a_customer_cannot_enter(client: Client, shop: Shop) -> None:
    client.force_login(shop.customer_user)
    assert client.get("/admin/customers/customer/").status_code == 302


def test_another_shops_rows_are_not_there(client: Client, shop: Shop) -> None:
    other = make_shop()
    enter(client, shop.admin_user.username)
    page = client.get("/admin/customers/customer/").content.decode()
    assert (str(shop.rahul.pk) in page, str(other.rahul.pk) in page) == (True, False)
    assert client.get(address(Customer, "change", other.rahul.pk)).status_code == 302


def test_a_customer_is_added_by_the_command(client: Client, shop: Shop) -> None:
    enter(client, shop.staff_user.username)
    body = {"name": "Geeta Rani", "phone_e164": "98200 00002"}
    assert client.post(address(Customer, "add"), body).status_code == 302
    made = Customer.objects.get(name="Geeta Rani")
    assert (made.code, made.phone_e164, made.business_id) == ("cust-002", "+919820000002", shop.business.pk)
    row = AuditEvent.objects.get(command="create_customer", target_id=made.pk)
    assert (row.channel, row.user_id) == ("admin", shop.staff_user.pk)


def test_what_the_command_refuses_is_shown_and_changes_nothing(client: Client, shop: Shop) -> None:
    enter(client, shop.staff_user.username)
    page = client.post(address(Customer, "add"), {"name": "Other", "phone_e164": "+919820000001"})
    assert page.status_code == 200
    assert "This customer exists already" in page.content.decode()
    wrong = client.post(address(Customer, "add"), {"name": "Other", "phone_e164": "12"})
    assert "Give a mobile number" in wrong.content.decode()
    assert Customer.objects.count() == 1


def test_a_product_is_added_in_rupees_and_changed(client: Client, shop: Shop) -> None:
    enter(client, shop.staff_user.username)
    body = {"name": "Chawal", "aliases": "rice,चावल", "unit": "kg", "price_paise": "60.50", "gst_rate_bp": "5"}
    assert client.post(address(Product, "add"), {**body, "stock": "5", "low_stock_at": "1"}).status_code == 302
    product = Product.objects.get()
    assert (product.price_paise, product.aliases, product.stock) == (6050, ["rice", "चावल"], 5)
    assert product.gst_rate_bp == 500
    changed = {**body, "price_paise": "61", "low_stock_at": "2", "is_active": "on"}
    assert client.post(address(Product, "change", product.pk), changed).status_code == 302
    product.refresh_from_db()
    assert (product.price_paise, product.stock, product.low_stock_at) == (6100, 5, 2)
    refused = client.post(address(Product, "change", product.pk), {**changed, "price_paise": "1.234"})
    assert "Give a number with at most two decimals" in refused.content.decode()


def test_the_books_are_read_only_but_an_admin_reverses(client: Client, shop: Shop) -> None:
    entry = record_payment(shop.staff, customer=shop.rahul, amount_paise=70_00, mode="cash")
    enter(client, shop.admin_user.username)
    assert client.get(address(Entry, "add")).status_code == 403
    assert client.post(address(Entry, "delete", entry.pk)).status_code == 403
    body = {"action": "reverse", "_selected_action": [str(entry.pk)]}
    for _ in range(2):
        assert client.post(address(Entry, "changelist"), body).status_code == 302
    assert Entry.objects.filter(reverses=entry).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gst_rate_bp", "-5"),
        ("gst_rate_bp", "20000"),
        ("gst_rate_bp", "99999999999"),
        ("hsn", "abc"),
        ("price_paise", "-1"),
    ],
)
def test_a_bad_product_is_refused_beside_the_form(client: Client, shop: Shop, field: str, value: str) -> None:
    enter(client, shop.staff_user.username)
    body = {"name": "Chawal", "unit": "kg", "price_paise": "60", "gst_rate_bp": "5", "stock": "5", "low_stock_at": "1"}
    assert client.post(address(Product, "add"), {**body, field: value}).status_code == 200
    assert Product.objects.count() == 0


@pytest.mark.parametrize("code", ["zz", "99", "२७", "00"])
def test_a_state_that_does_not_exist_is_refused(client: Client, shop: Shop, code: str) -> None:
    enter(client, shop.staff_user.username)
    assert client.post(address(Customer, "add"), {"name": "Other", "state_code": code}).status_code == 200
    assert Customer.objects.count() == 1


def test_goods_that_came_are_a_movement(client: Client, shop: Shop) -> None:
    enter(client, shop.staff_user.username)
    product = create_product(shop.staff, name="Chawal", unit="kg", price_paise=6_000)
    page = client.get(address(StockMovement, "add")).content.decode()
    assert "Chawal" in page
    body = {"product": str(product.pk), "quantity": "25.5", "reason": "purchase", "note": "Mandi"}
    assert client.post(address(StockMovement, "add"), body).status_code == 302
    product.refresh_from_db()
    assert (str(product.stock), StockMovement.objects.get().reason) == ("25.500", "purchase")
    refused = client.post(address(StockMovement, "add"), {**body, "quantity": "-30"})
    assert refused.status_code == 200
    assert StockMovement.objects.count() == 1
