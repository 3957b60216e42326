"""Logins on REST: refreshing, ending and listing them, and the password."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from execora.api.authentication import login_of
from execora.api.limits import LIMITS, take, take_password
from execora.api.pagination import PageQuery, page_of
from execora.api.views import WireViewSet
from execora.api.wire import TextField, WireSerializer
from execora.core.actor import Actor
from execora.core.ids import parse_id
from execora.core.logins import change_password, end_session, live_sessions
from execora.core.models import AuthSession
from execora.core.permissions import Permission
from execora.core.refresh import Pair, renew
from execora.core.tickets import issue_ticket
from execora.core.tokens import Claims


class TokensOut(WireSerializer):
    token = serializers.CharField(help_text="The access token")
    expiresIn = serializers.IntegerField(help_text="Its life in seconds")
    refreshToken = serializers.CharField(help_text="Good for one auth/refresh")


class RefreshIn(WireSerializer):
    refreshToken = TextField(max_length=2048)


class PasswordIn(WireSerializer):
    currentPassword = TextField(max_length=200, trim_whitespace=False)
    newPassword = TextField(max_length=200, trim_whitespace=False)


class NothingIn(WireSerializer):
    """No fields."""


class TicketOut(WireSerializer):
    ticket = serializers.CharField(help_text="For /ws?ticket=, once")
    expiresIn = serializers.IntegerField()


class LoginSessionOut(WireSerializer):
    id = serializers.UUIDField(source="pk")
    createdAt = serializers.DateTimeField(source="created_at")
    lastUsedAt = serializers.DateTimeField(source="last_used_at", help_text="The login or its last refresh")
    expiresAt = serializers.DateTimeField(source="expires_at")
    userAgent = serializers.CharField(source="user_agent")
    isCurrent = serializers.BooleanField(source="is_current")


_SESSIONS = inline_serializer(
    "LoginSessionsAnswer",
    {"sessions": LoginSessionOut(many=True), "next": serializers.CharField(allow_null=True)},
)


class AuthViewSet(WireViewSet):
    """Answers hold tokens: no Idempotency-Key keeps them for another time."""

    @staticmethod
    def _once_of(request: Request) -> None:
        return None

    @property
    def login(self) -> tuple[Actor, Claims]:
        login = login_of(self.request)
        return login.actor, login.claims


def tokens(pair: Pair) -> Response:
    """Return the answer to a login or a refresh."""
    return Response({"token": pair.token, "expiresIn": pair.seconds, "refreshToken": pair.refresh_token})


class RefreshView(AuthViewSet):
    """Public: a refresh token for the next pair."""

    is_public = True
    authentication_classes = ()

    @extend_schema(request=RefreshIn, responses={200: TokensOut})
    def create(self, request: Request) -> Response:
        return tokens(renew(self.body(RefreshIn)["refreshToken"], now=timezone.now()))


class LogoutView(AuthViewSet):
    """Ends the login whose token asks: its tokens and sockets are refused from now on."""

    permissions: ClassVar = {"create": Permission.LOGIN_MANAGE_OWN}

    @extend_schema(request=NothingIn, responses={204: None})
    def create(self, request: Request) -> Response:
        self.body(NothingIn)
        actor, claims = self.login
        end_session(actor, session_id=claims.session_id)
        return Response(status=204)


class PasswordView(AuthViewSet):
    """A new password ends the user's other logins."""

    permissions: ClassVar = {"create": Permission.LOGIN_MANAGE_OWN}

    @extend_schema(request=PasswordIn, responses={204: None})
    def create(self, request: Request) -> Response:
        given = self.body(PasswordIn)
        actor, claims = self.login
        take_password(request._request, claims.user_id)
        change_password(
            actor,
            current_password=given["currentPassword"],
            new_password=given["newPassword"],
            kept_session_id=claims.session_id,
        )
        return Response(status=204)


class SessionsView(AuthViewSet):
    """One's own logins, a device each."""

    permissions: ClassVar = {"list": Permission.LOGIN_MANAGE_OWN, "destroy": Permission.LOGIN_MANAGE_OWN}

    @extend_schema(parameters=[PageQuery], responses=_SESSIONS)
    def list(self, request: Request) -> Response:
        actor, claims = self.login
        page, following = page_of(live_sessions(actor), self.query(PageQuery))
        return Response({"sessions": [_shown(session, claims) for session in page], "next": following})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        end_session(self.actor, session_id=parse_id(pk))
        return Response(status=204)


class TicketView(AuthViewSet):
    """A ticket that opens one socket, for clients that cannot send a header there and should not show their token."""

    permissions: ClassVar = {"create": Permission.VOICE_USE}

    @extend_schema(request=NothingIn, responses={200: TicketOut})
    def create(self, request: Request) -> Response:
        self.body(NothingIn)
        actor, claims = self.login
        take(LIMITS["ws_ticket"], str(actor.user_id))
        ticket, seconds = issue_ticket(claims, now=actor.now)
        return Response({"ticket": ticket, "expiresIn": seconds})


def _shown(session: AuthSession, claims: Claims) -> dict[str, Any]:
    session.is_current = session.pk == claims.session_id  # type: ignore[attr-defined]
    return dict(LoginSessionOut(session).data)
