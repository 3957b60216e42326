"""Recordings from the socket to their link and to their end."""

import io
import wave
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.socket_client import Socket, opened, received, sent, until
from tests.support.threads import in_thread
from tests.voice.test_listening import ScriptedSpeech

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.support.factories import Shop

SOUND = bytes(range(200)) * 40


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedSpeech:
    from voice import consumers

    scripted = ScriptedSpeech()
    monkeypatch.setattr(consumers, "speech_to_text", lambda: scripted)
    return scripted


@pytest.fixture(autouse=True)
def _store(settings: "SettingsWrapper", tmp_path: Path) -> None:
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "recordings": here, "recording_links": here}


async def speak(communicator: Socket) -> None:
    await sent(communicator, "voice:start", audio={"encoding": "pcm16", "sampleRate": 16_000})
    await until(communicator, "voice:started")
    await communicator.give(audio=SOUND)
    await sent(communicator, "voice:stop")
    await until(communicator, "voice:stopped")


async def a_recording(shop: "Shop") -> str:
    from tests.support.factories import token_of

    communicator = await opened(await in_thread(token_of)(shop.staff_user))
    await sent(communicator, "recording:start", consent=True)
    assert (await received(communicator))["type"] == "recording:started"
    await speak(communicator)
    await sent(communicator, "recording:stop")
    stopped = await until(communicator, "recording:stopped")
    await communicator.disconnect()
    (recording,) = stopped["recordings"]
    return str(recording)


@pytest.mark.asyncio
async def test_what_is_recorded_with_a_yes_is_stored_audited_and_heard_again(
    spoken_shop: "Shop", engine: ScriptedSpeech
) -> None:
    from execora.core.models import AuditEvent
    from tests.support.factories import bearer
    from voice.models import Recording

    key = await a_recording(spoken_shop)
    row = await in_thread(Recording.objects.get)(pk=key)
    assert (row.state, row.media_type, row.duration_ms) == ("stored", "audio/wav", 250)
    assert await in_thread(AuditEvent.objects.filter(command="keep_recording", target_id=key).count)() == 1

    def fetch(client: "Client") -> bytes:
        answer = client.get(f"/api/v1/recordings/{key}/url", headers=bearer(spoken_shop.admin_user))
        assert (answer.status_code, answer.json()["expiresIn"]) == (200, 300)
        address = urlsplit(answer.json()["url"])
        sound = client.get(f"{address.path}?{address.query}")
        assert sound.status_code == 200
        assert sound["Content-Disposition"].startswith("attachment")
        assert (sound["Content-Type"], sound["X-Content-Type-Options"]) == ("audio/wav", "nosniff")
        return b"".join(sound.streaming_content)  # type: ignore[attr-defined]

    from django.test import Client

    with wave.open(io.BytesIO(await in_thread(fetch)(Client()))) as file:
        assert file.readframes(file.getnframes()) == SOUND


@pytest.mark.asyncio
@pytest.mark.parametrize("data", [{}, {"consent": False}])
async def test_without_a_yes_recording_is_refused_and_nothing_is_kept(
    spoken_shop: "Shop", engine: ScriptedSpeech, data: dict[str, Any]
) -> None:
    from tests.support.factories import token_of
    from voice.models import Recording

    communicator = await opened(await in_thread(token_of)(spoken_shop.staff_user))
    await sent(communicator, "recording:start", **data)
    assert (await received(communicator))["data"]["code"] == "CONSENT_NEEDED"
    await speak(communicator)
    await communicator.disconnect()
    assert await in_thread(Recording.objects.count)() == 0


@pytest.mark.asyncio
async def test_a_connection_that_breaks_off_keeps_what_was_recorded(
    spoken_shop: "Shop", engine: ScriptedSpeech
) -> None:
    from tests.support.factories import token_of
    from voice.models import Recording

    communicator = await opened(await in_thread(token_of)(spoken_shop.staff_user))
    await sent(communicator, "recording:start", consent=True)
    await sent(communicator, "voice:start", audio={"encoding": "pcm16", "sampleRate": 16_000})
    await communicator.give(audio=SOUND)
    await until(communicator, "voice:started")
    await sent(communicator, "ping")
    await until(communicator, "pong")
    await communicator.disconnect()
    assert (await in_thread(Recording.objects.get)()).state == "stored"


def path_of(client: "Client", shop: "Shop", tmp_path: Path) -> str:
    """Return path and query of a link to a recording whose object is there."""
    from tests.support.factories import bearer
    from tests.support.spoken import make_recording, make_session

    row = make_recording(make_session(shop.staff_user))
    (tmp_path / row.object_name).parent.mkdir(parents=True)
    (tmp_path / row.object_name).write_bytes(b"RIFF")
    answer = client.get(f"/api/v1/recordings/{row.pk}/url", headers=bearer(shop.staff_user))
    return str(answer.json()["url"]).partition("testserver")[2]


@pytest.mark.django_db
def test_a_link_is_refused_once_anything_in_it_is_changed(client: "Client", shop: "Shop", tmp_path: Path) -> None:
    path = path_of(client, shop, tmp_path)
    assert client.get(path).status_code == 200
    later = path.replace("expires=", "expires=9")
    for changed in (later, path[:-1], path.partition("&")[0], path.partition("?")[0], path.replace(".wav", ".webm")):
        answer = client.get(changed)
        assert (answer.status_code, answer.json()["statusCode"]) == (404, 404), changed
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_a_link_is_good_for_300_seconds(
    client: "Client", shop: "Shop", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    from voice import views

    path, now = path_of(client, shop, tmp_path), timezone.now()

    class Later:
        seconds = 0

        @classmethod
        def now(cls) -> Any:
            return now + timedelta(seconds=cls.seconds)

    monkeypatch.setattr(views, "timezone", Later)
    for seconds, status in ((295, 200), (301, 404)):
        Later.seconds = seconds
        assert client.get(path).status_code == status


@pytest.fixture
def shop(db: None) -> "Shop":
    from tests.support.factories import make_shop

    return make_shop()


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "status"), [("uploading", 409), ("failed", 404)])
def test_what_is_not_stored_has_no_link(client: "Client", shop: "Shop", state: str, status: int) -> None:
    from tests.support.factories import bearer
    from tests.support.spoken import make_recording, make_session

    row = make_recording(make_session(shop.staff_user), state=state)
    answer = client.get(f"/api/v1/recordings/{row.pk}/url", headers=bearer(shop.staff_user))
    assert answer.status_code == status


@pytest.mark.django_db
def test_a_session_shows_what_was_said_and_what_came_of_it(client: "Client", shop: "Shop") -> None:
    from tests.support.factories import bearer
    from tests.support.spoken import make_recording, make_session

    session = make_session(shop.customer_user)
    row = make_recording(session)
    headers = bearer(shop.customer_user)
    listed = client.get("/api/v1/sessions", headers=headers).json()
    assert [one["id"] for one in listed["sessions"]] == [str(session.pk)]
    shown = client.get(f"/api/v1/sessions/{session.pk}", headers=headers).json()["session"]
    said = [(one["text"], one["intent"], one["success"]) for one in shown["utterances"]]
    assert said == [("mera kitna baaki hai", "CHECK_BALANCE", True), ("5000 jama karo", "CHECK_BALANCE", None)]
    assert [one["id"] for one in shown["recordings"]] == [str(row.pk)]


@pytest.mark.django_db
def test_a_recording_ends_with_its_time_and_its_row_says_so(client: "Client", shop: "Shop", tmp_path: Path) -> None:
    from django.utils import timezone

    from execora.core.models import AuditEvent
    from tests.support.factories import bearer
    from tests.support.spoken import make_recording, make_session
    from voice.keeping import forget_recordings

    session = make_session(shop.staff_user)
    old, gone, young = (make_recording(session, days_ago=days) for days in (91, 91, 89))
    stuck = make_recording(session, days_ago=1, state="uploading")
    for row in (old, young):
        (tmp_path / row.object_name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / row.object_name).write_bytes(b"RIFF")
    names = (old.object_name, young.object_name)
    assert forget_recordings(timezone.now()) == 2
    assert [(tmp_path / name).exists() for name in names] == [False, True]
    for row in (old, gone, young, stuck):
        row.refresh_from_db()
    assert [row.state for row in (old, gone, young, stuck)] == ["deleted", "deleted", "stored", "failed"]
    assert (old.object_name, old.deleted_at is not None, old.consent_at is not None) == ("", True, True)
    assert AuditEvent.objects.filter(command="mark_deleted", target_id=old.pk).count() == 1
    answer = client.get(f"/api/v1/recordings/{old.pk}/url", headers=bearer(shop.staff_user))
    assert answer.status_code == 404
    assert forget_recordings(timezone.now()) == 0
