"""PDF: fields, notes, parts, and hostile ones."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Locator
from tests import document_makers, makers
from tests.document_makers import pdf_file, stream

CATALOG = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>{}>>"
PAGES = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>"


def read(path: Path, content: bytes) -> Extraction:
    path.write_bytes(content)
    return makers.extract(path)


def text_of(extraction: Extraction) -> str:
    return "".join(segment.text for segment in extraction.segments)


@pytest.mark.parametrize(
    ("widget", "expected"),
    [
        ("/FT/Tx/T(name)/V<FEFF9AD86A4B>", "name: 高橋"),
        ("/FT/Tx/T(name)/Ff 4096/V(first line\\rsecond line)", "second line"),
        ("/Parent 5 0 R/T(first)", "first: Inherited"),
        ("/FT/Ch/T(city)/Opt[[(BZ)(Bozen)][(TN)(Trient)]]/V(BZ)/I[0]", "city: Bozen"),
        ("/FT/Ch/T(pets)/Ff 2097152/Opt[(Cat)(Dog)(Emu)]/V[(Cat)(Emu)]/I[0 2]", "pets: Cat; Emu"),
        ("/FT/Btn/T(paid)/V/Visa/AS/Visa/AP<</N<</Visa 6 0 R/Off 6 0 R>>>>", "paid: Visa"),
    ],
)
def test_a_field_that_is_filled_in(tmp_path: Path, widget: str, expected: str) -> None:
    field = f"<</Type/Annot/Subtype/Widget/P 3 0 R/Rect[0 0 99 20]{widget}>>"
    parent = "<</T(person)/FT/Tx/V(Inherited)/Kids[4 0 R]>>"
    objects: list[str | bytes] = [CATALOG.format(""), PAGES, PAGE, field, parent]
    extraction = read(tmp_path / "a.pdf", pdf_file([*objects, stream("", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]")]))
    assert expected in text_of(extraction)
    assert extraction.segments[0].locator == Locator(section="Page 1"), "the page itself has no text"


@pytest.mark.parametrize(
    "kind", ["Text", "FreeText", "Highlight", "Underline", "StrikeOut", "Squiggly", "Ink", "Caret"]
)
def test_a_note_of_any_kind(tmp_path: Path, kind: str) -> None:
    note = f"<</Type/Annot/Subtype/{kind}/Rect[0 0 9 9]/T(Ann)/Contents<FEFF00DC0062007200610067>>>"
    assert "Ann: Übrag" in text_of(read(tmp_path / "a.pdf", pdf_file([CATALOG.format(""), PAGES, PAGE, note])))


def test_a_note_in_rich_text_alone(tmp_path: Path) -> None:
    note = "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/RC(<body><p>Written <b>boldly</b></p></body>)>>"
    assert "Written boldly" in text_of(read(tmp_path / "a.pdf", pdf_file([CATALOG.format(""), PAGES, PAGE, note])))


def test_long_ones_are_read_in_parts_to_their_end(tmp_path: Path) -> None:
    path = makers.pdf(tmp_path / "a.pdf", *(f"Page number {number}." for number in range(25)))
    start: float | None = 0.0
    pages, starts = list[int | None](), list[float]()
    while start is not None:
        extraction = makers.extract(path, Limits(max_pages=10, start_at=start))
        assert not extraction.omissions
        assert bool(extraction.thumbnail) == bool(extraction.properties.pages) == (not start)
        pages += [segment.locator.page for segment in extraction.segments]
        starts.append(start)
        start = extraction.next_at
    assert (pages, starts) == (list(range(1, 26)), [0.0, 10.0, 20.0])


def test_a_page_too_long_is_cut_and_that_is_said(tmp_path: Path) -> None:
    path = makers.pdf(tmp_path / "a.pdf", "A line of words.", "Another one.")
    extraction = makers.extract(path, Limits(max_characters=10))
    assert extraction.omissions == ("The first 10 characters of page 1 are read.",)
    assert extraction.next_at == 1


@pytest.mark.parametrize(
    "data",
    [
        b"<datasets><open></datasets>",
        b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
        ) + b"]><d>&j;</d>",
        b"\xff\xfe" * 50,
    ],
)  # fmt: skip
def test_hostile_values_of_a_form_are_left_out(tmp_path: Path, data: bytes) -> None:
    catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA[(datasets) 4 0 R]>>>>"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    assert not read(tmp_path / "a.pdf", pdf_file([catalog, PAGES, page, stream(data)])).segments


def test_bookmarks_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    outline = "/Outlines 4 0 R"
    root, item = "<</First 5 0 R/Last 5 0 R>>", "<</Title(Round and round)/Parent 4 0 R/Next 5 0 R/First 5 0 R>>"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    objects: list[str | bytes] = [f"<</Type/Catalog/Pages 2 0 R{outline}>>", PAGES, page, root, item]
    assert "Round and round" in text_of(read(tmp_path / "a.pdf", pdf_file(objects)))


def test_a_title_in_utf8_is_repaired_and_a_default_is_none(tmp_path: Path) -> None:
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    info = b"<</Title(" + "Délicieux".encode() + b")/Author(anonymous)>>"
    said = read(tmp_path / "a.pdf", pdf_file(["<</Type/Catalog/Pages 2 0 R>>", PAGES, page, info], "/Info 4 0 R"))
    assert (said.properties.title, said.properties.author) == ("Délicieux", "")


def test_the_picture_of_a_form_shows_what_is_filled_in(tmp_path: Path) -> None:
    shown = stream("0 0 1 rg 0 0 400 400 re f", "/Type/XObject/Subtype/Form/BBox[0 0 400 400]")
    field = "<</Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[0 0 400 400]/FT/Tx/T(a)/V(b)/AP<</N 5 0 R>>>>"
    (tmp_path / "a.pdf").write_bytes(pdf_file([CATALOG.format(""), PAGES, PAGE, field, shown]))
    (tmp_path / "b.pdf").write_bytes(
        pdf_file([CATALOG.format(""), PAGES, PAGE.replace("/Annots[4 0 R]", ""), field, shown])
    )
    with_field, without = (makers.render(tmp_path / name, None, 200) for name in ("a.pdf", "b.pdf"))
    assert with_field != without


def test_damage(tmp_path: Path) -> None:
    whole = document_makers.form()
    with pytest.raises(FileError):
        read(tmp_path / "a.pdf", b"%PDF-1.7\n" + whole[2000:2400])


def with_files(**files: bytes) -> bytes:
    """A PDF of an empty page with files within."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 100)
    for name, data in files.items():
        document.new_attachment(name.replace("_", ".")).set_data(data)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_files_within_are_read(tmp_path: Path) -> None:
    mail = b"From: ann@x.org\nTo: b@x.org\nSubject: Boiler\n\nthermostat TH-5590"
    makers.docx(tmp_path / "a.docx", "about otters")
    data = with_files(a_docx=(tmp_path / "a.docx").read_bytes(), b_eml=mail, c_bin=bytes(99))
    (tmp_path / "portfolio.pdf").write_bytes(data)
    texts = {segment.locator.section: segment.text for segment in makers.extract(tmp_path / "portfolio.pdf").segments}
    assert texts["Attached files"].split() == ["a.docx", "b.eml", "c.bin"]
    assert "about otters" in texts["a.docx"] and "TH-5590" in texts["b.eml"] and "c.bin" not in texts


def test_files_within_files_are_read_to_some_depth(tmp_path: Path) -> None:
    data = with_files(deep_txt=b"the boiler")
    for _ in range(6):
        data = with_files(next_pdf=data, beside_txt=b"about otters")
    (tmp_path / "portfolio.pdf").write_bytes(data)
    extraction = makers.extract(tmp_path / "portfolio.pdf")
    text = text_of(extraction)
    assert text.count("about otters") == 3 and "the boiler" not in text
    assert "The first 0 of 2 attached documents are read." in extraction.omissions[0]
