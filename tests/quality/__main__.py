"""Prints one table of how well Bowerbird searches, beside that of the run before: ``packaging/quality DATA``.

Of each set its number of questions, and how well they are answered by vectors, words and names alone and by all of
them, with the set in a library of its own, then with all sets in one. Last come questions that nothing answers, in a
library of texts; see ``answers.py``. What is read once for the library of all is kept for those of a part.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.conditions import EVERYTHING
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.search import ranking
from bowerbird.core.search.ranking import Asked, Source
from tests.quality import answers
from tests.quality.sets import SETS, Found, JudgedSet, Question, some

RETRIEVERS = {
    "vectors": {Source.MEANING, Source.LOOKS, Source.SOUNDS, Source.EXAMPLE},
    "words": {Source.WORDS},
    "names": {Source.NAME, Source.FOLDER},
}
MIXED = "mixed"
COLUMNS = (*RETRIEVERS, "fused", MIXED)
_KEPT = 0.95  # of what a set comes to alone: what it comes to at least among all others
_SHOWN = 10

Figures = dict[str, float]
"""By set, metric and column."""


@contextmanager
def opened(work: Path, folders: Sequence[Path]) -> Iterator[Library]:
    """The library of all sets, up to date."""
    library = Library.open(work / MIXED)
    try:
        library.index(folders, lambda progress: None)
        yield library
    finally:
        library.close()


@contextmanager
def part(work: Path, folders: Sequence[Path]) -> Iterator[Library]:
    """A library of some of the sets alone: that of all, without the others."""
    home = work / "part"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(work / MIXED, home, symlinks=True)
    library = Library.open(home)
    try:
        for folder in {folder.path for folder in library.status().folders} - set(folders):
            library.remove_folder(folder)
        library.index([], lambda progress: None)
        yield library
    finally:
        library.close()


def found_by(library: Library, question: Question) -> Found:
    """What a search finds."""
    like = {example.path for example in question.query.like}
    hits = library.search(question.query).hits
    return [path.name for hit in hits for path in (hit.path, *hit.copies) if path not in like]


class Retrievers:
    """What each way to search finds by itself."""

    def __init__(self, library: Library) -> None:
        self._searcher = library._searcher
        self._reader = CatalogReader(ReadConnections(LibraryPaths(library.status().directory).catalog))

    def found(self, question: Question) -> dict[str, Found]:
        """By retriever, the names of files, best first."""
        evidence = self._searcher.evidence(question.query)
        like = {example.path for example in question.query.like}
        found: dict[str, Found] = {}
        for name, sources in RETRIEVERS.items():
            matches = [match for match in evidence if match.source in sources]
            ranked = ranking.rank(matches, Asked.of(question.query.text, question.query.like))
            keys = [candidate.key for candidate in ranked if candidate.total > 0][: 2 * _SHOWN]
            files = self._reader.files.of_contents([key for key in keys if key > 0], EVERYTHING)
            rows = {row.content_id: row.path for row in files}
            found[name] = [rows[key].name for key in keys if key in rows and rows[key] not in like]
        return found


def judged(judged_set: JudgedSet, questions: Sequence[Question], column: str, found: Sequence[Found]) -> Figures:
    """How good these answers are."""
    return {
        f"{judged_set.name} {metric.name} {column}": sum(
            metric.of(names, question.grades) for names, question in zip(found, questions, strict=True)
        )
        / len(questions)
        for metric in judged_set.metrics
    }


def alone(judged_set: JudgedSet, questions: Sequence[Question], library: Library) -> Figures:
    """How well a set is found in a library of its own."""
    figures, retrievers = Figures(), Retrievers(library)
    parts = [retrievers.found(question) for question in questions]
    for name in RETRIEVERS:
        figures |= judged(judged_set, questions, name, [part[name] for part in parts])
    return figures | judged(judged_set, questions, "fused", [found_by(library, each) for each in questions])


def among_others(judged_set: JudgedSet, questions: Sequence[Question], library: Library) -> Figures:
    """How well it is found among all sets."""
    return judged(judged_set, questions, MIXED, [found_by(library, each) for each in questions])


def lines(questions: Mapping[str, Sequence[Question]], now: Figures, before: Figures) -> Iterator[str]:
    """The table, a line a metric: columns of now, and in brackets what they were."""
    yield f"{'set':<14} {'N':>5} {'metric':<8} " + " ".join(f"{column:>14}" for column in COLUMNS)
    for judged_set in (each for each in SETS if each.name in questions):
        for metric in judged_set.metrics:
            keys = [f"{judged_set.name} {metric.name} {column}" for column in COLUMNS]
            share = now[keys[-1]] / now[keys[-2]] if now.get(keys[-2]) and keys[-1] in now else 1.0
            note = "  drowned" if metric.name == "R@10" and share < _KEPT else ""
            cells = " ".join(f"{_cell(now.get(key), before.get(key)):>14}" for key in keys)
            yield f"{judged_set.name:<14} {len(questions[judged_set.name]):>5} {metric.name:<8} {cells}{note}"
    for key in (key for key in now if key.startswith(answers.NAME)):
        yield f"{key:<40} {_cell(now[key], before.get(key))}"


def _cell(value: float | None, before: float | None) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f}" + (f" ({100 * before:.1f})" if before is not None else "")


def main() -> None:
    """Index, ask, print, keep."""
    parser = argparse.ArgumentParser(prog="packaging/quality", description="Measure how well Bowerbird searches.")
    parser.add_argument("data", type=Path, help="the developers' test data")
    default = Path(tempfile.gettempdir()) / "bowerbird-quality"
    parser.add_argument("--work", type=Path, default=default, help="where libraries are kept for the next run")
    parser.add_argument("--before", type=Path, help="figures to compare with (default: those of the last run)")
    parser.add_argument("--most", type=int, default=10**6, help="at most so many questions of each set")
    parser.add_argument("--only", nargs="*", default=[each.name for each in SETS], help="sets, by their names")
    asked = parser.parse_args()
    kept = asked.work / "figures.json"
    before = asked.before or kept
    earlier = json.loads(before.read_text("utf-8")) if before.exists() else {}
    sets = [each for each in SETS if each.name in asked.only]
    questions = {each.name: some(each.questions(asked.data), asked.most) for each in sets}
    files = {each.name: each.files(asked.data, asked.work / "files" / each.name.replace(" ", "-")) for each in SETS}
    figures = Figures()
    with opened(asked.work, list(files.values())) as library:
        for each in sets:
            figures |= among_others(each, questions[each.name], library)
    for each in sets:
        with part(asked.work, [files[each.name]]) as library:
            figures |= alone(each, questions[each.name], library)
    texts = [files[name] for name in ("Cranfield", *(f"XQuAD {language}" for language in answers.LANGUAGES))]
    with part(asked.work, texts) as library:
        figures |= answers.measure(library, asked.data, asked.most)
    print("\n".join(lines(questions, figures, earlier)))
    kept.write_text(json.dumps(earlier | figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
