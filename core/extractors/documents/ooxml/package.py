"""An Open Packaging document (ISO/IEC 29500-2): parts in an archive, and relationships that lead from one to others."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import IO
from xml.etree import ElementTree as ET

_MAX_RELATIONS = 16 << 20  # bytes of a part that lists relationships


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a relationship leads: its id, the last word of its type, such as "comments", and the part's name."""

    id: str
    kind: str
    part: str


class Package:
    """The parts of a document."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
        self.relations = cache(self._relations)

    def open(self, part: str) -> IO[bytes]:
        """A reader of a part.

        Raises:
            KeyError: there is none of this name.
        """
        return self._archive.open(self._names[part.lower()])

    def parts(self, start: str, end: str = ".xml") -> list[str]:
        """The names of the parts that begin and end so, in lower case, in the order of the numbers in them."""
        found = [name for name in self._names if name.startswith(start.lower()) and name.endswith(end)]
        return sorted(found, key=lambda name: (len(name), name))

    def main(self, *usual: str) -> str:
        """The part that the package is about; ``usual`` are its customary names.

        Raises:
            KeyError: there is none.
        """
        named = [relation.part for relation in self.relations("") if relation.kind == "officeDocument"]
        for part in (*named, *usual):
            if part.lower() in self._names:
                return part
        raise KeyError("no main part")

    def related(self, part: str, *kinds: str) -> Iterator[str]:
        """The parts that relationships of these kinds lead to, in this order of kinds, as far as they are there."""
        for kind in kinds:
            for relation in self.relations(part):
                if relation.kind == kind and relation.part.lower() in self._names:
                    yield relation.part

    def _relations(self, part: str) -> tuple[Relation, ...]:
        """Those that lead from a part, or, with an empty name, from the package, to other parts of it."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        with suppress(KeyError, ET.ParseError), self.open(listed) as file:
            root = ET.fromstring(file.read(_MAX_RELATIONS))  # noqa: S314  # expat bounds expansion
            return tuple(
                Relation(
                    element.get("Id", ""),
                    element.get("Type", "").rpartition("/")[2],
                    posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
                )
                for element in root
                if element.get("TargetMode") != "External"
            )
        return ()
