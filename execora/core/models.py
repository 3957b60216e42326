"""The ground: shops, people who log in, their sessions, what was done, and keys that make it happen once."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from execora.core.gst import STATE_CODE_FORM
from execora.core.ids import new_id
from execora.core.permissions import Role
from execora.core.tenancy import BusinessOwned, OwnedQuerySet


class GstRegistration(models.TextChoices):
    REGULAR = "regular", "Regular (tax invoices)"
    COMPOSITION = "composition", "Composition (bill of supply)"
    UNREGISTERED = "unregistered", "Unregistered (no GST)"


class Business(models.Model):
    """A shop: owner of every other row, and of the limits that its voice obeys."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    state_code = models.CharField(max_length=2, help_text="GST state code, such as 27 for Maharashtra")
    gstin = models.CharField("GSTIN", max_length=15, blank=True)
    gst_registration = models.CharField(
        max_length=12, choices=GstRegistration.choices, default=GstRegistration.UNREGISTERED
    )
    prices_include_tax = models.BooleanField(default=True)
    rounds_to_rupee = models.BooleanField(default=True)
    turnover_paise = models.BigIntegerField(
        "turnover", default=0, db_default=0, help_text="Of all shops under this PAN in the last financial year (paise)"
    )
    invoice_series = models.CharField(max_length=3, default="A", help_text="Letters or digits; part of invoice numbers")
    more_invoice_series = ArrayField(
        models.CharField(max_length=3),
        default=list,
        db_default=[],
        blank=True,
        help_text="Further series of invoice numbers: of another counter, another channel",
    )
    credit_note_series = models.CharField(
        max_length=3, default="CN", db_default="CN", help_text="Part of the numbers of credit notes; no invoices use it"
    )
    allows_negative_stock = models.BooleanField(
        default=False, db_default=False, help_text="Sell more than is in stock, with a warning"
    )
    time_zone = models.CharField(max_length=40, default="Asia/Kolkata")
    phone_e164 = models.CharField("phone", max_length=16, blank=True)
    upi_address = models.CharField("UPI address", max_length=80, blank=True)
    whatsapp_number_id = models.CharField(max_length=40, null=True, blank=True, unique=True)
    voice_confirm_above_paise = models.BigIntegerField(
        default=500_000, help_text="A spoken command that moves more than this waits for a yes (paise)"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "businesses"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(voice_confirm_above_paise__gte=0), name="business_limit_positive"
            ),
            models.CheckConstraint(condition=models.Q(state_code__regex=STATE_CODE_FORM), name="business_state_known"),
            models.CheckConstraint(
                condition=models.Q(invoice_series__regex=r"^[A-Z0-9]{1,3}$"), name="business_series_form"
            ),
            models.CheckConstraint(
                condition=models.Q(credit_note_series__regex=r"^[A-Z0-9]{1,3}$")
                & ~models.Q(credit_note_series=models.F("invoice_series"))
                & ~models.Q(more_invoice_series__contains=[models.F("credit_note_series")]),
                name="business_note_series_its_own",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.select_related("business").get(username__iexact=username)


class User(AbstractBaseUser):
    """Someone who logs in. Staff and admins by username; a customer by their customer id, linked from Customer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="users")
    username = models.CharField(max_length=60, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    # How often their logins were ended. A session of the admin is good for the number at which it began.
    login_epoch = models.IntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("username"), name="user_username_any_case"),
            models.CheckConstraint(
                condition=models.Q(role=Role.CUSTOMER, username=None)
                | (models.Q(role__in=[Role.ADMIN, Role.STAFF]) & ~models.Q(username=None)),
                name="user_username_unless_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin may be entered at all; what is seen there is by permission."""
        return self.role in (Role.ADMIN, Role.STAFF)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what Django keeps in a session and compares at each request, for the current and the previous SECRET_KEY."""
        facts = f"{self.login_epoch} {self.password}"
        return salted_hmac("execora.admin session", facts, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Deny by default: the admin classes of each room ask the permission table instead."""
        return False


class AuthSession(BusinessOwned):
    """A login on a device. The token's `sid` names it; revoking it ends the token at the next request.

    `expires_at` is the end of the last token that a refresh can give; `role` is what the user was at the login.
    """

    customer_path: ClassVar[str | None] = "user__customer__id"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions", db_constraint=False)
    role = models.CharField(max_length=10, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now, db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)


class RefreshToken(BusinessOwned):
    """One link of a login's chain of refresh tokens, by its hash. The successor follows from the token and `salt`."""

    session = models.ForeignKey(AuthSession, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    token_hash = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16, default=bytes)
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "token_hash"], name="refresh_token_once")
        ]


class SocketTicket(BusinessOwned):
    """What opens one socket, by its hash, until then. `login_expires_at` is the end of the access token that asked for it."""

    session = models.ForeignKey(AuthSession, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    token_hash = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    login_expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "token_hash"], name="socket_ticket_once")
        ]


class SecondFactor(BusinessOwned):
    """An authenticator app that a user has shown to have. `last_step` is the 30 seconds of the last code that was used."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    sealed_key = models.TextField()
    last_step = models.BigIntegerField()
    failures = models.SmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "user"], name="second_factor_of_user")
        ]


class BackupCode(BusinessOwned):
    """What stands in for the app once, by its hash."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    code_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "factor", "code_hash"], name="backup_code_once")
        ]


class AuditEvent(BusinessOwned):
    """One command that was carried out: by whom, through which door, on what. Grows only."""

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    channel = models.CharField(max_length=10)
    command = models.CharField(max_length=60)
    target_id = models.UUIDField(null=True)
    correlation_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "-id"], name="audit_by_time")]


class IdempotencyKey(BusinessOwned):
    """A key whose effect is committed, with the answer that was given. Keys are each user's own."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    key = models.CharField(max_length=120)
    fingerprint = models.BinaryField(max_length=32)
    answer = models.TextField(help_text="The JSON that was answered, to the letter")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["business", "user", "key"], name="idempotency_key_once", nulls_distinct=False
            )
        ]


class Counter(BusinessOwned):
    """A shop's running number, such as the codes people say for customers. Its row is locked last."""

    name = models.CharField(max_length=30)
    value = models.BigIntegerField(default=0)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "name"], name="counter_once"),
        ]
