from __future__ import annotations

import time
from datetime import datetime

import pytest

from bowerbird.core.extractors.pictures import xmp
from bowerbird.core.extractors.pictures.xmp import MAX_BYTES, read
from bowerbird.core.types import Properties

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "tiff": "http://ns.adobe.com/tiff/1.0/",
        "aux": "http://ns.adobe.com/exif/1.0/aux/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "stArea": "http://ns.adobe.com/xmp/sType/Area#",
        "digiKam": "http://www.digikam.org/ns/1.0/",
        "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
        "MP": "http://ns.microsoft.com/photo/1.2/",
        "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
        "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
        "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    }.items()
)


def packet(content: str, attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {NAMESPACES}>'
        f'<rdf:Description rdf:about="" {attributes}>{content}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def bag(name: str, *values: str, kind: str = "Bag") -> str:
    return f"<{name}><rdf:{kind}>{''.join(f'<rdf:li>{value}</rdf:li>' for value in values)}</rdf:{kind}></{name}>"


def alternatives(name: str, **values: str) -> str:
    items = "".join(f'<rdf:li xml:lang="{lang.replace("_", "-")}">{text}</rdf:li>' for lang, text in values.items())
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (alternatives("dc:title", x_default="Regatta"), Properties(title="Regatta")),
        (alternatives("dc:title", de="Regatta", x_default="Race"), Properties(title="Race", description="Regatta")),
        (
            alternatives("Iptc4xmpCore:AltTextAccessibility", x_default="A dog leaps")
            + alternatives("Iptc4xmpCore:ExtDescrAccessibility", x_default="Over a log"),
            Properties(description="A dog leaps\nOver a log"),
        ),
        (
            alternatives("dc:description", x_default="Sunset with Léopold"),
            Properties(description="Sunset with Léopold"),
        ),
        ("<photoshop:Headline>Storm</photoshop:Headline>", Properties(title="Storm")),
        (bag("dc:creator", "Ada Byron", "Mary Shelley", kind="Seq"), Properties(author="Ada Byron; Mary Shelley")),
        (bag("dc:subject", "Zanzibar", "Cousin"), Properties(keywords=("Zanzibar", "Cousin"))),
        (bag("lr:hierarchicalSubject", "Places|Italy|Bozen"), Properties(keywords=("Places", "Italy", "Bozen"))),
        (bag("digiKam:TagsList", "Animals/Owl", kind="Seq"), Properties(keywords=("Animals", "Owl"))),
        (bag("MicrosoftPhoto:LastKeywordXMP", "harbour"), Properties(keywords=("harbour",))),
        ("<photoshop:City>Bolzano</photoshop:City>", Properties(keywords=("Bolzano",))),
        ("<Iptc4xmpCore:Location>Waltherplatz</Iptc4xmpCore:Location>", Properties(keywords=("Waltherplatz",))),
        (bag("Iptc4xmpExt:PersonInImage", "Leopold"), Properties(people=("Leopold",))),
        ("<xmp:Rating>4</xmp:Rating>", Properties(rating=4)),
        ("<xmp:Rating>-1</xmp:Rating>", Properties()),
        ("<MicrosoftPhoto:Rating>75</MicrosoftPhoto:Rating>", Properties(rating=4)),
        ("<aux:Lens>EF 50mm f/1.8</aux:Lens>", Properties(lens="EF 50mm f/1.8")),
        ("<tiff:Make>Canon</tiff:Make><tiff:Model>Canon EOS R5</tiff:Model>", Properties(camera="Canon EOS R5")),
        (alternatives("exif:UserComment", x_default="Aunt's boat"), Properties(description="Aunt's boat")),
        ("<acdsee:notes>Lost and found</acdsee:notes>", Properties(description="Lost and found")),
        (
            '<acdsee:categories>&lt;Categories&gt;&lt;Category Assigned="1"&gt;Boats&lt;/Category&gt;'
            "&lt;/Categories&gt;</acdsee:categories>",
            Properties(keywords=("Boats",)),
        ),
        (
            "<exif:GPSLatitude>46,29.898N</exif:GPSLatitude><exif:GPSLongitude>11,21.288E</exif:GPSLongitude>",
            Properties(latitude=46.4983, longitude=11.3548),
        ),
        (
            "<xmp:CreateDate>2021-01-01T00:00:00</xmp:CreateDate>"
            "<exif:DateTimeOriginal>2019-05-04T10:20:30.12+02:00</exif:DateTimeOriginal>",
            Properties(taken_at=datetime(2019, 5, 4, 10, 20, 30)),
        ),
    ],
)
def test_what_programs_write(content: str, expected: Properties) -> None:
    assert read(packet(content)) == expected


def test_attributes_say_what_elements_do() -> None:
    attributes = 'xmp:Rating="3" photoshop:Headline="Storm" photoshop:DateCreated="2019-05-04T10:20:30"'
    found = read(packet("", attributes))
    assert (found.rating, found.title, found.taken_at) == (3, "Storm", datetime(2019, 5, 4, 10, 20, 30))


@pytest.mark.parametrize("attributes", [True, False])
def test_faces_of_the_metadata_working_group(attributes: bool) -> None:
    def region(name: str, kind: str) -> str:
        if attributes:
            return f'<rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="{kind}"/></rdf:li>'
        fields = f"<mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>{kind}</mwg-rs:Type>"
        return f'<rdf:li rdf:parseType="Resource">{fields}<mwg-rs:Area stArea:x="0.5" stArea:y="0.5"/></rdf:li>'

    regions = region("Leopold", "Face") + region("Rex", "Pet") + region("Philomena", "Face")
    content = (
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>'
        f"{regions}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )
    assert read(packet(content)).people == ("Leopold", "Philomena")


def test_people_of_windows() -> None:
    person = (
        '<rdf:li><rdf:Description MPReg:PersonDisplayName="Leopold" MPReg:Rectangle="0.1, 0.1, 0.2, 0.2"/></rdf:li>'
    )
    content = (
        f"<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>{person}</rdf:Bag></MPRI:Regions></rdf:Description>"
        "</MP:RegionInfo>"
    )
    assert read(packet(content)).people == ("Leopold",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    text = packet(bag("dc:subject", "Größe")).decode()
    assert read(text[text.index("<x:") :].encode(encoding)).keywords == ("Größe",)


def test_what_stands_before_the_damage_counts() -> None:
    whole = packet(bag("dc:subject", "Zanzibar") + "<photoshop:City>Nowhere</photoshop:City>")
    assert read(whole[: whole.index(b"Nowhere")]).keywords == ("Zanzibar",)
    assert read(whole.replace(b"Zanzibar", b"Zan\x02zi\x00bar")).keywords[0] == "Zanzibar"
    assert read(b"\0\0  " + whole + b"\0" * 2000).keywords[0] == "Zanzibar"


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"no XML",
        b"<",
        b"\xff\xfe\xff",
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        + packet("<photoshop:Headline>&b;</photoshop:Headline>"),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + packet("<photoshop:Headline>x</photoshop:Headline>"),
        packet("<photoshop:Headline>x</photoshop:Headline>") + b" " * MAX_BYTES,
        b'<?xml version="1.0" encoding="no-such-encoding"?>' + packet("<photoshop:Headline>x</photoshop:Headline>"),
        packet("<xmp:Rating>1e999</xmp:Rating>"),
        packet("<xmp:Rating>nan</xmp:Rating>"),
    ],
)
def test_hostile_packets_say_nothing(hostile: bytes) -> None:
    assert read(hostile) == Properties()


def test_a_billion_laughs_are_not_expanded() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    began = time.process_time()
    assert (
        read(f"<!DOCTYPE x [{entities}]>".encode() + packet("<photoshop:City>&e11;</photoshop:City>")) == Properties()
    )
    assert time.process_time() - began < 1


def test_structures_in_one_another_end() -> None:
    deep = "<rdf:Bag><rdf:li>" * 5000 + "x" + "</rdf:li></rdf:Bag>" * 5000
    assert (
        read(packet(f"<dc:subject>{deep}</dc:subject><photoshop:Headline>Storm</photoshop:Headline>")).title == "Storm"
    )


def test_the_extension_is_named() -> None:
    assert xmp.extension_of(packet("", 'xmlns:n="u" n:HasExtendedXMP="' + "0aF9" * 8 + '"')) == "0aF9" * 8
    assert xmp.extension_of(packet("")) == ""
