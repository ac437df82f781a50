"""Files that hold the same bytes, and photos that look the same: which to keep, and the room that the others take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bowerbird.core.answers import DuplicateFile, DuplicateGroup
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import FileRow
from bowerbird.core.catalog.shots import ShotFile
from bowerbird.core.search.shots import may_be_copies
from bowerbird.core.types import Kind

Files = Mapping[int, Sequence[FileRow]]
"""By content."""


class Duplicates:
    """Looks for them whenever somebody asks. Reads, never deletes."""

    def __init__(self, reader: CatalogReader, *, is_as_read: Callable[[FileRow], bool]) -> None:
        """``reader`` knows the files, and which photos look the same.

        ``is_as_read`` says whether a file still is what was read: who deletes copies relies on the one to keep.
        """
        self._reader, self._is_as_read = reader, is_as_read

    def groups(self) -> tuple[DuplicateGroup, ...]:
        """All groups of files that are there, those that take the most room first."""
        alike = self._reader.layouts.pairs()
        contents = {*self._reader.files.copied(), *(content for pair in alike for content in pair)}
        files: dict[int, list[FileRow]] = defaultdict(list)
        for row in self._reader.files.taking_room(contents):
            if self._is_as_read(row):
                files[row.content_id or 0].append(row)
        groups = [_group(each) for each in _sets(files, alike)]
        return tuple(sorted(groups, key=lambda group: (-group.freed, group.keep.path)))


def is_as_read(row: FileRow) -> bool:
    """Whether a file is there, of the size and the time that it had when it was read."""
    try:
        now = row.path.stat()
    except (OSError, ValueError):
        return False
    return (now.st_size, now.st_mtime_ns) == (row.size, row.mtime_ns)


def _sets(files: Files, alike: Iterable[tuple[int, int]]) -> Iterator[list[FileRow]]:
    """The files of each group, the best first: all others are its copies, or look the same as it, not only alike."""
    beside: dict[int, set[int]] = {content: set() for content in files}
    for one, other in alike:
        if one in files and other in files and may_be_copies(*(ShotFile.of(files[each][0]) for each in (one, other))):
            beside[one].add(other)
            beside[other].add(one)
    for content in sorted(files, key=lambda content: min(map(_rank, files[content]))):
        if content in beside:
            members = [content, *(other for other in beside.pop(content) if other in beside)]
            for other in members[1:]:
                del beside[other]
            rows = sorted((row for each in members for row in files[each]), key=_rank)
            if len(rows) > 1:
                yield rows


def _rank(row: FileRow) -> tuple[int, int, int, int, str]:
    """The most pixels, of equal ones the most bytes, then the oldest, then what lies in the shortest path."""
    own, path = row.properties, str(row.path)
    return -(own.width or 0) * (own.height or 0), -row.size, row.mtime_ns, len(path), path


def _group(rows: Sequence[FileRow]) -> DuplicateGroup:
    keep, *others = rows
    others.sort(key=lambda row: row.path)
    files = tuple(_file(row, identical=row.content_id == keep.content_id) for row in others)
    return DuplicateGroup(keep.kind or Kind.DOCUMENT, _file(keep, identical=True), files)


def _file(row: FileRow, *, identical: bool) -> DuplicateFile:
    modified_at = datetime.fromtimestamp(row.mtime_ns / 1e9)
    return DuplicateFile(row.path, row.size, modified_at, row.properties, identical)
