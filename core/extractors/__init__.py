"""Kinds of file and who reads them. To add a kind: one module, one line in ``EXTRACTORS``."""

from __future__ import annotations

from pathlib import Path

from bowerbird.core.errors import FileError, FileSkipped, FileVanished
from bowerbird.core.extractors.base import Extractor
from bowerbird.core.extractors.document import DocumentExtractor
from bowerbird.core.extractors.media import MediaExtractor
from bowerbird.core.extractors.photo import PhotoExtractor
from bowerbird.core.extractors.sniff import suffix_by_content
from bowerbird.core.types import Kind

_RECORDINGS = (
    "aac ac3 aif aifc aiff amr ape au awb caf dsf dts eac3 flac m4a m4b mka mp2 mp3 mpc oga ogg opus spx tak tta voc "
    "w64 wav wma wv"
)
_CLIPS = (
    "3g2 3gp asf avi divx dv f4v flv m2ts m2v m4v mj2 mkv mov mp4 mpeg mpg mts mxf ogm ogv rm rmvb vob webm wmv wtv"
)
EXTRACTORS: tuple[Extractor, ...] = (
    PhotoExtractor(),
    DocumentExtractor(),
    MediaExtractor(Kind.RECORDING, _RECORDINGS),
    MediaExtractor(Kind.CLIP, _CLIPS),
)
MEDIA = frozenset({Kind.RECORDING, Kind.CLIP})
"""The kinds that have a length, and are read a part at a time."""
_BY_SUFFIX = {suffix: extractor for extractor in EXTRACTORS for suffix in extractor.suffixes}
_PLAIN_NAMES = "authors changelog contributing copying dockerfile license makefile news notice readme todo"
_PLAIN = frozenset(_PLAIN_NAMES.split())


def kind_of(path: Path) -> Kind | None:
    """The kind that a file's name promises; None if it promises nothing. The file is not touched."""
    extractor = _BY_SUFFIX.get(_suffix(path))
    return extractor.kind if extractor else None


def extractor_for(path: Path) -> Extractor:
    """Who reads this file: by its name, or by its first bytes where it has no telling one or they plainly contradict.

    Raises:
        FileSkipped: nobody does.
        FileError: it cannot even be opened.
    """
    named, found = _BY_SUFFIX.get(_suffix(path)), _found(path)
    # A picture or a recording that is really some text is broken, not a document.
    by_content = None if found == ".txt" and kind_of(path) else _BY_SUFFIX.get(found)
    if extractor := by_content or named:
        return extractor
    raise FileSkipped("Bowerbird does not read this kind of file; it is found by its name.")


def _suffix(path: Path) -> str:
    """The suffix in lower case; for names without one that are plain text by custom, ``.txt``."""
    return path.suffix.lower() or (".txt" if path.name.lower() in _PLAIN else "")


def _found(path: Path) -> str:
    try:
        return suffix_by_content(path)
    except FileNotFoundError:
        raise FileVanished("The file is gone.") from None
    except PermissionError:
        raise FileError("You have no permission to read this file.") from None
    except OSError as error:
        raise FileError(f"The file cannot be opened ({error.strerror}).") from None
