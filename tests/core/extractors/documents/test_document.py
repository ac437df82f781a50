"""Documents made here: the smallest of each format that says something, and broken ones."""

from __future__ import annotations

import io
import mailbox
import zipfile
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from bowerbird.core.errors import FileError, FileSkipped, FileVanished
from bowerbird.core.extractors import EXTRACTORS, kind_of, suffixes
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.documents import document
from bowerbird.core.types import Extraction, Kind, Locator
from tests.makers import extract, render

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def read(path: Path, **limits: int) -> Extraction:
    return extract(path, Limits(**limits))


def text_of(extraction: Extraction) -> str:
    return "".join(segment.text for segment in extraction.segments)


def archive(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def pdf(pages: list[str], info: str = "") -> bytes:
    """A PDF of Helvetica lines, one page each (ISO 32000-1, annex H.3)."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>")
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number, line in enumerate(pages):
        drawn = f"BT /F1 18 Tf 72 700 Td ({line}) Tj ET"
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {5 + 2 * number} 0 R>>"
        )
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    objects.append(f"<<{info}>>")
    out, places = b"%PDF-1.7\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{content}endobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects)} 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def docx(path: Path) -> Path:
    paragraph = "<w:p>{}<w:r><w:t>{}</w:t></w:r></w:p>"
    heading = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
    body = "".join(
        paragraph.format(style, text)
        for style, text in [
            (heading, "Orchards"),
            ("", "Apples ripen late."),
            (heading, "Rivers"),
            ("", "Otters swim early."),
        ]
    )
    return archive(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:styleId="Heading1">'
            '<w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>',
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        },
    )


def odt(path: Path) -> Path:
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "text", "meta"))
    return archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}><office:body><office:text>"
            '<text:h text:outline-level="1">Orchards</text:h><text:p>Apples<text:tab/>ripen<text:s/>late.</text:p>'
            "</office:text></office:body></office:document-content>",
            "meta.xml": f'<office:document-meta {names} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
            "<dc:title>On fruit</dc:title><dc:creator>Ada</dc:creator><dc:date>2021-03-04T05:06:07.123456789</dc:date>"
            "</office:meta></office:document-meta>",
        },
    )


def test_pdf_by_pages(tmp_path: Path) -> None:
    info = "/Title(On fruit)/Author(Ada Byron)/CreationDate(D:20210304050607+01'00')"
    (tmp_path / "a.pdf").write_bytes(pdf(["Apples ripen late.", "Otters swim early."], info))
    extraction = read(tmp_path / "a.pdf")
    assert extraction.kind is Kind.DOCUMENT
    assert [(segment.locator, segment.text.strip()) for segment in extraction.segments] == [
        (Locator(page=1), "Apples ripen late."),
        (Locator(page=2), "Otters swim early."),
    ]
    properties = extraction.properties
    assert (properties.title, properties.author, properties.pages) == ("On fruit", "Ada Byron", 2)
    assert properties.taken_at == datetime(2021, 3, 4, 5, 6, 7)
    assert max(Image.open(io.BytesIO(extraction.thumbnail)).size) == Limits().thumbnail_side


def test_pdf_pages_are_shown(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(["One", "Two"]))
    jpegs = [render(tmp_path / "a.pdf", Locator(page=page), 600) for page in (1, 2)]
    assert jpegs[0] != jpegs[1]
    assert Image.open(io.BytesIO(jpegs[1])).size == (424, 600)
    beyond = render(tmp_path / "a.pdf", Locator(page=99), 600)
    assert beyond == jpegs[1]


def test_limits_bound_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([f"Page number {n} of many." for n in range(30)]))
    seven = read(tmp_path / "a.pdf", max_pages=7)
    assert len(seven.segments) == 7 and seven.next_at == 7
    assert text_of(read(tmp_path / "a.pdf", max_characters=50)).split(".")[:-1] == [
        "Page number 0 of many",
        "\n\nPage number 1 of many",
    ]
    (tmp_path / "a.md").write_text("word " * 10_000)
    assert len(text_of(read(tmp_path / "a.md", max_characters=1_000))) == 1_000


def test_word_by_chapters(tmp_path: Path) -> None:
    extraction = read(docx(tmp_path / "a.docx"))
    assert [(segment.locator.section, " ".join(segment.text.split())) for segment in extraction.segments] == [
        ("Orchards", "Orchards Apples ripen late."),
        ("Rivers", "Rivers Otters swim early."),
    ]


def test_open_document_with_its_properties(tmp_path: Path) -> None:
    extraction = read(odt(tmp_path / "a.odt"))
    assert text_of(extraction) == "Orchards\nApples\tripen late.\n"
    assert extraction.segments[0].locator == Locator(section="Orchards")
    properties = extraction.properties
    assert (properties.title, properties.author, properties.taken_at) == (
        "On fruit",
        "Ada",
        datetime(2021, 3, 4, 5, 6, 7, 123456),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.rtf", r"{\rtf1\ansi Apples ripen late.\par}"),
        ("a.html", "<html><style>p{color:red}</style><h1>Fruit</h1><div>Apples <b>ripen</b> late.</div></html>"),
        ("a.md", "# Fruit\n\nApples ripen late.\n"),
        ("a.csv", "fruit,note\nApples,Apples ripen late.\n"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nApples ripen late.\n"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nApples ripen late.\n"),
        ("a.sbv", "0:00:01.000,0:00:02.000\nApples ripen late.\n"),
        ("a.ass", "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Apples{\\i0} ripen\\Nlate.\n"),
        ("b.srt", "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<i>Apples</i> ripen late.\r\n"),
        ("b.vtt", "WEBVTT - x\n\nNOTE a\nb\n\nSTYLE\n::cue {}\n\nid\n00:01.000 --> 00:02.000 line:0\n"
                  "<v Ann>Apples <c.x>ripen</c> late.\n"),
        ("a.ttml", "<tt><body><div><p begin='0s'>Apples ripen late.</p></div></body></tt>"),
        ("a.dfxp", "<tt><body><div><p begin='0s'>Apples ripen late.</p></div></body></tt>"),
        ("a.smi", "<SAMI><BODY><SYNC Start=1000><P Class=ENCC>Apples ripen late.</SAMI>"),
        ("a.properties", "note=\\u0041pples ripen late.\n"),
        ("c.html", "<ruby>Apples ripen<rp>(</rp><rt>x<rp>)</rp></ruby> late.<svg><title>icon</title></svg>"),
        ("svg.html", "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg><p>Apples ripen late.</p>"),
        ("svg.htm", "<!-- saved --><svg></svg><html><body>Apples ripen late.</body></html>"),
        ("d.html", "<p><svg><style>a{}</style><text>Apples ripen late.</text></svg>"),
        ("e.html", "<p><math><mi>Apples ripen late.</mi><annotation>tex</annotation></math>"),
        ("b.rtf", r"{\rtf1\ansi{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt Apples ripen late.}}}}"),
        ("b.ipynb", '{"nbformat":4,"cells":[{"cell_type":"code","source":"",'
                    '"outputs":[{"ename":"E","evalue":"Apples ripen late."}]}]}'),
        ("a.ldif", "dn: cn=x\nobjectclass: top\ndescription:: QXBwbGVzIHJpcGVuIGxhdGUu\n"),
        ("a.json", '{"note": "Apples ripen late."}'),
        ("a.rss", "<rss><item><title>Apples ripen late.</title></item></rss>"),
        ("b.rss", "<rss><item><title><![CDATA[Apples ripen late.]]></title></item></rss>"),
        ("b.html", '<form><input name=a value="Apples ripen late."><input type=hidden value="a<b"></form>'),
        ("a.py", 'print("Apples ripen late.")\n'),
        ("a.ts", 'console.log("Apples ripen late.")\n'),
        ("README", "Apples ripen late.\n"),
        ("a.unheard-of", "Apples ripen late.\n"),
        ("no suffix at all", "Apples ripen late.\n"),
        ("a.doc", r"{\rtf1\ansi Apples ripen late.\par}"),
        ("b.doc", "<html><body>Apples ripen late.</body></html>"),
        ("c.doc", "Apples ripen late."),
        ("a.ipynb", '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"cell_type":"markdown","metadata":{},'
                    '"source":["Apples ripen late."]}]}'),
    ],
)  # fmt: skip
def test_texts_of_many_kinds(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    extraction = read(tmp_path / name)
    assert extraction.kind is Kind.DOCUMENT
    text = text_of(extraction)
    assert "Apples ripen late." in text
    assert "-->" not in text and "color:red" not in text and "rtf1" not in text and "<" not in text


def test_cells_that_do_not_say_where_they_end(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<table><tr><td>Apples<td>ripen<tr><td>late</table>")
    assert text_of(read(tmp_path / "a.html")).split() == ["Apples", "ripen", "late"]


def test_every_suffix_of_plain_text_is_read(tmp_path: Path) -> None:
    for suffix in suffixes.TEXT:
        path = tmp_path / f"name{suffix}"
        path.write_text("Apples ripen late.\n")
        assert kind_of(path) is Kind.DOCUMENT, suffix
        assert "Apples ripen late." in text_of(read(path)), suffix


def test_no_suffix_belongs_to_two_extractors_or_readers() -> None:
    tables = [extractor.suffixes for extractor in EXTRACTORS]
    readers = [reader_suffixes for reader_suffixes, _ in document._READERS]
    for several in (tables, readers):
        assert sum(map(len, several)) == len(frozenset().union(*several))
    assert all(suffix == suffix.lower() and suffix[0] == "." for table in tables for suffix in table)


def test_mail(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Grüße vom See", "Ada <ada@example.org>", "bob@example.org"
    mail["Date"] = "Thu, 04 Mar 2021 05:06:07 +0100"
    mail.set_content("<p>The <b>otters</b> are back.</p>", subtype="html")
    mail.add_attachment(b"...", maintype="image", subtype="jpeg", filename="otter.jpg")
    (tmp_path / "a.eml").write_bytes(bytes(mail))
    extraction = read(tmp_path / "a.eml")
    text = text_of(extraction)
    assert "Subject: Grüße vom See" in text and "The otters are back." in text and "otter.jpg" in text
    properties = extraction.properties
    assert (properties.title, properties.author) == ("Grüße vom See", "Ada <ada@example.org>")
    assert properties.taken_at == datetime(2021, 3, 4, 5, 6, 7)


def test_a_mailbox_by_messages(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "a.mbox")
    for subject in ("Apples", "Otters"):
        box.add(f"Subject: {subject}\nFrom: ada@example.org\n\nAbout {subject}.\n".encode())
    box.close()
    extraction = read(tmp_path / "a.mbox")
    assert [segment.locator.section for segment in extraction.segments] == ["Apples", "Otters"]
    assert "About Otters." in extraction.segments[1].text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Grüße 🦦 水獭"), ("utf-8-sig", "Grüße"), ("utf-16", "Grüße und Küsse"),
        ("utf-16-le", "Hello otters"),
        ("utf-16-be", "Hello otters"), ("latin-1", "Der Bär läuft über die Straße."), ("cp1252", "“Naïve” – costs 5 €"),
        ("latin-1", "café"), ("shift_jis", "これは日本語のテキストです。東京は日本の首都であり、大きな都市です。"),
        ("gb18030", "这是一个中文文本文件，用于测试编码检测。北京是中国的首都。"),
        ("cp1251", "Это русский текст для проверки определения кодировки."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert text_of(read(tmp_path / "a.txt")) == text


NOISE = bytes((n * n * 31 + n * 7 + 3) % 256 for n in range(5000))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", b"", "The file is empty."),
        ("a.txt", NOISE, "The file holds binary data, not text."),
        ("a.txt", b"text, then" + bytes(500), "The file holds binary data, not text."),
        ("a.pdf", b"%PDF-1.7\nnothing more", "This is no PDF, or it is damaged."),
        ("a.pdf", NOISE, "This is no PDF, or it is damaged."),
        ("a.docx", NOISE, "The document is damaged, or not what its name says."),
        ("a.docx", b"PK\3\4" + NOISE, "The document is damaged, or not what its name says."),
        ("a.odt", NOISE, "The document is damaged, or not what its name says."),
        ("a.epub", NOISE, "The document is damaged, or not what its name says."),
        ("a.eml", b"\n\n\n", "There is no mail in this file."),
    ],
)
def test_reasons_that_people_understand(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=f"^{sentence}$"):
        read(tmp_path / name)


def test_an_archive_bomb_is_not_unpacked(tmp_path: Path) -> None:
    docx(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx", "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/media/zeros.bin", bytes(20 << 20))
    assert "Apples" in text_of(read(tmp_path / "a.docx"))
    with pytest.raises(FileError, match="would unpack to 20 MB, more than Bowerbird opens"):
        read(tmp_path / "a.docx", max_unpacked=10 << 20)


def test_an_xml_bomb_is_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    archive(tmp_path / "a.odt", {"content.xml": f"<!DOCTYPE d [{entities}]><d>&e11;</d>", "meta.xml": "<m/>"})
    with pytest.raises(FileError, match="damaged"):
        read(tmp_path / "a.odt")


def test_what_nobody_reads_is_skipped(tmp_path: Path) -> None:
    for name, content in (
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + NOISE),
        ("a.jar", b"PK\5\6" + bytes(18)),
        ("a.exe", b"MZ" + NOISE),
        ("a.mid", b"MThd" + NOISE),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileSkipped):
            extract(tmp_path / name)


def test_kinds_by_name_alone() -> None:
    """To add a suffix of plain text: a word in ``core/extractors/suffixes.py``, and its row here."""
    kinds = {"a.JPG": Kind.PHOTO, "a.docx": Kind.DOCUMENT, "Makefile": Kind.DOCUMENT}
    kinds |= {"a.mp3": Kind.RECORDING, "a.mov": Kind.CLIP}
    assert {name: kind_of(Path("/nowhere") / name) for name in kinds} == kinds
    assert kind_of(Path("a.ts")) is Kind.DOCUMENT
    assert kind_of(Path("a.7z")) is None and kind_of(Path("noname")) is None


def test_a_vanished_file(tmp_path: Path) -> None:
    with pytest.raises(FileVanished):
        read(tmp_path / "gone.txt")


@pytest.mark.parametrize("name", ["new\nline.pdf", "otter 🦦.pdf", "invalid \udcff\udcfe utf-8.pdf"])
def test_names_nobody_expects(tmp_path: Path, name: str) -> None:
    try:
        (tmp_path / name).write_bytes(pdf(["Apples ripen late."]))
    except OSError:
        pytest.skip("this file system does not take such a name")
    assert "Apples" in text_of(read(tmp_path / name))
    docx_name = (tmp_path / name).with_suffix(".docx")
    assert "Otters" in text_of(read(docx(docx_name)))
    assert render(tmp_path / name, None, 100)
