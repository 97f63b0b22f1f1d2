"""The clip that Asterisk plays: format, length, loudness."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from ivr_scripts.prompts.audio import PEAK_DBFS, RATE_HZ, SPEECH_DBFS, NotSpeech, to_clip

pytestmark = pytest.mark.unit

Samples = npt.NDArray[np.float64]


def tone(hz: float, seconds: float, rate_hz: int = 22_050) -> Samples:
    wave: Samples = np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)
    return wave


def wav(samples: Samples, rate_hz: int = 22_050, form: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format=form)
    return file.getvalue()


def heard(clip: bytes) -> Samples:
    samples: Samples
    samples, _ = soundfile.read(
        io.BytesIO(clip), samplerate=RATE_HZ, channels=1, format="RAW", subtype="ALAW", dtype="float64"
    )
    return samples


def dbfs(level: float) -> float:
    return float(20 * np.log10(level))


def rms(samples: Samples) -> float:
    return float(np.sqrt((samples**2).mean()))


def loudest_hz(samples: Samples) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * RATE_HZ / len(samples))


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 48_000])
def test_any_rate_becomes_8_khz_at_the_same_pitch_and_length(rate_hz: int) -> None:
    samples = heard(to_clip(wav(0.3 * tone(700, 1.0, rate_hz), rate_hz)))
    assert len(samples) == pytest.approx(RATE_HZ, abs=RATE_HZ * 0.02)
    assert loudest_hz(samples) == pytest.approx(700, abs=3)


@pytest.mark.parametrize("gain", [0.01, 0.1, 0.9])
def test_quiet_and_loud_speech_come_out_alike(gain: float) -> None:
    samples = heard(to_clip(wav(gain * tone(700, 1.0))))
    assert dbfs(rms(samples)) == pytest.approx(SPEECH_DBFS, abs=0.5)


def test_a_peak_is_never_clipped() -> None:
    spiky = 0.01 * tone(700, 1.0)
    spiky[5_000:5_050] = 0.9
    samples = heard(to_clip(wav(spiky)))
    assert dbfs(np.abs(samples).max()) <= PEAK_DBFS + 0.5
    assert dbfs(rms(samples)) < SPEECH_DBFS


def test_silence_at_both_ends_goes_and_a_pause_within_stays() -> None:
    quiet = np.zeros(22_050)
    word = 0.3 * tone(700, 0.5)
    samples = heard(to_clip(wav(np.concatenate([quiet, word, quiet[:11_025], word, quiet]))))
    assert len(samples) / RATE_HZ == pytest.approx(1.5 + 0.06, abs=0.03)


def test_edges_are_soft() -> None:
    samples = heard(to_clip(wav(0.3 * np.cos(2 * np.pi * 700 * np.arange(22_050) / 22_050))))
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01


def test_out_of_band_sound_is_not_folded_into_the_band() -> None:
    mixed = heard(to_clip(wav(0.3 * tone(700, 1.0, 48_000) + 0.3 * tone(6_000, 1.0, 48_000), 48_000)))
    spectrum = np.abs(np.fft.rfft(mixed))
    folded = spectrum[int(2_000 * len(mixed) / RATE_HZ) + np.arange(-5, 6)].max()
    assert dbfs(folded / spectrum.max()) < -30


def test_stereo_and_mp3_are_read() -> None:
    mono = 0.3 * tone(700, 1.0)
    assert loudest_hz(heard(to_clip(wav(np.column_stack([mono, mono]))))) == pytest.approx(700, abs=3)
    assert loudest_hz(heard(to_clip(wav(mono, 24_000, "MP3")))) == pytest.approx(700 * 24 / 22.05, abs=3)


@pytest.mark.parametrize("samples", [np.zeros(22_050), np.zeros(0), np.full(10, 0.5)])
def test_silence_is_not_a_clip(samples: Samples) -> None:
    with pytest.raises(NotSpeech, match="silence"):
        to_clip(wav(samples))


@pytest.mark.parametrize("recording", [b"", b"<html>quota exceeded</html>"])
def test_what_is_no_audio_is_not_a_clip(recording: bytes) -> None:
    with pytest.raises(NotSpeech, match="no audio"):
        to_clip(recording)
