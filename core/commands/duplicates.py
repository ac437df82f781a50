"""``bowerbird duplicates``: files that hold or look the same."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bowerbird.core.answers import DuplicateFile, DuplicateGroup
from bowerbird.core.commands.output import Output, printable
from bowerbird.core.owner.protocol import LibraryCalls


def duplicates(library: LibraryCalls, _: argparse.Namespace) -> Iterator[Output]:
    """List all groups of copies."""
    yield _describe(library.duplicates())


def _describe(groups: Sequence[DuplicateGroup]) -> Output:
    """Files that hold or look the same, and the room that all but one of each group take."""
    freed = sum(group.freed for group in groups)
    number = f"{len(groups):,} group{'s' if len(groups) != 1 else ''}"
    total = f"{number}; without the others there would be {_size(freed)} more room"
    lines = [line for group in groups for line in _duplicate_lines(group)]
    return Output(
        {"freed": freed, "groups": [_group_json(group) for group in groups]},
        (*lines, total if groups else "no duplicates"),
    )


def _group_json(group: DuplicateGroup) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "freed": group.freed,
        "keep": _duplicate_json(group.keep),
        "others": [{**_duplicate_json(file), "identical": file.identical} for file in group.others],
    }


def _duplicate_json(file: DuplicateFile) -> dict[str, Any]:
    own = file.properties
    return {
        "path": str(file.path),
        "size": file.size,
        "modified": file.modified_at.isoformat(timespec="seconds"),
        "taken": own.taken_at and own.taken_at.isoformat(timespec="seconds"),
        "width": own.width,
        "height": own.height,
    }


def _duplicate_lines(group: DuplicateGroup) -> Iterable[str]:
    yield f"keep  {_duplicate_line(group.keep)}"
    for file in group.others:
        yield f"{'same' if file.identical else 'like'}  {_duplicate_line(file)}"


def _duplicate_line(file: DuplicateFile) -> str:
    own = file.properties
    pixels = f", {own.width} × {own.height}" if own.width and own.height else ""
    return f"{printable(file.path)}  {_size(file.size)}{pixels}, {file.modified_at:%Y-%m-%d %H:%M}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size:,} bytes"
