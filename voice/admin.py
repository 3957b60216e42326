"""Spoken sessions in the admin."""

from django.contrib import admin

from execora.api.admin import OwnedAdmin
from execora.core.permissions import Permission
from voice.models import Utterance, VoiceSession


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
