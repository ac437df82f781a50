"""Files copied into a folder, moved to the trash, and brought back. All of it blocks: call it in a thread."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFile

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """A file in the trash: where it was, and where it is."""

    path: Path
    in_trash: Path


@dataclass(frozen=True, slots=True)
class Report:
    """What became of several files."""

    moved: tuple[Moved, ...] = ()
    done: int = 0
    problems: tuple[str, ...] = ()
    """A sentence for each file that was left as it is."""


def copy_into(folder: Path, paths: Sequence[Path]) -> Report:
    """Copy files into a folder; none that is there already is replaced."""
    return _each(paths, lambda path: shutil.copy2(path, _free(folder / path.name)), "could not be copied")


def move_to_trash(paths: Sequence[Path]) -> Report:
    """Move files to the desktop's trash, from which ``restore`` brings them back."""
    moved = list[Moved]()

    def move(path: Path) -> None:
        file = QFile(os.fspath(path))
        if not file.moveToTrash():
            raise OSError(0, file.errorString())
        moved.append(Moved(path, Path(file.fileName())))

    report = _each(paths, move, "could not be moved to the trash")
    return Report(tuple(moved), report.done, report.problems)


def restore(moved: Sequence[Moved]) -> Report:
    """Bring files back from the trash; one whose place is taken meanwhile stays there."""

    def move(path: Path) -> None:
        if os.path.lexists(path):
            raise OSError(0, "another file is there now")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(places[path], path)
        _forget_in_trash(places[path])

    places = {each.path: each.in_trash for each in moved}
    return _each(list(places), move, "could not be brought back")


def _each(paths: Iterable[Path], act: Callable[[Path], object], failed: str) -> Report:
    done, problems = 0, list[str]()
    for path in paths:
        try:
            act(path)
            done += 1
        except OSError as error:
            log.info("%s %s: %s", path, failed, error)
            problems.append(f"{path.name} {failed}: {error.strerror or error}.")
    return Report(done=done, problems=tuple(problems))


def _free(path: Path) -> Path:
    """This path, or with a number behind the name if there is such a file."""
    number, free = 2, path
    while os.path.lexists(free):
        free, number = path.with_name(f"{path.stem} ({number}){path.suffix}"), number + 1
    return free


def _forget_in_trash(in_trash: Path) -> None:
    """Remove what freedesktop.org's trash notes of a file, or file managers would list it still."""
    info = in_trash.parent.with_name("info") / f"{in_trash.name}.trashinfo"
    if in_trash.parent.name == "files":
        info.unlink(missing_ok=True)
