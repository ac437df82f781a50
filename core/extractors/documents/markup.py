"""Runs XML through a collector of text, piece by piece: no tree is built, however large the part is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Protocol, TypeVar
from xml.etree import ElementTree as ET

T = TypeVar("T")
_CHUNK = 1 << 16  # bytes


class Collector(Protocol[T]):
    """Takes what a parser meets, and gives what it has made of it so far."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def data(self, text: str) -> None: ...
    def end(self, tag: str) -> None: ...
    def take(self) -> list[T]:
        """What has been collected since the last call."""


def collect(file: IO[bytes], collector: Collector[T]) -> Iterator[T]:
    """What ``collector`` makes of an XML document, while it is read.

    Entities expand as far as expat lets them.

    Raises:
        ET.ParseError: it is not well-formed, or expands too far.
    """
    parser = ET.XMLParser(target=collector)  # noqa: S314  # expat bounds expansion
    while chunk := file.read(_CHUNK):
        parser.feed(chunk)
        yield from collector.take()
    parser.close()
    yield from collector.take()


def local(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]
