"""The main job through the façade: real models, stores and decoder processes on files that the tests make."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont

from bowerbird.core import settings as settings_file
from bowerbird.core.errors import FileVanished, LibraryBusy, UsageError
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Example, Query
from bowerbird.core.settings import Settings
from bowerbird.core.state import FolderState, Progress
from bowerbird.core.types import Kind, Locator
from tests import makers, shot_makers
from tests.queries import typed

Opener = Callable[[], Library]


def quiet(progress: Progress) -> None:
    """Nobody looks."""


def first(library: Library, text: str) -> str:
    hits = library.search(Query(text)).hits
    return hits[0].path.name if hits else ""


@pytest.fixture
def notes(files: Path) -> Path:
    makers.text(files / "strudel.txt", "To bake an apple strudel, roll the dough until it is thin as paper.")
    makers.text(files / "moving.md", "# Moving house\n\nThe lorry comes on Monday. Pack the kitchen first.")
    makers.docx(files / "wings.docx", "Lift on a swept wing falls off quickly in supersonic flow.")
    makers.pdf(files / "report.pdf", "Penguins returned late to the colony", "Krill was scarce this winter")
    for seed in range(4):
        makers.photo(files / f"shapes{seed}.jpg", seed)
    return files


def test_finds_documents_by_meaning_words_and_page(open_library: Opener, notes: Path) -> None:
    library = open_library()
    report = library.index([notes], quiet)
    assert report.files == {"seen": 8, "indexed": 8, "unchanged": 0, "skipped": 0, "failed": 0, "offline": 0}
    assert first(library, "recipe for a pastry dessert with fruit") == "strudel.txt"
    assert first(library, "aerodynamics of aircraft above the speed of sound") == "wings.docx"
    hit = library.search(Query("krill")).hits[0]
    assert (hit.path.name, hit.moment, hit.kind) == ("report.pdf", Locator(page=2), Kind.DOCUMENT)
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["Krill"]
    assert any("page 2 has these words" in reason.text for reason in hit.reasons)


def test_what_files_say_of_themselves_is_found_filtered_and_shown(open_library: Opener, files: Path) -> None:
    page = "<html><head><title>Old mills</title><meta name='author' content='Marta Quist'></head><body>{}</body></html>"
    (files / "a.html").write_text(page.format("They grind corn with the wind."), "utf-8")
    (files / "b.html").write_text(page.replace("Marta Quist", "Otto Lind").format("They grind with water."), "utf-8")
    library = open_library()
    library.index([files], quiet)
    hit = library.search(Query("quist")).hits[0]
    assert (hit.path.name, hit.moment) == ("a.html", None)
    assert "its description has these words" in [reason.text for reason in hit.reasons]
    assert [hit.path.name for hit in library.search(typed("grind author:lind")).hits] == ["b.html"]
    preview = library.preview(files / "a.html", Query("corn"), None, 400)
    assert ("Author", "Marta Quist") in preview.details and "Quist" not in preview.text


def test_what_is_written_in_a_photo_and_on_a_scanned_page_is_found(
    open_library: Opener, files: Path, library_folder: Path
) -> None:
    settings_file.save(LibraryPaths(library_folder).settings, Settings())
    _written("Umbrella left at platform nine").save(files / "sign.png")
    _written("The harbour master keeps the ledger").save(files / "scan.pdf", resolution=100)
    makers.photo(files / "shapes.jpg")
    library = open_library()
    library.index([files], quiet)
    for question, name, page in (("umbrella platform", "sign.png", None), ("harbour ledger", "scan.pdf", 1)):
        hit = library.search(Query(question)).hits[0]
        assert (hit.path.name, hit.moment and hit.moment.page) == (name, page)
    assert len(library.preview(files / "sign.png", Query("umbrella"), None, 400).boxes) == 1


def _written(line: str) -> Image.Image:
    image = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(image).text((60, 120), line, "black", ImageFont.load_default(40))
    return image


def test_finds_the_twin_of_an_example(open_library: Opener, notes: Path, tmp_path: Path) -> None:
    library = open_library()
    library.index([notes], quiet)
    twin = makers.photo(tmp_path / "twin.png", seed=2, size=(640, 480))
    copy = Path(shutil.copy(notes / "shapes2.jpg", tmp_path / "copy.jpg"))
    same, other, *_ = library.search(Query(like=(Example(copy),))).hits
    assert same.path.name == "shapes2.jpg" and same.score > other.score
    hits = library.search(Query(like=(Example(notes / "shapes2.jpg"),))).hits
    assert [hit.path for hit in hits[:1]] == [other.path], "a file is no answer to itself"
    assert library.search(Query(like=(Example(twin),))).hits[0].kind is Kind.PHOTO
    document = makers.text(tmp_path / "like.txt", "An apple cake needs thin dough, rolled out and baked.")
    assert library.search(Query(like=(Example(document),))).hits[0].path.name == "strudel.txt"
    twin.unlink()
    with pytest.raises(FileVanished, match=r"^twin\.png: "):
        library.search(Query(like=(Example(document), Example(twin))))


def test_filters_narrow_down(open_library: Opener, notes: Path) -> None:
    inner = notes / "inner"
    inner.mkdir()
    makers.text(inner / "dough.txt", "Bread dough rests overnight.")
    library = open_library()
    library.index([notes], quiet)
    names = {hit.path.name for hit in library.search(typed(f'dough under:"{inner}"')).hits}
    assert names == {"dough.txt"}
    assert {hit.kind for hit in library.search(typed("dough kind:photo")).hits} == {Kind.PHOTO}
    assert "dough.txt" not in {hit.path.name for hit in library.search(typed("dough -bread")).hits}
    assert [hit.path.name for hit in library.search(typed('"bread dough"')).hits] == ["dough.txt"]
    missed = library.search(typed('"dough bread"'))
    assert missed.hits and "exact words" in missed.notice


def test_files_of_one_shot_are_one_hit_until_one_is_forgotten(open_library: Opener, files: Path) -> None:
    shot_makers.live_picture(files / "IMG_1.jpg", "1745E022")
    shot_makers.live_clip(files / "Video 7.mov", "1745E022")
    for number in range(2, 5):
        shot_makers.taken(files / f"IMG_{number}.jpg", seed=number, model="Pixel 8")
    library = open_library()
    library.index([files], quiet)

    def shots(query: Query) -> set[frozenset[str]]:
        hits = library.search(query).hits if query.text else library.browse(query).hits
        return {frozenset((hit.path.name, *(part.path.name for part in hit.parts))) for hit in hits}

    live, burst = frozenset({"IMG_1.jpg", "Video 7.mov"}), frozenset({"IMG_2.jpg", "IMG_3.jpg", "IMG_4.jpg"})
    assert shots(Query("img")) == shots(Query()) == {live, burst}
    assert len(shots(Query(apart=True))) == 5
    assert shots(typed("kind:clip")) == {live}
    (files / "IMG_1.jpg").unlink()
    library.index([], quiet)
    assert shots(Query()) == {frozenset({"Video 7.mov"}), burst}


def test_a_second_run_reads_only_what_changed(open_library: Opener, notes: Path) -> None:
    library = open_library()
    library.index([notes], quiet)
    makers.text(notes / "strudel.txt", "Now this is about harbour cranes.")
    (notes / "moving.md").rename(notes / "moved.md")
    shutil.copy(notes / "wings.docx", notes / "copy of wings.docx")
    (notes / "report.pdf").unlink()
    report = library.index([], quiet)
    assert (report.files["seen"], report.files["failed"]) == (8, 0)
    assert first(library, "unloading ships with harbour cranes") == "strudel.txt"
    assert first(library, "which day the lorry comes") == "moved.md"
    assert not any(hit.path.name == "report.pdf" for hit in library.search(Query("krill")).hits)
    wings = library.search(Query("supersonic wing")).hits[0]
    assert {wings.path.name, *(copy.name for copy in wings.copies)} == {"wings.docx", "copy of wings.docx"}


def test_watching_shows_changes_as_they_happen(open_library: Opener, files: Path) -> None:
    library = open_library()
    library.add_folder(files)
    library.start()
    note = makers.text(files / "note.txt", "The lighthouse keeper wrote every evening.")
    makers.eventually(lambda: first(library, "diary of a man at a beacon") == "note.txt")
    note.unlink()
    makers.eventually(lambda: not library.search(Query("lighthouse")).hits)


def test_every_bad_file_has_a_reason_and_costs_no_other(open_library: Opener, files: Path) -> None:
    (files / "empty.txt").touch()
    (files / "noise.txt").write_bytes(os.urandom(4096))
    (files / "cut.jpg").write_bytes(makers.photo(files / "whole.jpg").read_bytes()[:600])
    strange = Path(os.fsdecode(os.fsencode(files) + b"/caf\xe9\nnew \xf0\x9f\x98\x80.txt"))
    makers.text(strange, "bells of the old town")
    library = open_library()
    report = library.index([files], quiet)
    assert {failure.path.name for failure in report.failures} == {"empty.txt", "noise.txt", "cut.jpg"}
    assert all(failure.reason.endswith(".") for failure in report.failures)
    assert first(library, "church bells") == strange.name
    makers.text(files / "empty.txt", "no longer empty")
    assert library.index([], quiet).files["failed"] == 2


def test_files_nobody_reads_are_found_by_name(open_library: Opener, files: Path) -> None:
    (files / "holiday song.mid").write_bytes(b"MThd" + bytes(100))
    (files / "firmware.zzz").write_bytes(bytes(100))
    library = open_library()
    assert library.index([files], quiet).files["skipped"] == 2
    assert first(library, "firmware") == "firmware.zzz"
    assert library.search(Query("holiday song")).hits[0].kind is None


def test_a_folder_that_is_away_keeps_what_was_found(open_library: Opener, notes: Path, tmp_path: Path) -> None:
    library = open_library()
    library.index([notes], quiet)
    notes.rename(tmp_path / "elsewhere")
    assert library.index([], quiet).files["offline"] == 8
    assert library.status().folders[0].state is FolderState.OFFLINE
    assert first(library, "apple strudel") == "strudel.txt"
    (tmp_path / "elsewhere").rename(notes)
    assert library.index([], quiet).files["unchanged"] == 8


def test_removing_a_folder_leaves_nothing(open_library: Opener, notes: Path, library_folder: Path) -> None:
    library = open_library()
    library.index([notes], quiet)
    library.remove_folder(notes)
    assert not library.search(Query("dough")).hits
    library.close()
    rows = sqlite3.connect(LibraryPaths(library_folder).catalog)
    for table in ("files", "contents", "segments", "embeddings", "dead_segments", "jobs"):
        assert rows.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert not list((library_folder / "thumbnails").rglob("*.jpg"))


def test_folders_that_make_no_sense_are_refused(open_library: Opener, notes: Path, library_folder: Path) -> None:
    library = open_library()
    library.add_folder(notes)
    (notes / "inner").mkdir()
    for folder in (notes / "inner", notes.parent, notes / "strudel.txt", library_folder):
        with pytest.raises(UsageError):
            library.add_folder(folder)


def test_folders_that_are_added_at_once_are_all_kept(open_library: Opener, tmp_path: Path) -> None:
    folders = [tmp_path / f"folder {number}" for number in range(16)]
    for folder in folders:
        folder.mkdir()
    library = open_library()
    with ThreadPoolExecutor(len(folders)) as threads:
        list(threads.map(library.add_folder, folders))
    assert {folder.path for folder in library.status().folders} == set(folders)
    library.close()
    assert set(open_library().settings().folders) == {str(folder) for folder in folders}


@pytest.mark.parametrize("store", ["catalog.sqlite3", "vec.db"])
def test_a_damaged_store_is_rebuilt(open_library: Opener, notes: Path, library_folder: Path, store: str) -> None:
    library = open_library()
    library.index([notes], quiet)
    library.close()
    (library_folder / store).write_bytes(b"this is no database" * 500)
    library = open_library()
    library.index([], quiet)
    assert any("damaged" in notice for notice in library.status().notices)
    assert first(library, "recipe for a pastry dessert with fruit") == "strudel.txt"


def test_a_lost_vector_store_is_filled_from_the_catalog(
    open_library: Opener, notes: Path, library_folder: Path
) -> None:
    library = open_library()
    library.index([notes], quiet)
    library.close()
    (library_folder / "vec.db").unlink()
    library = open_library()
    library.index([], quiet)
    hit = library.search(Query(like=(Example(Path(shutil.copy(notes / "shapes1.jpg", notes.parent))),))).hits[0]
    assert hit.path.name == "shapes1.jpg"


def test_only_one_process_owns_a_library(open_library: Opener, library_folder: Path) -> None:
    open_library()
    with pytest.raises(LibraryBusy):
        Library.open(library_folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killed_while_indexing_it_ends_like_a_clean_run(
    open_library: Opener, notes: Path, library_folder: Path, tmp_path: Path
) -> None:
    for number in range(120):
        makers.text(notes / f"note{number}.txt", f"Note {number} is about " + ", ".join("abcdefgh"[number % 8] * 40))
    clean = tmp_path / "clean"
    shutil.copytree(library_folder, clean, symlinks=True)
    library = Library.open(clean)
    library.index([notes], quiet)
    library.close()
    counts = [_killed(library_folder, notes, after) for after in (0, 1, 70)]
    assert all(indexed >= after and queued > 0 for after, (indexed, queued) in zip((0, 1, 70), counts, strict=True))
    assert [indexed + queued for indexed, queued in counts] == [128] * 3, "a file was lost, or counted twice"
    assert counts == sorted(counts), "what was read is read again"
    library = open_library()
    library.index([notes], quiet)
    library.close()
    assert _rows(library_folder) == _rows(clean)


def _killed(library: Path, folder: Path, after: int) -> tuple[int, int]:
    """Index in a process that is killed when so many files are read and not all; how many are, and how many wait."""
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(library), "index", str(folder)]
    catalog = LibraryPaths(library).catalog
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            makers.eventually(lambda: _is_between(_counts(catalog), after) or process.poll() is not None, within_s=120)
            children = psutil.Process(process.pid).children(recursive=True)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL, "it had ended before"
    _, left = psutil.wait_procs(children, timeout=60)
    assert children and not left, "its helpers go on without it"
    return _counts(catalog)


def _is_between(counts: tuple[int, int], after: int) -> bool:
    indexed, queued = counts
    return indexed >= after and queued > 0


def _counts(catalog: Path) -> tuple[int, int]:
    """How many files are read, and how many wait."""
    if not catalog.exists():
        return 0, 0
    connection = sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)
    try:
        sql = "SELECT (SELECT count(*) FROM files WHERE state = 'indexed'), (SELECT count(*) FROM jobs)"
        return connection.execute(sql).fetchone()
    except sqlite3.OperationalError:  # its tables are just being made
        return 0, 0
    finally:
        connection.close()


def test_a_run_that_is_given_up_leaves_the_rules_as_they_were(
    open_library: Opener, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for indexing does not wait for mains, but only as long as he waits."""
    monkeypatch.setattr("bowerbird.core.indexing.power.on_battery", lambda: True)
    library = open_library()
    library.change_settings(replace(library.settings(), pause_on_battery=True))

    def give_up(_: Progress) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        library.index([notes], give_up)
    makers.text(notes / "late.txt", "The harbour crane unloads ships.")
    library.start()
    makers.eventually(lambda: library.status().progress.waiting == "on battery")


def _rows(folder: Path) -> list[tuple[object, ...]]:
    rows = sqlite3.connect(LibraryPaths(folder).catalog)
    return rows.execute(
        "SELECT f.path, hex(c.fingerprint), s.ordinal, s.text, s.page, s.section, count(e.space), c.stored "
        "FROM files f JOIN contents c ON c.id = f.content_id LEFT JOIN segments s ON s.content_id = c.id "
        "LEFT JOIN embeddings e ON e.segment_id = s.id GROUP BY f.id, s.id ORDER BY f.path, s.ordinal"
    ).fetchall()


def test_without_models_words_and_names_are_found_and_the_user_is_told(
    open_library: Opener, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as nothing:
        nothing.setattr("bowerbird.core.models.registry.sources._in_wheel", lambda file: None)
        library = open_library()
        assert library.index([notes], quiet).files["indexed"] == 8
        assert any("models get starter" in notice for notice in library.status().notices)
        assert first(library, "strudel dough") == "strudel.txt"
        assert first(library, "shapes3") == "shapes3.jpg"
        library.close()
    library = open_library()
    library.index([], quiet)
    assert first(library, "recipe for a pastry dessert with fruit") == "strudel.txt"
    assert (
        library.search(Query(like=(Example(Path(shutil.copy(notes / "shapes3.jpg", notes.parent))),))).hits[0].path.name
        == "shapes3.jpg"
    )


@pytest.mark.parametrize("store", ["catalog.sqlite3", "vec.db"])
def test_a_store_damaged_in_its_middle_never_ends_in_a_traceback(
    open_library: Opener, notes: Path, library_folder: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bowerbird.core.vectors.store._CALL_S", 3.0)  # a store that refuses is asked again for so long
    for number in range(30):
        makers.text(notes / f"filler {number}.txt", f"Filler text number {number}. " * 20)
    library = open_library()
    library.index([notes], quiet)
    library.close()
    assert (library_folder / store).stat().st_size > 50_000
    with (library_folder / store).open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(40_000))
    library = open_library()
    assert library.index([], quiet).files["failed"] == 0
    assert first(library, "recipe for a pastry dessert with fruit") == "strudel.txt"
