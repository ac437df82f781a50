"""Collects what a drawing in SVG says in words: its title, its descriptions and the texts drawn in it."""

from __future__ import annotations

from contextlib import suppress
from xml.parsers import expat

from bowerbird.core.errors import FileError

_SAID = frozenset({"title", "desc", "text"})
_BREAKS = frozenset({"tspan", "textPath"})
_MAX_NESTING = 1_000  # drawing parts in one another takes room on the stack
_MAX = 20_000  # characters


def read(drawing: str) -> str:
    """The texts, one a line, as far as the drawing is sound; nothing of one that declares entities of its own.

    Raises:
        FileError: it is nested too deeply to be drawn.
    """
    texts = _Texts()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = texts.start
    parser.EndElementHandler = texts.end
    parser.CharacterDataHandler = texts.data
    with suppress(expat.ExpatError, ValueError):
        parser.Parse(drawing, True)
    return "\n".join(texts.lines)[:_MAX]


def _refuse(*_: object) -> None:
    raise ValueError("entities, which could expand")


class _Texts:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._open: list[str] = []
        self._depth = self._nesting = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        self._nesting += 1
        if self._nesting > _MAX_NESTING:
            raise FileError("The drawing is damaged: its parts are nested too deeply.")
        self._depth += tag in _SAID
        if tag in _BREAKS and ("x" in attributes or "y" in attributes):
            self._open.append(" ")  # begins elsewhere

    def end(self, name: str) -> None:
        self._nesting -= 1
        if name.rpartition("}")[2] not in _SAID:
            return
        self._depth -= 1
        line = " ".join("".join(self._open).split())
        self._open = []
        if line and line not in self.lines[-1:]:
            self.lines.append(line)

    def data(self, text: str) -> None:
        if self._depth:
            self._open.append(text)
