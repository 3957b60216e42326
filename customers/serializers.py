"""Customers as the wire spells them."""

from rest_framework import serializers

from execora.api.pagination import PageQuery
from execora.api.wire import CodeField, MoneyField, PhoneField, TextField, WireSerializer

WAYS_IN = (
    {"customerId", "password"},
    {"username", "password"},
    {"username", "password", "totp"},
    {"customerId"},
    {"phone"},
    {"challenge", "otp"},
)


class CustomerOut(WireSerializer):
    id = serializers.UUIDField(source="pk")
    code = serializers.CharField()
    name = serializers.CharField()
    nickname = serializers.CharField()
    landmark = serializers.CharField()
    phone = PhoneField(source="phone_e164", allow_null=True)
    address = serializers.CharField()
    stateCode = serializers.CharField(source="state_code")
    gstin = serializers.CharField()
    notes = serializers.CharField(required=False, help_text="What the shop wrote down; not shown to the customer")
    balance = MoneyField(source="balance_paise")
    createdAt = serializers.DateTimeField(source="created_at")


class CustomerFoundOut(CustomerOut):
    matchScore = serializers.FloatField(source="match_score")


class CustomerIn(WireSerializer):
    name = TextField(max_length=120)
    nickname = TextField(max_length=60, required=False, allow_blank=True)
    landmark = TextField(max_length=120, required=False, allow_blank=True)
    phone = PhoneField(source="phone_e164", required=False, allow_null=True)
    address = TextField(max_length=300, required=False, allow_blank=True)
    stateCode = TextField(max_length=2, source="state_code", required=False, allow_blank=True)
    gstin = TextField(max_length=15, required=False, allow_blank=True)
    notes = TextField(max_length=500, required=False, allow_blank=True)


class CustomerChangeIn(CustomerIn):
    name = TextField(max_length=120, required=False)


class CustomerPage(PageQuery):
    """The list of customers takes no filters yet."""


class SearchQuery(WireSerializer):
    q = TextField(max_length=100)


class LoginIn(WireSerializer):
    """`{customerId, password}` for a customer, `{username, password}` for staff and admins. `{customerId}` or `{phone}` alone
    has a code sent, which comes back as `{challenge, otp}`."""

    customerId = TextField(max_length=40, required=False)
    phone = PhoneField(required=False)
    username = TextField(max_length=60, required=False)
    password = TextField(max_length=200, trim_whitespace=False, required=False)
    business = TextField(max_length=40, required=False)
    challenge = TextField(max_length=600, required=False)
    otp = CodeField(required=False)
    totp = TextField(max_length=20, required=False, help_text="Of the authenticator app, or a backup code")

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if attrs.keys() - {"business"} not in WAYS_IN:
            raise serializers.ValidationError(
                "Give customerId or username, and the password; or customerId or phone alone for a code; "
                "or challenge and otp."
            )
        return attrs


class ChallengeOut(WireSerializer):
    challenge = serializers.CharField(help_text="To be sent with the code, as `challenge` and `otp`")
    expiresIn = serializers.IntegerField()


class MeOut(WireSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField()
    customerId = serializers.UUIDField(allow_null=True)
    business = serializers.DictField()
    sessionId = serializers.UUIDField(help_text="The login; auth/sessions lists them")
    tokenExpiresAt = serializers.DateTimeField()
    permissions = serializers.ListField(child=serializers.CharField())
