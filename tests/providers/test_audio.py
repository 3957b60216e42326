"""Sound in every form that devices send, and in forms that nobody should."""

import io
import os
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from execora.providers.audio import (
    AudioTooLong,
    AudioUnreadable,
    Decoder,
    Pcm16Decoder,
    Samples,
    WebmDecoder,
    decode_file,
    open_decoder,
)

AUDIO = Path(__file__).parent.parent / "audio"
WEBM = (AUDIO / "sample.webm").read_bytes()


def tone(seconds: float, rate_hz: int) -> Samples:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def pcm16(samples: Samples) -> bytes:
    return (samples * 32_767).astype("<i2").tobytes()


def wav(samples: Samples, rate_hz: int, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate_hz)
        writer.writeframes(pcm16(np.repeat(samples, channels)))
    return file.getvalue()


def decoded(decoder: Decoder, data: bytes, step: int) -> Samples:
    pieces = [decoder.push(data[at : at + step]) for at in range(0, len(data), step)]
    return np.concatenate([*pieces, decoder.finish()])


def main_frequency_hz(samples: Samples) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * 16_000 / samples.size


@pytest.mark.parametrize("step", [1, 3, 641, 10_000])
def test_pcm16_is_the_same_however_it_is_cut(step: int) -> None:
    data = pcm16(tone(0.2, 16_000))
    samples = decoded(Pcm16Decoder(16_000), data, step)
    assert np.array_equal(samples, np.frombuffer(data, "<i2").astype(np.float32) / 32_768)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_pcm16_of_any_rate_comes_out_at_16_khz(rate_hz: int) -> None:
    samples = decoded(Pcm16Decoder(rate_hz), pcm16(tone(1.0, rate_hz)), 1_001)
    assert abs(samples.size - 16_000) <= 1
    assert samples.dtype == np.float32
    assert main_frequency_hz(samples) == pytest.approx(440, abs=1)


def test_half_a_sample_at_the_end_is_dropped() -> None:
    assert decoded(Pcm16Decoder(16_000), b"\x00\x40\x01", 2).tolist() == [0.5]


@pytest.mark.parametrize("rate_hz", [-1, 0, 7_999, 48_001, 10**9])
def test_a_rate_outside_the_range_is_refused(rate_hz: int) -> None:
    with pytest.raises(AudioUnreadable, match="8000 to 48000"):
        open_decoder("pcm16", rate_hz)


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(AudioUnreadable, match="'mp3' is unknown"):
        open_decoder("mp3", 16_000)  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [1, 97, 1_000, len(WEBM)])
def test_webm_is_the_same_however_it_is_cut(step: int) -> None:
    samples = decoded(WebmDecoder(), WEBM, step)
    assert samples.size == 58_411
    assert np.array_equal(samples, decode_file(WEBM))


def test_webm_gives_sound_while_it_comes() -> None:
    decoder = WebmDecoder()
    sizes = [decoder.push(WEBM[at : at + 1_000]).size for at in range(0, len(WEBM), 1_000)]
    decoder.close()
    assert all(size > 2_000 for size in sizes), "every kilobyte holds some 0.25 s"


def test_a_cut_off_webm_gives_what_had_come() -> None:
    assert 16_000 < decoded(WebmDecoder(), WEBM[:5_000], 500).size < 24_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        WEBM[:10],
        WEBM[:200],
        os.urandom(5_000),
        b"\x1aE\xdf\xa3" + bytes(60_000),
        wav(tone(0.1, 16_000), 16_000),
        b"#EXTM3U\n#EXTINF:1,\n/dev/zero\n",
    ],
    ids=["empty", "magic", "header", "random", "zeros", "wav", "playlist"],
)
def test_what_is_not_webm_is_refused_at_once(data: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(AudioUnreadable, match="cannot be read|holds no sound"):
        decoded(WebmDecoder(), data, 1_000)
    assert time.monotonic() - began < 5


def test_endless_bytes_without_sound_are_refused() -> None:
    decoder = WebmDecoder()
    header = b"\x1aE\xdf\xa3\x84\x42\x82\x81\x77"
    with pytest.raises(AudioUnreadable):
        for _ in range(100):
            decoder.push(header + bytes(64_000))


def test_closing_ends_the_decoder_and_its_thread() -> None:
    before = set(threading.enumerate())
    decoder = WebmDecoder()
    decoder.push(WEBM[:3_000])
    (thread,) = set(threading.enumerate()) - before
    decoder.close()
    decoder.close()
    thread.join(5)
    assert not thread.is_alive()


def test_more_than_a_minute_in_one_push_is_too_long() -> None:
    with pytest.raises(AudioTooLong, match="60 seconds"):
        Pcm16Decoder(8_000).push(bytes(8_000 * 2 * 61))


@pytest.mark.parametrize("name", ["sample.ogg", "sample.webm"])
def test_a_whole_opus_file_is_read(name: str) -> None:
    samples = decode_file(AUDIO / name)
    assert samples.size / 16_000 == pytest.approx(3.65, abs=0.01)
    assert samples.ndim == 1
    assert 0.05 < np.abs(samples).max() <= 1.0


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (16_000, 1), (44_100, 2), (48_000, 1)])
def test_a_whole_wav_file_is_read(rate_hz: int, channels: int) -> None:
    samples = decode_file(wav(tone(1.0, rate_hz), rate_hz, channels))
    assert abs(samples.size - 16_000) <= 1
    assert main_frequency_hz(samples) == pytest.approx(440, abs=1)


def test_a_wav_of_16_khz_keeps_its_samples() -> None:
    data = pcm16(tone(0.5, 16_000))
    assert np.array_equal(decode_file(wav(tone(0.5, 16_000), 16_000)), np.frombuffer(data, "<i2") / np.float32(32_768))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OggS" + os.urandom(3_000),
        b"RIFF" + bytes(100),
        WEBM[:150],
        b"#EXTM3U\n/dev/zero",
        wav(tone(0.1, 4_000), 4_000),
    ],
    ids=["empty", "ogg", "riff", "webm", "playlist", "slow"],
)
def test_a_damaged_or_foreign_file_is_refused(data: bytes) -> None:
    with pytest.raises(AudioUnreadable):
        decode_file(data)


def test_a_long_file_is_refused() -> None:
    recording = wav(tone(3.0, 8_000), 8_000)
    with pytest.raises(AudioTooLong, match="longer than 2 seconds"):
        decode_file(recording, max_seconds=2)
    assert decode_file(recording, max_seconds=3.1).size == pytest.approx(48_000, abs=1)
