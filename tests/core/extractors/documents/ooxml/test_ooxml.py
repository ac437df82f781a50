"""Office Open XML: damage, oddities of other programs, and long ones; what is read of sound ones is in test_golden."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction
from tests import document_makers, makers
from tests.document_makers import LINKS, SHEETS, WORD, archive, package

STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def read(path: Path, content: bytes, limits: Limits | None = None) -> Extraction:
    path.write_bytes(content)
    return makers.extract(path, limits)


def text_of(extraction: Extraction) -> str:
    return "".join(segment.text for segment in extraction.segments)


def document(body: str, beside: dict[str, str] | None = None, links: dict[str, str] | None = None) -> bytes:
    return package(
        {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>', **(beside or {})},
        {"": {"word/document.xml": "officeDocument"}, "word/document.xml": links or {}},
    )


def workbook(rows: str) -> bytes:
    return package(
        {
            "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets><sheet name="S" r:id="r1"/>'
            "</sheets></workbook>",
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>',
        },
        {"": {"xl/workbook.xml": "officeDocument"}, "xl/workbook.xml": {"worksheets/sheet1.xml": "worksheet"}},
    )


def test_the_strict_form_is_read_as_the_other(tmp_path: Path) -> None:
    content = document("<w:p><w:r><w:t>Strictly speaking.</w:t></w:r></w:p>")
    strict = f'<w:document xmlns:w="{STRICT}"><w:p><w:r><w:t>Strictly speaking.</w:t></w:r></w:p></w:document>'
    other = archive({"[Content_Types].xml": "<Types/>", "word/document.xml": strict})
    assert text_of(read(tmp_path / "a.docx", content)) == text_of(read(tmp_path / "b.docx", other)) != ""


def test_what_was_moved_is_said_once_and_where_it_went(tmp_path: Path) -> None:
    run = "<w:r><w:t>Wandering albatross.</w:t></w:r>"
    body = f"<w:p><w:moveFrom>{run}</w:moveFrom></w:p><w:p><w:moveTo>{run}</w:moveTo></w:p>"
    assert text_of(read(tmp_path / "a.docx", document(body))) == "Wandering albatross.\n"


def test_tables_within_tables_stay_in_their_cell(tmp_path: Path) -> None:
    inner = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>inner</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    row = f"<w:tr><w:tc>{inner}<w:p/></w:tc><w:tc><w:p><w:r><w:t>outer</w:t></w:r></w:p></w:tc></w:tr>"
    assert text_of(read(tmp_path / "a.docx", document(f"<w:tbl>{row}</w:tbl>"))) == "inner\touter\n"


def test_damage_beside_the_text_does_not_cost_it(tmp_path: Path) -> None:
    content = document(
        "<w:p><w:r><w:t>Sound.</w:t></w:r></w:p>", {"word/comments.xml": "<w:comm"}, {"comments.xml": "comments"}
    )
    assert text_of(read(tmp_path / "a.docx", content)) == "Sound.\n"


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx"])
def test_entities_that_expand_are_refused(tmp_path: Path, name: str) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    hostile = f'<!DOCTYPE d [<!ENTITY e0 "aaaaaaaaaaaaaaaaaaaa">{entities}]><d><p><t>&e9;</t></p></d>'
    main = {"a.docx": "word/document.xml", "a.xlsx": "xl/workbook.xml", "a.pptx": "ppt/presentation.xml"}[name]
    with pytest.raises(FileError):
        read(tmp_path / name, archive({"[Content_Types].xml": "<Types/>", main: hostile}))


def test_nesting_without_end_is_no_recursion(tmp_path: Path) -> None:
    deep = 100_000
    body = "<w:sdt>" * deep + "<w:p><w:r><w:t>Deep down.</w:t></w:r></w:p>" + "</w:sdt>" * deep
    assert text_of(read(tmp_path / "a.docx", document(body))) == "Deep down.\n"


def test_long_workbooks_are_read_in_parts_to_their_end(tmp_path: Path) -> None:
    rows = "".join(f'<row><c t="inlineStr"><is><t>Row number {number}</t></is></c></row>' for number in range(300))
    path, lines, parts = tmp_path / "a.xlsx", list[str](), 0
    start: float | None = 0.0
    path.write_bytes(workbook(rows))
    while start is not None:
        extraction = makers.extract(path, Limits(max_characters=1_000, start_at=start))
        lines += text_of(extraction).splitlines()
        start, parts = extraction.next_at, parts + 1
    assert parts == 5
    assert " ".join(" ".join(lines).split()) == " ".join(["S", *(f"Row number {number}" for number in range(300))])


def test_what_is_left_out_in_the_end_is_said(tmp_path: Path) -> None:
    rows = "".join(f'<row><c t="inlineStr"><is><t>Row number {number}</t></is></c></row>' for number in range(300))
    limits = Limits(max_characters=1_000, max_total=2_000, start_at=1_000.0)
    last = read(tmp_path / "a.xlsx", workbook(rows), limits)
    assert last.next_at is None
    assert len(last.omissions) == 1 and last.omissions[0].startswith("The first 1,9")


def test_cells_far_off_cost_no_memory(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c><c r="ZZZZZZZZ9"><v>3</v></c></row>'
    assert text_of(read(tmp_path / "a.xlsx", workbook(rows))) == "S\n\n1\t2\t3\n"


def test_slides_in_the_order_that_is_shown(tmp_path: Path) -> None:
    pages = [(segment.locator.page, segment.text.split()[0]) for segment in
             read(tmp_path / "a.pptx", document_makers.slides()).segments]  # fmt: skip
    assert pages[:2] == [(1, "A"), (2, "Second")]


def test_characters_that_xml_does_not_hold(tmp_path: Path) -> None:
    rows = '<row><c t="inlineStr"><is><t>two_x000D_\nlines, snake_case_x</t></is></c></row>'
    assert "two lines, snake_case_x" in text_of(read(tmp_path / "a.xlsx", workbook(rows)))


@pytest.mark.parametrize(
    "chunk",
    [
        "<html><body><p>The albatross clause.</p></body></html>",
        "MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<p>The alba=\ntross clause.</p>",
    ],
)
def test_pages_that_word_has_yet_to_take_over(tmp_path: Path, chunk: str) -> None:
    content = document("<w:p/>", {"word/chunk.htm": chunk}, {"chunk.htm": "aFChunk"})
    assert "The albatross clause." in text_of(read(tmp_path / "a.docx", content))
