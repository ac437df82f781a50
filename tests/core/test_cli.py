"""The command line's contract, run as users run it: in processes of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.core.library import Library
from tests import makers
from tests.media_makers import silence, tone, wav

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(library_folder: Path) -> Run:
    def run_it(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bowerbird.gui", "--library", library_folder, "--json", *arguments]
        return subprocess.run([str(part) for part in command], input=stdin, capture_output=True, text=True, timeout=120)

    return run_it


@pytest.fixture
def notes(files: Path) -> Path:
    makers.text(files / "strudel.txt", "To bake an apple strudel, roll the dough until it is thin as paper.")
    makers.pdf(files / "report.pdf", "Penguins returned late", "Krill was scarce this winter")
    makers.photo(files / "shapes.jpg")
    (files / "empty.txt").touch()
    return files


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_index_then_search(run: Run, notes: Path) -> None:
    report = answer(run("index", notes))
    assert report["files"] == {"seen": 4, "indexed": 3, "unchanged": 0, "skipped": 0, "failed": 1, "offline": 0}
    assert report["failures"] == [{"path": str(notes / "empty.txt"), "reason": "The file is empty."}]
    assert report["segments"] == 4 and report["took_s"] > 0
    found = answer(run("search", "krill", "--kind", "document", "--limit", 1))
    assert set(found["took_ms"]) == {"total", "encode", "retrieve", "rank"}
    (hit,) = found["hits"]
    assert (hit["path"], hit["kind"], hit["moment"]) == (str(notes / "report.pdf"), "document", {"page": 2})
    assert 0 < hit["score"] <= 1 and "page 2" in hit["why"] and "Krill" in hit["snippet"]
    like = answer(run("search", "--like", notes / "shapes.jpg"))["hits"][0]
    assert (like["path"], like["kind"], like["moment"]) == (str(notes / "shapes.jpg"), "photo", None)
    assert answer(run("index"))["files"]["unchanged"] == 3


def test_a_batch_answers_every_line(run: Run, notes: Path) -> None:
    answer(run("index", notes))
    lines = [
        {"text": "apple pastry", "limit": 1},
        {"like": [str(notes / "shapes.jpg")], "kind": "photo"},
        {"text": "krill", "under": str(notes / "nowhere")},
        {"text": "krill", "kind": "smell"},
    ]
    done = run("search", "--batch", "-", stdin="\n".join(map(json.dumps, lines)) + "\nno json\n")
    assert done.returncode == 0, done.stderr
    first, second, third, fourth, fifth = map(json.loads, done.stdout.splitlines())
    assert [Path(hit["path"]).name for hit in first["hits"]] == ["strudel.txt"]
    assert Path(second["hits"][0]["path"]).name == "shapes.jpg"
    assert third["hits"] == [] and "error" not in third
    assert "no kind" in fourth["error"] and "no query" in fifth["error"]


def test_what_was_said_is_found_at_its_moment(run: Run, files: Path, data: Path) -> None:
    speech = shutil.copy(data / "speech/other/jfk.flac", files / "speech.flac")
    wav(files / "tone.wav", np.concatenate([tone(5.0), silence(1.0), tone(5.0, 2500)]))
    assert answer(run("index", files))["files"]["indexed"] == 2
    hit = answer(run("search", "what you can do for your country"))["hits"][0]
    assert (hit["path"], hit["kind"]) == (str(speech), "recording")
    assert set(hit["moment"]) == {"start_s", "end_s"} and 7.0 <= hit["moment"]["start_s"] <= 9.0
    assert "said at 0:0" in hit["why"] and "country" in hit["snippet"]
    part = answer(run("search", "--like", f"{files / 'tone.wav'}#t=6.5,10.5"))["hits"][0]
    assert part["path"] == str(files / "tone.wav") and part["moment"]["start_s"] > 5.0


def test_while_another_process_has_the_library_open(run: Run, notes: Path, library_folder: Path) -> None:
    library = Library(library_folder)
    library.open()
    library.start()
    try:
        assert answer(run("index", notes))["files"]["indexed"] == 3
        assert answer(run("search", "krill"))["hits"][0]["path"] == str(notes / "report.pdf")
        assert answer(run("status"))["files"] == {"document": 2, "photo": 1}
        assert answer(run("retry")) == {"retried": 1, "failed": 1}
        answer(run("remove", notes))
        assert answer(run("folders")) == []
    finally:
        library.close()


def test_the_other_commands(run: Run, notes: Path) -> None:
    answer(run("index", notes))
    assert answer(run("folders"))[0]["path"] == str(notes)
    assert [Path(one["path"]).name for one in answer(run("failures"))] == ["empty.txt"]
    models = answer(run("models"))
    assert all(one.keys() >= {"problem", "remedy"} for one in models)
    here = {one["id"] for one in models if one["used"]}
    assert here == {"minilm-l6-v2", "e5-small-q4", "efficientnet-lite0", "whisper-base"}
    checks = answer(run("doctor"))
    assert checks and all(one["ok"] for one in checks)


@pytest.mark.parametrize(
    "wrong",
    [["search"], ["search", "x", "--kind", "smell"], ["search", "x", "--after", "soon"], ["dance"], ["remove", "/x"]],
)
def test_usage_errors_exit_with_2_and_one_line(run: Run, wrong: list[str]) -> None:
    done = run(*wrong)
    assert done.returncode == 2 and not done.stdout
    assert "Traceback" not in done.stderr


def test_a_library_that_cannot_be_written_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(tmp_path / "file"), "status"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("bowerbird: The library folder") and len(done.stderr.splitlines()) == 1
