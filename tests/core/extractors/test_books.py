"""E-books that are locked, damaged or unusual; what is read of sound ones is in test_golden."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from tests import document_makers
from tests.document_makers import archive
from tests.makers import extract

CONTAINER = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'
BOOK = (
    '<package><manifest><item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="a"/></spine></package>'
)


def changed(data: bytes, offset: int, number: int) -> bytes:
    """A Kindle book with another number in the header of its text."""
    start = struct.unpack_from(">I", data, 78)[0] + offset
    return data[:start] + struct.pack(">H", number) + data[start + 2 :]


@pytest.mark.parametrize(
    ("offset", "number", "sentence"),
    [(12, 2, "locked with a password"), (0, 17480, "compressed in a way"), (0, 9, "compressed in a way")],
)
def test_a_kindle_book_that_cannot_be_read(tmp_path: Path, offset: int, number: int, sentence: str) -> None:
    (tmp_path / "a.azw3").write_bytes(changed(document_makers.mobi(), offset, number))
    with pytest.raises(FileError, match=sentence):
        extract(tmp_path / "a.azw3")


@pytest.mark.parametrize("length", [10, 77, 79, 100, 400])
def test_a_kindle_book_that_is_cut(tmp_path: Path, length: int) -> None:
    (tmp_path / "a.mobi").write_bytes(document_makers.mobi()[:length])
    with pytest.raises(FileError):
        assert not extract(tmp_path / "a.mobi").segments
        raise FileError("no text")


def test_a_book_with_escapes_in_its_names(tmp_path: Path) -> None:
    page = "<html><body><p>They gather nectar.</p></body></html>"
    parts = {"META-INF/container.xml": CONTAINER, "book.opf": BOOK, "a b.xhtml": page}
    (tmp_path / "a.epub").write_bytes(archive({"mimetype": "application/epub+zip", **parts}))
    assert "They gather nectar." in extract(tmp_path / "a.epub").segments[0].text


def test_a_book_whose_chapters_are_encrypted(tmp_path: Path) -> None:
    locked = '<encryption><CipherReference URI="a%20b.xhtml"/></encryption>'
    parts = {
        "META-INF/container.xml": CONTAINER,
        "META-INF/encryption.xml": locked,
        "book.opf": BOOK,
        "a b.xhtml": "\1\2",
    }
    (tmp_path / "a.epub").write_bytes(archive({"mimetype": "application/epub+zip", **parts}))
    with pytest.raises(FileError, match="locked"):
        extract(tmp_path / "a.epub")


FICTION = (
    '<?xml version="1.0" encoding="windows-1251"?><FictionBook xmlns="x" xmlns:l="y"><description><title-info>'
    "<author><first-name>Антон</first-name><last-name>Чехов</last-name></author><book-title>Каштанка</book-title>"
    '<keywords>цирк, собака</keywords><date value="1887-12-25">1887</date></title-info></description><body>'
    "<title><p>Глава&nbsp;1</p></title><section><p>Помесь такса <a l:href='#n1'>с</a> дворняжкой & всё</p>"
    "<table><tr><th>имя</th><td>гусь</td></tr></table></section></body></FictionBook>"
).encode("cp1251")


def test_a_fiction_book(tmp_path: Path) -> None:
    (tmp_path / "a.fb2").write_bytes(FICTION)
    (tmp_path / "b.fb2.zip").write_bytes(archive({"b.fb2": FICTION}))
    (tmp_path / "c.fbz").write_bytes(archive({"c.fb2": FICTION}))
    for name in ("a.fb2", "b.fb2.zip", "c.fbz"):
        book = extract(tmp_path / name)
        text = "".join(segment.text for segment in book.segments)
        assert "такса с дворняжкой & всё" in text and "имя\tгусь" in text
        assert book.segments[-1].locator.section == "Глава 1"
        assert book.properties.title == "Каштанка" and book.properties.author == "Антон Чехов"
        assert book.properties.keywords == ("цирк", "собака")
        assert str(book.properties.taken_at) == "1887-12-25 00:00:00"


def test_of_a_damaged_fiction_book_the_beginning_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.fb2").write_bytes(FICTION[: FICTION.index(b"</table>")])
    book = extract(tmp_path / "a.fb2")
    assert "Глава" in book.segments[0].text
    assert book.omissions == ("The book is damaged: what comes after is not read.",)


def test_a_book_whose_package_is_not_well_formed(tmp_path: Path) -> None:
    page = "<html><body><p>They gather nectar.</p></body></html>"
    parts = {"META-INF/container.xml": CONTAINER, "book.opf": "<package><title>A & B</title>", "a b.xhtml": page}
    (tmp_path / "a.epub").write_bytes(archive({"mimetype": "application/epub+zip", **parts}))
    assert "They gather nectar." in extract(tmp_path / "a.epub").segments[0].text


def test_a_package_nested_without_end_takes_no_time(tmp_path: Path) -> None:
    package = f"<package>{'<a>' * 50_000}{'</a>' * 50_000}</package>"
    parts = {"META-INF/container.xml": CONTAINER, "book.opf": package}
    (tmp_path / "a.epub").write_bytes(archive({"mimetype": "application/epub+zip", **parts}))
    started = time.monotonic()
    extract(tmp_path / "a.epub")
    assert time.monotonic() - started < 10
