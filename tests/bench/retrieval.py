"""How well files are found: captions to photos, judged queries to texts, through the library as users have it."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bowerbird.core.library import Library
from bowerbird.core.questions import Query
from tests.bench.report import Figure

CRANFIELD = "text_retrieval/cranfield"


def measure(data: Path, work: Path) -> list[Figure]:
    """Photos alone, texts alone, and both in one library."""
    texts = cranfield_files(data, work / "cranfield")
    photos = data / "flickr8k" / "Images"
    with _indexed(work / "photos", photos) as library:
        found = _captions(library, data, "photos alone")
    with _indexed(work / "texts", texts) as library:
        found += _judged(library, data, "texts alone")
    with _indexed(work / "both", photos, texts) as library:
        return [*found, *_captions(library, data, "photos among texts"), *_judged(library, data, "texts among photos")]


@contextmanager
def _indexed(folder: Path, *sources: Path) -> Iterator[Library]:
    library = Library.open(folder)
    try:
        library.index(sources, lambda progress: None)
        yield library
    finally:
        library.close()


def cranfield_files(data: Path, folder: Path) -> Path:
    """Each abstract as a text file."""
    folder.mkdir(parents=True, exist_ok=True)
    for line in (data / CRANFIELD / "corpus.jsonl").read_text("utf-8").splitlines():
        document = json.loads(line)
        (folder / f"{document['_id']}.txt").write_text(document["text"], "utf-8")
    return folder


def _captions(library: Library, data: Path, where: str) -> list[Figure]:
    rows = _table(data / "flickr8k/manifest.tsv")
    ranks = [_rank(library, row["caption"], Path(row["path"]).name) for row in rows]
    wanted = {1: ">= 33", 5: ">= 64", 10: ">= 77"} if where == "photos alone" else {}
    return [
        Figure(f"caption -> photo R@{k}", 100 * sum(rank < k for rank in ranks) / len(ranks), "%",
               f"{len(ranks)} captions, {where}", wanted.get(k, ""))
        for k in (1, 5, 10)
    ]  # fmt: skip


def _rank(library: Library, caption: str, name: str) -> float:
    names = [hit.path.name for hit in library.search(Query(caption, limit=10)).hits]
    return names.index(name) if name in names else math.inf


def _judged(library: Library, data: Path, where: str) -> list[Figure]:
    scores = cranfield_ndcg(library, data)
    mean = sum(scores) / len(scores)
    return [Figure("Cranfield nDCG@10, fused", mean, "", f"{len(scores)} queries, {where}", ">= 0.42")]


def cranfield_queries(data: Path) -> list[dict[str, str]]:
    """Its judged questions."""
    return [json.loads(line) for line in (data / CRANFIELD / "queries.jsonl").read_text("utf-8").splitlines()]


def cranfield_ndcg(library: Library, data: Path) -> list[float]:
    """How well each question is answered."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _table(data / CRANFIELD / "qrels.tsv"):
        query, document, grade = list(row.values())[:3]
        grades[query][document] = max(0, int(grade))
    judged = [query for query in cranfield_queries(data) if any(grades[query["_id"]].values())]
    return [_ndcg(library, query["text"], grades[query["_id"]]) for query in judged]


def _ndcg(library: Library, text: str, grades: dict[str, int]) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), linear gain, first ten files."""
    found = [hit.path.stem for hit in library.search(Query(text, limit=10)).hits]
    gain = sum(grades.get(name, 0) / math.log2(at + 2) for at, name in enumerate(found))
    best = sorted(grades.values(), reverse=True)[:10]
    return gain / sum(grade / math.log2(at + 2) for at, grade in enumerate(best))


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
