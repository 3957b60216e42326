"""Spoken sessions in the admin."""

from django.contrib import admin

from execora.api.admin import OwnedAdmin
from execora.core.permissions import Permission
from voice.models import Recording, Utterance, VoiceSession


@admin.register(VoiceSession)
class VoiceSessionAdmin(OwnedAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("user", "started_at", "ended_at")
    list_select_related = ("user",)


@admin.register(Utterance)
class UtteranceAdmin(OwnedAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("at", "intent", "text")
    list_filter = ("intent",)


@admin.register(Recording)
class RecordingAdmin(OwnedAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("ended_at", "state", "media_type", "bytes", "consent_at", "deleted_at")
    list_filter = ("state",)
