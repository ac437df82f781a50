"""Kinds of file and who reads them. To add a kind: one module, one line in ``EXTRACTORS``."""

from __future__ import annotations

from pathlib import Path

from bowerbird.core.errors import FileSkipped
from bowerbird.core.extractors.base import Extractor
from bowerbird.core.extractors.document import DocumentExtractor
from bowerbird.core.extractors.photo import PhotoExtractor
from bowerbird.core.types import Kind

EXTRACTORS: tuple[Extractor, ...] = (PhotoExtractor(), DocumentExtractor())

# Known by name, so that counts and filters tell the truth about them; nobody reads them yet.
_UNREAD = {
    Kind.RECORDING: "aac ac3 aif aiff amr ape caf flac m4a m4b mid mka mp3 oga ogg opus wav wma wv",
    Kind.CLIP: "3g2 3gp asf avi flv m2ts m4v mkv mov mp4 mpeg mpg mts mxf ogv ts vob webm wmv",
}
_KINDS = {suffix: extractor.kind for extractor in EXTRACTORS for suffix in extractor.suffixes} | {
    f".{suffix}": kind for kind, suffixes in _UNREAD.items() for suffix in suffixes.split()
}
_BY_SUFFIX = {suffix: extractor for extractor in EXTRACTORS for suffix in extractor.suffixes}


def kind_of(path: Path) -> Kind | None:
    """The kind that a file's name promises; None if it promises nothing. The file is not touched."""
    return _KINDS.get(_suffix(path))


def extractor_for(path: Path) -> Extractor:
    """Who reads this file: by its name, or by its first bytes where they plainly say something else.

    Raises:
        FileSkipped: nobody does.
    """
    named = _BY_SUFFIX.get(_suffix(path))
    found = _BY_SUFFIX.get(_sniffed(path))
    if named is None and found is None:
        raise FileSkipped("Bowerbird does not read this kind of file; it is found by its name.")
    if named is None or (found is not None and found.kind is not named.kind):
        return found or named  # type: ignore[return-value]
    return named


def _suffix(path: Path) -> str:
    """The suffix in lower case; for names without one that are plain text by custom, ``.txt``."""
    return path.suffix.lower() or (".txt" if path.name.lower() in _PLAIN else "")


_PLAIN = frozenset("authors changelog contributing copying dockerfile license makefile news notice readme todo".split())


def _sniffed(path: Path) -> str:
    import filetype

    try:
        guess = filetype.guess(str(path))
    except (OSError, ValueError, TypeError):
        return ""
    return f".{guess.extension}" if guess else ""
