"""Files that lie beside a photo or clip and say something about it: XMP (``.xmp``), and Google Takeout's JSON.

They are found by their names. What they say goes to the photo; they are no files of their own then.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures import xmp
from bowerbird.core.extractors.pictures.coordinates import checked
from bowerbird.core.extractors.pictures.dates import local_time
from bowerbird.core.extractors.pictures.reconcile import reconciled
from bowerbird.core.extractors.segments import label
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.suffixes import CLIPS, PICTURES, RAW
from bowerbird.core.types import Properties

_DESCRIBED = PICTURES | RAW | CLIPS
_EVERY_CASE = tuple(case for suffix in sorted(_DESCRIBED) for case in (suffix, suffix.upper()))
_TAKEOUT_LENGTH = 46  # characters: Takeout cuts the names of its files so, before the suffix
_TAKEOUT = ".supplemental-metadata"
_NUMBERED = re.compile(r"(.+)(\(\d+\))(\.\w+)")  # IMG(1).jpg goes with IMG.jpg(1).json
_NUMBER = re.compile(r"\(\d+\)$")
_EDITS = ("edited", "bearbeitet", "modifié", "editado", "modificato", "bewerkt")
_EDITED = re.compile(rf"(.+)-(?:{'|'.join(_EDITS)})(\.\w+)")


def names(name: str) -> tuple[str, ...]:
    """The names that sidecars of the photo or clip ``name`` may have; none of what is neither."""
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    if suffix.lower() not in _DESCRIBED:
        return ()
    takeout = dict.fromkeys(json_name for own in _takeout_names(name) for json_name in own)
    return (f"{name}.xmp", f"{name}.XMP", f"{stem}.xmp", f"{stem}.XMP", *takeout)


def _takeout_names(name: str) -> Iterator[tuple[str, ...]]:
    yield (f"{name}.json", f"{name[:_TAKEOUT_LENGTH]}.json", f"{(name + _TAKEOUT)[:_TAKEOUT_LENGTH]}.json")
    if match := _NUMBERED.fullmatch(name):
        whole, number = match[1] + match[3], match[2]
        yield f"{whole}{number}.json", f"{(whole + _TAKEOUT)[:_TAKEOUT_LENGTH]}{number}.json"
    if match := _EDITED.fullmatch(name):
        yield from _takeout_names(match[1] + match[2])


def described(name: str) -> tuple[tuple[str, ...], str]:
    """The names that what a sidecar describes may have, and how further such names begin, if that is all one knows."""
    path = PurePath(name)
    if path.suffix.lower() == ".xmp":
        return (path.stem,), f"{path.stem}."
    if path.suffix.lower() != ".json":
        return (), ""
    number = _NUMBER.search(path.stem)
    whole = path.stem[: number.start()] if number else path.stem
    cut = whole.rfind(".s")
    whole = whole[:cut] if cut > 0 and _TAKEOUT.startswith(whole[cut:]) else whole
    stem, suffix = PurePath(whole).stem, PurePath(whole).suffix
    edited = tuple(f"{stem}-{word}{suffix}" for word in _EDITS)
    return (f"{stem}{number[0] if number else ''}{suffix}", *edited), whole if len(whole) == _TAKEOUT_LENGTH else ""


def is_sidecar(name: str, other: str) -> bool:
    """Whether ``name`` is, by its name, a sidecar of a file in its folder called ``other``."""
    return name in names(other)


def beside(path: Path) -> tuple[Path, ...]:
    """The sidecars that lie beside a photo or clip, each once, though names with capitals may lead to the same file."""
    found: dict[object, Path] = {}
    for sidecar in dict.fromkeys(path.with_name(name) for name in names(path.name)):
        with suppress(OSError, ValueError):
            status = os.lstat(sidecar)
            if stat.S_ISREG(status.st_mode):
                found.setdefault((status.st_dev, status.st_ino) if status.st_ino else sidecar, sidecar)
    return tuple(found.values())


def described_by(path: Path) -> Path | None:
    """The photo or clip that a sidecar lies beside."""
    exact, start = described(path.name)
    candidates = [*exact, *(f"{start}{suffix[1:]}" for suffix in _EVERY_CASE if start.endswith("."))]
    there = (path.with_name(name) for name in candidates if is_sidecar(path.name, name))
    found = next((photo for photo in there if os.path.lexists(photo)), None)
    return found or (_beginning_with(start, path) if start and not start.endswith(".") else None)


def _beginning_with(start: str, sidecar: Path) -> Path | None:
    with suppress(OSError), os.scandir(sidecar.parent) as entries:
        names = (entry.name for entry in entries if entry.name.startswith(start))
        return next((sidecar.with_name(name) for name in names if is_sidecar(sidecar.name, name)), None)
    return None


def read(source: Source) -> Properties:
    """What a sidecar says.

    Raises:
        FileError: it is larger than any sidecar, or is none.
    """
    if source.size > xmp.MAX_BYTES:
        raise FileError("it is larger than any sidecar is")
    data = source.read(xmp.MAX_BYTES)
    if source.suffix == ".xmp":
        return xmp.read(data)
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FileError("it is damaged") from error
    return _takeout(record) if isinstance(record, dict) else Properties()


def merged(own: Properties, sidecars: Mapping[str, Properties]) -> Properties:
    """A file's properties with those of its sidecars, by name.

    In XMP its owner has the last word. Takeout's times are in UTC, and so come after the camera's. Whether a clip is
    in the file, only the file tells.
    """
    first = [said for name, said in sidecars.items() if name.lower().endswith(".xmp")]
    last = [said for name, said in sidecars.items() if not name.lower().endswith(".xmp")]
    return replace(reconciled(*first, own, *last), clip_bytes=own.clip_bytes)


def _takeout(record: Mapping[str, Any]) -> Properties:
    """Google's fields; and the texts of other programs' records that lie beside photos."""
    place = next((at for name in ("geoDataExif", "geoData") if (at := _place(record.get(name))) != (None, None)), None)
    people = [_text(person.get("name")) for person in _list(record, "people") if isinstance(person, dict)]
    # The title in Takeout is only the name of the file.
    title = "" if "photoTakenTime" in record else label(_text(record.get("title")))
    captions = [_text(record.get(name)) for name in ("description", "caption", "content")]
    tags = [_text(tag) for name in ("tags", "keywords") for tag in _list(record, name)]
    return Properties(
        title=title,
        author=label(_text(record.get("author"))),
        description="\n".join(filter(None, captions)),
        keywords=tuple(filter(None, map(label, tags))),
        people=tuple(filter(None, map(label, people))),
        taken_at=_moment(record.get("photoTakenTime")),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
    )


def _text(value: object) -> str:
    """Halves of surrogate pairs, which JSON can hold, are no text."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _moment(record: Any) -> datetime | None:
    with suppress(TypeError, ValueError, KeyError, OverflowError, OSError):
        seconds = int(record["timestamp"])
        return local_time(datetime.fromtimestamp(seconds, UTC)) if seconds else None
    return None


def _place(record: Any) -> tuple[float | None, float | None]:
    with suppress(TypeError, ValueError, KeyError, OverflowError):
        latitude, longitude = float(record["latitude"]), float(record["longitude"])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return checked(latitude, longitude)
    return None, None
