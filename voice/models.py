"""Spoken sessions and what was understood in them."""

from typing import ClassVar

from django.db import models

from execora.core.models import User
from execora.core.tenancy import BusinessOwned


class VoiceSession(BusinessOwned):
    """One connection of one person."""

    customer_path: ClassVar[str | None] = "user__customer__id"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    correlation_id = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)


class Utterance(BusinessOwned):
    """One thing that was said, what it was taken for and what came of it. An id that the client gave runs once."""

    customer_path: ClassVar[str | None] = "session__user__customer__id"

    session = models.ForeignKey(VoiceSession, on_delete=models.PROTECT, related_name="utterances", db_constraint=False)
    utterance_id = models.CharField(max_length=64)
    text = models.CharField(max_length=500)
    intent = models.CharField(max_length=30)
    outcome = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "utterance_id"], name="utterance_once"),
        ]


class RecordingState(models.TextChoices):
    UPLOADING = "uploading", "Being stored"
    STORED = "stored", "Stored"
    FAILED = "failed", "Lost: it could not be stored"
    DELETED = "deleted", "Deleted when its time was over"


class Recording(BusinessOwned):
    """Sound of one listening, from voice:start to voice:stop, kept because the speaker had said yes to it.

    The sound itself is an object of the store (execora/providers/storage.py). When it is deleted, this row stays and says so.
    """

    customer_path: ClassVar[str | None] = "session__user__customer__id"

    session = models.ForeignKey(VoiceSession, on_delete=models.PROTECT, related_name="recordings", db_constraint=False)
    object_name = models.CharField(max_length=160, blank=True, help_text="Empty once the sound is deleted")
    media_type = models.CharField(max_length=30)
    bytes = models.BigIntegerField()
    duration_ms = models.BigIntegerField()
    consent_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RecordingState.choices, default=RecordingState.UPLOADING)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["ended_at"],
                condition=~models.Q(state=RecordingState.DELETED),
                name="recording_by_age",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(consent_at__lte=models.F("ended_at"), bytes__gt=0, duration_ms__gte=0),
                name="recording_after_consent",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RecordingState.DELETED, object_name="", deleted_at__isnull=False)
                | (~models.Q(state=RecordingState.DELETED) & ~models.Q(object_name="") & models.Q(deleted_at=None)),
                name="recording_deleted_or_named",
            ),
        ]
