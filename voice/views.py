"""Spoken sessions and their recordings on REST, and the sound itself behind a signed link."""

from pathlib import PurePosixPath
from typing import ClassVar

from django.db.models import F, Func, JSONField
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from execora.api.pagination import PageQuery, page_of
from execora.api.views import WireViewSet
from execora.core.errors import NotFound
from execora.core.ids import parse_id
from execora.core.permissions import Permission
from execora.providers.storage import LINK_SECONDS, opened_by_link
from voice.keeping import RecordingNotFound, link_of
from voice.models import Recording, Utterance, VoiceSession
from voice.serializers import LinkOut, RecordingOut, SessionOut, UtteranceOut, UtterancePage, WholeSessionOut

MOST_RECORDINGS = 100
_MEDIA_TYPES = {".wav": "audio/wav", ".webm": "audio/webm"}
_NEXT = serializers.CharField(allow_null=True)
_MANY = inline_serializer("SessionsAnswer", {"sessions": SessionOut(many=True), "next": _NEXT})
_ONE = inline_serializer("SessionAnswer", {"session": WholeSessionOut(), "next": _NEXT})


class SessionNotFound(NotFound):
    code = "SESSION_NOT_FOUND"
    message = "There is no such session here. Check its id."


class _Succeeded(Func):
    """What the first answer among an utterance's frames said of success."""

    template = (
        "jsonb_path_query_first(%(expressions)s,"
        """ '$.frames[*] ? (@.type == "voice:response").data.executionResult.success')"""
    )
    output_field = JSONField()


class SessionViewSet(WireViewSet):
    permissions: ClassVar = {"list": Permission.SESSION_VIEW, "retrieve": Permission.SESSION_VIEW}

    @extend_schema(parameters=[PageQuery], responses=_MANY)
    def list(self, request: Request) -> Response:
        rows = VoiceSession.objects.visible_to(self.actor).select_related("user")
        page, following = page_of(rows, self.query(PageQuery))
        return Response({"sessions": SessionOut(page, many=True).data, "next": following})

    @extend_schema(parameters=[UtterancePage], responses=_ONE)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A session with a page of what was said in it, oldest first, and its latest 100 recordings."""
        query, key = self.query(UtterancePage), parse_id(pk)
        rows = VoiceSession.objects.visible_to(self.actor).select_related("user")
        session = rows.filter(pk=key).first() if key is not None else None
        if session is None:
            raise SessionNotFound()
        said = Utterance.objects.visible_to(self.actor).filter(session=session).defer("outcome")
        utterances, following = page_of(said.annotate(success=_Succeeded(F("outcome"))), query, order="id")
        recordings = Recording.objects.visible_to(self.actor).filter(session=session).order_by("-id")[:MOST_RECORDINGS]
        body = {
            **SessionOut(session).data,
            "utterances": UtteranceOut(utterances, many=True).data,
            "recordings": RecordingOut(recordings, many=True).data,
        }
        return Response({"session": body, "next": following})


class RecordingViewSet(WireViewSet):
    permissions: ClassVar = {"url": Permission.SESSION_VIEW}

    @extend_schema(responses=LinkOut)
    def url(self, request: Request, pk: str) -> Response:
        """A link to the sound, good for 300 s for whoever has it."""
        key = parse_id(pk)
        if key is None:
            raise RecordingNotFound()
        link = request.build_absolute_uri(link_of(self.actor, key))
        return Response({"url": link, "expiresIn": LINK_SECONDS})


@require_safe
def sound(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out a recording kept on this machine to whoever has a link to it. No row is read: the link is the right."""
    file = opened_by_link(
        name,
        expires=request.GET.get("expires", ""),
        signature=request.GET.get("signature", ""),
        now=timezone.now(),
    )
    if file is None:
        raise Http404
    path = PurePosixPath(name)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=path.name,
        content_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
