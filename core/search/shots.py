"""Which files are of one shot: RAW and JPEG, the picture and the clip of a Live Photo, the pictures of a burst.

All lie in one folder. With them go photos that look the same, wherever they lie. Nothing is kept of this: it follows
from what is in the catalog, whatever comes or goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from bowerbird.core.answers import Part, Role
from bowerbird.core.catalog.attributes import Attribute
from bowerbird.core.catalog.layouts import LayoutReader
from bowerbird.core.catalog.records import FileRow
from bowerbird.core.catalog.shots import ShotFile, ShotReader
from bowerbird.core.extractors.suffixes import RAW
from bowerbird.core.types import Kind

_ROLES = list(Role)
_PICTURES = frozenset({".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif"})  # as cameras make
_CLIPS = frozenset({".mov", ".mp4"})
_LIVE_S = 4.0  # the clip of a Live Photo takes three seconds
_PIXEL = re.compile(r"PXL_\d{8}_\d+", re.IGNORECASE)  # Google's phones tell files of one shot apart behind this
_BURST = re.compile(r"BURST(\d{14,})|(.+)_BURST\d{1,6}(?!\d)", re.IGNORECASE)  # those of Google and Sony; of others
_NUMBERED = re.compile(r"(.*?)\(?(\d+)\)?")
_NEAR = timedelta(seconds=30)  # longer bursts are found from several of their pictures
_FIRST, _LAST = datetime.min + _NEAR, datetime.max - _NEAR  # what cameras note is not always a time
_GAP = timedelta(seconds=1)  # between two pictures of a burst, whose times are whole seconds
_LEAST = 3  # pictures: two in a row are often two tries
_MOST = 500  # files of a shot
_AT_ONCE = 100  # contents

Shot = tuple[ShotFile, ...]
"""Its files, by path; for a document, that alone."""


class Shots:
    """The shots of the files that one search finds, each looked up once."""

    def __init__(self, reader: ShotReader, layouts: LayoutReader, contents: Iterable[int] = ()) -> None:
        """``reader`` knows files that have something in common, ``layouts`` which contents look the same.

        ``contents`` are those that will be asked about: many at once take little longer than one.
        """
        self._reader, self._layouts, self._expected = reader, layouts, iter(contents)
        self._alike: dict[int, frozenset[int]] = {}  # by content
        self._known: dict[int, Shot] = {}  # by file
        self._in_burst = set[int]()  # files whose bursts are found
        self._beside = lru_cache(_MOST)(reader.beside)  # RAW and picture have the same name, and the same time
        self._taken_between = lru_cache(_MOST)(reader.taken_between)

    def of(self, files: Sequence[FileRow]) -> Shot:
        """The shot, or all shots, that these files are of."""
        if files[0].id in self._known:
            return self._known[files[0].id]
        found, waiting = dict[int, ShotFile](), [ShotFile.of(row) for row in files]
        while waiting and len(found) < _MOST:
            first = len(found) + 1
            self._add_shot(found, waiting.pop(), first)
            looked_at = [file for file in found.values() if file.shot == first]
            waiting += [copy for file in looked_at for copy in self._copies(file) if copy.id not in found]
        shot = tuple(sorted(found.values(), key=lambda file: (file.folder, file.stem, file.suffix)))
        self._known |= dict.fromkeys(found, shot)
        return shot

    def _add_shot(self, found: dict[int, ShotFile], file: ShotFile, number: int) -> None:
        """Add the shot that a file is of, under a number."""
        waiting = [file]
        while waiting and len(found) < _MOST:
            file = waiting.pop()
            if file.id not in found:
                found[file.id] = file._replace(shot=number)
                waiting += [other for other in self._next_to(file) if other.folder == file.folder]

    def _copies(self, file: ShotFile) -> list[ShotFile]:
        """Files of other contents that look the same."""
        if file.kind is not Kind.PHOTO or file.content_id is None:
            return []
        if file.content_id not in self._alike:
            asked = [file.content_id, *islice((each for each in self._expected if each not in self._alike), _AT_ONCE)]
            self._alike |= dict.fromkeys(asked, frozenset()) | self._layouts.like(asked)
        alike = self._alike[file.content_id]
        return [other for other in self._reader.with_contents(alike) if may_be_copies(file, other)] if alike else []

    def _next_to(self, file: ShotFile) -> Iterator[ShotFile]:
        """Files of its shot, in its folder or in others, unless they were found from another of them."""
        if file.kind not in (Kind.PHOTO, Kind.CLIP):
            return
        named = self._beside(file.folder, _stem(file))
        yield from (other for other in named if _is_called_alike(file, other) and _is_pair(file, other))
        if file.live_id:
            noted = self._reader.with_note(Attribute.LIVE, file.live_id)
            yield from (other for other in noted if other.kind is not file.kind)
        if file.kind is Kind.PHOTO and file.id not in self._in_burst:
            yield from self._burst(file)

    def _burst(self, file: ShotFile) -> list[ShotFile]:
        """The pictures of a burst, by its camera's word, else by their names and times."""
        if file.burst_id:
            burst = [o for o in self._reader.with_note(Attribute.BURST, file.burst_id) if o.folder == file.folder]
            self._in_burst |= {other.id for other in burst}
            return burst
        key = _burst_key(file)
        if file.taken_at is None or not (key or (file.camera and _number(file))):
            return []
        first, last = max(file.taken_at, _FIRST) - _NEAR, min(file.taken_at, _LAST) + _NEAR
        near = [o for o in self._taken_between(file.folder, first, last, file.camera) if o.folder == file.folder]
        burst = [other for other in near if _burst_key(other) == key] if key else _run(file, near)
        self._in_burst |= {o.id for o in burst if o.taken_at and abs(o.taken_at - file.taken_at) < _NEAR / 2}
        return burst


def role_of(file: ShotFile) -> Role:
    """What a file is to its shot."""
    if file.kind is Kind.CLIP:
        return Role.CLIP
    return Role.RAW if file.suffix.lower() in RAW else Role.PICTURE


def standing(file: ShotFile) -> int:
    """The lower, the sooner a file stands for its shot."""
    return _ROLES.index(role_of(file))


def may_be_copies(a: ShotFile, b: ShotFile) -> bool:
    """Whether nothing that two photos say of themselves tells that they are two shots, if they look the same."""
    if any(file.kind is not Kind.PHOTO or role_of(file) is not Role.PICTURE for file in (a, b)):
        return False
    differ = (one and other and one != other for one, other in ((a.taken_at, b.taken_at), (a.camera, b.camera)))
    return not any(differ)


def parts_of(shot: Iterable[ShotFile], file: FileRow) -> tuple[Part, ...]:
    """The other files of a shot beside ``file``: of each content one, in the same folder if there is one there."""
    own = ShotFile.of(file)
    others = {other.key: other for other in sorted(shot, key=lambda other: other.folder == own.folder)}
    others.pop(own.key, None)
    parts = sorted(others.values(), key=lambda other: (standing(other), other.folder, other.stem, other.suffix))
    number = next((other.shot for other in shot if other.id == file.id), own.shot)
    return tuple(Part(other.path, _role_beside(other, number)) for other in parts)


def _role_beside(file: ShotFile, shot: int) -> Role:
    role = role_of(file)
    return Role.COPY if role is Role.PICTURE and file.shot != shot else role


def _is_pair(a: ShotFile, b: ShotFile) -> bool:
    """Whether two files of one name are a picture and its RAW, or a picture and its clip."""
    a, b = sorted((a, b), key=standing)
    if a.id == b.id or role_of(a) is not Role.PICTURE or a.suffix.lower() not in _PICTURES:
        return False
    return role_of(b) is Role.RAW or (role_of(b) is Role.CLIP and _is_live(a, b))


def _is_live(picture: ShotFile, clip: ShotFile) -> bool:
    if picture.live_id and clip.live_id:
        return picture.live_id == clip.live_id
    return clip.suffix.lower() in _CLIPS and clip.duration_s is not None and clip.duration_s <= _LIVE_S


def _stem(file: ShotFile) -> str:
    """What the names of the files of one shot have in common, but for their capitals."""
    pixel = _PIXEL.match(file.stem)
    return pixel[0] if pixel else file.stem


def _is_called_alike(a: ShotFile, b: ShotFile) -> bool:
    return _stem(a).lower() == _stem(b).lower()


def _burst_key(file: ShotFile) -> str:
    """What the names of the pictures of a burst have in common, if they say that they are of one."""
    match = _BURST.search(file.stem)
    return (match[1] or match[2]).lower() if match else ""


def _number(file: ShotFile) -> tuple[str, int] | None:
    match = _NUMBERED.fullmatch(file.stem)
    return (match[1].lower(), int(match[2])) if match else None


def _run(file: ShotFile, near: Iterable[ShotFile]) -> list[ShotFile]:
    """The files with consecutive numbers around that of ``file``, each taken within a second of the one before it."""
    own, numbered = _number(file), dict[int, list[ShotFile]]()
    if own is None:
        return []
    for other in near:
        if (number := _number(other)) and number[0] == own[0]:
            numbered.setdefault(number[1], []).append(other)
    run = {own[1]: numbered.get(own[1], [file])}
    for step in (1, -1):
        at = own[1]
        while at + step in numbered and _in_a_row(run[at][0], numbered[at + step][0]):
            at += step
            run[at] = numbered[at]
    return [other for files in run.values() for other in files] if len(run) >= _LEAST else []


def _in_a_row(a: ShotFile, b: ShotFile) -> bool:
    return a.taken_at is not None and b.taken_at is not None and abs(b.taken_at - a.taken_at) <= _GAP
