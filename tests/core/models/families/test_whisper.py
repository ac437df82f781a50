"""Whisper: what is said and when, nothing where nobody speaks, and vectors that tell sounds apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird.core.models.families.whisper import Whisper, _sound_line
from bowerbird.core.types import SAMPLE_RATE, Samples
from tests.core.models.conftest import Loaded
from tests.makers import extract
from tests.media_makers import silence, tone

SPACE = "whisper-base@1"


@pytest.fixture(scope="module")
def whisper(loaded: Loaded) -> Whisper:
    return cast("Whisper", loaded("whisper-base", ""))


def _samples(path: Path) -> Samples:
    segments = extract(path).segments
    return np.concatenate([segment.samples for segment in segments if segment.samples is not None])


def test_what_is_said_and_when(whisper: Whisper, data: Path) -> None:
    """Three seconds of silence, then a known sentence."""
    speech = _samples(data / "speech/other/jfk.flac")
    heard = whisper.listen(np.concatenate([silence(3.0), speech]), [(0.0, 3.0), (3.0, 14.0)])
    transcript = " ".join(line.text for line in heard.lines).lower()
    assert "ask not what your country can do for you" in transcript
    assert heard.lines[0].start_s == pytest.approx(3.2, abs=0.5)
    assert all(line.start_s < line.end_s <= 14.1 for line in heard.lines)
    assert heard.vectors[SPACE].shape == (2, 512)


@pytest.mark.parametrize("name", ["silence", "tone", "noise", "clicks"])
def test_no_words_where_nobody_speaks(whisper: Whisper, name: str) -> None:
    """What is heard there stands in parentheses; of silence there is nothing."""
    noise = (np.random.default_rng(1).standard_normal(10 * SAMPLE_RATE) * 3000).astype(np.int16)
    clicks = silence(10.0)
    clicks[:: SAMPLE_RATE // 2] = 20_000
    sounds = {"silence": silence(10.0), "tone": tone(10.0), "noise": noise, "clicks": clicks}
    lines = whisper.listen(sounds[name], [(0.0, 10.0)]).lines
    assert all(_is_sound(line.text) for line in lines)
    assert bool(lines) == (name != "silence")


def _is_sound(text: str) -> bool:
    return re.fullmatch(r"(\([^()]+\) ?)+", text) is not None


@pytest.mark.parametrize(("folder", "sound"), [("001 - Dog bark", "bark"), ("003 - Sea waves", "crash")])
def test_sounds_are_told_in_parentheses(whisper: Whisper, data: Path, folder: str, sound: str) -> None:
    """All eighty, of ten classes, are in packaging/bench, "sound"."""
    samples = _samples(sorted((data / "esc10" / folder).iterdir())[0])
    (line,) = whisper.listen(samples, [(0.0, len(samples) / SAMPLE_RATE)]).lines
    assert (line.start_s, line.end_s) == (0.0, round(len(samples) / SAMPLE_RATE, 2))
    assert _is_sound(line.text) and sound in line.text


def test_only_what_is_likely_is_told() -> None:
    heard = [(" (rain) (Thunder)", -1.0), (" (rain", -1.5), (" (applause)", -9.0), ("nothing", -9.0)]
    (line,) = _sound_line(heard, 4.0)
    assert (line.start_s, line.end_s, line.text) == (0.0, 4.0, "(rain) (thunder)")
    assert _sound_line([("", -1.0), ("Yes.", -2.0)], 4.0) == ()


def test_like_sounds_have_like_vectors(whisper: Whisper) -> None:
    chance = np.random.default_rng(1)
    hiss, other_hiss = ((chance.standard_normal(4 * SAMPLE_RATE) * 2000).astype(np.int16) for _ in range(2))
    vectors = whisper.encode([hiss, other_hiss, tone(4.0)]).vectors[SPACE]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.02


def test_the_encoder_runs_once_for_vectors_and_words(whisper: Whisper, data: Path) -> None:
    calls = []
    model = whisper._model.model
    whisper._model.model = _Counting(model, lambda: calls.append(1))
    whisper.listen(_samples(data / "speech/other/jfk.flac"), [(0.0, 11.0)])
    whisper._model.model = model
    assert len(calls) == 1


class _Counting:
    """CTranslate2's model, its encodings counted."""

    def __init__(self, model: object, count: object) -> None:
        self._real, self._count = model, count

    def __getattr__(self, name: str) -> object:
        if name == "encode":
            self._count()  # type: ignore[operator]
        return getattr(self._real, name)
