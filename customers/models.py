"""The people of a shop."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower

from execora.core.gst import STATE_CODE_FORM
from execora.core.models import User
from execora.core.tenancy import BusinessOwned


class Customer(BusinessOwned):
    """Someone with a khata. `code` ("cust-001") is what people say and old clients send; `sound_keys` is how the name is
    found by ear: the sound key of every word of name, nickname and landmark, with spaces around."""

    customer_path: ClassVar[str | None] = "id"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    nickname = models.CharField(max_length=60, blank=True)
    landmark = models.CharField(
        max_length=120, blank=True, help_text='How people tell two of a name apart: "mandir wala"'
    )
    phone_e164 = models.CharField("phone", max_length=16, null=True, blank=True)
    address = models.CharField(max_length=300, blank=True)
    state_code = models.CharField(
        max_length=2, blank=True, help_text="GST state code of the address; empty: the shop's"
    )
    gstin = models.CharField("GSTIN", max_length=15, blank=True)
    notes = models.CharField(max_length=500, blank=True)
    sound_keys = models.CharField(max_length=400, editable=False)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="customer", db_constraint=False
    )
    last_active_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "code"], name="customer_code_once"),
            models.UniqueConstraint(
                fields=["business", "phone_e164"], name="customer_phone_once", condition=~models.Q(phone_e164=None)
            ),
            models.UniqueConstraint(
                "business", Lower("name"), Lower("nickname"), Lower("landmark"), name="customer_told_apart"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_has_name"),
            models.CheckConstraint(
                condition=models.Q(state_code="") | models.Q(state_code__regex=STATE_CODE_FORM),
                name="customer_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.landmark})" if self.landmark else self.name


class LoginCode(BusinessOwned):
    """The one-time code that a customer was sent last, by its hash, and how often it was tried."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    challenge_id = models.UUIDField()
    code_hash = models.BinaryField(max_length=32)
    tries = models.SmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "customer"], name="login_code_newest"),
            models.UniqueConstraint(fields=["business", "challenge_id"], name="login_code_of_challenge"),
        ]


def person_of(customer: Customer) -> dict[str, Any]:
    """Return who the customer is, for events and spoken answers: never the phone."""
    return {"id": str(customer.pk), "code": customer.code, "name": customer.name, "landmark": customer.landmark}
