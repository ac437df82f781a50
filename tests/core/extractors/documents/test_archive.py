"""Archives: what is left out is said, and damage is no failure of the whole."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors.documents import archive
from tests.document_makers import archive as packed
from tests.makers import extract


def test_more_files_than_are_listed_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MAX_MEMBERS", 3)
    monkeypatch.setattr(archive, "_MAX_TEXTS", 1)
    (tmp_path / "a.zip").write_bytes(packed({f"{n}.txt": f"Note {n}." for n in range(5)}))
    extraction = extract(tmp_path / "a.zip")
    assert extraction.omissions == (
        "The first 3 of 5 files in this archive are listed.",
        "The texts of the first 1 of 5 notes in this archive are read.",
    )
    assert [segment.text.strip() for segment in extraction.segments] == ["0.txt\n1.txt\n2.txt", "Note 0."]


def test_a_tar_that_is_too_large_is_listed_as_far_as_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_MAX_SKIPPED", 10)
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name, size in (("small.jpg", 5), ("large.jpg", 50), ("after.jpg", 5)):
            member = tarfile.TarInfo(name)
            member.size = size
            tar.addfile(member, io.BytesIO(bytes(size)))
    extraction = extract(tmp_path / "a.tar")
    assert extraction.segments[0].text.split() == ["small.jpg", "large.jpg"]
    assert extraction.omissions == ("The rest of the archive is not read.",)


def test_a_name_in_utf8_that_is_not_declared(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as written:
        written.writestr("Zxrich.jpg", b"")
    raw = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(raw.replace(b"Zxrich.jpg", b"Z\xc3\xbcich.jpg"))
    assert extract(tmp_path / "a.zip").segments[0].text == "Züich.jpg\n"


def test_names_in_the_encoding_of_their_country(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as written:
        written.writestr("xxxxxxxx.txt", b"")
    raw = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(raw.replace(b"xxxxxxxx", "Протокол".encode("cp866")))
    assert extract(tmp_path / "a.zip").segments[0].text == "Протокол.txt\n"
    with tarfile.open(tmp_path / "a.tar", "w", encoding="cp1251") as tar:
        tar.addfile(tarfile.TarInfo("Протокол собрания.txt"))
    assert extract(tmp_path / "a.tar").segments[0].text == "Протокол собрания.txt\n"


def test_a_text_that_is_damaged_does_not_cost_the_names(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": "Apples ripen late. " * 50, "b.txt": "Otters."}))
    data[40:50] = bytes(10)
    (tmp_path / "a.zip").write_bytes(data)
    texts = [segment.text.strip() for segment in extract(tmp_path / "a.zip").segments]
    assert texts[0] == "a.txt\nb.txt" and "Otters." in texts


def test_what_is_no_archive_and_what_is_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\3\4" + bytes(50))
    with pytest.raises(FileError):
        extract(tmp_path / "a.zip")
    (tmp_path / "a.jar").write_bytes(packed({"a/B.class": b"\xca\xfe"}))
    with pytest.raises(FileSkipped):
        extract(tmp_path / "a.jar")
