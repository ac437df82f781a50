"""MiniLM, MPNet and both over Cranfield, through the app; and what searching is like while one is added."""

from __future__ import annotations

import itertools
import json
import re
import statistics
import threading
import time
from pathlib import Path

from bowerbird.core.library import Library
from bowerbird.core.questions import Query
from tests.bench.report import Figure
from tests.bench.retrieval import CRANFIELD, cranfield_files, cranfield_ndcg, cranfield_queries

_MPNET, _MINILM = "all-mpnet-base-v2", "minilm-l6-v2"
_SENTENCES = 5000
_QUERIES = 100


def measure(data: Path, work: Path) -> list[Figure]:
    """Quality in one library, a switch under queries in another."""
    return [*_quality(data, work), *_switch(data, work)]


def _quality(data: Path, work: Path) -> list[Figure]:
    library = _library(work / "quality", cranfield_files(data, work / "cranfield"))
    try:
        found = [_judged(library, data, "MiniLM")]
        library.use_model(_MPNET)
        library.index((), lambda progress: None)
        found.append(_judged(library, data, "MiniLM and MPNet"))
        library.remove_model(_MINILM)
        return [*found, _judged(library, data, "MPNet")]
    finally:
        library.close()


def _library(folder: Path, texts: Path) -> Library:
    library = Library.open(folder)
    library.get_model(_MPNET, None, lambda done, whole: None)
    library.index([texts], lambda progress: None)
    return library


def _judged(library: Library, data: Path, models: str) -> Figure:
    scores = cranfield_ndcg(library, data)
    return Figure("Cranfield nDCG@10, fused", statistics.mean(scores), "", f"{len(scores)} queries, {models}", "")


def _switch(data: Path, work: Path) -> list[Figure]:
    library = _library(work / "switch", _sentences(data, work / "sentences"))
    try:
        queries = [query["text"] for query in cranfield_queries(data)][:_QUERIES]
        before = statistics.median(_searched(library, query)[1] for query in queries)
        started = time.perf_counter()
        library.use_model(_MPNET)
        building = threading.Thread(target=library.index, args=((), lambda progress: None))
        building.start()
        asked = itertools.takewhile(lambda _: building.is_alive(), itertools.cycle(queries))
        answers = [_searched(library, query) for query in asked]
        building.join()
        whole = time.perf_counter() - started
        status = library.status()
    finally:
        library.close()
    assert f"{_MPNET}@1" in {space.id for space in status.spaces}
    took, number = [ms for _, ms in answers], f"{len(answers)} queries"
    return [
        Figure("queries without an answer during a switch", sum(not hits for hits, _ in answers), "", number, "0"),
        Figure("a query during a switch", statistics.median(took) / before, "x", "against before, medians", ""),
        Figure("the longest query during a switch", max(took), "ms", number, ""),
        Figure("a switch", whole, "s", f"{status.segments} segments, queries all the while", ""),
    ]


def _searched(library: Library, query: str) -> tuple[int, float]:
    """How many hits, after how many milliseconds."""
    asked = time.perf_counter()
    hits = library.search(Query(query, limit=10)).hits
    return len(hits), (time.perf_counter() - asked) * 1000


def _sentences(data: Path, folder: Path) -> Path:
    """Sentences of the abstracts, a text file each."""
    folder.mkdir(parents=True)
    lines = (data / CRANFIELD / "corpus.jsonl").read_text("utf-8").splitlines()
    said = (one for line in lines for one in re.split(r"(?<=\.)\s+", json.loads(line)["text"]) if len(one) > 40)
    for number, sentence in enumerate(itertools.islice(dict.fromkeys(said), _SENTENCES)):
        (folder / f"{number}.txt").write_text(sentence, "utf-8")
    return folder
