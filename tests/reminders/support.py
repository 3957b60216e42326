"""A shop with one staff member and a customer who owes; a provider that remembers what it was given."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from customers.commands import create_customer
from customers.models import Customer
from execora.core.actor import Actor, Channel
from execora.core.door import acting_in
from execora.core.models import User
from execora.core.permissions import Role
from ledger.commands import add_credit, record_payment
from tests.support.factories import bearer, make_business, make_user

INDIA = ZoneInfo("Asia/Kolkata")
OWED_PAISE = 80_000


class Shop:
    """Everything is created on construction, in the test's database. The test acts in the first one it makes."""

    def __init__(self, slug: str = "sharma", phone: str | None = "+919820000001", number_id: str | None = None) -> None:
        self.business = make_business(slug=slug, name="Sharma Kirana", whatsapp_number_id=number_id)
        self.staff = make_user(self.business, Role.STAFF, username=f"staff-{slug}")
        admin = self.actor(Role.ADMIN)
        with acting_in(self.business.pk):
            self.customer: Customer = create_customer(admin, name="Bharat", phone_e164=phone)
            add_credit(admin, customer=self.customer, amount_paise=OWED_PAISE, description="atta")

    def actor(self, role: Role = Role.STAFF, now: datetime | None = None) -> Actor:
        moment = now or timezone.now()
        return Actor(self.business, self.staff.pk, role, None, Channel.REST, "c" * 32, moment)

    def pay(self, amount_paise: int = OWED_PAISE) -> None:
        record_payment(self.actor(), customer=self.customer, amount_paise=amount_paise, mode="cash")

    def headers(self, user: User | None = None) -> dict[str, str]:
        """Return the headers of a logged-in user, the staff member's by default."""
        return bearer(user or self.staff)

    def customer_headers(self) -> dict[str, str]:
        user = make_user(self.business, Role.CUSTOMER)
        with acting_in(self.business.pk):
            Customer.objects.filter(pk=self.customer.pk).update(user=user)
        return self.headers(user)


class RecordingProvider:
    """A provider that keeps what it was given, and fails when told to."""

    name = "recording"

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.sent: list[tuple[str, str]] = []

    def send(self, *, to_e164: str, body: str, message_id: UUID) -> str:
        assert not connection.in_atomic_block, "a message must not be sent inside a transaction"
        self.sent.append((to_e164, body))
        if self.fault is not None:
            raise self.fault
        return f"wamid.{uuid4().hex}"


def tomorrow_at(hour: int, minute: int = 0, days: int = 1) -> datetime:
    """Return a time of the shop's clock on a later day."""
    day = timezone.now().astimezone(INDIA) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def queued(task: str) -> list[tuple[dict[str, object], datetime | None]]:
    """Return arguments and due time of the task's jobs, oldest first."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return [(job.args, job.scheduled_at) for job in ProcrastinateJob.objects.filter(task_name=task).order_by("id")]
