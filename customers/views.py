"""Customers and logging in, on REST."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import Value
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.commands import change_customer, create_customer, find_customer
from customers.login import log_in_by_code, log_in_customer, log_in_staff, request_code
from customers.models import Customer
from customers.search import search_customers
from customers.serializers import (
    ChallengeOut,
    CustomerChangeIn,
    CustomerFoundOut,
    CustomerIn,
    CustomerOut,
    CustomerPage,
    LoginIn,
    MeOut,
    SearchQuery,
)
from execora.api.auth import AuthViewSet, TokensOut, tokens
from execora.api.authentication import login_of
from execora.api.limits import take_code, take_login
from execora.api.pagination import page_of
from execora.api.permissions import Authenticated
from execora.api.views import WireViewSet
from execora.core.errors import Unauthenticated
from execora.core.ids import parse_id
from execora.core.models import User
from execora.core.permissions import ROLE_PERMISSIONS, Permission

_ONE = inline_serializer("CustomerAnswer", {"customer": CustomerOut()})
_MANY = inline_serializer(
    "CustomersAnswer", {"customers": CustomerOut(many=True), "next": serializers.CharField(allow_null=True)}
)
_FOUND = inline_serializer("CustomersFound", {"customers": CustomerFoundOut(many=True)})


def customer_json(customer: Customer) -> dict[str, Any]:
    if not hasattr(customer, "balance_paise"):
        account = getattr(customer, "account", None)
        customer.balance_paise = account.balance_paise if account is not None else 0  # type: ignore[attr-defined]
    return dict(CustomerOut(customer).data)


class CustomerViewSet(WireViewSet):
    permissions: ClassVar = {
        "list": Permission.CUSTOMER_VIEW,
        "search": Permission.CUSTOMER_SEARCH,
        "retrieve": Permission.CUSTOMER_VIEW,
        "create": Permission.CUSTOMER_CREATE,
        "partial_update": Permission.CUSTOMER_CHANGE,
    }

    @extend_schema(parameters=[CustomerPage], responses=_MANY)
    def list(self, request: Request) -> Response:
        rows = Customer.objects.visible_to(self.actor).annotate(
            balance_paise=Coalesce("account__balance_paise", Value(0))
        )
        page, following = page_of(rows, self.query(CustomerPage))
        return Response({"customers": [self._shown(customer) for customer in page], "next": following})

    @extend_schema(parameters=[SearchQuery], responses=_FOUND)
    def search(self, request: Request) -> Response:
        found = search_customers(self.actor, self.query(SearchQuery)["q"])
        answers = [{**customer_json(match.customer), "matchScore": match.score} for match in found]
        return Response({"customers": answers})

    @extend_schema(responses=_ONE)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response({"customer": self._shown(find_customer(self.actor, pk))})

    def _shown(self, customer: Customer) -> dict[str, Any]:
        """What the shop wrote down about a customer is not for the customer."""
        data = customer_json(customer)
        if self.actor.is_customer:
            del data["notes"]
        return data

    @extend_schema(request=CustomerIn, responses={201: _ONE})
    def create(self, request: Request) -> Response:
        return self.run(create_customer, _answer, **self.body(CustomerIn))

    @extend_schema(request=CustomerChangeIn, responses=_ONE)
    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.body(CustomerChangeIn)
        return self.run(change_customer, _answer, status=200, customer=find_customer(self.actor, pk), changes=changes)


def _answer(customer: Customer) -> dict[str, Any]:
    return {"customer": _jsonable(customer_json(customer))}


def _jsonable(data: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if key == "id" else value for key, value in data.items()}


class LoginView(AuthViewSet):
    """Public: a name and a password, or a one-time code, for tokens; or a name alone for a code."""

    is_public = True
    authentication_classes = ()

    @extend_schema(request=LoginIn, responses={200: TokensOut, 202: ChallengeOut})
    def create(self, request: Request) -> Response:
        given = self.body(LoginIn)
        slug = given.get("business")
        agent = request.META.get("HTTP_USER_AGENT", "")
        if "password" not in given and "otp" not in given:
            name = given.get("phone") or given["customerId"]
            take_code(request._request, _name_in_shop(name, slug))
            asked = request_code(reference=given.get("customerId"), phone_e164=given.get("phone"), business_slug=slug)
            return Response({"challenge": asked.sealed, "expiresIn": asked.seconds}, status=202)
        name = given.get("username") or given.get("customerId") or given["challenge"]
        take_login(request._request, _name_in_shop(name, slug) if "customerId" in given else name)
        if "otp" in given:
            return tokens(log_in_by_code(challenge=name, code=given["otp"], user_agent=agent))
        if "username" in given:
            totp = given.get("totp")
            return tokens(log_in_staff(username=name, password=given["password"], totp=totp, user_agent=agent))
        pair = log_in_customer(reference=name, password=given["password"], business_slug=slug, user_agent=agent)
        return tokens(pair)


def _name_in_shop(name: str, slug: str | None) -> str:
    """Return what tries of a customer are counted by. A code or a phone is somebody else's in another shop; an id is not."""
    return name if parse_id(name) is not None else f"{slug or ''}/{name}"


class MeView(WireViewSet):
    """Who the token is."""

    permission_classes = (Authenticated,)

    @extend_schema(responses=MeOut)
    def list(self, request: Request) -> Response:
        actor = self.actor
        role = actor.role
        if role is None or actor.user_id is None:
            raise Unauthenticated()
        user, claims = User.objects.get(pk=actor.user_id), login_of(request).claims
        business = {"id": str(actor.business_id), "slug": actor.business.slug, "name": actor.business.name}
        return Response(
            {
                "id": str(actor.user_id),
                "name": user.name,
                "role": role.value,
                "customerId": str(actor.customer_id) if actor.customer_id else None,
                "business": business,
                "sessionId": str(claims.session_id),
                "tokenExpiresAt": datetime.fromtimestamp(claims.expires_at, tz=UTC).isoformat(),
                "permissions": sorted(ROLE_PERMISSIONS[role]),
            }
        )
