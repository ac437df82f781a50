"""The command line's contract, run as users run it: in processes of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.core.commands.definitions import COMMANDS
from bowerbird.core.library import Library
from tests import makers
from tests.core.commands.test_output import PYTHON
from tests.media_makers import silence, tone, wav

_PATIENCE_S = 300  # the first command of all exports the networks, on a computer that may be busy

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(library_folder: Path) -> Run:
    def run_it(*arguments: object, stdin: str = "", as_json: bool = True) -> subprocess.CompletedProcess[str]:
        style = ["--json"] if as_json else []
        command = [sys.executable, "-m", "bowerbird.gui", "--library", library_folder, *style, *arguments]
        return subprocess.run(
            [str(part) for part in command], input=stdin, capture_output=True, text=True, timeout=_PATIENCE_S
        )

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
    results = answer(run("search", "krill", "--kind", "document", "--limit", 1))
    assert set(results["took_ms"]) == {"total", "encode", "retrieve", "rank"}
    (hit,) = results["hits"]
    assert (hit["path"], hit["kind"], hit["moment"]) == (str(notes / "report.pdf"), "document", {"page": 2})
    assert 0 < hit["score"] <= 1 and "page 2" in hit["why"] and "Krill" in hit["snippet"]
    like = answer(run("search", "--like", shutil.copy(notes / "shapes.jpg", notes.parent)))["hits"][0]
    assert (like["path"], like["kind"], like["moment"]) == (str(notes / "shapes.jpg"), "photo", None)
    assert answer(run("index"))["files"]["unchanged"] == 3


def test_decoders_that_do_not_start_end_index_with_a_sentence(tmp_path: Path, files: Path) -> None:
    makers.text(files / "note.txt", "It waits.")
    script = (
        "import sys\n"
        "from functools import partial\n"
        "from bowerbird.core import cli, library\n"
        "from bowerbird.core.decoding import pool\n"
        "from tests.core.decoding import misbehaving\n"
        "if __name__ == '__main__':\n"
        "    pool._PAUSES_S = (0.01, 0.01)\n"
        "    library.ExtractPool = partial(library.ExtractPool, serve=misbehaving.serve_never)\n"
        "    sys.exit(cli.main(sys.argv[1:], lambda _: 0))\n"
    )
    command = [sys.executable, "-c", script, "--library", str(tmp_path / "library"), "index", str(files)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=_PATIENCE_S)
    assert done.returncode == 1
    assert "bowerbird: The programs that read files do not start" in done.stderr and "Traceback" not in done.stderr
    library = Library.open(tmp_path / "library")
    try:
        assert [folder.pending for folder in library.status().folders] == [1]
    finally:
        library.close()


def test_a_batch_answers_every_line(run: Run, notes: Path, open_library: Callable[[], Library]) -> None:
    open_library().index([notes], lambda _: None)
    lines = [
        {"text": "apple pastry", "limit": 1},
        {"like": [shutil.copy(notes / "shapes.jpg", notes.parent)], "kind": "photo"},
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


def test_what_was_said_is_found_at_its_moment(
    run: Run, files: Path, data: Path, open_library: Callable[[], Library]
) -> None:
    open_library()  # which answers all these commands, with models loaded once
    speech = shutil.copy(data / "speech/other/jfk.flac", files / "speech.flac")
    wav(files / "tone.wav", np.concatenate([tone(5.0), silence(1.0), tone(5.0, 2500)]))
    assert answer(run("index", files))["files"]["indexed"] == 2
    hit = answer(run("search", "what you can do for your country"))["hits"][0]
    assert (hit["path"], hit["kind"]) == (str(speech), "recording")
    assert set(hit["moment"]) == {"start_s", "end_s"} and 7.0 <= hit["moment"]["start_s"] <= 9.0
    assert "said at 0:0" in hit["why"] and "country" in hit["snippet"]
    part = answer(run("search", "--like", f"{files / 'tone.wav'}#t=6.5,10.5"))["hits"][0]
    assert part["path"] == str(files / "tone.wav") and part["moment"]["start_s"] > 5.0


def test_while_another_process_has_the_library_open(run: Run, notes: Path, open_library: Callable[[], Library]) -> None:
    open_library().start()
    assert answer(run("index", notes))["files"]["indexed"] == 3
    assert answer(run("search", "krill"))["hits"][0]["path"] == str(notes / "report.pdf")
    assert answer(run("status"))["files"] == {"document": 2, "photo": 1}
    assert answer(run("retry")) == {"retried": 1, "failed": 1}
    answer(run("remove", notes))
    assert answer(run("folders")) == []


def test_the_other_commands(run: Run, notes: Path, open_library: Callable[[], Library]) -> None:
    open_library()  # which answers all these commands, with models loaded once
    answer(run("index", notes))
    assert answer(run("folders"))[0]["path"] == str(notes)
    assert [Path(failure["path"]).name for failure in answer(run("failures"))] == ["empty.txt"]
    models = answer(run("models"))
    assert all(model.keys() >= {"problem", "remedy"} for model in models)
    used = {model["id"] for model in models if model["used"]}
    assert used == {"minilm-l6-v2", "e5-small-q4", "efficientnet-lite0", "whisper-base", "ppocr-v6"}
    checks = answer(run("doctor"))
    assert checks and all(check["ok"] for check in checks)


def test_plain_output_is_for_people(run: Run, notes: Path, open_library: Callable[[], Library]) -> None:
    open_library()  # which answers all these commands, with models loaded once
    typed = {
        "index": ["index", notes],
        "search": ["search", "krill"],
        "status": ["status"],
        "failures": ["failures"],
        "folders": ["folders"],
        "models": ["models"],
        "doctor": ["doctor"],
        "retry": ["retry"],
        "duplicates": ["duplicates"],
        "saved": ["saved"],
        "recent": ["recent"],
        "remove": ["remove", notes],
    }
    assert typed.keys() == {command.name for command in COMMANDS}
    printed = {name: text_of(run(*arguments, as_json=False)) for name, arguments in typed.items()}
    assert not {name: shown[0] for name, text in printed.items() if (shown := PYTHON.search(text))}
    assert printed["index"].startswith("4 seen, 3 indexed, 1 failed; ")
    assert f"{notes / 'report.pdf'}, page 2\n" in printed["search"]
    assert f"folder: {notes}  ready, 4 files\n" in printed["status"]
    assert "files: 2 documents, 1 photo\n" in printed["status"]
    assert printed["failures"] == f"{notes / 'empty.txt'}\n      The file is empty.\n"
    assert printed["folders"] == f"{notes}  ready, 4 files\n"
    assert "minilm-l6-v2  91 MB, Apache-2.0, in use\n" in printed["models"]
    assert "ok    Catalog: sound\n" in printed["doctor"]
    assert printed["retry"] == "retried: 1\nfailed: 1\n" and printed["remove"] == f"removed: {notes}\n"


def text_of(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_options_for_all_stand_after_the_command_too(tmp_path: Path, library_folder: Path) -> None:
    wrong, right = tmp_path / "other", library_folder
    command = [sys.executable, "-m", "bowerbird.gui", "--library", wrong, "status", "--json", "--library", right]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=_PATIENCE_S)
    assert answer(done)["library"] == str(right) and not wrong.exists()


def test_the_version_opens_no_library(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(tmp_path / "library"), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert text_of(done) == f"bowerbird {version('bowerbird')}\n" and not (tmp_path / "library").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["search"],
        ["search", "x", "--kind", "smell"],
        ["search", "x", "--after", "soon"],
        ["search", "x", "--sort", "smell"],
        ["search", "--like", "/a.jpg#xywh=percent:60,0,50,50"],
        ["dance"],
        ["remove", "/x"],
    ],
)
def test_usage_errors_exit_with_2_and_one_line(run: Run, wrong: list[str], open_library: Callable[[], Library]) -> None:
    open_library()  # a command that has it open itself takes four times as long to start
    done = run(*wrong)
    assert done.returncode == 2 and not done.stdout
    assert "Traceback" not in done.stderr


def test_an_error_does_not_steer_the_terminal(tmp_path: Path) -> None:
    (file := tmp_path / "fi\x1b[31mle").touch()
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(file), "status"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "fi [31mle" in done.stderr and "\x1b" not in done.stderr


def test_a_library_that_cannot_be_written_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(tmp_path / "file"), "status"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("bowerbird: The library folder") and len(done.stderr.splitlines()) == 1
