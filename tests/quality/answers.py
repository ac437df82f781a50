"""Says how well "nothing here matches" is to be believed: answers that are taken for such, and others that are not.

    python -m tests.quality.answers DATA WORK

Puts the paragraphs of XQuAD (Artetxe et al. 2020) in four languages and Cranfield's abstracts into one library, in the
folder WORK, and asks XQuAD's questions. Of each, the answer is real if its own paragraph is a match; nothing is to be
found if what is left of the hits without its article, in any language, has none. Beside them captions of photos, which
nothing in the library answers. ``_CENTRE`` in core/search/ranking.py and the backgrounds of the starter pack's text
models were chosen by this.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bowerbird.core.answers import Hit
from bowerbird.core.library import Library
from bowerbird.core.types import Query
from tests.bench.retrieval import cranfield_files

LANGUAGES = ("en", "es", "de", "zh")
_QUESTIONS = 150  # of each language
_HITS = 60  # an article has five paragraphs, in four languages


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the name of the file that has the answer: language, article, paragraph."""

    text: str
    file: str

    def is_about(self, hit: Hit) -> bool:
        """Whether a hit is of the same article, in whatever language."""
        return hit.path.stem.split("-")[1:2] == self.file.split("-")[1:2]


def paragraphs(data: Path, folder: Path) -> Path:
    """Each paragraph as a text file."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for row in _rows(data / "text_retrieval/xquad_public" / language / "corpus.jsonl"):
            (folder / f"{language}-{row['_id']}.txt").write_text(row["text"], "utf-8")
    return folder


def questions(data: Path, language: str) -> Sequence[Question]:
    """Some of a language's questions, always the same."""
    folder = data / "text_retrieval/xquad_public" / language
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        answers = {row["query-id"]: row["corpus-id"] for row in csv.DictReader(file, delimiter="\t")}
    asked = [Question(row["text"], f"{language}-{answers[row['_id']]}") for row in _rows(folder / "queries.jsonl")]
    return random.Random(1).sample(asked, _QUESTIONS)


def captions(data: Path) -> Sequence[str]:
    """Some captions of photos."""
    with (data / "captioned/manifest.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return random.Random(1).sample([row["caption"] for row in rows], _QUESTIONS)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    return map(json.loads, file.read_text("utf-8").splitlines())


def report(library: Library, asked: Sequence[Question]) -> str:
    """How many answers are first, how many are matches, and for how many questions nothing is without them."""
    first = matches = quiet = 0
    for question in asked:
        hits = library.search(Query(question.text, limit=_HITS)).hits
        first += bool(hits) and hits[0].path.stem == question.file
        matches += any(hit.strong and hit.path.stem == question.file for hit in hits)
        quiet += not any(hit.strong for hit in hits if not question.is_about(hit))
    shares = " ".join(f"{100 * count / len(asked):6.1f}" for count in (first, matches, quiet))
    return f"{shares}   of {len(asked)}"


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.answers", description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    asked = parser.parse_args()
    library = Library.open(asked.work / "library")
    try:
        texts = [paragraphs(asked.data, asked.work / "xquad"), cranfield_files(asked.data, asked.work / "cranfield")]
        library.index(texts, lambda progress: None)
        print("in 100 questions: the answer first, a match; nothing without its article")
        for language in LANGUAGES:
            print(f"{language:8} {report(library, questions(asked.data, language))}", flush=True)
        absent = captions(asked.data)
        quiet = sum(not any(hit.strong for hit in library.search(Query(text)).hits) for text in absent)
        print(f"captions {100 * quiet / len(absent):20.1f}   of {len(absent)}")
    finally:
        library.close()


if __name__ == "__main__":
    main()
