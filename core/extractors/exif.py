"""Reads the properties of a photo from its EXIF 2.32 tags, numbered as in the standard, and its XMP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL import Image

from bowerbird.core.types import Properties

_MAKE, _MODEL, _DATE, _EXIF, _GPS = 0x010F, 0x0110, 0x0132, 0x8769, 0x8825
_TAKEN, _DIGITISED, _TIME, _F_NUMBER, _ISO, _FOCAL = 0x9003, 0x9004, 0x829A, 0x829D, 0x8827, 0x920A
_DESCRIPTION, _ARTIST, _ORIENTATION = 0x010E, 0x013B, 0x0112
_CAMERA_TITLES = {"OLYMPUS DIGITAL CAMERA", "SONY DSC", "KODAK DIGITAL STILL CAMERA", "MINOLTA DIGITAL CAMERA", "DCIM"}
_XMP_DATE = re.compile(
    rb"(?:exif:DateTimeOriginal|photoshop:DateCreated|xmp:CreateDate)\s*(?:=\s*[\"']|>)\s*"
    rb"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)"
)
_XMP_BYTES = 1 << 20
_SIDEWAYS = (5, 6, 7, 8)  # orientations that swap width and height


def properties(image: Image.Image) -> Properties:
    """Size of the upright picture, capture time, camera, exposure, place, title and author.

    Values that are missing or broken are empty.
    """
    try:
        tags = image.getexif()
        more: Mapping[int, Any] = tags.get_ifd(_EXIF)
        gps: Mapping[int, Any] = tags.get_ifd(_GPS)
        turned = tags.get(_ORIENTATION) in _SIDEWAYS
    except Exception:  # noqa: BLE001  # broken EXIF fails in many ways, and a picture is good without it
        return Properties(width=image.width, height=image.height)
    width, height = (image.height, image.width) if turned else image.size
    place = _degrees(gps, 2, 1, "S", 90), _degrees(gps, 4, 3, "W", 180)
    if None in place or place == (0.0, 0.0):  # what cameras without a fix write; there is only sea
        place = None, None
    return Properties(
        taken_at=_first_date(more.get(_TAKEN), more.get(_DIGITISED), _xmp_date(image), tags.get(_DATE)),
        camera=_camera(_text(tags.get(_MAKE)), _text(tags.get(_MODEL))),
        exposure=_exposure(more),
        title=_title(tags),
        author=_text(tags.get(_ARTIST)),
        latitude=place[0],
        longitude=place[1],
        width=width,
        height=height,
    )


def _title(tags: Mapping[int, Any]) -> str:
    title = _text(tags.get(_DESCRIPTION))
    return "" if title.upper() in _CAMERA_TITLES else title


def _xmp_date(image: Image.Image) -> str:
    """The capture time of XMP, as EXIF would write it; not parsed as XML, which a hostile file would like."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = packet if isinstance(packet, bytes) else str(packet).encode("utf-8", "replace")
    date = _XMP_DATE.search(packet[:_XMP_BYTES])
    return "{}:{}:{} {}".format(*(part.decode() for part in date.groups())) if date else ""


def _first_date(*values: object) -> datetime | None:
    for value in values:
        with suppress(ValueError):
            return datetime.strptime(_text(value)[:19], "%Y:%m:%d %H:%M:%S")  # EXIF has no zone
    return None


def _text(value: object) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return "".join(c for c in text.split("\0")[0] if c.isprintable()).strip()


def _camera(make: str, model: str) -> str:
    first = make.split(" ")[0]
    return model if first and model.lower().startswith(first.lower()) else f"{make} {model}".strip()


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
    with suppress(TypeError, ValueError, ZeroDivisionError, OverflowError):
        number = round(float(value[0] if isinstance(value, tuple) else value), 6)
        return number if 0 < number < 1e7 else 0.0
    return 0.0


def _degrees(gps: Mapping[int, Any], tag: int, sign: int, negative: str, limit: float) -> float | None:
    """Decimal degrees within ±``limit``; below zero if the tag ``sign`` says ``negative``."""
    with suppress(KeyError, TypeError, ValueError, ZeroDivisionError):
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        value = degrees + minutes / 60 + seconds / 3600
        value = -value if _text(gps.get(sign)).upper() == negative else value
        return value if -limit <= value <= limit and value == value else None
    return None
