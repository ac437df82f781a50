"""A single packed file is read as what it holds, as long as that is no larger than Bowerbird unpacks."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors import kind_of
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Kind
from tests.makers import docx, extract, pdf, photo, render

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd.compress}
BOX = b"From a@x.org Mon Mar 04 10:00:00 2024\nSubject: Otters\n\nabout otters\n"


@pytest.mark.parametrize("suffix", PACKERS)
def test_what_is_in_it(tmp_path: Path, suffix: str) -> None:
    pack: Callable[[bytes], bytes] = PACKERS[suffix]
    docx(tmp_path / "report.docx", "about otters")
    pdf(tmp_path / "report.pdf", "about otters")
    contents = {
        "notes.txt": "about otters, größer".encode("cp1252"),
        "box.mbox": BOX,
        "box": BOX,
        "report.pdf": (tmp_path / "report.pdf").read_bytes(),
        "report": (tmp_path / "report.docx").read_bytes(),
        "page.html": b"<html><p>about otters",
    }
    for name, data in contents.items():
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(pack(data))
        assert kind_of(path) is Kind.DOCUMENT
        assert "about otters" in extract(path).segments[0].text, name
    assert render(tmp_path / f"report.pdf{suffix}", None, 100).startswith(b"\xff\xd8")
    photo(tmp_path / "photo.png")
    (tmp_path / f"photo.png{suffix}").write_bytes(pack((tmp_path / "photo.png").read_bytes()))
    assert extract(tmp_path / f"photo.png{suffix}").kind is Kind.PHOTO


def test_a_long_one_is_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "box.mbox.gz"
    path.write_bytes(gzip.compress(BOX * 500))
    first = extract(path, Limits(part_bytes=10_000))
    assert first.next_at is not None
    second = extract(path, Limits(part_bytes=10_000, start_at=first.next_at))
    assert second.segments[0].text == first.segments[0].text and second.next_at is not None


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("name", ["notes.txt", "box.mbox", "report.pdf", "report"])
def test_a_bomb(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"{name}{suffix}"
    path.write_bytes(PACKERS[suffix](bytes(1 << 20) if name == "report" else b"a" * (1 << 20)))
    limits = replace(Limits(), max_bytes=1 << 16)
    with pytest.raises((FileError, FileSkipped)):
        while (next_at := extract(path, limits).next_at) is not None:
            limits = replace(limits, start_at=next_at)


def test_a_packed_archive_is_read_as_one(tmp_path: Path) -> None:
    note = b"a note about otters"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("trip/otters.txt")
        member.size = len(note)
        archive.addfile(member, io.BytesIO(note))
    for name, pack in (("a.tar.gz", gzip.compress), ("a.tar.zst", zstd.compress), ("a.tzst", zstd.compress)):
        (tmp_path / name).write_bytes(pack(buffer.getvalue()))
        text = "".join(segment.text for segment in extract(tmp_path / name).segments)
        assert "trip/otters.txt" in text and "a note about otters" in text


def test_what_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz.gz").write_bytes(gzip.compress(gzip.compress(b"text")))
    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(bytes(range(256))))
    for name in ("a.txt.gz.gz", "a.bin.gz"):
        with pytest.raises(FileSkipped):
            extract(tmp_path / name)
    for suffix, pack in PACKERS.items():
        (tmp_path / f"a.txt{suffix}").write_bytes(pack(random.Random(0).randbytes(1000).hex().encode())[:-200])
        with pytest.raises(FileError, match="damaged"):
            extract(tmp_path / f"a.txt{suffix}")
    (tmp_path / "plain.txt.gz").write_bytes(b"unpacked by the browser")
    assert extract(tmp_path / "plain.txt.gz").segments[0].text == "unpacked by the browser"
