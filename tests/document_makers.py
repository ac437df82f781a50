# ruff: noqa: E501  # markup reads best on one line
"""Makes a small document of each format that holds one of everything the format can say.

Each maker returns the bytes of a file; ``MAKERS`` has them by the names of the files.
"""

from __future__ import annotations

import base64
import io
import json
import plistlib
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import quote

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_W = f'xmlns:w="{WORD}" xmlns:a="{DRAWING}" xmlns:r="{LINKS}" xmlns:mc="{COMPATIBILITY}"'
_P = f'xmlns:p="{SLIDES}" xmlns:a="{DRAWING}" xmlns:r="{LINKS}"'


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6)), content)
    return out.getvalue()


def package(parts: Mapping[str, str], links: Mapping[str, Mapping[str, str]]) -> bytes:
    """An Office Open XML document of parts, and for each part the types of its relationships, by their targets."""
    listed = {}
    for part, targets in links.items():
        folder, _, name = part.rpartition("/")
        relations = "".join(
            f'<Relationship Id="r{number}" Type="{LINKS}/{kind.partition("#")[0]}" Target="{target}"/>'
            for number, (target, kind) in enumerate(targets.items(), 1)
        )
        path = f"{folder}/_rels/{name}.rels".lstrip("/")
        listed[path] = f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
    return archive({"[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>', **listed, **parts})


def core_properties(title: str) -> str:
    """The part with what a document says of itself."""
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title><dc:creator>Ada Byron;Charles Babbage'
        "</dc:creator><dc:subject>Engines</dc:subject><dc:description>About the mill &amp; the store.</dc:description>"
        "<cp:keywords>punched cards, brass</cp:keywords><cp:category>Mathematics</cp:category>"
        "<dcterms:modified>2024-02-03T04:05:06Z</dcterms:modified></cp:coreProperties>"
    )


def word() -> bytes:
    def run(text: str) -> str:
        return f"<w:r><w:t>{text}</w:t></w:r>"

    def paragraph(content: str, style: str = "") -> str:
        return f"<w:p><w:pPr>{f'<w:pStyle w:val={style!r}/>' if style else ''}</w:pPr>{content}</w:p>"

    box = paragraph(run("Rhododendrons in a text box."))
    body = "".join(
        [
            paragraph(run("Contract"), "Ttulo1"),
            paragraph(run("Ordinary ") + "<w:r><w:tab/></w:r>" + run("text.")),
            f'<w:p><w:ins w:id="1" w:author="A">{run("An inserted wombat.")}</w:ins>'
            '<w:del w:id="2" w:author="A"><w:r><w:delText>A deleted narwhal.</w:delText></w:r></w:del></w:p>',
            f"<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:docPr id='1' name='Box 1' descr='An oak at dusk'/>"
            f"<w:txbxContent>{box}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            "</mc:AlternateContent></w:r></w:p>",
            f'<w:sdt><w:sdtPr><w:alias w:val="Flower"/></w:sdtPr><w:sdtContent>{paragraph(run("Chrysanthemum"))}'
            "</w:sdtContent></w:sdt>",
            '<w:p><w:r><w:t>Colour: </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList>'
            '<w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="vermilion"/></w:ddList></w:ffData>'
            "</w:fldChar></w:r></w:p>",
            f"<w:tbl><w:tr><w:tc>{paragraph(run('Pear'))}</w:tc><w:tc>{paragraph(run('12'))}{paragraph(run('kg'))}"
            f"</w:tc></w:tr><w:tr><w:tc>{paragraph(run('Plum'))}</w:tc><w:tc>{paragraph('')}</w:tc></w:tr></w:tbl>",
            "<w:p><w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東京</w:t></w:r>"
            "</w:rubyBase></w:ruby></w:r><w:r><w:t>タワー</w:t></w:r></w:p>",
        ]
    )
    texts = "<a:p><a:r><a:t>Sales of quinces</a:t></a:r></a:p>"
    return package(
        {
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f'<w:styles {_W}><w:style w:styleId="Ttulo1"><w:name w:val="heading 1"/></w:style></w:styles>',
            "word/header1.xml": f"<w:hdr {_W}>{paragraph(run('Marmaduke Industries'))}</w:hdr>",
            "word/footer1.xml": f"<w:ftr {_W}>{paragraph(run('Reference XK-77821'))}</w:ftr>",
            "word/footnotes.xml": f"<w:footnotes {_W}><w:footnote>{paragraph(run('See Kowalczyk.'))}</w:footnote></w:footnotes>",
            "word/endnotes.xml": f"<w:endnotes {_W}><w:endnote>{paragraph(run('See Nowak.'))}</w:endnote></w:endnotes>",
            "word/comments.xml": f'<w:comments {_W}><w:comment w:author="Ann">{paragraph(run("Recalculate the albatross."))}'
            f'</w:comment><w:comment w:author="Bob">{paragraph(run("Done."))}</w:comment></w:comments>',
            "word/charts/chart1.xml": f'<c:chart xmlns:c="{CHART}" xmlns:a="{DRAWING}">{texts}<c:strCache><c:pt><c:v>April'
            "</c:v></c:pt></c:strCache><c:numCache><c:pt><c:v>4.5</c:v></c:pt></c:numCache></c:chart>",
            "word/diagrams/data1.xml": f'<d:dataModel xmlns:d="urn:d" xmlns:a="{DRAWING}"><d:pt><d:t><a:p><a:r><a:t>Director'
            "</a:t></a:r></a:p></d:t></d:pt></d:dataModel>",
            "docProps/core.xml": core_properties("Gargoyles"),
            "docProps/app.xml": "<Properties><Pages>3</Pages></Properties>",
        },
        {
            "": {"word/document.xml": "officeDocument", "docProps/core.xml": "core-properties"},
            "word/document.xml": {
                "styles.xml": "styles", "header1.xml": "header", "footer1.xml": "footer", "footnotes.xml": "footnotes",
                "endnotes.xml": "endnotes", "comments.xml": "comments", "charts/chart1.xml": "chart",
                "diagrams/data1.xml": "diagramData",
            },
        },
    )  # fmt: skip


def workbook() -> bytes:
    cells = [
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Customer</t></is></c></row>',
        '<row r="2"><c r="A2" s="1"><v>45366</v></c><c r="B2" t="str"><f>UPPER("x")</f><v>Gutenberg</v></c>'
        '<c r="C2" s="2"><v>1234.5</v></c><c r="D2" s="3"><v>0.19</v></c><c r="E2" s="4"><v>45366.604166666664</v></c></row>',
        '<row r="3" hidden="1"><c r="A3" t="b"><v>1</v></c><c r="D3" t="e"><v>#REF!</v></c><c r="F3"><v>49170555012345</v></c>'
        '<c r="G3" s="5"><v>-7</v></c><c r="H3" s="6"><v>45366</v></c></row>',
    ]
    people = '<person displayName="Grace Hopper" id="{1}"/>'
    return package(
        {
            "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets><sheet name="Bookings" r:id="r1"/>'
            '<sheet name="Hidden salaries" state="hidden" r:id="r2"/></sheets></workbook>',
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}"><si><r><t>Da</t></r><r><t>te</t></r><rPh><t>no</t></rPh></si></sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}"><numFmts><numFmt numFmtId="166" formatCode="DD.MM.YYYY"/>'
            '<numFmt numFmtId="167" formatCode="#,##0.00\\ &quot;EUR&quot;"/><numFmt numFmtId="168" '
            'formatCode="0;[Red]\\(0\\)"/><numFmt numFmtId="169" formatCode="[$-409]d\\ mmmm\\ yyyy;@"/></numFmts>'
            '<cellXfs><xf numFmtId="0"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="9"/><xf numFmtId="22"/>'
            '<xf numFmtId="168"/><xf numFmtId="169"/></cellXfs></styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEETS}"><sheetData>{"".join(cells)}</sheetData><headerFooter>'
            '<oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Strictly private&amp;RPage &amp;P</oddHeader></headerFooter></worksheet>',
            "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{SHEETS}"><sheetData><row><c t="inlineStr"><is><t>Scott</t></is>'
            "</c><c><v>4711</v></c></row></sheetData></worksheet>",
            "xl/comments1.xml": f'<comments xmlns="{SHEETS}"><authors><author>me</author><author>tc=1</author></authors>'
            '<commentList><comment ref="B2" authorId="0"><text><t>A complaint about the pelican</t></text></comment>'
            '<comment ref="B3" authorId="1"><text><t>[Threaded comment]</t></text></comment></commentList></comments>',
            "xl/threadedComments/t1.xml": '<ThreadedComments xmlns="urn:t"><threadedComment ref="B3" personId="{1}">'
            "<text>Is this a moth?</text></threadedComment></ThreadedComments>",
            "xl/persons/person.xml": f'<personList xmlns="urn:t">{people}</personList>',
            "xl/drawings/drawing1.xml": f'<d:wsDr xmlns:d="urn:x" xmlns:a="{DRAWING}"><d:cNvPr id="1" descr="A company logo"/>'
            "<a:p><a:r><a:t>In a shape</a:t></a:r></a:p></d:wsDr>",
            "docProps/core.xml": core_properties("Ledger"),
        },
        {
            "": {"xl/workbook.xml": "officeDocument"},
            "xl/workbook.xml": {
                "worksheets/sheet1.xml": "worksheet", "worksheets/sheet2.xml": "worksheet", "styles.xml": "styles",
                "sharedStrings.xml": "sharedStrings", "persons/person.xml": "person",
            },
            "xl/worksheets/sheet1.xml": {
                "../comments1.xml": "comments", "../threadedComments/t1.xml": "threadedComment",
                "/xl/drawings/drawing1.xml": "drawing",
            },
        },
    )  # fmt: skip


def slides() -> bytes:
    def shape(text: str, inside: str = "") -> str:
        return f"<p:sp>{inside}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"

    heron = '<p:cNvPr id="1" descr="A heron"/>'
    table = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:tc>' for cell in row)}</a:tr>"
        for row in (("Pear", "12"), ("Plum", "7"))
    )
    return package(
        {
            "ppt/presentation.xml": f'<p:presentation {_P}><p:sldIdLst><p:sldId id="256" r:id="r2"/>'
            '<p:sldId id="257" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/slides/slide1.xml": f'<p:sld {_P}>{shape("Second")}<a:tbl>{table}</a:tbl></p:sld>',
            "ppt/slides/slide2.xml": f"<p:sld {_P}>{shape('First', heron)}"
            '<a:p><a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p></p:sld>',
            "ppt/notesSlides/notesSlide1.xml": f'<p:notes {_P}>{shape("Speak slowly.")}</p:notes>',
            "ppt/comments/comment1.xml": f'<p:cmLst {_P}><p:cm authorId="0"><p:text>More herons.</p:text></p:cm></p:cmLst>',
            "ppt/commentAuthors.xml": f'<p:cmAuthorLst {_P}><p:cmAuthor id="0" name="Grace"/></p:cmAuthorLst>',
            "ppt/slideLayouts/slideLayout1.xml": f'<p:sldLayout {_P}>{shape("Click to edit", "<p:nvPr><p:ph/></p:nvPr>")}'
            f'{shape("Marmaduke Industries")}</p:sldLayout>',
            "docProps/core.xml": core_properties("PowerPoint Presentation"),
            "docProps/app.xml": "<Properties><Slides>2</Slides></Properties>",
        },
        {
            "": {"ppt/presentation.xml": "officeDocument"},
            "ppt/presentation.xml": {
                "slides/slide1.xml": "slide", "slides/slide2.xml": "slide", "commentAuthors.xml": "commentAuthors",
            },
            "ppt/slides/slide2.xml": {
                "../notesSlides/notesSlide1.xml": "notesSlide", "../comments/comment1.xml": "comments",
                "../slideLayouts/slideLayout1.xml": "slideLayout",
            },
        },
    )  # fmt: skip


def visio() -> bytes:
    page = '<PageContents xmlns="urn:v"><Shape><Text><cp IX="0"/>Router in the cellar</Text></Shape></PageContents>'
    return package(
        {"visio/document.xml": "<V/>", "visio/pages/pages.xml": "<P/>", "visio/pages/page1.xml": page},
        {
            "": {"visio/document.xml": "document"},
            "visio/document.xml": {"pages/pages.xml": "pages"},
            "visio/pages/pages.xml": {"page1.xml": "page"},
        },
    )


def xps() -> bytes:
    def glyphs(text: str, x: int, y: int) -> str:
        return f'<Glyphs UnicodeString="{text}" OriginX="{x}" OriginY="{y}" FontRenderingEmSize="10"/>'

    drawn = glyphs("Rain", 0, 20) + glyphs("bow", 20, 20) + glyphs("trout", 60, 20) + glyphs("{}{braces}", 0, 40)
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "Documents/1/Pages/1.fpage": f'<FixedPage xmlns="urn:x">{drawn}</FixedPage>',
            "Documents/1/Pages/2.fpage": f'<FixedPage xmlns="urn:x">{glyphs("Second page", 0, 0)}</FixedPage>',
            "docProps/core.xml": core_properties("Printed"),
        }
    )


def open_document(kind: str, body: str, beside: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument package; its kind is "text", "spreadsheet" or "presentation"."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in [
            *((n, n) for n in "office text table meta form presentation style".split()),
            ("draw", "drawing"),
            ("svg", "svg-compatible"),
        ]
    )
    names += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    meta = (
        f"<office:document-meta {names}><office:meta><dc:title>Gargoyles</dc:title><dc:subject>Masonry</dc:subject>"
        "<dc:description>About the store.</dc:description><meta:keyword>brass</meta:keyword><meta:keyword>cards"
        "</meta:keyword><meta:initial-creator>Ada Byron</meta:initial-creator><dc:creator>Charles Babbage</dc:creator>"
        "<dc:date>2024-02-03T04:05:06.123456789</dc:date></office:meta></office:document-meta>"
    )
    content = f"<office:document-content {names}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
    printed = "<style:footer><text:p>Reference XK-77821, <text:page-number>1</text:page-number></text:p></style:footer>"
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{content}</office:document-content>",
        "styles.xml": f"<office:document-styles {names}>{printed}</office:document-styles>",
        "meta.xml": meta,
    }
    return archive({**parts, **{name: text.replace("NAMES", names) for name, text in (beside or {}).items()}})


def letter() -> bytes:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See Kowalczyk.</text:p></text:note-body></text:note>"
    comment = "<office:annotation><dc:creator>Ann</dc:creator><dc:date>2024-01-01</dc:date><text:p>Recalculate.</text:p></office:annotation>"
    return open_document(
        "text",
        "<text:tracked-changes><text:deletion><text:p>A deleted narwhal.</text:p></text:deletion></text:tracked-changes>"
        '<text:h text:outline-level="1">Contract</text:h>'
        f"<text:p>Ordinary<text:tab/>text<text:s text:c='2'/>here{note}{comment}.</text:p>"
        "<text:p><draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box><svg:title>Oak</svg:title>"
        "<svg:desc>An oak at dusk</svg:desc></draw:frame></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Pear</text:p></table:table-cell><table:table-cell>"
        "<text:p>12</text:p><text:p>kg</text:p></table:table-cell></table:table-row></table:table>"
        '<form:form><form:text form:current-value="Wigglesworth"/><form:checkbox form:label="Married"/></form:form>',
        {
            "Object 1/content.xml": "<office:document-content NAMES><text:p>Sales of quinces</text:p></office:document-content>"
        },
    )


def sheet() -> bytes:
    def row(*cells: str) -> str:
        filled = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
        return f"<table:table-row>{filled}</table:table-row>"

    comment = "12.50 €<office:annotation><dc:creator>Ann</dc:creator><text:p>Dear!</text:p></office:annotation>"
    return open_document(
        "spreadsheet",
        f'<table:table table:name="Fruit">{row("Pear", comment)}{row("Plum", "3.20 €")}</table:table>'
        f'<table:table table:name="Hidden" table:display="false">{row("Scott", "4711")}</table:table>',
    )


def talk() -> bytes:
    return open_document(
        "presentation",
        "<presentation:footer-decl>Annual meeting</presentation:footer-decl>"
        "<draw:page><draw:frame><draw:text-box><text:p>First</text:p></draw:text-box></draw:frame>"
        "<presentation:notes><text:p>Speak slowly.</text:p></presentation:notes></draw:page>"
        "<draw:page><text:h>Second</text:h></draw:page>",
    )


def pdf_file(objects: list[str | bytes], trailer: str = "") -> bytes:
    """A PDF of these objects, of which the first is the catalog (ISO 32000-1, 7.5)."""
    out, places = b"%PDF-1.7\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        raw = content if isinstance(content, bytes) else content.encode("latin-1")
        out += b"%d 0 obj\n%s\nendobj\n" % (number, raw)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def stream(content: str | bytes, entries: str = "") -> bytes:
    """An object of a PDF with content."""
    raw = content if isinstance(content, bytes) else content.encode("latin-1")
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(raw), raw)


def form() -> bytes:
    """A PDF with form fields, notes, bookmarks, an attached file, XMP, divided words, and a page that is a picture."""
    lines = ["Das Gesamt-", "konzept von Baden-", "Baden, Vor-", "und Nachteile"]
    drawn = "BT /F1 12 Tf 72 700 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    xmp = (
        '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:creator><rdf:Seq><rdf:li>Ada'
        "</rdf:li><rdf:li>Charles</rdf:li></rdf:Seq></dc:creator><dc:subject><rdf:Bag><rdf:li>brass</rdf:li></rdf:Bag>"
        "</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    fields = [
        "/FT/Tx/T(page[0].surname[0])/V(Wigglesworth)",
        "/FT/Tx/T(note)/TU(Your remarks)/V(\xfe\xff\0\xa3\x20\xac)",
        "/FT/Tx/T(secret)/Ff 8192/V(hunter2)",
        "/FT/Tx/T(empty)",
        "/FT/Ch/T(plan)/Ff 131072/Opt[(Bronze)(Platinum)]/V(Platinum)/I[1]",
        "/FT/Btn/T(Married)/V/Yes/AS/Yes/AP<</N<</Yes 5 0 R/Off 5 0 R>>>>",
        "/FT/Btn/T(Retired)/V/Off/AS/Off/AP<</N<</Yes 5 0 R/Off 5 0 R>>>>",
    ]
    notes = [
        "/Subtype/Text/T(Ann)/Contents(Recalculate the albatross.)",
        "/Subtype/FreeText/Contents(Written across)/DA(/F1 9 Tf)",
        "/Subtype/Highlight/Contents(A marked passage)/QuadPoints[0 0 9 0 0 9 9 9]",
        "/Subtype/Popup/Contents(Recalculate the albatross.)",
    ]
    first, count = 12, len(fields) + len(notes)
    widgets = " ".join(f"{first + number} 0 R" for number in range(count))
    objects: list[str | bytes] = [
        f"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{widgets}]/DR<</Font<</F1 3 0 R>>>>>>/Outlines 8 0 R"
        "/Names<</EmbeddedFiles<</Names[(invoice.xml) 10 0 R]>>>>/Metadata 11 0 R>>",
        "<</Type/Pages/Kids[4 0 R 6 0 R]/Count 2>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents 7 0 R"
        f"/Annots[{widgets}]>>",
        stream("", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots"
        "[<</Type/Annot/Subtype/Stamp/Rect[0 0 9 9]/Contents(Received in May)>>]>>",
        stream(drawn),
        "<</Type/Outlines/First 9 0 R/Last 9 0 R/Count 1>>",
        "<</Title(Chapter of pictures)/Parent 8 0 R/Dest[6 0 R/Fit]>>",
        "<</Type/Filespec/F(invoice.xml)/UF(invoice.xml)>>",
        stream(xmp, "/Type/Metadata/Subtype/XML"),
        *(f"<</Type/Annot/Subtype/Widget/P 4 0 R/Rect[0 0 9 9]{field}>>" for field in fields),
        *(f"<</Type/Annot/P 4 0 R/Rect[0 0 9 9]{note}>>" for note in notes),
        "<</Title(untitled)/Subject(Membership)/Keywords(bees, honey; wax)/CreationDate(D:20240203040506+01'00')>>",
    ]
    return pdf_file(objects, f"/Info {len(objects)} 0 R")


def xfa() -> bytes:
    """A PDF whose form keeps its values in XML."""
    data = "<xfa:datasets xmlns:xfa='urn:x'><xfa:data><form><surname>Llanfair</surname><empty/></form></xfa:data></xfa:datasets>"
    return pdf_file(
        [
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA[(datasets) 4 0 R]>>>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
            stream(data),
        ]
    )


def epub() -> bytes:
    meta = (
        "<dc:title>The Hive</dc:title><dc:creator>Ada Byron</dc:creator><dc:creator>Charles Babbage</dc:creator>"
        "<dc:subject>Bees</dc:subject><dc:subject>Honey</dc:subject><dc:date>1849-05-06</dc:date>"
        "<dc:description>&lt;p&gt;On &lt;b&gt;bees&lt;/b&gt;.&lt;/p&gt;</dc:description>"
    )
    items = "".join(
        f'<item id="{name}" href="text/{name}.xhtml" media-type="application/xhtml+xml"/>' for name in ("b", "a")
    )
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
            "OPS/book.opf": f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{meta}</metadata><manifest>{items}'
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
            '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
            "OPS/nav.xhtml": "<html><body>Contents</body></html>",
            "OPS/text/a.xhtml": "<html><body><h1>Workers</h1><p>They gather nectar.</p></body></html>",
            "OPS/text/b.xhtml": "<html><body><p>Still of workers.</p><h1>Queens</h1><table><tr><td>Age</td><td>4</td></tr>"
            "</table></body></html>",
        }
    )


def mobi() -> bytes:
    """A Mobipocket book, compressed as PalmDOC, with a trailing entry after its text."""
    html = "<html><h1>Workers</h1><p>They gather nectar, nectar, nectar, nectar. Süß.</p></html>".encode()
    at = html.index(b", nectar") + 8  # what follows repeats it
    packed = html[:at] + bytes([0x80, 8 << 3 | 5]) * 2
    packed += b"".join(bytes([1, byte]) if byte > 127 or byte == 0 else bytes([byte]) for byte in html[at + 16 :])
    said = [(100, b"Ada Byron"), (100, b"Charles Babbage"), (103, b"On bees."), (105, b"Bees"), (503, b"The Hive")]
    entries = b"".join(struct.pack(">II", kind, 8 + len(text)) + text for kind, text in said)
    exth = b"EXTH" + struct.pack(">II", 12 + len(entries), len(said)) + entries
    title = b"hive"
    header = bytearray(16 + 232)
    struct.pack_into(">HxxIHHHxx", header, 0, 2, len(html), 1, 4096, 0)
    header[16:20] = b"MOBI"
    for place, number in ((20, 232), (28, 65001), (84, 248 + len(exth)), (88, len(title)), (128, 0x40), (240, 2)):
        struct.pack_into(">I", header, place, number)
    records = [bytes(header) + exth + title, packed + b"\x81"]
    start = 78 + 8 * len(records) + 2
    index = b""
    for number, _record in enumerate(records):
        index += struct.pack(">II", start + sum(map(len, records[:number])), number)
    return (
        b"hive".ljust(32, b"\0")
        + bytes(28)
        + b"BOOKMOBI"
        + bytes(8)
        + struct.pack(">H", len(records))
        + index
        + bytes(2)
        + b"".join(records)
    )


def djvu() -> bytes:
    """A page without a picture, with its text layer (DjVu 3 specification, 8.3.5)."""
    text = b"A page of bees."
    info = struct.pack(">HHBBHBB", 100, 80, 24, 0, 0x2C01, 22, 1)
    layer = len(text).to_bytes(3, "big") + text + b"\x01"
    chunks = b"".join(
        name + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
        for name, data in ((b"INFO", info), (b"TXTa", layer))
    )
    return b"AT&TFORM" + struct.pack(">I", 4 + len(chunks)) + b"DJVU" + chunks


def dbase() -> bytes:
    fields = [(b"NAME", b"C", 12), (b"BORN", b"D", 8), (b"MEMO", b"M", 10)]
    described = b"".join(
        name.ljust(11, b"\0") + kind + bytes(4) + bytes([size]) + bytes(15) for name, kind, size in fields
    )
    rows = [b" " + "Müller".encode("cp850").ljust(12) + b"19700102" + b"         1", b"*" + b"Deleted".ljust(30)]
    head = (
        struct.pack("<BBBBIHH", 3, 124, 1, 2, len(rows), 32 + len(described) + 1, 31) + bytes(17) + b"\x02" + bytes(2)
    )
    return head + described + b"\r" + b"".join(rows) + b"\x1a"


def packed() -> bytes:
    return archive(
        {
            "holiday/": "",
            "holiday/beach.jpg": b"\xff\xd8",
            "holiday/plan.txt": "Meet at the pier.",
            "a/Zürich.csv": "Zürich,1",
        }
    )


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in (("holiday/beach.jpg", b"\xff\xd8"), ("holiday/plan.txt", b"Meet at the pier.")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def comic() -> bytes:
    said = (
        "<ComicInfo><Series>Herons</Series><Number>7</Number><Title>Dawn</Title><Writer>Ada, Bob</Writer></ComicInfo>"
    )
    return archive({"001.jpg": b"\xff\xd8", "ComicInfo.xml": said})


def drawio() -> bytes:
    inner = '<mxGraphModel><mxCell value="&lt;b&gt;Boiler&lt;/b&gt; room"/></mxGraphModel>'
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(deflated.compress(quote(inner).encode()) + deflated.flush()).decode()
    return f'<mxfile><diagram name="Cellar">{packed}</diagram></mxfile>'.encode()


def mind_map() -> bytes:
    topic = {
        "title": "Bees",
        "notes": {"plain": {"content": "Buy wax"}},
        "children": {"attached": [{"title": "Queens"}]},
    }
    return archive({"content.json": json.dumps([{"title": "Sheet 1", "rootTopic": topic}])})


RTF = r"""{\rtf1\ansi\ansicpg1252{\info{\title Gargoyles}{\author Ada Byron}{\subject Masonry}{\keywords brass, cards}}
{\header Marmaduke Industries\par}Ordinary text.{\footnote See Kowalczyk.}\par
{\*\atnauthor Ann}{\*\annotation Recalculate.}\trowd\cellx1\cellx2 Pear\intbl\cell 12\cell\row}"""
FB2 = """<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description>
<title-info><genre>prose</genre><author><first-name>Ada</first-name><last-name>Byron</last-name></author><author><first-name>Charles
</first-name><last-name>Babbage</last-name></author><book-title>The Hive</book-title><annotation><p>On bees.</p></annotation>
</title-info></description><body><section><title><p>Workers</p></title><p>They gather nectar.</p></section></body></FictionBook>"""
HTML = """<html><head><title>The Hive</title><meta name="author" content="Ada Byron"><meta name="keywords" content="bees, wax">
<meta property="og:description" content="On bees."></head><body><h1>Workers</h1><table><tr><td>Age</td><td>4</td></tr></table>
<img alt="A heron"></body></html>"""
GPX = '<gpx><trk><name>Ridge</name><trkseg><trkpt lat="1" lon="2"><ele>3</ele></trkpt></trkseg></trk></gpx>'
KML = "<kml><Placemark><name>Inn</name><description><![CDATA[<b>Good</b> soup]]></description><coordinates>1,2</coordinates></Placemark></kml>"
FREEMIND = '<map><node TEXT="Bees"><node TEXT="Queens"/><richcontent><html><body><p>A note.</p></body></html></richcontent></node></map>'
OPML = '<opml><head><title>Feeds</title></head><body><outline text="Bees" _note="daily"/></body></opml>'
ENEX = "<en-export><note><title>Wax</title><content><![CDATA[<en-note><div>Buy <b>wax</b></div></en-note>]]></content><tag>shop</tag></note></en-export>"
DXF = "0\nSECTION\n2\nENTITIES\n0\nTEXT\n8\nWalls\n1\nBoiler %%c40\n0\nMTEXT\n1\n{\\fArial|b0;Cellar\\Pdoor}\n0\nLAYER\n2\nWalls\n0\nEOF\n"

MAKERS: Mapping[str, Callable[[], bytes]] = {
    "contract.docx": word,
    "book.xlsx": workbook,
    "talk.pptx": slides,
    "network.vsdx": visio,
    "printed.xps": xps,
    "letter.odt": letter,
    "fruit.ods": sheet,
    "talk.odp": talk,
    "form.pdf": form,
    "xfa.pdf": xfa,
    "hive.epub": epub,
    "hive.mobi": mobi,
    "scan.djvu": djvu,
    "people.dbf": dbase,
    "holiday.zip": packed,
    "holiday.tgz": tarred,
    "herons.cbz": comic,
    "cellar.drawio": drawio,
    "bees.xmind": mind_map,
    "letter.rtf": RTF.encode,
    "hive.fb2": FB2.encode,
    "hive.html": HTML.encode,
    "ridge.gpx": GPX.encode,
    "inn.kml": KML.encode,
    "inn.kmz": lambda: archive({"doc.kml": KML}),
    "bees.mm": FREEMIND.encode,
    "feeds.opml": OPML.encode,
    "notes.enex": ENEX.encode,
    "cellar.dxf": DXF.encode,
    "heron.webloc": lambda: plistlib.dumps({"URL": "https://herons.example"}, fmt=plistlib.FMT_BINARY),
}
"""The makers by the name of the file that they make."""
