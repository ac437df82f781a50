"""Reads the properties of a photo from its EXIF 2.32 tags, numbered as in the standard, and from those of Windows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL import Image

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.encodings import decode, readable_share
from bowerbird.core.extractors.pictures import apple, coordinates
from bowerbird.core.extractors.pictures.captions import words_of
from bowerbird.core.extractors.pictures.dates import parse_date
from bowerbird.core.extractors.pictures.xmp import camera, stars, stars_of_percent
from bowerbird.core.extractors.segments import label
from bowerbird.core.types import Properties

_MAKE, _MODEL, _CHANGED, _EXIF, _GPS = 0x010F, 0x0110, 0x0132, 0x8769, 0x8825
_TAKEN, _DIGITISED, _TIME, _F_NUMBER, _ISO, _FOCAL = 0x9003, 0x9004, 0x829A, 0x829D, 0x8827, 0x920A
_OFFSET, _OFFSET_TAKEN, _COMMENT, _LENS_MAKE, _LENS = 0x9010, 0x9011, 0x9286, 0xA433, 0xA434
_MAKER_NOTE, _GPS_TIME, _GPS_DATE = 0x927C, 7, 29
_DESCRIPTION, _ARTIST, _RATING, _RATING_PERCENT = 0x010E, 0x013B, 0x4746, 0x4749
_XP_TITLE, _XP_COMMENT, _XP_AUTHOR, _XP_KEYWORDS, _XP_SUBJECT = range(0x9C9B, 0x9CA0)
_CODES: Mapping[bytes, str] = {b"ASCII": "", b"UNICODE": "utf-16", b"JIS": "iso2022_jp"}


def read(tags: Image.Exif) -> Properties:
    """Date, camera, lens, exposure, shot, place, title, captions, keywords, author, rating; empty where missing."""
    more, gps = _directory(tags, _EXIF), _directory(tags, _GPS)
    captions = (_words(tags.get(_DESCRIPTION)), _wide(tags.get(_XP_SUBJECT)), _wide(tags.get(_XP_COMMENT)))
    comment = _comment(more.get(_COMMENT), big_endian=tags.endian == ">")
    place = coordinates.checked(_degrees(gps, 2, 1, 90), _degrees(gps, 4, 3, 180))
    live_id, burst_id = apple.shot_ids(packet(more, _MAKER_NOTE))
    return Properties(
        title=label(_wide(tags.get(_XP_TITLE))),
        author=label(_words(tags.get(_ARTIST)) or _wide(tags.get(_XP_AUTHOR))),
        description="\n".join(caption for caption in dict.fromkeys((*captions, comment)) if caption),
        keywords=tuple(dict.fromkeys(filter(None, map(label, _wide(tags.get(_XP_KEYWORDS)).split(";"))))),
        rating=stars(_number(tags.get(_RATING))) or stars_of_percent(_number(tags.get(_RATING_PERCENT))),
        taken_at=_taken_at(more),
        camera=camera(label(_text(tags.get(_MAKE))), label(_text(tags.get(_MODEL)))),
        lens=camera(label(_text(more.get(_LENS_MAKE))), label(_text(more.get(_LENS)))),
        exposure=_exposure(more),
        live_id=live_id,
        burst_id=burst_id,
        latitude=place[0],
        longitude=place[1],
    )


def changed_at(tags: Image.Exif) -> datetime | None:
    """When the file was last changed: mostly, but not surely, when it was taken."""
    return parse_date(_text(tags.get(_CHANGED)), _text(_directory(tags, _EXIF).get(_OFFSET)))


def fixed_at(tags: Image.Exif) -> datetime | None:
    """When satellites fixed the place, which they tell in UTC; a day without a time at midnight.

    On the clock that the tags name or, if they name none, on that of the sea there: an hour for each 15 degrees east.
    """
    more, gps = _directory(tags, _EXIF), _directory(tags, _GPS)
    day, offset = _text(gps.get(_GPS_DATE)), _text(more.get(_OFFSET_TAKEN)) or _text(more.get(_OFFSET))
    with suppress(KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        hour, minute, second = (int(float(part)) for part in gps[_GPS_TIME])
        hours_east = round((_degrees(gps, 4, 3, 180) or 0.0) / 15)
        return parse_date(f"{day} {hour:02}:{minute:02}:{second:02}Z", offset or f"{hours_east:+03}:00")
    return parse_date(day)


def packet(tags: Image.Exif | Mapping[int, Any], number: int) -> bytes:
    """A tag that holds data in another format; TIFF and raw files keep XMP and IPTC so."""
    value = tags.get(number)
    with suppress(TypeError, ValueError):
        return bytes(value) if isinstance(value, (bytes, tuple)) else b""
    return b""


def text_of(value: str | bytes) -> str:
    """A comment in whatever encoding, or nothing if no person wrote it; Pillow takes the bytes of some for Latin-1."""
    with suppress(UnicodeEncodeError):
        return _words(value if isinstance(value, bytes) else value.encode("latin-1"))
    return words_of(str(value))


def _directory(tags: Image.Exif, number: int) -> Mapping[int, Any]:
    try:
        return tags.get_ifd(number)
    except Exception:  # noqa: BLE001  # broken EXIF fails in many ways, and the other tags are good without it
        return {}


def _taken_at(more: Mapping[int, Any]) -> datetime | None:
    """As the camera's clock said where it was; OffsetTimeOriginal only says where that clock stood."""
    offset = _text(more.get(_OFFSET_TAKEN)) or _text(more.get(_OFFSET))
    return parse_date(_text(more.get(_TAKEN)), offset) or parse_date(_text(more.get(_DIGITISED)), offset)


def _text(value: object) -> str:
    """Pillow reads ASCII tags as Latin-1, but nearly all that is not ASCII in them is UTF-8."""
    if isinstance(value, tuple) and value and isinstance(value[0], (str, bytes)):
        value = value[0]
    data = value if isinstance(value, bytes) else str(value or "").encode("latin-1", "replace")
    data = data.split(b"\0")[0].strip()
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    with suppress(FileError):
        return decode(data)
    return ""


def _words(value: object) -> str:
    return words_of(_text(value))


def _wide(value: object) -> str:
    """A tag of Windows, in UTF-16."""
    with suppress(TypeError, ValueError):
        data = bytes(value) if isinstance(value, (bytes, tuple)) else b""
        return words_of(data.decode("utf-16" if data[:2] == b"\xfe\xff" else "utf-16-le", "ignore").split("\0")[0])
    return ""


def _comment(value: object, *, big_endian: bool) -> str:
    """UserComment, whose first eight bytes name its characters."""
    if not isinstance(value, bytes):
        return _words(value)
    code, data = _CODES.get(value[:8].rstrip(b"\0 ").upper()), value[8:]
    if code is None and value[:8].strip(b"\0 "):  # without a name
        data = value
    if code == "utf-16":
        return words_of(_utf16(data, big_endian=big_endian))
    if code:
        with suppress(UnicodeDecodeError):
            return words_of(data.decode(code).split("\0")[0])
    return _words(data.lstrip(b"\0 "))


def _utf16(data: bytes, *, big_endian: bool) -> str:
    """Programs do not agree whose byte order counts, and some write UTF-8: the order in which it reads as text wins."""
    marks = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    if encoding := marks.get(data[:2]):
        return data.decode(encoding, "ignore").lstrip("\ufeff").split("\0")[0]
    written = data.rstrip(b"\0 ")
    if b"\0" not in written and not any(byte < 9 for byte in written):
        with suppress(UnicodeDecodeError):
            return written.decode("utf-8")
    orders = ("utf-16-be", "utf-16-le") if big_endian else ("utf-16-le", "utf-16-be")
    texts = [data.decode(order, "ignore").split("\0\0")[0].strip("\0 ") for order in orders]
    return max(texts, key=readable_share).split("\0")[0]


def _exposure(tags: Mapping[int, Any]) -> str:
    parts = []
    if focal := _number(tags.get(_FOCAL)):
        parts.append(f"{focal:g} mm")
    if aperture := _number(tags.get(_F_NUMBER)):
        parts.append(f"f/{aperture:g}")
    if seconds := _number(tags.get(_TIME)):
        parts.append(f"1/{round(1 / seconds)} s" if seconds < 0.5 else f"{seconds:g} s")
    if iso := _number(tags.get(_ISO)):
        parts.append(f"ISO {iso:g}")
    return ", ".join(parts)


def _number(value: Any) -> float:
    with suppress(TypeError, ValueError, ZeroDivisionError, OverflowError, IndexError):
        number = round(float(value[0] if isinstance(value, tuple) else value), 6)
        return number if 0 < number < 1e7 else 0.0
    return 0.0


def _degrees(gps: Mapping[int, Any], tag: int, half: int, limit: float) -> float | None:
    """Decimal degrees within ±``limit``; below zero if the tag ``half`` says so."""
    with suppress(KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        value = gps[tag]
        if isinstance(value, str):
            return coordinates.from_xmp(value, limit)
        return coordinates.from_parts(value, _text(gps.get(half)), limit)
    return None
