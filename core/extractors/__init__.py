"""What is in a file of this kind? One extractor a kind of file, in the explicit tuple ``EXTRACTORS``.

A further kind is one module and one entry in that tuple; a further format of documents, one module and one entry in
``document._READERS``; a further suffix of pictures, sound, clips or plain text, one word in ``suffixes``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path, PurePath

from bowerbird.core.errors import FileSkipped
from bowerbird.core.extractors import encodings
from bowerbird.core.extractors.base import MEMORY, Extractor
from bowerbird.core.extractors.documents.document import DocumentExtractor
from bowerbird.core.extractors.packed import PackedExtractor
from bowerbird.core.extractors.pictures.photo import PhotoExtractor
from bowerbird.core.extractors.recordings.media import MediaExtractor
from bowerbird.core.extractors.sniff import suffix_by_content
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.suffixes import CLIPS, PLAIN_NAMES, RECORDINGS
from bowerbird.core.types import Kind

EXTRACTORS: tuple[Extractor, ...] = (
    PhotoExtractor(),
    DocumentExtractor(),
    MediaExtractor(Kind.RECORDING, RECORDINGS),
    MediaExtractor(Kind.CLIP, CLIPS),
    PackedExtractor(lambda source: extractor_for(source)),
)
MEDIA = frozenset({Kind.RECORDING, Kind.CLIP})
"""The kinds that have a length, and are read a part at a time."""
_OURS = (
    "documents.pdf_notes documents.pdf_properties pictures.formats pictures.motion pictures.photo_metadata "
    "pictures.picture"
)
_LIBRARIES = (
    *(f"bowerbird.core.extractors.{name}" for name in f"{_OURS} recordings.stills".split()),
    *"av av.audio.resampler av.subtitles.stream chardet djvu_rs filetype kreuzberg olefile".split(),
    *"pillow_heif pypdfium2 pyvips rawpy resvg_py webencodings".split(),
)
_PAGES = frozenset({".html", ".htm", ".xhtml", ".md", ".mhtml"})
_BY_SUFFIX = {suffix: extractor for extractor in EXTRACTORS for suffix in extractor.suffixes}


def kind_of(path: Path) -> Kind | None:
    """The kind that a file's name promises; None if it promises nothing. The file is not touched."""
    extractor = _BY_SUFFIX.get(_suffix_by_name(path.name))
    return extractor.kind if extractor else None


def memory_of(path: Path) -> int:
    """Bytes that the largest files of the kind that a file's name promises may take to read."""
    extractor = _BY_SUFFIX.get(_suffix_by_name(path.name))
    return extractor.memory if extractor else MEMORY


def load_libraries() -> None:
    """Load what extractors otherwise load when they first need it: no library is loaded behind a decoder's walls."""
    for name in _LIBRARIES:
        import_module(name)
    encodings.load()
    import_module("PIL.Image").init()  # each of its formats is a module too


def extractor_for(source: Source) -> Extractor:
    """The extractor that reads this file: by its content where its first bytes are plain, else by its name.

    Raises:
        FileSkipped: no extractor reads it.
    """
    by_name, content = _BY_SUFFIX.get(_suffix_by_name(source.name)), suffix_by_content(source)
    # A picture or a recording that is really some text is broken, not a document.
    # What is packed says little of itself: drawings and other formats are packed too.
    untold = (content == ".txt" and by_name) or content in PackedExtractor.suffixes
    # Nothing is read of a program or its data.
    untold = untold or (content == ".zip" and by_name is None and bool(source.suffix))
    # Pages may begin with a drawing.
    untold = untold or (content == ".svg" and source.suffix in _PAGES)
    by_content = None if untold else _BY_SUFFIX.get(content)
    if isinstance(by_name, PackedExtractor):
        return by_name
    if extractor := by_content or by_name:
        return extractor
    raise FileSkipped("Bowerbird does not read this kind of file; it is found by its name.")


def _suffix_by_name(name: str) -> str:
    """The suffix in lower case; ``.txt`` for names without one that are plain text by custom."""
    return PurePath(name).suffix.lower() or (".txt" if name.lower() in PLAIN_NAMES else "")
