"""Recordings from their row to their object and to their end. The store is never spoken to inside a transaction."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from execora.core.actor import Actor, system_actor
from execora.core.commands import command
from execora.core.door import acting_in
from execora.core.errors import Conflict, NotFound
from execora.core.ids import new_id
from execora.core.permissions import Permission
from execora.ops.correlation import current_correlation_id
from execora.providers import storage
from voice.models import Recording, RecordingState
from voice.recording import Sound
from voice.sessions import in_database

log = structlog.get_logger(__name__)

UPLOADS_AT_ONCE = 2
# An upload that its process did not live to finish.
LOST_AFTER = timedelta(hours=1)
FORGOTTEN_AT_ONCE = 500

_uploads = ThreadPoolExecutor(UPLOADS_AT_ONCE, thread_name_prefix="recordings")


class RecordingNotFound(NotFound):
    code = "RECORDING_NOT_FOUND"
    message = "There is no such recording here, or its sound is deleted."


class RecordingNotReady(Conflict):
    code = "RECORDING_NOT_READY"
    message = "The recording is being stored. Ask again in a moment."


@command(requires=Permission.VOICE_USE)
def keep_recording(actor: Actor, *, session_id: UUID, recording_id: UUID, sound: Sound) -> Recording:
    """Write down that a sound is kept, and on whose yes of when. The caller stores it after the commit."""
    name = f"{actor.business_id}/{session_id}/{recording_id}.{sound.suffix}"
    return Recording.objects.create(
        pk=recording_id,
        business_id=actor.business_id,
        session_id=session_id,
        object_name=name,
        media_type=sound.media_type,
        bytes=sound.bytes,
        duration_ms=sound.duration_ms,
        consent_at=sound.consent_at,
        ended_at=actor.now,
    )


async def keep_sound(actor: Actor, session_id: UUID, sound: Sound) -> UUID | None:
    """Write the row, store the sound, and return the recording's id, or None when it could not be stored.

    The actor is who said yes: their sound is kept also when their login ended meanwhile.
    """
    acting = replace(actor, now=timezone.now())
    try:
        row = await in_database(_keep_row, acting, session_id, sound)
        try:
            await asyncio.get_running_loop().run_in_executor(_uploads, storage.keep, row.object_name, sound.file)
            state = RecordingState.STORED
        except storage.StorageUnavailable:
            state = RecordingState.FAILED
        await in_database(_settle, row, state)
    except Exception as fault:
        log.error("recording_lost", exc_info=fault)
        return None
    finally:
        sound.file.close()
    log.info("recording_kept", outcome=state.value, bytes=sound.bytes, audio_seconds=sound.duration_ms / 1000)
    return row.pk if state == RecordingState.STORED else None


def _keep_row(actor: Actor, session_id: UUID, sound: Sound) -> Recording:
    with acting_in(actor.business_id):
        return keep_recording(actor, session_id=session_id, recording_id=new_id(), sound=sound)


def _settle(row: Recording, state: RecordingState) -> None:
    with acting_in(row.business_id):
        Recording.objects.filter(pk=row.pk, state=RecordingState.UPLOADING).update(state=state)


def link_of(actor: Actor, recording_id: UUID) -> str:
    """Return an address of the sound that is good for 300 s.

    Raises:
        RecordingNotFound: it is not there, not the actor's, or its sound is gone.
        RecordingNotReady: it is being stored.
    """
    row = Recording.objects.visible_to(actor).filter(pk=recording_id).first()
    if row is None or row.state in (RecordingState.DELETED, RecordingState.FAILED):
        raise RecordingNotFound()
    if row.state == RecordingState.UPLOADING:
        raise RecordingNotReady()
    return storage.link_to(row.object_name, now=actor.now)


@command(requires=Permission.RECORDING_DELETE)
def mark_deleted(actor: Actor, *, recording_id: UUID) -> Recording:
    """Write that the sound is deleted, which the caller has done before."""
    row: Recording = Recording.objects.visible_to(actor).select_for_update().get(pk=recording_id)
    row.state, row.object_name, row.deleted_at = RecordingState.DELETED, "", actor.now
    row.save(update_fields=["state", "object_name", "deleted_at"])
    return row


def forget_recordings(now: datetime) -> int:
    """Delete the sounds whose time is over, and say of uploads that nobody finished that they are lost.

    First the object, then the row: a fault between them leaves a row that is taken up again, never a sound without one.
    """
    for business_id, recording_id in _waiting("recordings_lost", now - LOST_AFTER):
        with acting_in(business_id):
            rows = Recording.objects.filter(pk=recording_id, state=RecordingState.UPLOADING)
            rows.update(state=RecordingState.FAILED)
    count = 0
    oldest = now - timedelta(days=settings.RECORDING_RETENTION_DAYS)
    for business_id, recording_id in _waiting("recordings_due", oldest):
        with acting_in(business_id):
            row = Recording.objects.select_related("business").get(pk=recording_id)
            try:
                storage.remove(row.object_name)
            except storage.StorageUnavailable:
                continue  # the others may go; this one is tried again
            actor = system_actor(row.business, correlation_id=current_correlation_id(), now=now)
            mark_deleted(actor, recording_id=row.pk)
            count += 1
    return count


def _waiting(function: Literal["recordings_lost", "recordings_due"], before: datetime) -> list[tuple[UUID, UUID]]:
    """Ask which recordings of any business wait since before `before`: at most FORGOTTEN_AT_ONCE, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}(%s, %s)", [before, FORGOTTEN_AT_ONCE])  # noqa: S608  # one of two names
        return cursor.fetchall()
