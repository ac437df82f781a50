"""Files that do not come to rest: they are found as they were read, and keep nothing busy, ``index`` least of all."""

from __future__ import annotations

import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core import settings as settings_file
from bowerbird.core.catalog import jobs
from bowerbird.core.extractors.base import Limits
from bowerbird.core.indexing import identify
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.questions import Query
from bowerbird.core.settings import Settings
from bowerbird.core.types import Extraction, Modality
from tests.makers import docx, eventually
from tests.queries import typed

SERVER_LOG = 5 << 20  # two parts
LINE = "10:24:31 INFO request served in 12 ms by worker 7\n"


def quiet(_: object) -> None:
    """Nobody looks; nothing happens."""


@pytest.fixture
def library(tmp_path: Path, lent_processes: None) -> Iterator[Library]:
    """A library without models: words are found."""
    folder = tmp_path / "library"
    make_private(folder)
    settings_file.save(LibraryPaths(folder).settings, Settings(models=()))
    library = Library.open(folder)
    yield library
    library.close()


@dataclass
class Decodes:
    """How often each file was decoded, and what happens to a file meanwhile."""

    times: Counter[str] = field(default_factory=Counter)
    meanwhile: dict[str, Callable[[Path], object]] = field(default_factory=dict)


@pytest.fixture
def decodes(library: Library, monkeypatch: pytest.MonkeyPatch) -> Decodes:
    decodes = Decodes()
    extract = library._pool.extract

    def counting(path: Path, limits: Limits, **more: Any) -> Future[Extraction]:
        decodes.times[path.name] += 1
        extraction = extract(path, limits, **more)
        decodes.meanwhile.get(path.name, quiet)(path)
        return extraction

    monkeypatch.setattr(library._pool, "extract", counting)
    return decodes


@contextmanager
def meanwhile(change: Callable[[int], object]) -> Iterator[Counter[str]]:
    """Change something again and again on another thread: how many ``times``."""
    changes, over = Counter[str](), threading.Event()

    def go_on() -> None:
        while not over.wait(0.001):
            change(changes["times"])
            changes["times"] += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        eventually(lambda: changes["times"])
        yield changes
    finally:
        over.set()
        thread.join()


def found(library: Library, word: str) -> list[str]:
    return [hit.path.name for hit in library.search(typed(f'"{word}"')).hits]


def segments(library: Library, path: Path) -> list[tuple[int, str]]:
    row = library._reader.files.at(path)
    assert row is not None and row.content_id is not None
    return [(segment.id, segment.text) for segment in library._reader.segments_of(row.content_id)]


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_logs_that_gain_lines_all_the_time_do_not_keep_index_from_ending(
    library: Library, decodes: Decodes, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PAUSES_S", (0.0, 3600.0))
    chat, server = files / "chat.log", files / "server.log"
    chat.write_text("the first zanzibar line\n")
    server.write_text("the first quartz line\n" + LINE * (SERVER_LOG // len(LINE)))
    decodes.meanwhile = dict.fromkeys(("chat.log", "server.log"), lambda path: append(path, LINE))
    report = library.index([files], quiet)
    assert (report.files["indexed"], report.files["unchanged"], report.changing) == (2, 0, 2)
    assert decodes.times == {"chat.log": 1, "server.log": 2}, "each was decoded up to where it ended, in parts"
    assert found(library, "zanzibar") == ["chat.log"]
    assert found(library, "quartz") == ["server.log"]
    server.unlink()
    append(chat, "a line about saffron\n")
    assert library.index([], quiet).changing == 1
    assert decodes.times["chat.log"] == 2
    assert found(library, "saffron") == ["chat.log"]
    decodes.meanwhile = {}
    report = library.index([], quiet)
    assert (report.files["indexed"], report.changing, library.status().changing) == (1, 0, 0)
    library.index([], quiet)
    assert decodes.times["chat.log"] == 3


def test_of_a_long_log_that_has_grown_only_the_rest_is_read(
    library: Library, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identify, "READ_ON_FROM", 1000)
    log, copy = files / "chat.log", files / "copy.log"
    log.write_text("the first zanzibar line\n" * 100)
    library.index([files], quiet)
    before = segments(library, log)
    append(log, "a line about saffron\n")
    library.index([], quiet)
    after = segments(library, log)
    assert after[: len(before)] == before and [text for _, text in after[len(before) :]] == ["a line about saffron\n"]
    assert found(library, "zanzibar") == found(library, "saffron") == ["chat.log"]
    shutil.copy(log, copy)
    library.index([], quiet)
    append(log, "a line about quartz\n")
    library.index([], quiet)
    assert found(library, "quartz") == ["chat.log"] and sorted(found(library, "saffron")) == ["chat.log", "copy.log"]
    log.write_text("something else\n")
    library.index([], quiet)
    assert found(library, "zanzibar") == ["copy.log"] and not found(library, "quartz")


def test_a_file_that_is_touched_in_a_loop_is_not_decoded_in_a_loop(
    library: Library, decodes: Decodes, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("PAUSES_S", (0.0, 3600.0)), ("REST_S", 3600.0)):
        monkeypatch.setattr(jobs, name, seconds)
    note = files / "note.txt"
    note.write_text("a zanzibar note")
    library.add_folder(files)
    library.start()
    with meanwhile(lambda times: os.utime(note, (times, times))) as touched:
        eventually(lambda: found(library, "zanzibar"))
        before = touched["times"]
        eventually(lambda: library.status().changing and touched["times"] > before + 1000)
        eventually(library._inbox.idle.is_set)
    assert decodes.times["note.txt"] <= 2


def test_the_window_looks_again_by_itself(library: Library, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAUSES_S", (0.0, 0.1, 0.2, 0.4))
    log = files / "chat.log"
    log.write_text("the first zanzibar line\n")
    library.add_folder(files)
    library.start()
    with meanwhile(lambda times: append(log, f"line{times}\n")):
        for times in (10, 100, 1000):
            eventually(lambda: found(library, f"line{times}"))  # noqa: B023 # called before the next
    append(log, "the last quartz line\n")
    eventually(lambda: found(library, "quartz"))
    eventually(lambda: not library.status().changing)


def test_a_document_that_is_being_written_is_no_failure(library: Library, decodes: Decodes, files: Path) -> None:
    whole = docx(files.parent / "whole.docx", "a zanzibar letter").read_bytes()
    letter = files / "letter.docx"
    letter.write_bytes(whole[:100])
    decodes.meanwhile = {"letter.docx": lambda _: letter.write_bytes(whole[:200])}
    report = library.index([files], quiet)
    assert (report.failures, report.changing, report.files["failed"]) == ((), 1, 0)
    decodes.meanwhile = {}
    report = library.index([], quiet)
    assert [failure.path for failure in report.failures] == [letter], "it stays as it is, half of a document"
    letter.write_bytes(whole)
    assert library.index([], quiet).files["failed"] == 0
    assert found(library, "zanzibar") == ["letter.docx"]


def test_a_file_still_changing_when_the_library_is_closed_is_looked_at_at_the_next_start(
    library: Library, decodes: Decodes, files: Path, tmp_path: Path
) -> None:
    log = files / "chat.log"
    log.write_text("the first zanzibar line\n")
    decodes.meanwhile = {"chat.log": lambda _: append(log, LINE)}
    assert library.index([files], quiet).changing == 1
    library.close()
    append(log, "the last quartz line\n")
    again = Library.open(tmp_path / "library")
    try:
        again.start()
        eventually(lambda: found(again, "quartz") == ["chat.log"])
        eventually(lambda: not again.status().changing)
    finally:
        again.close()


def test_each_added_line_is_one_embedding(
    open_library: Callable[[], Library], files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is found is as if the file had been read at once."""
    lines = [f"On day {day} the keeper saw {day % 7} ships and wrote of the weather. " * 8 for day in range(30)]
    diary, copy = files / "diary.txt", files / "copy.md"
    diary.write_text("\n\n".join(lines))
    library = open_library()
    embedded = count_embedded(library, monkeypatch)
    library.index([files], quiet)
    all_at_first = sum(embedded.values())
    assert all_at_first >= 12
    for day in range(3):
        append(diary, f"\n\nOn a new day {day} the lamp broke. ")
        embedded.clear()
        library.index([], quiet)
        assert 1 <= sum(embedded.values()) <= 2, "the last piece, and one more if the line begins another"
    copy.write_text(f"# Copy\n\n{diary.read_text()}")
    library.index([], quiet)
    hits = library.search(Query("the light was out of order")).hits
    assert {hits[0].path.name, hits[1].path.name} == {"diary.txt", "copy.md"}
    assert abs(hits[0].score - hits[1].score) < 0.05


def count_embedded(library: Library, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    embedded: Counter[str] = Counter()
    encode = library._inference.encode_documents

    def counted(modality: Modality, items: Sequence[Any], *rest: Any) -> Any:
        embedded.update(items)
        return encode(modality, items, *rest)

    monkeypatch.setattr(library._inference, "encode_documents", counted)
    return embedded
