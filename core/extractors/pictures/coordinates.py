"""Reads coordinates as cameras and programs write them: with a sign, or a letter for the half of the globe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

_XMP = re.compile(
    r"\s*(\d+(?:\.\d+)?)\s*[,°]\s*(?:(\d+(?:\.\d+)?)\s*[,'′]?\s*)?(?:(\d+(?:\.\d+)?)\s*[\"″]?\s*)?([NSEW])"
)
_ISO_6709 = re.compile(r"\s*([+-])(\d+)(\.\d+)?([+-])(\d+)(\.\d+)?")
Place = tuple[float | None, float | None]
"""Latitude and longitude in degrees; None, None where nothing sensible is given."""


def from_xmp(text: str, limit: float) -> float | None:
    """Degrees within ±``limit`` from ``46,29.9N``, ``46,29,54N`` (XMP part 2, "GPSCoordinate") or ``46.4983``."""
    if match := _XMP.match(text):
        return from_parts([float(part or 0) for part in match.groups()[:3]], match[4], limit)
    with suppress(ValueError):
        return _within(float(text), limit)
    return None


def from_parts(parts: Sequence[Any], half: str, limit: float) -> float | None:
    """Degrees within ±``limit`` from degrees, minutes and seconds, as far as given; below zero in the south and west.

    Raises:
        TypeError, ValueError, ZeroDivisionError, OverflowError: a part is no number.
    """
    value = sum(float(part) / 60**power for power, part in enumerate(parts[:3]))
    return _within(-value if half.strip().upper()[:1] in ("S", "W") else value, limit)


def from_iso_6709(text: str) -> Place:
    """From ``+46.4983+011.3548/`` of a clip, or with minutes and seconds in the same digits: ``+4629.9+01121.3/``."""
    if not (match := _ISO_6709.match(text)):
        return None, None
    north = _sexagesimal(match[1], match[2], match[3] or "", 2)
    east = _sexagesimal(match[4], match[5], match[6] or "", 3)
    return checked(_within(north, 90), _within(east, 180))


def checked(latitude: float | None, longitude: float | None) -> Place:
    """Both or none. Where both are zero, there is only sea, and cameras without a fix say so."""
    if latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return None, None
    return latitude, longitude


def _sexagesimal(sign: str, digits: str, fraction: str, width: int) -> float:
    """The first ``width`` digits are degrees, and of those that follow two are minutes and two are seconds."""
    if len(digits) <= width:
        value = float(digits + fraction)
    elif len(digits) <= width + 2:
        value = float(digits[:width]) + float(digits[width:] + fraction) / 60
    else:
        value = (
            float(digits[:width]) + float(digits[width : width + 2]) / 60 + float(digits[width + 2 :] + fraction) / 3600
        )
    return -value if sign == "-" else value


def _within(value: float, limit: float) -> float | None:
    return round(value, 7) if -limit <= value <= limit else None
