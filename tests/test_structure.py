"""The size of things: files that fit into a head, and classes with few methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

_PROJECT = Path(__file__).parents[1]
_LONGEST, _MOST_METHODS = 300, 20
_LONG_FILES = {"core/library.py"}
_LARGE_CLASSES = {"Library", "RemoteLibrary"}
"""Each with the reason in its docstring."""


def _sources() -> Iterator[Path]:
    for part in ("core", "gui"):
        yield from (_PROJECT / part).rglob("*.py")


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    long = {
        str(path.relative_to(_PROJECT)): lines
        for path in _sources()
        if (lines := len(path.read_text("utf-8").splitlines())) > _LONGEST
    }
    assert long.keys() == _LONG_FILES, long


def test_no_class_does_too_much() -> None:
    classes = {
        node.name: node
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    large = {name: len(methods) for name in classes if len(methods := _methods(name, classes)) > _MOST_METHODS}
    assert large.keys() == _LARGE_CLASSES, large
    assert all("than twenty" in " ".join((ast.get_docstring(classes[name]) or "").split()) for name in _LARGE_CLASSES)


def _methods(name: str, classes: Mapping[str, ast.ClassDef]) -> set[str]:
    """Its own and those it inherits from classes of ours.

    Properties are none, nor is what Qt or Python calls by a name of theirs; a protocol only declares those of others.
    """
    if name not in classes or "Protocol" in (bases := [ast.unparse(base) for base in classes[name].bases]):
        return set()
    own = (each for each in classes[name].body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    named = {each.name for each in own if "property" not in map(ast.unparse, each.decorator_list)}
    ours = {each for each in named if each.islower() and not each.startswith("__")}
    return ours.union(*(_methods(base, classes) for base in bases))
