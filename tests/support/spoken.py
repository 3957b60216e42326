"""Spoken sessions and recordings for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from execora.core.ids import new_id
from execora.core.models import User
from voice.models import Recording, RecordingState, Utterance, VoiceSession


def make_session(user: User) -> VoiceSession:
    """Return a session in which one thing was asked and answered, and another proposed."""
    now = timezone.now()
    session = VoiceSession.objects.create(
        business_id=user.business_id, user=user, correlation_id="test-correlation", started_at=now
    )
    answer = {"type": "voice:response", "data": {"text": "500", "executionResult": {"success": True, "message": "500"}}}
    for text, frames in (("mera kitna baaki hai", [answer]), ("5000 jama karo", [])):
        Utterance.objects.create(
            business_id=user.business_id,
            session=session,
            utterance_id=str(new_id()),
            text=text,
            intent="CHECK_BALANCE",
            outcome={"frames": frames},
            at=now,
        )
    return session


def make_recording(session: VoiceSession, *, days_ago: int = 0, **values: Any) -> Recording:
    """Return the row of a stored recording; its object is the caller's to make."""
    ended_at = timezone.now() - timedelta(days=days_ago)
    key = new_id()
    defaults = {
        "object_name": f"{session.business_id}/{session.pk}/{key}.wav",
        "media_type": "audio/wav",
        "bytes": 44,
        "duration_ms": 0,
        "consent_at": ended_at,
        "ended_at": ended_at,
        "state": RecordingState.STORED,
    }
    return Recording.objects.create(pk=key, business_id=session.business_id, session=session, **{**defaults, **values})
