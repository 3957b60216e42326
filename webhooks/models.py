"""The inbox of raw events: stored before anything is understood, so that nothing is lost."""

from typing import ClassVar

from django.db import models

from execora.core.ids import new_id


class RawEvent(models.Model):
    """A signed body as it came. `digest` (SHA-256) makes a repeated delivery one row. It belongs to no business until the
    number in it is looked up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    correlation_id = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "digest"], name="raw_event_once"),
        ]
