"""How well a question finds the paragraph that answers it, in four languages, through the library as users have it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bowerbird.core.library import Library
from bowerbird.core.types import Query
from tests.bench.report import Figure

_WANTED = {"en": 94, "es": 91, "de": 91, "zh": 91}


def measure(data: Path, work: Path) -> list[Figure]:
    """XQuAD (Artetxe et al. 2020), a library for each language."""
    return [_figure(data / "text_retrieval/xquad_public" / code, work / code, code) for code in _WANTED]


def _figure(source: Path, work: Path, code: str) -> Figure:
    folder = _paragraphs(source, work / "files")
    library = Library.open(work / "library")
    try:
        library.index([folder], lambda progress: None)
        answers = _answers(source)
        right = sum(_first(library, question) in answers[number] for number, question in _questions(source).items())
    finally:
        library.close()
    share = 100 * right / len(answers)
    return Figure(f"question -> paragraph R@1, {code}", share, "%", f"{len(answers)} questions", f">= {_WANTED[code]}")


def _paragraphs(source: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number, text in _texts(source / "corpus.jsonl").items():
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def _questions(source: Path) -> Mapping[str, str]:
    return _texts(source / "queries.jsonl")


def _texts(file: Path) -> dict[str, str]:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {row["_id"]: row["text"] for row in rows}


def _answers(source: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (source / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        question, paragraph, grade = line.split("\t")
        if int(grade) > 0:
            found.setdefault(question, set()).add(paragraph)
    return found


def _first(library: Library, question: str) -> str:
    hits = library.search(Query(question, limit=1)).hits
    return hits[0].path.stem if hits else ""
