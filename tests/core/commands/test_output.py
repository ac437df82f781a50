from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.answers import Correction, Hit, Part, Reason, Results, Role, Timings
from bowerbird.core.commands import output
from bowerbird.core.commands.output import Output
from bowerbird.core.state import Check, Failure, Folder, FolderState, IndexReport, ModelState, Progress, Status
from bowerbird.core.types import Kind, Locator, Modality, Space

A, B = Path("/home/a b"), Path("/mnt/é")
STEERING = Path("/home/\x1b]0;owned\x07\nsecond line")
UNDECODABLE = Path(b"/home/caf\xe9".decode("utf-8", "surrogateescape"))
SPACE = Space("minilm@1", 384, Modality.TEXT, True, (0.1, 0.1), (0.1, 0.1))
FAILURES = (Failure(A / "x.pdf", "The file is empty."), Failure(STEERING, "Locked."))
STATUS = Status(
    directory=A,
    counts={Kind.PHOTO: 1, Kind.DOCUMENT: 1200},
    folders=(Folder(A, FolderState.READY, 1201), Folder(B, FolderState.OFFLINE, 3, 2)),
    progress=Progress(3, 5),
    failures=2,
    skipped=0,
    segments=12_345,
    spaces=(SPACE,),
    notices=("A disk is full.", "A model is missing."),
)
EMPTY = Status(A, {}, (), Progress(), 0, 0, 0, ())
REPORT = IndexReport({"seen": 1200, "indexed": 2, "failed": 0}, 7, 1.2345, FAILURES)
RESULTS = Results(
    (
        Hit(
            A / "report.pdf",
            Kind.DOCUMENT,
            0.91234567,
            True,
            (Reason("page 2 says so", 0.9),),
            Locator(page=2),
            "Krill",
        ),
        Hit(
            B / "talk.mp3", Kind.RECORDING, 0.5, True, (Reason("said at 1:05", 0.5),), Locator(start_s=65.0, end_s=70.0)
        ),
        Hit(STEERING, None, 0.1, False, (Reason("by its name", 0.1), Reason("by its folder", 0.1))),
    ),
    Timings(12.34567, 1.0, 2.0, 3.0),
    "Nothing else matches well.",
)
MODELS = (
    ModelState("clap", "CLAP", "Sounds.", "MIT", 600_000_000, (Modality.SOUND, Modality.TEXT), "good", False, False,
               how_to_get="bowerbird models get clap", recommended=True),
    ModelState("lite", "Lite", "Photos.", "Apache-2.0", 0, (Modality.IMAGE,), "", True, False),
    ModelState("e5", "E5", "Text.", "MIT", 0, (Modality.TEXT,), "", True, True, ms=12.4, built=(1000, 2000)),
    ModelState("mini", "Mini", "Text.", "MIT", 0, (Modality.TEXT,), "", True, True),
    ModelState("bad", "Bad", "Text.", "MIT", 0, (Modality.TEXT,), "", True, True, problem="Broken.", remedy="Get it."),
)  # fmt: skip
CHECKS = (Check("Catalog", True, "sound"), Check("Models", False, "e5: wrong vectors"))

OUTPUTS = {
    "index": output.describe_index_report(REPORT),
    "status": output.describe_status(STATUS),
    "status of an empty library": output.describe_status(EMPTY),
    "failures": output.describe_failures(FAILURES),
    "folders": output.describe_folders(STATUS.folders),
    "search": output.describe_results(RESULTS),
    "models": output.describe_models(MODELS),
    "doctor": output.describe_checks(CHECKS),
    "remove": output.labelled(removed=str(STEERING)),
    "retry": output.labelled(retried=1, failed=0),
}
# What Python shows of objects, and no sentence of ours contains.
PYTHON = re.compile(r"<\w+[. ]|\bNone\b|\b(?:True|False)\b|[\[{(]'|Path\(|\w+\((?:\w+=|')|'\w+':")


@pytest.mark.parametrize("answer", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_no_python_object_is_shown(answer: Output) -> None:
    assert answer.lines and not PYTHON.search("\n".join(answer.lines))


@pytest.mark.parametrize("shown", ["<FolderState.READY: 'ready'>", "{'a': 1}", "None", "PosixPath('/x')", "a: ['x']"])
def test_the_check_for_python_objects_sees_them(shown: str) -> None:
    assert PYTHON.search(shown)


@pytest.mark.parametrize("answer", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_nothing_steers_the_terminal(answer: Output) -> None:
    assert all(ord(character) >= 32 or character == "\n" for line in answer.lines for character in line)


@pytest.mark.parametrize("answer", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_values_are_json(answer: Output) -> None:
    assert json.loads(json.dumps(answer.value)) is not None


def test_status() -> None:
    assert OUTPUTS["status"].lines == (
        "library: /home/a b",
        "files: 1 photo, 1,200 documents",
        "folder: /home/a b  ready, 1,201 files",
        "folder: /mnt/é  offline, 3 files",
        "waiting: 2",
        "segments: 12,345",
        "failed: 2",
        "skipped: 0",
        "spaces: minilm@1",
        "notice: A disk is full.",
        "notice: A model is missing.",
    )
    card = Folder(A, FolderState.PARTLY_OFFLINE, 2, 0, (A / "Card",))
    described = output.describe_folders([card])
    assert described.lines == (f"{A}  partly offline, 2 files; not connected: {A}/Card",)
    assert described.value[0]["away"] == [f"{A}/Card"]
    assert OUTPUTS["status"].value["folders"][1] == {
        "path": "/mnt/é",
        "state": "offline",
        "files": 3,
        "away": [],
    }
    assert OUTPUTS["status"].value["files"] == {"photo": 1, "document": 1200}
    assert OUTPUTS["status of an empty library"].lines[1:3] == ("files: none", "waiting: 0")


def test_a_report_counts_what_there_is() -> None:
    assert OUTPUTS["index"].lines == (
        "1,200 seen, 2 indexed; 1.2 s",
        "2 could not be read: see bowerbird failures",
    )
    assert output.describe_index_report(IndexReport({"seen": 0}, 0, 0.04, ())).lines == ("no files; 0.0 s",)
    assert OUTPUTS["index"].value["failures"][0] == {"path": "/home/a b/x.pdf", "reason": "The file is empty."}


@pytest.mark.parametrize(
    ("changing", "line"),
    [
        (1, "1 file is still changing and is looked at again later"),
        (1200, "1,200 files are still changing and are looked at again later"),
    ],
)
def test_files_that_do_not_come_to_rest_are_told(changing: int, line: str) -> None:
    report = output.describe_index_report(replace(REPORT, changing=changing))
    assert report.lines[-1] == line
    assert report.value["changing"] == changing
    status = output.describe_status(replace(STATUS, changing=changing))
    assert line in status.lines
    assert status.value["changing"] == changing


def test_a_failure_says_how_often_it_was_looked_at() -> None:
    answer = output.describe_failures([Failure(A / "x.pdf", "It crashed.", 3), Failure(A / "y.pdf", "It is empty.")])
    assert [line.splitlines()[1].strip() for line in answer.lines] == ["It crashed. Looked at 3 times.", "It is empty."]
    assert answer.value[0] == {"path": "/home/a b/x.pdf", "reason": "It crashed."}


def test_hits() -> None:
    answer = OUTPUTS["search"]
    assert answer.lines[:3] == ("0.91  /home/a b/report.pdf, page 2", "      page 2 says so", "      Krill")
    assert answer.lines[3] == "0.50  /mnt/é/talk.mp3, 1:05"
    assert answer.lines[-1] == "      by its name; by its folder"
    assert answer.notice == answer.value["notice"] == "Nothing else matches well."
    assert answer.value["took_ms"] == {"total": 12.346, "encode": 1.0, "retrieve": 2.0, "rank": 3.0}
    document, recording, other = answer.value["hits"]
    assert document["score"] == 0.912346 and document["moment"] == {"page": 2}
    assert recording["moment"] == {"start_s": 65.0, "end_s": 70.0}
    assert (other["path"], other["kind"], other["moment"]) == (str(STEERING), None, None)
    assert not {"notice", "phrases_found"} & output.describe_results(Results(())).value.keys()


@pytest.mark.parametrize("found", [True, False])
def test_whether_phrases_were_found_is_told(found: bool) -> None:
    assert output.describe_results(Results((), phrases_found=found)).value["phrases_found"] is found


def test_what_was_taken_for_a_typo_is_said() -> None:
    answer = output.describe_results(Results((), corrected=(Correction("elefant", "elephant"),)))
    assert answer.value["corrected"] == {"elefant": "elephant"}
    assert "corrected" not in output.describe_results(Results(())).value


def test_models_say_how_they_stand() -> None:
    lines = OUTPUTS["models"].lines
    assert lines[:3] == (
        "clap  600 MB, MIT, not here: bowerbird models get clap",
        "      Sounds.",
        "      recommended for this computer; good",
    )
    assert "lite  Apache-2.0, here, not in use: bowerbird models use lite" in lines
    assert "e5  MIT, in use, 1,000 of 2,000 done" in lines and "      12 ms an item on this computer" in lines
    assert "mini  MIT, in use" in lines and "bad  MIT, Broken. Get it." in lines
    assert OUTPUTS["models"].value[0]["modalities"] == ["sound", "text"]


def test_checks() -> None:
    assert OUTPUTS["doctor"].lines == ("ok    Catalog: sound", "FAIL  Models: e5: wrong vectors")


def test_names_that_are_no_text_can_be_printed() -> None:
    assert output.printable(UNDECODABLE).encode() == b"/home/caf?"
    assert output.printable("a\u202egpj.exe\u2066\u2028b") == "a gpj.exe  b"
    assert output.printable("👩\u200d🌾 עברית") == "👩\u200d🌾 עברית"
    assert json.loads(json.dumps(output.describe_failures([Failure(UNDECODABLE, "x")]).value))[0]["path"] == str(
        UNDECODABLE
    )


def test_the_parts_of_a_shot_stand_with_its_hit() -> None:
    parts = (Part(A / "a.cr3", Role.RAW), Part(A / "a\n.mov", Role.CLIP))
    answer = output.describe_results(Results((Hit(A / "a.jpg", Kind.PHOTO, 0.5, True, (), parts=parts),)))
    assert answer.value["hits"][0]["parts"] == [
        {"path": str(A / "a.cr3"), "role": "raw"},
        {"path": str(A / "a\n.mov"), "role": "clip"},
    ]
    assert "      with a.cr3, a .mov" in answer.lines
    alone = output.describe_results(Results((Hit(A / "a.jpg", Kind.PHOTO, 0.5, True, ()),)))
    assert alone.value["hits"][0]["parts"] == [] and len(alone.lines) == 2
