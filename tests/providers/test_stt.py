"""Speech to text with the real engine on real recordings."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from execora.providers import whisper_model
from execora.providers.audio import AudioTooLong, AudioUnreadable, Encoding, Samples, decode_file
from execora.providers.speech_engine import SpeechEngine
from execora.providers.stt import NoSpeechToText, Transcript, speech_to_text
from execora.providers.stt_whisper import WhisperSpeech, whisper_engine
from execora.providers.whisper_model import ModelUnavailable

AUDIO = Path(__file__).parent.parent / "audio"
HI01, HI03, HI06 = (
    AUDIO / f"{name}.wav" for name in ("hi01_kokoro_hf_alpha", "hi03_kokoro_hm_omega", "hi06_kokoro_hm_omega")
)
ONE_SECOND = bytes(32_000)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def pcm16(path: Path) -> bytes:
    return path.read_bytes()[44:]


def samples_as_pcm16(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes()


class Listener:
    """Collects what a stream says."""

    def __init__(self) -> None:
        self.heard: list[Transcript] = []

    async def __call__(self, transcript: Transcript) -> None:
        self.heard.append(transcript)

    @property
    def finals(self) -> list[str]:
        return [transcript.text for transcript in self.heard if transcript.is_final]

    async def until(self, condition: Callable[[list[Transcript]], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition(self.heard):
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechEngine]:
    made = whisper_engine(data_dir=tmp_path_factory.mktemp("data"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def speech(engine: SpeechEngine) -> WhisperSpeech:
    return WhisperSpeech(engine)


async def heard_in(
    speech: WhisperSpeech, audio: bytes, step: int, *, encoding: Encoding = "pcm16", rate_hz: int = 16_000
) -> Listener:
    listener = Listener()
    stream = speech.open(encoding=encoding, sample_rate_hz=rate_hz, language="hi", on_transcript=listener)
    for at in range(0, len(audio), step):
        await stream.push(audio[at : at + step])
    await stream.finish()
    return listener


# What is said matters, not how Whisper spells a vowel: each word may be one of a few.
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (HI01, r"rahul ko (paanch|5) kilo (chawal|chaval) ka bill banao"),
        (HI03, r"priya ne ((paanch|5) s(au?|o)|500) rup\w+ jama ki\w+"),
        (HI06, r"amit ko (dhai sa\w*|250) rup\w+ udhaar di\w+"),
    ],
    ids=["bill", "payment", "credit"],
)
async def test_recordings_are_understood_once(speech: WhisperSpeech, path: Path, said: str) -> None:
    text = await speech.text_of(decode_file(path))
    assert re.fullmatch(said, " ".join(words(text))), text


@pytest.mark.asyncio
@pytest.mark.parametrize("path", [HI01, HI03, HI06], ids=["bill", "payment", "credit"])
async def test_frames_give_one_final_equal_to_the_whole_recording(speech: WhisperSpeech, path: Path) -> None:
    listener = await heard_in(speech, pcm16(path), 640)
    assert listener.finals == [await speech.text_of(decode_file(path))]
    final = listener.heard[-1]
    assert final.is_final
    assert 2.0 < final.audio_seconds < 3.6
    assert final.spent_seconds >= 0


@pytest.mark.asyncio
async def test_webm_in_chunks_is_understood(speech: WhisperSpeech) -> None:
    audio = (AUDIO / "sample.webm").read_bytes()
    listener = await heard_in(speech, audio, 1_000, encoding="webm-opus")
    assert len(listener.finals) == 1
    assert {"kilo", "namak"} <= set(words(listener.finals[0])), listener.finals


@pytest.mark.asyncio
async def test_an_ogg_file_is_understood_as_the_webm_of_the_same_words(speech: WhisperSpeech) -> None:
    text = await speech.text_of(decode_file(AUDIO / "sample.ogg"))
    assert {"kilo", "namak"} <= set(words(text)), text


@pytest.mark.asyncio
async def test_a_pause_ends_a_segment_without_finish(speech: WhisperSpeech) -> None:
    listener = Listener()
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=listener)
    await stream.push(pcm16(HI01) + ONE_SECOND)
    await listener.until(lambda heard: any(one.is_final for one in heard))
    await stream.push(pcm16(HI06) + ONE_SECOND)
    await stream.finish()
    assert [words(text)[0] for text in listener.finals] == ["rahul", "amit"]


@pytest.mark.asyncio
async def test_partials_come_while_speech_goes_on(speech: WhisperSpeech) -> None:
    listener = Listener()
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=listener)
    audio = pcm16(HI01)
    await stream.push(audio[:64_000])
    await listener.until(bool)
    assert not listener.heard[0].is_final
    assert words(listener.heard[0].text)[0] == "rahul"
    await stream.push(audio[64_000:])
    await stream.finish()
    assert len(listener.finals) == 1
    assert listener.heard[-1].is_final


@pytest.mark.asyncio
async def test_the_text_is_ready_when_the_pause_is_over(speech: WhisperSpeech) -> None:
    listener = Listener()
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=listener)
    await stream.push(pcm16(HI01) + bytes(3_200))  # the recording ends in half a second of silence
    await listener.until(bool)
    await stream.push(ONE_SECOND)
    await stream.finish()
    partial, final = listener.heard
    assert (partial.text, partial.is_final, final.is_final) == (final.text, False, True)
    assert final.spent_seconds < 0.05 < partial.spent_seconds


@pytest.mark.asyncio
async def test_a_short_answer_is_not_dropped(speech: WhisperSpeech) -> None:
    """The first 0.35 s of speech in a recording, between silences, as short as a "haan"."""
    audio = pcm16(HI01)
    word = audio[2 * 5_200 : 2 * 10_800]
    listener = await heard_in(speech, ONE_SECOND + word + ONE_SECOND, 640)
    assert len(listener.finals) == 1
    assert listener.heard[-1].audio_seconds < 1


@pytest.mark.asyncio
async def test_long_speech_is_cut_and_joined(speech: WhisperSpeech) -> None:
    pause = bytes(2 * 4_800)  # 0.3 s: no end of a segment
    trimmed = [pcm16(path)[2 * 5_600 : -2 * 5_600] for path in (HI01, HI06, HI03, HI01, HI06)]
    listener = await heard_in(speech, pause.join(trimmed), 3_200)
    (text,) = listener.finals
    said = words(text)
    assert listener.heard[-1].audio_seconds > 10
    assert [word for word in said if word in ("banao", "udhaar", "jama")] == [
        "banao",
        "udhaar",
        "jama",
        "banao",
        "udhaar",
    ], text


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["silence", "loud white noise", "machine", "siren"])
async def test_noise_that_passes_for_a_voice_says_nothing(engine: SpeechEngine, name: str) -> None:
    """The recogniser alone, as if voice activity had been fooled."""
    samples = noises()[name].astype(np.float32)
    assert await engine.text_of(samples) == ""


def noises() -> dict[str, Samples]:
    random = np.random.default_rng(20)
    seconds = np.arange(16_000 * 6) / 16_000
    white = random.normal(0, 1, seconds.size)
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(1, np.arange(seconds.size // 2 + 1)))
    pink = np.fft.irfft(spectrum, seconds.size)
    beat = (np.sin(2 * np.pi * 3 * seconds) > 0).astype(float)
    return {
        "silence": np.zeros(seconds.size),
        "faint white noise": white * 0.003,
        "loud white noise": white * 0.2,
        "pink noise": pink / np.abs(pink).max() * 0.8,
        "hum": 0.3 * np.sin(2 * np.pi * 50 * seconds) + 0.15 * np.sin(2 * np.pi * 150 * seconds),
        "machine": white * 0.2 * beat,
        "clicks": (random.random(seconds.size) < 2e-4) * 0.9,
        "siren": 0.3 * np.sin(2 * np.pi * 220 * seconds) * (1 + np.sin(2 * np.pi * 4 * seconds)) / 2,
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("name", noises())
async def test_noise_says_nothing(speech: WhisperSpeech, name: str) -> None:
    listener = await heard_in(speech, samples_as_pcm16(noises()[name].astype(np.float32)), 6_400)
    assert listener.heard == []


@pytest.mark.asyncio
async def test_speakers_at_once_are_all_understood(speech: WhisperSpeech) -> None:
    paths = [HI01, HI03, HI06, HI01]
    listeners = await asyncio.gather(*(heard_in(speech, pcm16(path), 640) for path in paths))
    assert [words(listener.finals[0])[0] for listener in listeners] == ["rahul", "priya", "amit", "rahul"]
    assert all(len(listener.finals) == 1 for listener in listeners)


@pytest.mark.asyncio
async def test_nothing_pushed_nothing_said(speech: WhisperSpeech) -> None:
    assert (await heard_in(speech, b"", 1, encoding="webm-opus")).heard == []


@pytest.mark.asyncio
async def test_nothing_comes_after_close(speech: WhisperSpeech) -> None:
    listener = Listener()
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=listener)
    await stream.push(pcm16(HI01) + ONE_SECOND)
    await asyncio.sleep(0.05)
    await stream.close()
    heard = len(listener.heard)
    await stream.push(pcm16(HI01))
    await stream.finish()
    await stream.close()
    await speech.text_of(decode_file(HI01))
    assert len(listener.heard) == heard


@pytest.mark.asyncio
async def test_finish_can_be_cancelled_and_called_again(speech: WhisperSpeech) -> None:
    listener = Listener()
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=listener)
    await stream.push(pcm16(HI01))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stream.finish(), 0.001)
    await stream.finish()
    assert len(listener.finals) == 1


@pytest.mark.asyncio
async def test_unreadable_sound_is_told_to_the_speaker(speech: WhisperSpeech) -> None:
    listener = Listener()
    stream = speech.open(encoding="webm-opus", sample_rate_hz=48_000, language="hi", on_transcript=listener)
    await stream.push(b"not a recording, but long enough to be looked at" * 10)
    with pytest.raises(AudioUnreadable):
        await stream.finish()
    with pytest.raises(AudioUnreadable):
        await stream.push(b"more")
    await stream.close()
    assert listener.heard == []


@pytest.mark.asyncio
async def test_more_than_a_minute_ahead_is_refused(speech: WhisperSpeech) -> None:
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=Listener())
    with pytest.raises(AudioTooLong):
        for _ in range(62):
            await stream.push(ONE_SECOND)
    await stream.close()


def test_missing_files_are_explained(tmp_path: Path) -> None:
    speech = WhisperSpeech.of_model(data_dir=tmp_path, chosen_dir=str(tmp_path))
    assert not speech.available
    assert "WHISPER_MODEL_DIR" in speech.unavailable_reason
    with pytest.raises(ModelUnavailable):
        speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=Listener())
    speech.close()


@pytest.mark.asyncio
async def test_a_model_that_is_not_one_makes_speech_unavailable(tmp_path: Path) -> None:
    for file in whisper_model.WHISPER_BASE:
        (tmp_path / file.name).write_bytes(b"{}")
    speech = WhisperSpeech.of_model(data_dir=tmp_path, chosen_dir=str(tmp_path))
    assert speech.available, "nobody has spoken yet"
    listener = Listener()
    stream = speech.open(encoding="pcm16", sample_rate_hz=16_000, language="hi", on_transcript=listener)
    await stream.push(pcm16(HI01))
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        await stream.finish()
    assert not speech.available
    assert "cannot be loaded" in speech.unavailable_reason
    assert listener.heard == []
    speech.close()


def test_the_settings_choose_the_provider(settings: Settings, tmp_path: Path) -> None:
    settings.STT_PROVIDER = "none"
    assert isinstance(speech_to_text(), NoSpeechToText)
    assert "STT_PROVIDER=none" in speech_to_text().unavailable_reason
    settings.STT_PROVIDER = "ears"
    assert "set it to whisper or none" in speech_to_text().unavailable_reason.lower()
    settings.STT_PROVIDER, settings.DATA_DIR, settings.WHISPER_MODEL_DIR = "whisper", tmp_path, str(tmp_path)
    absent = speech_to_text()
    assert (absent.name, absent.available) == ("whisper", False)
    assert "lacks config.json" in absent.unavailable_reason
    assert speech_to_text() is absent
