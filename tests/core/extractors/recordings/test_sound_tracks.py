"""Files with several sound tracks: which of them are heard, in what order, and what they are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.extractors.recordings.sound_tracks import audible
from bowerbird.core.types import Extraction, Modality
from tests.makers import extract
from tests.media_makers import RATE, scenes, silence, tone, with_tracks

PICTURES = scenes((200, 30, 30), (30, 30, 200), each=20)


def melody(seed: int, seconds: float = 4.0) -> np.ndarray:
    """Notes of half a second each, the same for the same seed."""
    chance = np.random.default_rng(seed)
    return np.concatenate([tone(0.5, pitch) for pitch in chance.integers(200, 2000, round(seconds * 2))])


def heard(extraction: Extraction) -> list[str]:
    """The sections of the tracks that are heard, each once."""
    return list(dict.fromkeys(s.locator.section for s in extraction.segments if s.modality is Modality.SOUND))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts"])
def test_speech_in_the_second_track_is_heard(files: Path, name: str) -> None:
    """What OBS writes whose first track has no source."""
    extraction = extract(with_tracks(files / name, (silence(4.0), {}), (melody(1), {}), pictures=PICTURES))
    assert heard(extraction) == ["sound track 2"]
    assert max(extraction.waveform) > 100


def test_languages_and_commentary_have_names_and_the_default_comes_first(files: Path) -> None:
    tracks = (
        (melody(1), {"language": "eng"}),
        (melody(2), {"language": "jpn", "default": "yes"}),
        (melody(3), {"language": "ger", "title": "Kommentar"}),
        (silence(4.0), {"language": "fra"}),
    )
    extraction = extract(with_tracks(files / "film.mkv", *tracks, pictures=PICTURES))
    assert heard(extraction) == ["", "sound track 2: English", "sound track 3: Kommentar, German"]
    assert extraction.properties.title == ""


@pytest.mark.parametrize("copy", [melody(1), melody(1) // 3, np.stack([melody(1)] * 2, axis=1)])
def test_the_same_sound_is_heard_once(files: Path, copy: np.ndarray) -> None:
    assert heard(extract(with_tracks(files / "a.mka", (melody(1), {}), (copy, {}), codec="aac"))) == [""]


def test_a_mix_does_not_hide_its_parts(files: Path) -> None:
    one, other = melody(1) // 2, melody(2) // 2
    assert len(heard(extract(with_tracks(files / "a.mka", (one + other, {}), (one, {}), (other, {}))))) == 3


def test_silence_is_never_heard() -> None:
    assert list(audible([silence(3.0), silence(3.0)])) == []
    assert list(audible([])) == []


def test_more_tracks_than_are_read_are_told(files: Path) -> None:
    tracks = [(melody(number), {}) for number in range(9)]
    extraction = extract(with_tracks(files / "many.mka", *tracks, codec="flac"))
    assert len(heard(extraction)) == 8
    assert extraction.omissions == ("The first 8 of 9 sound tracks were read.",)


def energy(extraction: Extraction) -> float:
    """Root mean square of all that is heard."""
    samples = [s.samples for s in extraction.segments if s.samples is not None]
    return float(np.sqrt(np.mean(np.square(np.concatenate(samples).astype(float))))) if samples else 0.0


VOICE = melody(5)
AMPLITUDE = 8000 / np.sqrt(2)


def turned(degrees: float) -> np.ndarray:
    """The voice with the phase of all its frequencies turned."""
    spectrum = np.fft.rfft(VOICE.astype(float)) * np.exp(1j * np.deg2rad(degrees))
    return np.fft.irfft(spectrum, len(VOICE)).astype(np.int16)


@pytest.mark.parametrize("codec", ["flac", "aac", "libopus"])
@pytest.mark.parametrize(
    ("right", "least"),
    [
        (-VOICE, 0.8),
        (-VOICE // 10 * 7, 0.7),
        (np.concatenate([VOICE[: 2 * RATE], -VOICE[2 * RATE :]]), 0.8),
        (turned(150), 0.7),
        (turned(120), 0.7),
        (turned(90), 0.6),
        (VOICE, 0.8),
        (VOICE * 0, 0.4),
    ],
)
def test_channels_out_of_phase_do_not_cancel(files: Path, codec: str, right: np.ndarray, least: float) -> None:
    path = with_tracks(files / "a.mka", (np.stack([VOICE, right], axis=1), {}), codec=codec)
    assert energy(extract(path)) > least * AMPLITUDE


@pytest.mark.parametrize("channels", ["centre", "front", "front out of phase"])
def test_a_voice_in_any_channel_of_a_film_is_heard(files: Path, channels: str) -> None:
    nothing = VOICE * 0
    left, right, centre = {
        "centre": (nothing, nothing, VOICE),
        "front": (VOICE, VOICE, nothing),
        "front out of phase": (VOICE, -VOICE, nothing),
    }[channels]
    samples = np.stack([left, right, centre, nothing, nothing, nothing], axis=1)
    assert energy(extract(with_tracks(files / "film.mka", (samples, {}), codec="flac"))) > 0.2 * AMPLITUDE
