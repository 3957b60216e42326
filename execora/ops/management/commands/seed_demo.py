"""Fill the demo shop. What is there already stays as it is: seeding again changes nothing."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from billing.commands import create_product, issue_invoice
from billing.models import Product
from billing.pricing import Line
from customers.commands import create_customer
from customers.models import Customer
from execora.core.actor import Actor, Channel
from execora.core.door import acting_in, business_of_slug
from execora.core.ids import new_id
from execora.core.models import Business, GstRegistration, User
from execora.core.permissions import Role
from execora.ops.demo.catalogue import GOODS, PEOPLE
from ledger.commands import add_credit, record_opening_balance, record_payment

SLUG = "demo"


class Command(BaseCommand):
    help = "Fill the demo shop with people, goods and some history, once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo is seeded: EXECORA_DEMO is not set.")
        if business_of_slug(SLUG) is not None:
            self.stdout.write("The demo shop is there already.")
            return
        business_id = new_id()
        with acting_in(business_id), transaction.atomic():
            seed(business_id)
        self.stdout.write("The demo shop is ready.")


def seed(business_id: UUID) -> None:
    """Make the shop. The business must be acted in."""
    business = Business.objects.create(
        pk=business_id,
        slug=SLUG,
        name="Sharma Kirana Store",
        address="12 Station Road, Pune",
        state_code="27",
        gstin="27AAPFU0939F1ZV",
        gst_registration=GstRegistration.REGULAR,
        upi_address="sharmakirana@example",
        whatsapp_number_id="demo-number",
    )
    _user(business, Role.ADMIN, "admin", "Asha Sharma")
    staff = _user(business, Role.STAFF, "staff", "Vijay Patil")
    actor = Actor(business, staff.pk, Role.STAFF, None, Channel.SYSTEM, "seed-demo", timezone.now())
    for goods in GOODS:
        create_product(
            actor,
            name=goods.name,
            aliases=goods.aliases,
            unit=goods.unit,
            price_paise=goods.rupees * 100,
            hsn=goods.hsn,
            gst_rate_bp=goods.gst_percent * 100,
            stock=Decimal(goods.stock),
            low_stock_at=Decimal(10),
        )
    people = [_person(actor, number) for number in range(len(PEOPLE))]
    login = _user(business, Role.CUSTOMER, None, people[0].name)
    Customer.objects.filter(pk=people[0].pk).update(user=login)
    _history(actor, people)


def _person(actor: Actor, number: int) -> Customer:
    person = PEOPLE[number]
    customer = create_customer(
        actor, name=person.name, nickname=person.nickname, landmark=person.landmark, phone_e164=person.phone
    )
    if person.opening_rupees:
        record_opening_balance(actor, customer=customer, amount_paise=person.opening_rupees * 100)
    return customer


def _user(business: Business, role: Role, username: str | None, name: str) -> User:
    password = settings.DEMO_PASSWORDS[role.value]
    if not password:
        raise CommandError(f"DEMO_{role.value.upper()}_PASSWORD is not set. Start the demo with `make run`.")
    user = User(business=business, role=role, username=username, name=name)
    user.set_password(password)
    user.save()
    return user


def _history(actor: Actor, people: list[Customer]) -> None:
    goods = {product.name: product for product in Product.objects.visible_to(actor)}
    issue_invoice(
        actor,
        customer=people[1],
        lines=[
            Line(quantity=Decimal(2), product=goods["Cheeni"]),
            Line(quantity=Decimal(1), product=goods["Tel"]),
            Line(quantity=Decimal(4), product=goods["Maggi"]),
        ],
    )
    record_payment(actor, customer=people[1], amount_paise=500_00, mode="upi")
    add_credit(actor, customer=people[4], amount_paise=120_00, description="Rashan")
    record_payment(actor, customer=people[7], amount_paise=75_00, mode="cash")
