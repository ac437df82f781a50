"""Reads XMP packets (ISO 16684-1), embedded ones and sidecars: what people and their programs wrote about a picture.

An XMP packet is XML. It is parsed without entities of its own and without a document type, which no program writes:
such a packet is as good as none. Of one that is damaged, what stands before the damage counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from xml.etree import ElementTree as ET
from xml.parsers import expat

from bowerbird.core.extractors.pictures.coordinates import checked, from_xmp
from bowerbird.core.extractors.pictures.dates import parse_date
from bowerbird.core.extractors.segments import label
from bowerbird.core.types import Properties

MAX_BYTES = 8 << 20
"""Of a packet; one that is longer is not read."""
_MAX_DEPTH = 16  # of structures in one another; faces in a picture take five
_MAX_TEXT = 20_000  # characters of a value
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "core": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "ext": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "mwg-kw": "http://www.metadataworkinggroup.com/schemas/keywords/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "microsoft": "http://ns.microsoft.com/photo/1.0/",
    "microsoft12": "http://ns.microsoft.com/photo/1.2/",
    "regions": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "region": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "acdsee-rs": "http://ns.acdsee.com/regions/",
    "camera": "http://ns.google.com/photos/1.0/camera/",
    "container": "http://ns.google.com/photos/1.0/container/",
    "item": "http://ns.google.com/photos/1.0/container/item/",
    "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
}
_UNREADABLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # not allowed in XML, yet some programs write them
_MARKED = re.compile(r">\s*([^<>]+?)\s*<")
_FACES = ("", "face", "person")  # types of regions that may name people; others are pets, focus areas, codes

Value = str | list["Value"] | dict[str, "Value"]
"""Of a property: simple, an array, or a structure by name of its fields."""


def read(packet: bytes) -> Properties:
    """What a packet says; empty where it says nothing, is no XMP, or is longer than ``MAX_BYTES``."""
    found = _properties(packet)
    titles = _all(found, "dc:title", "photoshop:Headline", "acdsee:caption")
    captions = _all(
        found, "dc:description", "tiff:ImageDescription", "exif:UserComment", "acdsee:notes",
        "core:AltTextAccessibility", "core:ExtDescrAccessibility",
    )  # fmt: skip
    latitude = from_xmp(_first(found, "exif:GPSLatitude"), 90)
    place = checked(latitude, from_xmp(_first(found, "exif:GPSLongitude"), 180))
    return Properties(
        title=label(titles[0]) if titles else "",
        author="; ".join(map(label, _all(found, "dc:creator") or _all(found, "tiff:Artist", "acdsee:author"))),
        description="\n".join((*titles[1:], *captions)),
        keywords=_keywords(found),
        people=tuple(dict.fromkeys(_people(found))),
        rating=_rating(found),
        taken_at=_date(found),
        camera=camera(label(_first(found, "tiff:Make")), label(_first(found, "tiff:Model"))),
        lens=label(_first(found, "aux:Lens", "exifEX:LensModel")),
        burst_id=label(_first(found, "camera:BurstID")),
        clip_bytes=_clip_bytes(found),
        latitude=place[0],
        longitude=place[1],
    )


def camera(make: str, model: str) -> str:
    """A camera by make and model; a model that begins with its make is enough."""
    first = make.split(" ")[0]
    return model if first and model.lower().startswith(first.lower()) else f"{make} {model}".strip()


def extension_of(packet: bytes) -> str:
    """The identifier of the extension that belongs to a packet in a JPEG (XMP part 3, 1.1.3.1), or nothing."""
    match = re.search(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})", packet[:MAX_BYTES])
    return match[1].decode() if match else ""


# what is in a packet


def _properties(packet: bytes) -> Mapping[str, Value]:
    """The properties by qualified name, as in ``{http://purl.org/dc/elements/1.1/}title``."""
    root = _parse(packet) if len(packet) <= MAX_BYTES else None
    found: dict[str, Value] = {}
    for rdf in () if root is None else root.iter(f"{_RDF}RDF"):
        for description in rdf.findall(f"{_RDF}Description"):
            found = _structure(description, 0) | found
    return found


def _parse(packet: bytes) -> ET.Element | None:
    """The root, as far as it could be read."""
    builder, opened = ET.TreeBuilder(), list[ET.Element]()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: opened.append(
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})
    )
    parser.EndElementHandler = lambda name: builder.end(_qualified(name))
    parser.CharacterDataHandler = builder.data
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(_cleaned(packet), True)
    return opened[0] if opened else None


def _refuse(*_: object) -> None:
    raise ValueError("a document type, which could declare entities")


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _cleaned(packet: bytes) -> bytes:
    """Without what surrounds the XML, nor, in UTF-8, characters that XML does not allow, but some programs write."""
    packet = packet.strip(b" \t\r\n\0")
    wide = packet[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in packet[:64]
    return packet if wide else _UNREADABLE.sub(b"", packet)


def _structure(element: ET.Element, depth: int) -> dict[str, Value]:
    """The fields of a structure, which are attributes or elements alike."""
    fields: dict[str, Value] = {
        name: value[:_MAX_TEXT]
        for name, value in element.attrib.items()
        if not name.startswith((_RDF, _XML)) and name.startswith("{")
    }
    for child in element:
        fields[str(child.tag)] = _value(child, depth + 1)
    return fields


def _value(element: ET.Element, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        return ""
    first = element[0] if len(element) else None
    if first is not None and first.tag in (f"{_RDF}Bag", f"{_RDF}Seq", f"{_RDF}Alt"):
        items = sorted(first, key=lambda item: item.get(f"{_XML}lang") not in (None, "x-default"))
        return [_value(item, depth + 1) for item in items]
    if first is not None and first.tag == f"{_RDF}Description":
        return _structure(first, depth + 1)
    structure = _structure(element, depth)
    return structure or (element.get(f"{_RDF}resource") or element.text or "").strip()[:_MAX_TEXT]


# values by their usual names


def _named(found: Mapping[str, Value], name: str) -> Value:
    prefix, _, field = name.partition(":")
    return found.get(f"{{{_NAMESPACES[prefix]}}}{field}", "")


def _texts(value: Value) -> Iterator[str]:
    """The simple values in a value."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    else:
        for part in value if isinstance(value, list) else value.values():
            yield from _texts(part)


def _all(found: Mapping[str, Value], *names: str) -> list[str]:
    """Of several properties, each value once."""
    return list(dict.fromkeys(text for name in names for text in _texts(_named(found, name))))


def _first(found: Mapping[str, Value], *names: str) -> str:
    """Of several properties, the first value that says something."""
    return next(iter(_all(found, *names)), "")


def _structures(value: Value) -> Iterator[Mapping[str, Value]]:
    """The structures in a list, or the one structure, wherever they lie in one another."""
    if isinstance(value, dict):
        yield value
    for part in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from _structures(part)


# what people wrote


def _keywords(found: Mapping[str, Value]) -> tuple[str, ...]:
    """Tags, those in hierarchies step by step, and the names of the place as they were typed."""
    tags = _all(found, "dc:subject", "microsoft:LastKeywordXMP", "acdsee:keywords", "mediapro:CatalogSets")
    steps = _all(found, "lr:hierarchicalSubject", "digiKam:TagsList", "mwg-kw:Keywords")
    categories = [match for text in _all(found, "acdsee:categories") for match in _MARKED.findall(text)]
    place = _all(
        found, "core:Location", "photoshop:City", "photoshop:State", "photoshop:Country", "ext:LocationCreated",
        "ext:LocationShown", "mediapro:Event",
    )  # fmt: skip
    single = [step.strip() for tag in (*tags, *steps, *categories) for step in re.split(r"[|/]", tag)]
    return tuple(dict.fromkeys(label(tag) for tag in (*single, *place) if tag))


def _people(found: Mapping[str, Value]) -> Iterator[str]:
    """Those named in regions of the picture (MWG, Microsoft, ACDSee), and those named without one (IPTC, iView)."""
    for name in ("mwg-rs:Regions", "acdsee-rs:Regions"):
        for region in _structures(_named(found, name)):
            for prefix in ("mwg-rs", "acdsee-rs"):
                if "".join(_all(region, f"{prefix}:Type")).lower() in _FACES:
                    yield from map(label, _all(region, f"{prefix}:Name"))
    for region in _structures(_named(found, "microsoft12:RegionInfo")):
        yield from map(label, _all(region, "region:PersonDisplayName"))
    yield from map(label, _all(found, "ext:PersonInImage", "mediapro:People"))


def _rating(found: Mapping[str, Value]) -> int | None:
    """Stars. What is rejected (-1) has none."""
    with suppress(ValueError, OverflowError):
        if text := _first(found, "xmp:Rating", "acdsee:rating"):
            return stars(float(text))
        if text := _first(found, "microsoft:Rating"):
            return stars_of_percent(float(text))
    return None


def stars(number: float) -> int | None:
    """A rating if it is one."""
    return round(number) if 0 < number <= 5 else None


def stars_of_percent(percent: float) -> int | None:
    """Windows counts to 99: 1, 25, 50, 75, 99 are one to five stars."""
    return stars(1 + round(percent / 25)) if 0 < percent <= 100 else None


def _clip_bytes(found: Mapping[str, Value]) -> int | None:
    """How long the clip at the end of a Motion Photo is said to be (Motion Photo format 1.0), or of a MicroVideo."""
    items = _structures(_named(found, "container:Directory"))
    lengths = [_first(item, "item:Length") for item in items if _first(item, "item:Semantic") == "MotionPhoto"]
    with suppress(ValueError):
        return int(lengths[0] if lengths else _first(found, "camera:MicroVideoOffset"))
    return None


def _date(found: Mapping[str, Value]) -> datetime | None:
    """When it was taken, as the camera or a person says; when it was made as a file only if nobody does."""
    names = ("exif:DateTimeOriginal", "photoshop:DateCreated", "exif:DateTimeDigitized", "xmp:CreateDate")
    dates = (parse_date(_first(found, name)) for name in (*names, "acdsee:datetime", "exif:GPSTimeStamp"))
    return next((date for date in dates if date), None)
