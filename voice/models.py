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
