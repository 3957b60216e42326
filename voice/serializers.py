"""Sessions and recordings as the wire spells them."""

from rest_framework import serializers

from execora.api.pagination import PageQuery
from execora.api.wire import WireSerializer
from voice.models import Recording


class SessionOut(WireSerializer):
    id = serializers.CharField(source="pk")
    userId = serializers.CharField(source="user_id")
    userName = serializers.CharField(source="user.name")
    startedAt = serializers.DateTimeField(source="started_at")
    endedAt = serializers.DateTimeField(source="ended_at", allow_null=True)
    correlationId = serializers.CharField(source="correlation_id")


class UtteranceOut(WireSerializer):
    """`success` is null where nothing was answered yet: a proposal waits, or a question was asked."""

    id = serializers.CharField(source="pk")
    utteranceId = serializers.CharField(source="utterance_id")
    text = serializers.CharField()
    intent = serializers.CharField()
    success = serializers.BooleanField(allow_null=True)
    at = serializers.DateTimeField()


class RecordingOut(WireSerializer):
    id = serializers.CharField(source="pk")
    mediaType = serializers.CharField(source="media_type")
    bytes = serializers.IntegerField()
    seconds = serializers.SerializerMethodField()
    consentAt = serializers.DateTimeField(source="consent_at")
    endedAt = serializers.DateTimeField(source="ended_at")
    state = serializers.CharField()

    def get_seconds(self, recording: Recording) -> float:
        return recording.duration_ms / 1000


class WholeSessionOut(SessionOut):
    utterances = UtteranceOut(many=True)
    recordings = RecordingOut(many=True)


class UtterancePage(PageQuery):
    """The page of utterances, oldest first."""

    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=100)


class LinkOut(WireSerializer):
    url = serializers.URLField()
    expiresIn = serializers.IntegerField()
