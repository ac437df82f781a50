"""A file's properties as they are shown beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bowerbird.core.catalog.records import FileRow
from bowerbird.core.places import place_at
from bowerbird.core.types import Kind, Properties
from bowerbird.core.words import clock

_DATED = {Kind.PHOTO: "Taken", Kind.RECORDING: "Recorded", Kind.CLIP: "Recorded"}


def details(row: FileRow, omissions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Name and value of each property that the file has, and what was left out of it."""
    own = row.properties
    size = f"{own.width} × {own.height}, {_bytes(row.size)}" if own.width and own.height else _bytes(row.size)
    dated = _DATED.get(row.kind or Kind.DOCUMENT, "Dated")
    rows = (
        ("Title", own.title),
        ("Author", own.author),
        ("From", own.sender if own.sender != own.author else ""),
        ("Subject", own.subject if own.subject != own.title else ""),
        ("Description", own.description),
        ("People", ", ".join(own.people)),
        ("Keywords", ", ".join(own.keywords)),
        ("Album", own.album),
        ("Rating", "★" * min(5, max(0, own.rating or 0))),
        (dated, _date_and_time(own.taken_at) if own.taken_at else ""),
        ("Changed", _date_and_time(datetime.fromtimestamp(row.mtime_ns / 1e9))),
        ("Camera", ", ".join(part for part in (own.camera, own.lens, own.exposure) if part)),
        ("Place", _place(own)),
        ("Pages", str(own.pages or "")),
        ("Clip inside", _bytes(own.clip_bytes) if own.clip_bytes else ""),
        ("Length", clock(own.duration_s) if own.duration_s else ""),
        ("Size", size),
        ("Left out", " ".join(omissions)),
    )
    return tuple((name, value) for name, value in rows if value)


def _place(own: Properties) -> str:
    if own.latitude is None or own.longitude is None:
        return ""
    north, east = "N" if own.latitude >= 0 else "S", "E" if own.longitude >= 0 else "W"
    degrees = f"{abs(own.latitude):.4f}° {north}, {abs(own.longitude):.4f}° {east}"
    place = place_at(own.latitude, own.longitude)
    return f"{place.label} ({degrees})" if place else degrees


def _date_and_time(when: datetime) -> str:
    return f"{when.day} {when:%B %Y, %H:%M}"


def _bytes(number: int) -> str:
    value, unit = float(number), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
