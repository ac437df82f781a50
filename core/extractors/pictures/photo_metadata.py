"""What a picture says of itself, in EXIF, IPTC and XMP, in its comments and in its name, as one record.

Where they say different things, the Metadata Working Group's guidelines (MWG 2.0, 2010) are followed: of a value that
can only be one, such as the date, EXIF comes first, then IPTC, then XMP. They are meant for programs that show one
text, this is for finding: captions that differ are all kept, in that order, and keywords and names are joined. So the
IPTC digest, by which MWG decides whether IPTC is older than XMP, is not needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from PIL import Image

from bowerbird.core.extractors.pictures import exif, iptc, xmp
from bowerbird.core.extractors.pictures.dates import date_in_name, parse_date
from bowerbird.core.extractors.pictures.reconcile import reconciled
from bowerbird.core.extractors.segments import label
from bowerbird.core.types import Properties

_ORIENTATION, _SIDEWAYS = 0x0112, (5, 6, 7, 8)  # orientations that swap width and height
_XMP, _IPTC, _PHOTOSHOP = 700, 33723, 34377  # tags of TIFF
_IPTC_RESOURCE, _XMP_RESOURCE = 0x0404, 0x0424  # of Photoshop
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_MAX_GIF_PACKET = 1 << 20  # bytes


def properties(image: Image.Image, name: str) -> Properties:
    """Size of the upright picture, and all that its metadata say; ``name`` is the file's, for a date if they have none.

    Values that are missing or broken are empty.
    """
    tags = _tags(image)
    resources = _resources(image, tags)
    turned = tags.get(_ORIENTATION) in _SIDEWAYS
    width, height = (image.height, image.width) if turned else image.size
    return reconciled(
        Properties(width=width, height=height),
        exif.read(tags),
        iptc.read(resources.get(_IPTC_RESOURCE) or exif.packet(tags, _IPTC)),
        *map(xmp.read, _packets(image, tags, resources)),
        _comments(image.info),
        *(Properties(description=exif.text_of(data)) for name, data in _segments(image) if name == "COM"),
        Properties(taken_at=exif.fixed_at(tags)),
        Properties(taken_at=exif.changed_at(tags)),
        Properties(taken_at=date_in_name(name)),
    )


# where it lies in each format


def _tags(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except Exception:  # noqa: BLE001  # broken EXIF fails in many ways, and a picture is good without it
        return Image.Exif()


def _resources(image: Image.Image, tags: Image.Exif) -> Mapping[int, bytes]:
    """Photoshop's, by number: of a JPEG, a TIFF or a PSD."""
    found = dict[int, bytes]()
    for number, _, data in getattr(image, "resources", []):
        found.setdefault(number, data)
    if isinstance(blocks := image.info.get("photoshop"), dict):
        found |= {number: data for number, data in blocks.items() if isinstance(data, bytes)}
    return found or dict(_blocks(exif.packet(tags, _PHOTOSHOP)))


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and data of each block, up to the first that is not sound (Photoshop File Formats, "Image Resources")."""
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        number, at = int.from_bytes(data[at + 4 : at + 6]), at + 6
        at += (data[at] + 2) & ~1  # a name, with its length, padded
        size, at = int.from_bytes(data[at : at + 4]), at + 4
        yield number, data[at : at + size]
        at += (size + 1) & ~1


def _packets(image: Image.Image, tags: Image.Exif, resources: Mapping[int, bytes]) -> Iterator[bytes]:
    """The picture's XMP: one packet, of a JPEG with much to say two."""
    texts = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = texts.encode("utf-8", "replace") if isinstance(texts, str) else texts
    packet = packet or resources.get(_XMP_RESOURCE) or exif.packet(tags, _XMP) or _packet_of_gif(image)
    yield packet
    if identifier := xmp.extension_of(packet):
        yield _extension(_segments(image), identifier.encode())


def _segments(image: Image.Image) -> Iterable[tuple[str, bytes]]:
    """Those of a JPEG beside its pixels, by name: there may be several comments."""
    found: Iterable[tuple[str, bytes]] = getattr(image, "applist", [])
    return found


def _packet_of_gif(image: Image.Image) -> bytes:
    """It lies as it is behind an application's block of this name (XMP part 3, 1.1.2)."""
    name, start = image.info.get("extension", (b"", 0))
    file: BinaryIO | None = getattr(image, "fp", None)
    if image.format != "GIF" or name != b"XMP DataXMP" or file is None:
        return b""
    before = file.tell()
    file.seek(start)
    packet = file.read(_MAX_GIF_PACKET)
    file.seek(before)
    return packet[: packet.find(b"<?xpacket end")] if b"<?xpacket end" in packet else b""


def _extension(segments: Iterable[tuple[str, bytes]], identifier: bytes) -> bytes:
    """The packet in a JPEG's segments with this identifier (XMP part 3, 1.1.3.1), each with its offset in it."""
    start, parts = len(_EXTENSION), dict[int, bytes]()
    for _, data in segments:
        if data.startswith(_EXTENSION + identifier):
            parts[int.from_bytes(data[start + 36 : start + 40])] = data[start + 40 :]
    return b"".join(part for _, part in sorted(parts.items()))[: xmp.MAX_BYTES]


def _comments(info: Mapping[Any, Any]) -> Properties:
    """What GIF, JPEG and PNG have beside; in a PNG, of keywords that the standard (11.3.3.2) or image makers use."""
    texts = {str(name).lower(): exif.text_of(value) for name, value in info.items() if isinstance(value, (str, bytes))}
    captions = [texts.get(name, "") for name in ("description", "parameters", "prompt", "comment")]
    return Properties(
        title=label(texts.get("title", "")),
        author=label(texts.get("author", "")),
        description="\n".join(filter(None, captions)),
        keywords=tuple(filter(None, map(label, texts.get("keywords", "").split(",")))),
        taken_at=parse_date(texts.get("creation time", "")),
    )
