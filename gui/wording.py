"""Formats numbers, times and names for people to read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from bowerbird.core.answers import Hit, Role
from bowerbird.core.catalog.filters.table import FILTERS
from bowerbird.core.conditions import AllOf, Condition, Is, Not
from bowerbird.core.questions import Example, Liking, Order
from bowerbird.core.state import LongFile, Progress
from bowerbird.core.types import Kind, Locator
from bowerbird.core.words import clock

KIND_NAMES: Mapping[Kind, str] = {
    Kind.PHOTO: "Photos",
    Kind.DOCUMENT: "Documents",
    Kind.RECORDING: "Recordings",
    Kind.CLIP: "Clips",
}
_SINGULAR: Mapping[Kind, str] = {
    Kind.PHOTO: "photo",
    Kind.DOCUMENT: "document",
    Kind.RECORDING: "recording",
    Kind.CLIP: "clip",
}
PART_NAMES: Mapping[Role, str] = {Role.PICTURE: "Picture", Role.RAW: "RAW", Role.CLIP: "Clip", Role.COPY: "Copy"}
"""What another file of a shot is, as a name for it."""

ORDER_NAMES = {
    Order.BEST: "Best first",
    Order.NEWEST: "Newest first",
    Order.OLDEST: "Oldest first",
    Order.NAME: "By name",
    Order.LARGEST: "Largest first",
    Order.FOLDER: "By folder",
}
LIKING_NAMES: Mapping[Liking, str] = {Liking.LIKE: "Like", Liking.A_LITTLE: "A little", Liking.NOT_LIKE: "Not like"}
"""How an example counts."""


def number(value: int) -> str:
    """1,284."""
    return f"{value:,}"


def rounded(value: int) -> int:
    """A number to two digits: 2,163 is about 2,100. Small ones stay."""
    step = 10 ** max(0, len(str(value)) - 2)
    return value // step * step if value >= 100 else value


def count(value: int, singular: str, plural: str = "") -> str:
    """1 file, 2 files."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def kind_counts(counts: Mapping[Kind, int]) -> str:
    """31,650 photos, 812 clips; at most two kinds, the commonest first."""
    ordered = sorted((kind for kind in counts if counts[kind]), key=lambda kind: -counts[kind])
    return ", ".join(count(counts[kind], _SINGULAR[kind]) for kind in ordered[:2]) or "nothing Bowerbird reads yet"


def duration(seconds: float) -> str:
    """1 min 40 s: a remaining time, no more precise than an estimate can be."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60 // 10 * 10} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(octets: int) -> str:
    """3.1 MB."""
    value = float(octets)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"


def day(moment: date) -> str:
    """14 July 2024."""
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """14 July 2024, 17:02."""
    return f"{day(moment)}, {moment:%H:%M}"


def place_of(moment: Locator | None) -> str:
    """A place in a file, short enough for a badge: p. 4, 1:23, or empty."""
    if moment is None:
        return ""
    if moment.page is not None:
        return f"p. {moment.page}"
    return clock(moment.start_s) if moment.start_s is not None else ""


def shot_of(hit: Hit) -> str:
    """A hit's copies and the rest of its shot, short enough for a badge: 3 copies, RAW, 12 pictures, or empty."""
    roles = [part.role for part in hit.parts]
    pictures, copies = roles.count(Role.PICTURE), roles.count(Role.COPY) + len(hit.copies)
    texts = (
        f"{pictures + 1} pictures" if pictures else "",
        *(PART_NAMES[role] for role in (Role.RAW, Role.CLIP) if role in roles),
        f"{copies + 1} copies" if copies else "",
    )
    return " + ".join(filter(None, texts))


def part_rows(hit: Hit, most: int) -> tuple[tuple[str, str], ...]:
    """The other files of a hit's shot: what each is, and its name; of more than so many, how many are left."""
    rows = tuple((PART_NAMES[part.role], name_of(part.path)) for part in hit.parts[:most])
    left = len(hit.parts) - len(rows)
    return (*rows, ("", f"and {count(left, 'other file')}")) if left else rows


def part_of(example: Example) -> str:
    """The part of a file that is searched by: 0:12–0:17, page 3, part of page 3, or empty for all of it."""
    if example.start_s is not None and example.end_s is not None:
        return f"{clock(example.start_s)}–{clock(example.end_s)}"
    page = f"page {example.page}" if example.page else ""
    if example.box is None:
        return page
    return f"part of {page or 'it'}"


def moment_of(example: Example) -> Locator:
    """Where in its file an example is."""
    return Locator(page=example.page, start_s=example.start_s, end_s=example.end_s)


def explained(where: Condition) -> str:
    """What filters let through, or, behind a minus, keep out."""
    if isinstance(where, Not):
        return f"not: {explained(where.of)}"
    if isinstance(where, Is):
        return FILTERS[where.name].prose
    return (", " if isinstance(where, AllOf) else ", or ").join(map(explained, where.of))


def shown(text: str) -> str:
    """A printable form of a file's name: bytes that are no text become question marks, line ends arrows."""
    readable = os.fsencode(text).decode("utf-8", "replace") if not text.isprintable() else text
    return readable.replace("\n", "⏎").replace("\r", "⏎").replace("\t", " ")


def name_of(path: Path) -> str:
    """The last part of a path, in a printable form."""
    return shown(path.name or str(path))


def breadcrumb(path: Path, folders: tuple[Path, ...]) -> str:
    """The folders that a file lies in, from the watched one on: Pictures › 2024 › Summer."""
    for folder in folders:
        if folder in path.parents:
            return shown(" › ".join((folder.name or str(folder), *path.parent.relative_to(folder).parts)))
    return shown(" › ".join(path.parent.parts[-3:]))


def caption(hit: Hit) -> str:
    """The line under a hit without reasons: the day it is from."""
    moment = hit.properties.taken_at or hit.modified_at
    return day(moment) if moment else ""


def progress_line(progress: Progress) -> str:
    """1,284 of 5,012 · 38 a second · 1 min 40 s left."""
    parts = [f"{number(progress.done)} of {number(progress.total)}"]
    if progress.paused:
        return f"{parts[0]} · paused"
    if progress.waiting:
        return f"{parts[0]} · waiting: {progress.waiting}"
    if progress.per_second >= 0.95:
        parts.append(f"{progress.per_second:.0f} a second")
    if progress.left_s is not None:
        parts.append(f"{duration(progress.left_s)} left")
    return " · ".join(parts)


def model_progress(progress: Progress) -> str:
    """A new model reads what is here: 640 of 1,400. Then text in pictures is."""
    if progress.built:
        done, whole = progress.built
        return f"A new model reads what is here: {number(done)} of {number(whole)}"
    if progress.pictures:
        done, whole = progress.pictures
        return f"Text in pictures is read: {number(done)} of {number(whole)}"
    return ""


def long_files(progress: Progress) -> str:
    """meeting.mp3: 34 of 120 min; at most two files, a line each."""
    lines = [f"{name_of(file.path)}: {_how_far(file)}" for file in progress.long[:2]]
    more = len(progress.long) - len(lines)
    return "\n".join((*lines, f"and {number(more)} more") if more else lines)


def _how_far(file: LongFile) -> str:
    unit, size = ("min", 60.0) if file.timed else ("MB", 1e6)
    done = number(round(file.done / size))
    # What is packed may hold more than the file is long.
    known = file.length and file.length >= file.done
    return f"{done} of {number(round((file.length or 0.0) / size))} {unit}" if known else f"{done} {unit} read"
