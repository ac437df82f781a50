"""Reads documents that lie within others: attached to a mail, or embedded in a PDF."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors import sniff
from bowerbird.core.extractors.base import Extractor, Limits
from bowerbird.core.extractors.packed import PackedExtractor
from bowerbird.core.extractors.source import MemorySource

MAILS = frozenset({".eml", ".mht", ".mhtml", ".tnef"})
_MAX_WITHIN = 3  # documents within one another
_MAX_READ = 100
_MAX_BYTES = 64 << 20  # of all of them together
_MAX_CHARACTERS = 500_000  # of each
_BUDGET_S = 20.0  # for all of them; half as long for those within one of them


@dataclass(slots=True)
class AttachedReader:
    """Reads what is attached to one file, within limits for all of it together."""

    limits: Limits
    """Those of the file."""
    documents: Extractor
    """Reads what is no packed file."""
    _omissions: dict[str, None] = field(default_factory=dict)
    _found: int = 0
    _read: int = 0
    _bytes: int = 0
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + _BUDGET_S / 2**self.limits.within

    def form(self, name: str, payload: bytes) -> str:
        """The suffix of what a file is by its name, or else by its content; empty if it is no document."""
        suffix, readable = PurePath(name).suffix.lower(), self.documents.suffixes | MAILS | PackedExtractor.suffixes
        if suffix in readable:
            return "" if suffix == ".mbox" else suffix
        source = MemorySource(name, payload)
        content = sniff.suffix_by_content(source) or next(iter(sniff.ole_suffixes(source)), "")
        # A text with an unknown suffix is a key, or a program's data.
        told = content in readable - {".mbox", ".zip"} and (content != ".txt" or not suffix)
        return content if told else ""

    def text(self, name: str, payload: bytes) -> str:
        """The text of a file after its name; empty if it is no document, cannot be read, or is one too many."""
        form = self.form(name, payload)
        if not form:
            return ""
        self._found += 1
        if not self._may_read(len(payload)):
            return ""
        self._read += 1
        limits = replace(
            self.limits,
            start_at=0.0,
            max_characters=_MAX_CHARACTERS,
            max_bytes=_MAX_BYTES,
            within=self.limits.within + 1,
        )
        packed = PackedExtractor(lambda _: self.documents)
        try:
            reader = packed if form in PackedExtractor.suffixes else self.documents
            extraction = reader.extract(MemorySource(name, payload), limits)
        except (FileError, FileSkipped, RecursionError):
            return ""
        self._omissions |= dict.fromkeys(f"{name}: {sentence}" for sentence in extraction.omissions)
        return f"{name}\n" + "".join(segment.text for segment in extraction.segments)

    def sentences(self) -> tuple[str, ...]:
        """What was left out."""
        unread = f"The first {self._read:,} of {self._found:,} attached documents are read."
        return (*self._omissions, *([unread] if self._found > self._read else ()))

    def _may_read(self, size: int) -> bool:
        self._bytes += size
        left = self._read < _MAX_READ and time.monotonic() < self._deadline
        return left and self._bytes <= _MAX_BYTES and self.limits.within < _MAX_WITHIN
