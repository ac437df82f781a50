"""What a file is, by its first bytes."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from bowerbird.core.extractors.sniff import suffix_by_content
from bowerbird.core.extractors.source import Source


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (b"\0\0junk before it\n%PDF-1.4", ".pdf"),
        (b"A note on the mark %PDF- in files.\n", ".txt"),
        (b"BMW is a car maker, not a bitmap.\n", ".txt"),
        (b"{\\rtf1 hello}", ".rtf"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- one --><!-- two -->\n<svg xmlns='x'/>", ".svg"),
        (b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x'><svg/>", ".svg"),
        (b"\n<!doctype HTML>\n<title>x</title>", ".html"),
        (b"<?xml version='1.0'?><note/>", ".txt"),
        (b"From ada@example.org Mon Jun 01 10:00:00 2009\nSubject: x\n", ".mbox"),
        (b"From: ada\nTo: bob\nSubject: x\n\nbody", ".eml"),
        ("a note größer".encode("utf-16"), ".txt"),
        (b"\xff\xfe" + bytes(range(200)), ""),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", ".jpg"),
        (b"G" + bytes(187) + b"G" + bytes(187) + b"G", ".m2ts"),
        (bytes(100), ""),
        (b"", ""),
    ],
)
def test_first_bytes(tmp_path: Path, content: bytes, suffix: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with Source.at(tmp_path / "file") as source:
        assert suffix_by_content(source) == suffix


@pytest.mark.parametrize(
    "content",
    [b"<!-- -->", b"<!--", b"<?", b"<?xml ?>", b"From: a\n", b"From: a\n ", b"From ", b" ", b"<!DOCTYPE svg "],
)
def test_nothing_makes_it_slow(tmp_path: Path, content: bytes) -> None:
    """A guard against patterns that backtrack for ever, not a benchmark: they took minutes."""
    (tmp_path / "file").write_bytes(content * 4_000)
    began = time.monotonic()
    with Source.at(tmp_path / "file") as source:
        suffix_by_content(source)
    assert time.monotonic() - began < 5


def test_an_archive_that_is_damaged_inside_is_still_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    data = bytearray(path.read_bytes())
    at = data.index(b"mimetype") + len(b"mimetype")
    data[at : at + 6] = b"\xff" * 6
    path.write_bytes(data)
    with Source.at(path) as source:
        assert suffix_by_content(source) == ".zip"
