"""Reads single files that are packed with gzip, bzip2, xz or Zstandard, or signed, as what they hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO, TypeVar

from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors.base import DAMAGED, Extractor, Limits
from bowerbird.core.extractors.cms import open_signed
from bowerbird.core.extractors.source import PackedSource, Source
from bowerbird.core.types import Extraction, Kind, Locator, Pixels

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

_UNPACKERS: Mapping[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": ZstdFile,  # its windows are at most 128 MB
}
SIGNED = ".p7m"
_SIGNS_OF_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, ZstdError)
T = TypeVar("T")


class PackedExtractor:
    """Reads what is in such a file, by the name it has inside or its content."""

    kind = Kind.DOCUMENT
    suffixes = frozenset({".gz", ".bz2", ".xz", ".zst", ".tzst", SIGNED})
    memory = 2 << 30

    def __init__(self, extractor_for: Callable[[Source], Extractor]) -> None:
        """``extractor_for`` finds the extractor of what is in it."""
        self._extractor_for = extractor_for

    def extract(self, source: Source, limits: Limits) -> Extraction:
        """What the extractor of the unpacked file reads.

        Raises:
            FileError: it cannot be read, or is larger than Bowerbird unpacks.
            FileSkipped: nothing reads what is in it.
        """
        return self._read(source, limits.max_bytes, lambda reader, inner: reader.extract(inner, limits))

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """As that extractor renders it.

        Raises:
            FileError: it cannot be read.
            FileSkipped: nothing reads what is in it.
        """
        return self._read(source, Limits().max_bytes, lambda reader, inner: reader.render(inner, locator, max_side))

    def page(self, source: Source, number: int, max_area: int) -> Pixels | None:
        """As that extractor draws it.

        Raises:
            FileError: it cannot be read.
            FileSkipped: nothing reads what is in it.
        """
        return self._read(source, Limits().max_bytes, lambda reader, inner: reader.page(inner, number, max_area))

    def _read(self, source: Source, most: int, read: Callable[[Extractor, Source], T]) -> T:
        try:
            inner = unpacked(source, most)
            if inner.suffix in self.suffixes:
                raise FileSkipped("Bowerbird does not read files that are packed twice; it is found by its name.")
            return read(self._extractor_for(inner), inner)
        except _SIGNS_OF_DAMAGE as error:
            raise FileError(DAMAGED) from error


def unpacked(source: Source, most: int) -> Source:
    """What is packed in a file, or the file without the suffix if it is not packed."""
    name = PurePath(source.name).stem
    if source.suffix == SIGNED:  # without another suffix it is what a mail program has signed
        return PackedSource(source, name if PurePath(name).suffix else f"{name}.eml", open_signed, most)
    head = source.read(max(map(len, _UNPACKERS)))
    unpack = next((unpack for magic, unpack in _UNPACKERS.items() if head.startswith(magic)), _as_it_is)
    return PackedSource(source, name, unpack, most)


def _as_it_is(file: BinaryIO) -> BinaryIO:
    return file
