"""How fast recordings and clips are indexed, against the same models and decoders without anything around them."""

from __future__ import annotations

import shutil
import statistics
import wave
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from bowerbird.core.inference.client import Inference
from bowerbird.core.library import Library
from bowerbird.core.models.families.photo import Lite0
from bowerbird.core.models.families.whisper import BEAM_SIZE, COMPUTE_TYPE
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.types import SAMPLE_RATE, Samples
from tests.bench.media import decoded, whisper_folder
from tests.bench.report import Figure, seconds
from tests.makers import extract

_ROUNDS = 3
_MINUTES = 4.0
_THREADS = 2


def measure(data: Path, work: Path) -> list[Figure]:
    """A recording of some minutes, and all clips; product and bare models in turns."""
    work.mkdir(parents=True, exist_ok=True)
    models = work / "models"
    Inference(models).spaces()
    talk = _talk(data, work / "talk")
    clips = [path for path in sorted((data / "video").rglob("*")) if path.suffix in (".mp4", ".mkv", ".avi", ".webm")]
    _indexed(work, talk.parent, models, "warm")  # exports, joins and hashes
    bare, whole = zip(
        *((_bare_whisper(talk, models), _indexed(work, talk.parent, models, f"t{n}")) for n in range(_ROUNDS)),
        strict=True,
    )
    reel = _reel(clips, work / "reel")
    bare_clips, whole_clips = zip(
        *((_bare_clips(reel, models), _indexed(work, reel, models, f"c{n}")) for n in range(_ROUNDS)), strict=True
    )
    over = f"{_MINUTES:g} minutes of speech, median of {_ROUNDS}, beam {BEAM_SIZE}, {COMPUTE_TYPE}"
    return [
        Figure("faster-whisper alone", 60 * _MINUTES / statistics.median(bare), "x real time", over),
        Figure("the recording indexed", 60 * _MINUTES / statistics.median(whole), "x real time", over),
        Figure("recordings against faster-whisper", _ratio(bare, whole), "", over, ">= 0.85"),
        Figure("clips decoded and encoded alone", statistics.median(bare_clips), "s", f"{len(clips)} clips"),
        Figure("clips indexed", statistics.median(whole_clips), "s", f"{len(clips)} clips"),
        Figure(
            "clips against decoding and encoding", _ratio(bare_clips, whole_clips), "", "one after the other", ">= 0.85"
        ),
    ]


def _ratio(bare: tuple[float, ...], whole: tuple[float, ...]) -> float:
    return statistics.median(one / other for one, other in zip(bare, whole, strict=True))


def _talk(data: Path, folder: Path) -> Path:
    """The speech recordings one after the other, again and again, for some minutes."""
    files = sorted((data / "speech").rglob("*.wav")) + sorted((data / "speech").rglob("*.flac"))
    pause = np.zeros(SAMPLE_RATE // 2, np.int16)
    parts: list[Samples] = []
    for path in islice(cycle(files), 10 * len(files)):
        if sum(len(part) for part in parts) > _MINUTES * 60 * SAMPLE_RATE:
            break
        parts += [decoded(path), pause]
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / "talk.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.concatenate(parts)[: round(_MINUTES * 60) * SAMPLE_RATE].tobytes())
    return folder / "talk.wav"


def _reel(clips: list[Path], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        shutil.copy(clip, folder / clip.name)
    return folder


def _bare_whisper(talk: Path, models: Path) -> float:
    from faster_whisper import WhisperModel

    model = WhisperModel(str(whisper_folder(models)), device="cpu", compute_type=COMPUTE_TYPE, cpu_threads=_THREADS)
    return seconds(lambda: list(model.transcribe(str(talk), beam_size=BEAM_SIZE)[0]))


def _bare_clips(reel: Path, models: Path) -> float:
    """The same frames and windows as the product takes, one clip after the other: decoded, then encoded and heard."""
    from faster_whisper import WhisperModel

    entry = load()["efficientnet-lite0"]
    photo = Lite0(LoadContext(entry, Sources(models).files(entry), models, _THREADS))
    listener = WhisperModel(str(whisper_folder(models)), device="cpu", compute_type=COMPUTE_TYPE, cpu_threads=_THREADS)

    def all_of_them() -> None:
        for clip in sorted(reel.iterdir()):
            segments = extract(clip).segments
            if frames := [one.pixels for one in segments if one.pixels is not None]:
                photo.encode(frames)
            for window in (one.samples for one in segments if one.samples is not None):
                list(listener.transcribe(window.astype(np.float32) / 32768, beam_size=BEAM_SIZE)[0])

    return seconds(all_of_them)


def _indexed(work: Path, folder: Path, models: Path, name: str) -> float:
    """Seconds to index a folder, the models being loaded."""
    home = work / f"home-{name}"
    home.mkdir()
    (home / "models").symlink_to(models)
    library = Library.open(home)
    warm = work / f"warm-{name}"
    warm.mkdir()
    shutil.copy(_shortest(work / "talk"), warm / "warm.wav")
    library.index([warm], lambda progress: None)
    took = seconds(lambda: library.index([folder], lambda progress: None))
    library.close()
    return took


def _shortest(folder: Path) -> Path:
    """A second of sound, other than what is measured."""
    path = folder.parent / "second.wav"
    if not path.exists():
        with wave.open(str(folder / "talk.wav"), "rb") as file, wave.open(str(path), "wb") as short:
            short.setparams(file.getparams())
            short.writeframes(file.readframes(SAMPLE_RATE))
    return path
