"""The sets that searches are judged by: files, questions about them, and how good an answer is."""

from __future__ import annotations

import csv
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bowerbird.core.questions import Example, Query
from tests.bench.retrieval import CRANFIELD, cranfield_files
from tests.bench.speech import five_words

LANGUAGES = ("en", "es", "de", "zh")
_SHOWN = 10


class Question(NamedTuple):
    """What is asked, and the files that answer it, with how well each does; names are those of files, with endings."""

    query: Query
    grades: Mapping[str, int]


Found = Sequence[str]
"""The names of hits, best first."""


@dataclass(frozen=True, slots=True)
class Metric:
    """How well questions are answered on average, from 0 to 1."""

    name: str
    of: Callable[[Found, Mapping[str, int]], float]


def _recall(at: int) -> Metric:
    return Metric(f"R@{at}", lambda found, grades: float(any(grades.get(name) for name in found[:at])))


def _ndcg(found: Found, grades: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), linear gain, first ten files."""
    gain = sum(grades.get(name, 0) / math.log2(at + 2) for at, name in enumerate(found[:_SHOWN]))
    best = sorted(grades.values(), reverse=True)[:_SHOWN]
    return gain / sum(grade / math.log2(at + 2) for at, grade in enumerate(best))


R_1, R_5, R_10 = map(_recall, (1, 5, 10))
NDCG = Metric("nDCG@10", _ndcg)
P_5 = Metric("P@5", lambda found, grades: sum(grades.get(name, 0) for name in found[:5]) / 5)


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Files and judged questions."""

    name: str
    metrics: Sequence[Metric]
    files: Callable[[Path, Path], Path]
    """Of the folder with the data and one to write into: the folder with the set's files."""
    questions: Callable[[Path], Sequence[Question]]
    """Of the folder with the data."""


def _flickr8k(data: Path) -> list[Question]:
    rows = table(data / "flickr8k/manifest.tsv")
    return [Question(Query(row["caption"], limit=_SHOWN), {Path(row["path"]).name: 1}) for row in rows]


def _cranfield(data: Path) -> list[Question]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for row in table(data / CRANFIELD / "qrels.tsv"):
        query, document, grade = list(row.values())[:3]
        grades[query][f"{document}.txt"] = max(0, int(grade))
    asked = {row["_id"]: row["text"] for row in rows_of(data / CRANFIELD / "queries.jsonl")}
    judged = (key for key in asked if any(grades[key].values()))
    return [Question(Query(asked[key], limit=_SHOWN), grades[key]) for key in judged]


def xquad_files(data: Path, folder: Path, language: str) -> Path:
    """Each paragraph of a language (Artetxe et al. 2020) as a text file: language, article, paragraph."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows_of(_xquad(data, language) / "corpus.jsonl"):
        (folder / f"{language}-{row['_id']}.txt").write_text(row["text"], "utf-8")
    return folder


def xquad_questions(data: Path, language: str) -> list[Question]:
    """All of a language's questions."""
    answers = {row["query-id"]: row["corpus-id"] for row in table(_xquad(data, language) / "qrels.tsv")}
    return [
        Question(Query(row["text"], limit=_SHOWN), {f"{language}-{answers[row['_id']]}.txt": 1})
        for row in rows_of(_xquad(data, language) / "queries.jsonl")
    ]


def _xquad(data: Path, language: str) -> Path:
    return data / "text_retrieval/xquad_public" / language


def _speech(data: Path) -> list[Question]:
    said = five_words(data)
    return [Question(Query(words, limit=_SHOWN), {name: 1}) for name, words in said]


def _sounds(data: Path) -> list[Question]:
    rows = table(data / "esc10/manifest.tsv")
    return [
        Question(
            Query(like=(Example(data / "esc10" / row["path"]),), limit=_SHOWN),
            {Path(other["path"]).name: int(other["label"] == row["label"]) for other in rows if other is not row},
        )
        for row in rows
    ]


def _recordings(source: Path, folder: Path) -> Path:
    """The recordings of a folder, without what is written about them."""
    for path in (path for path in source.rglob("*") if path.suffix in (".wav", ".flac", ".ogg")):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder


def _imagenet_files(data: Path, folder: Path) -> Path:
    """Photos under names that say nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(table(data / "imagenet_sample/manifest.tsv")):
        (folder / f"{number:03}.jpg").write_bytes((data / "imagenet_sample" / row["path"]).read_bytes())
    return folder


def _imagenet(data: Path) -> list[Question]:
    rows = table(data / "imagenet_sample/manifest.tsv")
    return [Question(Query(row["label"], limit=_SHOWN), {f"{at:03}.jpg": 1}) for at, row in enumerate(rows)]


def _of_language(language: str) -> JudgedSet:
    return JudgedSet(
        f"XQuAD {language}",
        (R_1, R_10),
        lambda data, folder: xquad_files(data, folder, language),
        lambda data: xquad_questions(data, language),
    )


SETS = (
    JudgedSet("flickr8k", (R_1, R_5, R_10), lambda data, _: data / "flickr8k/Images", _flickr8k),
    JudgedSet("Cranfield", (NDCG, R_10), cranfield_files, _cranfield),
    *map(_of_language, LANGUAGES),
    JudgedSet("five words", (R_1, R_10), lambda data, folder: _recordings(data / "speech", folder), _speech),
    JudgedSet("like sounds", (P_5, R_10), lambda data, folder: _recordings(data / "esc10", folder), _sounds),
    JudgedSet("ImageNet names", (R_1, R_10), _imagenet_files, _imagenet),
)


def captions(data: Path) -> list[Question]:
    """Captions of photos that are in none of the sets."""
    return [Question(Query(row["caption"]), {}) for row in table(data / "captioned/manifest.tsv")]


def some(questions: Sequence[Question], most: int) -> list[Question]:
    """At most so many of them, always the same."""
    return random.Random(1).sample(list(questions), min(most, len(questions)))


def rows_of(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a JSON-lines file."""
    return map(json.loads, file.read_text("utf-8").splitlines())


def table(file: Path) -> list[dict[str, str]]:
    """The rows of a tab-separated file."""
    with file.open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE))
