"""How well what is said is written down and found: word errors, words, moments, paraphrases."""

from __future__ import annotations

import random
import re
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.conditions import Is
from bowerbird.core.library import Library
from bowerbird.core.models.families.whisper import BEAM_SIZE
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.core.types import SAMPLE_RATE, Kind, Modality
from tests.bench.media import decoded, table, whisper_folder
from tests.bench.report import Figure

_CUT_SHORT = {"LJ001-0091.wav", "LJ001-0100.wav", "LJ001-0108.wav", "LJ001-0003.wav"}
_KENNEDY = (  # the manifest describes it only; the address of 20 January 1961 is public
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country"
)
_STARTS = 3
_RIGHT_S = 2.0
_RECORDINGS = Is("kind", frozenset({Kind.RECORDING}))


def measure(data: Path, work: Path) -> list[Figure]:
    """The recordings by themselves, then all of them in one file with silences between."""
    files = {path.name: path for path in sorted((data / "speech").rglob("*")) if path.suffix in (".wav", ".flac")}
    said = _transcripts(data)
    library = Library.open(work / "speech")
    library.index([data / "speech"], lambda progress: None)
    found = [*_errors(work, files, said), *_words(library, said), _paraphrases(library)]
    joined = _joined(work / "joined", files)
    library.index([work / "joined"], lambda progress: None)
    found += _moments(library, work / "joined", joined, said)
    library.close()
    return found


def _transcripts(data: Path) -> dict[str, str]:
    rows = {Path(row["path"]).name: row["transcript"] for row in table(data / "speech/manifest.tsv")}
    return rows | {"jfk.flac": _KENNEDY}


# word errors


def _errors(work: Path, files: dict[str, Path], said: dict[str, str]) -> list[Figure]:
    whole = [name for name in sorted(files) if name not in _CUT_SHORT]
    ours = _rate([(said[name], _written(work, files[name])) for name in whole])
    plain = _rate([(said[name], text) for name, text in _plainly(work, [files[name] for name in whole]).items()])
    over = f"{len(whole)} recordings, beam {BEAM_SIZE}"
    return [
        Figure("word error rate, faster-whisper alone", 100 * plain, "%", f"{over}, its defaults"),
        Figure("word error rate, as indexed", 100 * ours, "%", over),
        Figure("word errors against faster-whisper's", ours / plain, "", over, "<= 1.10"),
    ]


def _written(work: Path, path: Path) -> str:
    """What the library has written down of a recording."""
    connections = ReadConnections(LibraryPaths(work / "speech").catalog)
    view = CatalogReader(connections)
    row = view.files.at(path)
    segments = view.segments_of(row.content_id) if row and row.content_id else []
    connections.close()
    lines = [one for one in segments if one.modality is Modality.TEXT and one.locator.start_s is not None]
    return " ".join(one.text for one in sorted(lines, key=lambda one: one.locator.start_s or 0))


def _plainly(work: Path, paths: Sequence[Path]) -> dict[str, str]:
    from faster_whisper import WhisperModel

    model = WhisperModel(str(whisper_folder(work / "speech/models")), device="cpu", compute_type="float32")
    return {path.name: " ".join(one.text for one in model.transcribe(str(path))[0]) for path in paths}


def plain_words(text: str) -> list[str]:
    """Lower case, no punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("’", "'"))


def _rate(pairs: Sequence[tuple[str, str]]) -> float:
    errors = sum(edits(plain_words(truth), plain_words(made)) for truth, made in pairs)
    return errors / sum(len(plain_words(truth)) for truth, _ in pairs)


def edits(truth: Sequence[str], made: Sequence[str]) -> int:
    """Words to insert, delete or replace (Levenshtein 1966)."""
    row = list(range(len(made) + 1))
    for at, word in enumerate(truth, 1):
        before, row[0] = row[0], at
        for column, other in enumerate(made, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != other))
    return row[-1]


# finding


def five_words(data: Path) -> list[tuple[str, str]]:
    """Recordings that are whole, and five words in a row of each, a few times."""
    whole = {name: text for name, text in _transcripts(data).items() if name not in _CUT_SHORT}
    return [(name, words) for name, words, _ in _queries(whole)]


def _queries(said: dict[str, str]) -> list[tuple[str, str, float]]:
    """Recording, five of its words in a row, and how far into it they begin, as a share of its words."""
    chance = random.Random(5)
    found = []
    for name, text in sorted(said.items()):
        words = text.split()
        last = max(0, len(words) - 5)
        starts = sorted(chance.sample(range(last + 1), min(_STARTS, last + 1)))
        found += [(name, " ".join(words[start : start + 5]), start / len(words)) for start in starts]
    return found


def _words(library: Library, said: dict[str, str]) -> list[Figure]:
    whole = {name: text for name, text in said.items() if name not in _CUT_SHORT}
    return [
        _first(library, _queries(whole), "in 22 whole recordings", ">= 95"),
        _first(library, _queries(said), "in all 26, four cut short", ""),
    ]


def _first(library: Library, queries: Sequence[tuple[str, str, float]], where: str, wanted: str) -> Figure:
    right = 0
    for name, words, _ in queries:
        hits = library.search(Query(words, where=_RECORDINGS, limit=1)).hits
        right += bool(hits) and hits[0].path.name == name
        if not hits or hits[0].path.name != name:
            print(f"   missed: {words!r} of {name}, found {hits[0].path.name if hits else None}")
    return Figure(
        "five words find their recording first",
        100 * right / len(queries),
        "%",
        f"{len(queries)} queries, {where}",
        wanted,
    )


def _paraphrases(library: Library) -> Figure:
    rows = table(Path(__file__).with_name("paraphrases.tsv"))
    right = 0
    for row in rows:
        names = [hit.path.name for hit in library.search(Query(row["paraphrase"], where=_RECORDINGS, limit=5)).hits]
        right += row["file"] in names
        if row["file"] not in names:
            print(f"   missed: {row['paraphrase']!r} of {row['file']}")
    return Figure("a paraphrase finds it in five", 100 * right / len(rows), "%", f"{len(rows)} paraphrases", ">= 80")


# moments


def _joined(folder: Path, files: dict[str, Path]) -> dict[str, tuple[float, float]]:
    """One recording of all of them in a seeded order, 1 to 6 s of silence between; where each begins and ends."""
    chance, at, places, parts = random.Random(7), 0.0, {}, []
    for name in chance.sample(sorted(files), len(files)):
        samples, gap = decoded(files[name]), chance.uniform(1, 6)
        places[name] = (at, at + len(samples) / SAMPLE_RATE)
        parts += [samples, np.zeros(round(gap * SAMPLE_RATE), np.int16)]
        at += sum(len(part) for part in parts[-2:]) / SAMPLE_RATE
    folder.mkdir(parents=True)
    with wave.open(str(folder / "joined.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.concatenate(parts).tobytes())
    return places


def _moments(
    library: Library, folder: Path, places: dict[str, tuple[float, float]], said: dict[str, str]
) -> list[Figure]:
    """Right is a moment that begins within two seconds of the utterance; near, within two of the words themselves."""
    queries = _queries({name: text for name, text in said.items() if name not in _CUT_SHORT})
    inside = near = 0
    for name, words, share in queries:
        hits = library.search(Query(words, where=Is("under", folder), limit=1)).hits
        at = hits[0].moment.start_s if hits and hits[0].moment else None
        begins, ends = places[name]
        spoken = begins + share * (ends - begins)
        good = at is not None and begins - _RIGHT_S <= at <= ends
        inside += good
        near += at is not None and begins - _RIGHT_S <= at <= spoken + _RIGHT_S and _covers(hits[0], spoken)
        if not good:
            print(f"   missed: {words!r} of {name} at {begins:.1f}-{ends:.1f}, found {at}")
    over = f"{len(queries)} queries, one file of {len(places)}"
    return [
        Figure(
            "the moment lies in the right utterance", 100 * inside / len(queries), "%", f"{over}, within 2 s", ">= 95"
        ),
        Figure("and covers the words", 100 * near / len(queries), "%", f"{over}, within 2 s", ""),
    ]


def _covers(hit: object, spoken: float) -> bool:
    moment = hit.moment  # type: ignore[attr-defined]
    return moment.start_s - _RIGHT_S <= spoken <= moment.end_s + _RIGHT_S
