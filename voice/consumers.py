"""The socket: who may open it, its frames in, its frames and the shop's events out."""

import asyncio
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from execora.api.authentication import Login
from execora.api.limits import address_key
from execora.core.actor import Actor
from execora.core.errors import DomainError, NotPermitted, Unauthenticated
from execora.core.events import customer_group, deliver_on, staff_group
from execora.core.ids import new_id
from execora.core.permissions import Permission
from execora.core.tokens import Claims
from execora.ops.correlation import current_correlation_id
from execora.ops.logging import bind_log_fields
from execora.ops.metrics import count_error, websocket_closed, websocket_opened
from execora.providers.stt import speech_to_text
from voice.dialog import Dialog
from voice.echoes import RecentFinals
from voice.keeping import keep_sound
from voice.knock import credential_of, is_welcome, subprotocol_of
from voice.listening import Listening
from voice.pace import Pace, open_sockets
from voice.pipeline import answer_button, answer_text
from voice.protocol import (
    MAX_FRAME_BYTES,
    Frame,
    FrameMalformed,
    NotBetweenStartAndStop,
    error_data,
    frame,
    read_frame,
)
from voice.recording import ConsentNeeded, Recorder, Sound
from voice.sessions import Frames, close_session, in_database, is_live, knock, log_in, open_session

log = structlog.get_logger(__name__)

POLICY_VIOLATION, TOO_BIG, INTERNAL_ERROR = 1008, 1009, 1011
TYPED = "text"
LOGIN_CHECK_SECONDS = 4.0
# How the server refuses to send to a client that is gone: the first time, and after it has noticed.
_GONE = (OSError, RuntimeError)


class Internal(DomainError):
    status = 500
    code = "INTERNAL_ERROR"
    message = "Something failed on our side. Try again; if it stays, report the correlation id."


class VoiceConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One connection of one person. Utterances are answered one after the other, whichever way they come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dialog = Dialog()
        self._one_at_a_time = asyncio.Lock()
        self._claims: Claims | None = None
        self._user_id: UUID | None = None
        self._frames = Pace(settings.FRAMES_PER_SECOND, burst=settings.FRAMES_PER_SECOND)
        self._audio_bytes = Pace(settings.AUDIO_BYTES_PER_SECOND, burst=4 * settings.AUDIO_BYTES_PER_SECOND)
        self._session_id: UUID | None = None
        self._business_id: UUID | None = None
        self._joined: list[str] = []
        self._listening: Listening | None = None
        self._recent = RecentFinals()
        self._recorder = Recorder(self._keep)
        self._consenting: Actor | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_gone = False

    async def connect(self) -> None:
        """Accept; then refuse with 1008 and a reason, or open a session and say what is there."""
        await self.accept(subprotocol_of(self.scope))
        if not is_welcome(self.scope, settings.ALLOWED_ORIGINS):
            await self.close(POLICY_VIOLATION, "Origin not allowed")
            return
        try:
            login = await self._enter()
        except DomainError as fault:
            await self.close(POLICY_VIOLATION, _reason(fault))
            return
        except Exception as fault:
            log.error("socket_not_opened", exc_info=fault)
            count_error("voice", type(fault).__name__)
            await self.close(INTERNAL_ERROR, Internal.message)
            return
        websocket_opened()
        deliver_on(asyncio.get_running_loop())
        await self._join(login.actor)
        self._watch = asyncio.create_task(self._watch_login(login))
        engine = speech_to_text()
        self._listening = Listening(engine, self._heard)
        await self._send(
            "voice:start",
            {
                "sessionId": str(self._session_id),
                "sttAvailable": engine.available,
                "ttsAvailable": False,
                "sttProvider": engine.name,
                "ttsProvider": "browser",
            },
        )

    async def _enter(self) -> Login:
        """Count this socket and open its session.

        Raises:
            DomainError: it is refused, and nothing is open.
        """
        credential = credential_of(self.scope)
        login = await in_database(
            knock, credential, counted_as=address_key(self.scope), correlation_id=current_correlation_id()
        )
        user_id = login.claims.user_id
        open_sockets.enter(user_id, at_most=settings.OPEN_SOCKETS_PER_USER)
        self._user_id, self._claims, self._business_id = user_id, login.claims, login.actor.business_id
        try:
            self._session_id = await in_database(open_session, login.actor)
        except BaseException:
            self._leave()
            raise
        bind_log_fields(session_id=str(self._session_id), user_id=str(user_id))
        return login

    def _leave(self) -> None:
        user_id, self._user_id = self._user_id, None
        if user_id is not None:
            open_sockets.leave(user_id)

    async def disconnect(self, code: int) -> None:
        self._leave()
        if self._session_id is None:
            return
        self._is_gone = True
        websocket_closed()
        if self._watch is not None:
            self._watch.cancel()
        if self._listening is not None:
            await self._listening.close()
        for group in self._joined:
            await self.channel_layer.group_discard(group, self.channel_name)
        await self._recorder.stop()
        if self._business_id is not None:
            await in_database(close_session, self._business_id, self._session_id, timezone.now())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one frame; a bad one is answered with `error` and the socket lives."""
        if self._session_id is None:
            return
        size = len(bytes_data) if bytes_data is not None else len((text_data or "").encode("utf-8", "replace"))
        if size > MAX_FRAME_BYTES:
            await self.close(TOO_BIG, "A frame is at most 256 KB")
            return
        try:
            if bytes_data is not None:
                await self._audio_bytes.keep(size)
                await self._audio(bytes_data)
            else:
                await self._frames.keep(1)
                await self._take(read_frame(text_data or ""))
        except Exception as fault:
            await self._tell(fault)

    async def business_event(self, message: dict[str, Any]) -> None:
        """Tell what happened in the business."""
        await self._send("event", {"name": message["name"], "data": message["data"]})

    async def _take(self, given: Frame) -> None:
        data = given.data
        match given.type:
            case "ping":
                await self._send("pong", {})
            case "voice:start":
                await self._listener.start(data.get("audio"), language=data.get("language", "hi-en"))
                self._recorder.listen(data.get("audio"))
                await self._send("voice:started", {"sessionId": str(self._session_id), "ttsProvider": "browser"})
            case "voice:stop":
                self._recorder.listened()
                await self._listener.stop()
                await self._send("voice:stopped", {"sessionId": str(self._session_id)})
            case "recording:start":
                await self._record(data.get("consent") is True)
            case "recording:stop":
                recordings = [str(stored) for stored in await self._recorder.stop()]
                await self._send("recording:stopped", {"sessionId": str(self._session_id), "recordings": recordings})
            case "voice:transcript":
                await self._send("voice:transcript", {"text": data["text"], "isFinal": False})
            case "voice:final":
                await self._typed(data["text"], data.get("utteranceId"))
            case "voice:confirm" | "voice:cancel":
                await self._press(data["proposalId"], is_yes=given.type == "voice:confirm")
            case _:
                raise FrameMalformed()

    async def _audio(self, audio: bytes) -> None:
        if not self._listener.is_on:
            raise NotBetweenStartAndStop()
        try:
            await self._listener.push(audio)
        except BaseException:
            self._recorder.listened()
            raise
        self._recorder.take(audio)

    async def _record(self, is_consented: bool) -> None:
        if not is_consented:
            raise ConsentNeeded()
        login = await in_database(self._login)
        self._consenting = login.actor
        self._recorder.start(login.actor.now)
        await self._send("recording:started", {"sessionId": str(self._session_id)})

    async def _keep(self, sound: Sound) -> UUID | None:
        if self._consenting is None:
            raise ConsentNeeded()
        return await keep_sound(self._consenting, self._session, sound)

    @property
    def _listener(self) -> Listening:
        if self._listening is None:
            raise NotBetweenStartAndStop()
        return self._listening

    async def _heard(self, text: str, is_final: bool, provider: str) -> None:
        """Take what the speech engine heard; faults are told here, for nobody above can.

        A final text has its utteranceId: the client may send it as text too, and it still runs once.
        """
        if not is_final or not text.strip():
            await self._send("voice:transcript", {"text": text, "isFinal": is_final})
            return
        utterance_id = self._recent.take("heard", text, str(new_id()), at_seconds=time.monotonic())
        await self._send("voice:transcript", {"text": text, "isFinal": True, "utteranceId": utterance_id})
        try:
            await self._answer(text, utterance_id, provider)
        except Exception as fault:
            await self._tell(fault)

    async def _typed(self, text: str, given_id: str | None) -> None:
        """Run a final text, unless it is what was just heard: then the answer to that is given again."""
        utterance_id = self._recent.take("typed", text, given_id or str(new_id()), at_seconds=time.monotonic())
        await self._answer(text, utterance_id, TYPED, also_known_as=given_id if given_id != utterance_id else None)

    async def _answer(self, text: str, utterance_id: str, provider: str, *, also_known_as: str | None = None) -> None:
        async with self._one_at_a_time:
            frames = await in_database(self._answer_now, text, utterance_id, provider, also_known_as)
            await self._send_all(frames)

    def _answer_now(self, text: str, utterance_id: str, provider: str, also_known_as: str | None) -> Frames:
        return answer_text(
            self._login().actor,
            self._dialog,
            session_id=self._session,
            text=text,
            utterance_id=utterance_id,
            provider=provider,
            also_known_as=also_known_as,
        )

    async def _press(self, proposal_id: str, *, is_yes: bool) -> None:
        async with self._one_at_a_time:
            frames = await in_database(self._press_now, proposal_id, is_yes)
            await self._send_all(frames)

    def _press_now(self, proposal_id: str, is_yes: bool) -> Frames:
        return answer_button(
            self._login().actor,
            self._dialog,
            session_id=self._session,
            proposal_id=proposal_id,
            is_yes=is_yes,
            provider=TYPED,
        )

    @property
    def _session(self) -> UUID:
        if self._session_id is None:
            raise NotPermitted()
        return self._session_id

    def _login(self) -> Login:
        """Return who speaks as the database has it at this utterance."""
        if self._claims is None:
            raise Unauthenticated()
        return log_in(self._claims, correlation_id=current_correlation_id())

    async def _watch_login(self, login: Login) -> None:
        """Close the socket soon after its login ends, also when nobody speaks."""
        while not self._is_gone:
            left_seconds = login.claims.expires_at - timezone.now().timestamp()
            await asyncio.sleep(max(0.0, min(LOGIN_CHECK_SECONDS, left_seconds)))
            try:
                holds = await in_database(is_live, login, timezone.now())
            except DatabaseError as fault:
                log.warning("login_check_failed", error_type=type(fault).__name__)
                continue
            if not holds:
                await self.close(POLICY_VIOLATION, _reason(Unauthenticated()))
                return

    async def _join(self, actor: Actor) -> None:
        if not actor.may(Permission.EVENT_RECEIVE) or self.channel_layer is None:
            return
        group = staff_group(actor.business_id) if not actor.is_customer else None
        if actor.is_customer and actor.customer_id is not None:
            group = customer_group(actor.customer_id)
        if group is not None:
            await self.channel_layer.group_add(group, self.channel_name)
            self._joined.append(group)

    async def _tell(self, fault: Exception) -> None:
        """Send the fault as an `error`; one of ours is logged and told without its text. An ended login ends the socket."""
        if not isinstance(fault, DomainError):
            log.error("voice_failed", exc_info=fault)
            count_error("voice", type(fault).__name__)
            fault = Internal()
        await self._send("error", error_data(fault))
        if isinstance(fault, Unauthenticated):
            await self.close(POLICY_VIOLATION, _reason(fault))

    async def _send_all(self, frames: Frames) -> None:
        for one in frames:
            await self._send(one["type"], one["data"])

    async def _send(self, kind: str, data: dict[str, Any]) -> None:
        """Send a frame. A client that is gone, which the server tells by raising, misses it."""
        text = frame(kind, data)
        if self._is_gone:
            return
        try:
            await self.send(text_data=text)
        except _GONE:
            self._is_gone = True

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close, if the client has not done so itself."""
        if self._is_gone:
            return
        self._is_gone = True
        with suppress(*_GONE):
            await super().close(code, reason)


def _reason(fault: DomainError) -> str:
    """Return a close reason; the protocol allows 123 bytes."""
    if isinstance(fault, Unauthenticated):
        return "The token is missing, wrong or expired. Log in again."
    return fault.message.encode()[:120].decode("utf-8", "ignore")
