"""`manage.py fixture`: two shops for who tests a running server from outside, printed as one JSON object."""

import argparse
import json
import math
import secrets
import wave
from datetime import datetime, time, timedelta
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from billing.commands import create_product, issue_invoice
from billing.models import Product
from billing.pricing import Line
from customers.commands import create_customer
from customers.models import Customer
from execora.core.actor import Actor, Channel
from execora.core.door import acting_in, businesses_count
from execora.core.ids import new_id
from execora.core.models import Business, GstRegistration, User
from execora.core.money import rupees
from execora.core.permissions import Role
from execora.providers import storage
from ledger.commands import record_payment
from reminders.commands import schedule_reminder
from voice.keeping import keep_recording
from voice.models import Recording, RecordingState, VoiceSession
from voice.recording import Sound

HELP = """
Fills an empty database with two shops, A and B, and prints one JSON object with everything in them that a test from
outside needs: ids, logins, phones, numbers, and the secrets that sign webhooks. Needs EXECORA_DEMO=1, since it prints
passwords, and a migrated database without any business; in any other it changes nothing and fails.

The object:
  webhookSecret, verifyToken       what signs a webhook (X-Hub-Signature-256), and what answers Meta's challenge
  businesses.A, businesses.B       each with
    id, slug, name, whatsappNumberId
    admin                          {id, username, password}
    staff                          two of {id, username, password}
    customers                      two of {id, code, name, phone, userId, password}; codes are the same in both shops,
                                   so that a login by code names `business` (the slug)
    product                        {id, name, unit, price, stock}
    stockProduct                   in A only: the same, with a stock of exactly 10
    invoice                        {id, number, total, customerId}; issued, of the first customer
    entry                          {id, amount, customerId}; a payment of the first customer
    reminder                       {id, datetime, customerId}; tomorrow at noon, to the first customer
    session                        {id, customerId}; a spoken session of the first customer
    recording                      {id, sessionId, durationMs}; a second of sound, stored where recordings are
Passwords are new in each run; names and the shape are the same. Log in:
  POST /api/v1/auth/login {"username": ..., "password": ...}
  POST /api/v1/auth/login {"customerId": <code or id>, "password": ..., "business": <slug>}
To watch: LOG_FILE gets every log line of a process, CODE_SINK_FILE a line "phone code" for each one-time code.
"""

# The check characters of the GSTINs are right; the shops are invented.
SHOPS = {
    "A": ("shop-a", "Anand Kirana", "27", "27AAPFU0939F1ZV", "100000000000001", "+9198200100"),
    "B": ("shop-b", "Bharat Stores", "29", "29AAGCB7383J1Z4", "100000000000002", "+9198200200"),
}
TONE_RATE_HZ = 16_000
PEOPLE = (("Rahul Sharma", "mandir wala"), ("Priya Nair", "bus stand"))


class Command(BaseCommand):
    help = HELP
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the lines of the help as they are."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Passwords are printed, so this is for the demo alone: EXECORA_DEMO is not set.")
        with transaction.atomic():
            if businesses_count():
                raise CommandError("There is a business here already. Use a new database; nothing was changed.")
            shops = {letter: _shop(letter) for letter in SHOPS}
        # The store is spoken to when the rows are committed, as everywhere.
        for shop in shops.values():
            shop["recording"] = _recording(shop)
        made = {
            "webhookSecret": settings.WHATSAPP_APP_SECRET,
            "verifyToken": settings.WHATSAPP_VERIFY_TOKEN,
            "businesses": shops,
        }
        self.stdout.write(json.dumps(made, indent=2))


def _shop(letter: str) -> dict[str, Any]:
    business_id = new_id()
    with acting_in(business_id):
        return _filled(letter, business_id)


def _filled(letter: str, business_id: UUID) -> dict[str, Any]:
    slug, name, state, gstin, number_id, phones = SHOPS[letter]
    business = Business.objects.create(
        pk=business_id,
        slug=slug,
        name=name,
        state_code=state,
        gstin=gstin,
        gst_registration=GstRegistration.REGULAR,
        whatsapp_number_id=number_id,
    )
    admin, _ = _user(business, Role.ADMIN, f"admin-{slug}")
    staff = [_user(business, Role.STAFF, f"staff-{number}-{slug}") for number in (1, 2)]
    actor = Actor(business, staff[0][1].pk, Role.STAFF, None, Channel.SYSTEM, "fixture", timezone.now())
    customers = [
        _customer(actor, person, landmark, f"{phones}{number:02d}")
        for number, (person, landmark) in enumerate(PEOPLE, start=1)
    ]
    shop = {
        "id": str(business.pk),
        "slug": slug,
        "name": name,
        "whatsappNumberId": number_id,
        "admin": admin,
        "staff": [login for login, _ in staff],
        "customers": [shown for shown, _ in customers],
        **_books(actor, customers[0][1]),
    }
    if letter == "A":
        shop["stockProduct"] = _product_json(_product(actor, "Ghee", "600.00", stock=10))
    return shop


def _user(business: Business, role: Role, username: str | None, name: str = "") -> tuple[dict[str, str], User]:
    password = secrets.token_urlsafe(16)
    user = User(business=business, role=role, username=username, name=name or str(username))
    user.set_password(password)
    user.save()
    return {"id": str(user.pk), "username": username or "", "password": password}, user


def _customer(actor: Actor, name: str, landmark: str, phone: str) -> tuple[dict[str, str], Customer]:
    customer = create_customer(actor, name=name, landmark=landmark, phone_e164=phone)
    login, user = _user(actor.business, Role.CUSTOMER, None, name)
    Customer.objects.filter(pk=customer.pk).update(user=user)
    shown = {
        "id": str(customer.pk),
        "code": customer.code,
        "name": name,
        "phone": phone,
        "userId": login["id"],
        "password": login["password"],
    }
    return shown, customer


def _books(actor: Actor, customer: Customer) -> dict[str, Any]:
    """Let the shop do one of everything with a customer."""
    product = _product(actor, "Chawal", "60.00", stock=1000)
    invoice = issue_invoice(actor, customer=customer, lines=[Line(product=product, quantity=Decimal(2))])
    entry = record_payment(actor, customer=customer, amount_paise=50_00, mode="cash")
    zone = ZoneInfo(actor.business.time_zone)
    due_at = datetime.combine(actor.today + timedelta(days=1), time(12), zone)
    reminder = schedule_reminder(actor, customer=customer, due_at=due_at)
    session = VoiceSession.objects.create(
        business=actor.business,
        user=User.objects.get(customer=customer),
        correlation_id=actor.correlation_id,
        started_at=actor.now,
    )
    product.refresh_from_db()
    whose = {"customerId": str(customer.pk)}
    return {
        "product": _product_json(product),
        "invoice": {"id": str(invoice.pk), "number": invoice.number, "total": rupees(invoice.total_paise), **whose},
        "entry": {"id": str(entry.pk), "amount": rupees(entry.total_paise), **whose},
        "reminder": {"id": str(reminder.pk), "datetime": due_at.isoformat(), **whose},
        "session": {"id": str(session.pk), **whose},
    }


def _recording(shop: dict[str, Any]) -> dict[str, Any]:
    """Keep a second of a plain tone as the recording of the shop's session."""
    with acting_in(UUID(shop["id"])):
        business = Business.objects.get(pk=shop["id"])
        actor = Actor(
            business, UUID(shop["staff"][0]["id"]), Role.STAFF, None, Channel.SYSTEM, "fixture", timezone.now()
        )
        sound = _tone(actor.now)
        row = keep_recording(actor, session_id=UUID(shop["session"]["id"]), recording_id=new_id(), sound=sound)
        try:
            storage.keep(row.object_name, sound.file)
        except storage.StorageUnavailable as fault:
            raise CommandError(f"The two shops are there, their recordings are not: {fault}") from fault
        Recording.objects.filter(pk=row.pk).update(state=RecordingState.STORED)
    return {"id": str(row.pk), "sessionId": shop["session"]["id"], "durationMs": sound.duration_ms}


def _tone(consent_at: datetime) -> Sound:
    file = SpooledTemporaryFile(64 * 1024)  # noqa: SIM115  # the caller's; it ends with this process
    with wave.open(file, "wb") as tone:
        tone.setparams((1, 2, TONE_RATE_HZ, TONE_RATE_HZ, "NONE", ""))
        samples = (round(8_000 * math.sin(2 * math.pi * 440 * place / TONE_RATE_HZ)) for place in range(TONE_RATE_HZ))
        tone.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return Sound(
        file=file, media_type="audio/wav", suffix="wav", bytes=file.tell(), duration_ms=1_000, consent_at=consent_at
    )


def _product(actor: Actor, name: str, price: str, *, stock: int) -> Product:
    price_paise = int(Decimal(price) * 100)
    return create_product(actor, name=name, unit="kg", price_paise=price_paise, stock=Decimal(stock))


def _product_json(product: Product) -> dict[str, str]:
    return {
        "id": str(product.pk),
        "name": product.name,
        "unit": product.unit,
        "price": rupees(product.price_paise),
        "stock": str(product.stock.normalize() if product.stock % 1 else int(product.stock)),
    }
