"""Reads archives: the names of the files in them, and the texts of those that are notes or the like.

ZIP, tar (packed or not), and comic books, whose pages are pictures in a ZIP.
"""

from __future__ import annotations

import lzma
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents import fb2
from bowerbird.core.extractors.documents.property_values import keywords, line, names, prose
from bowerbird.core.extractors.encodings import decode, encoding_of
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.extractors.source import MemorySource, Source
from bowerbird.core.types import Extraction, Locator, Properties

_ZIPS, _TARS = frozenset({".zip", ".cbz", ".fbz"}), frozenset({".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".cbt"})
SUFFIXES = _ZIPS | _TARS
_READ = frozenset({".txt", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex", ".nfo", ".srt", ".csv", ".tsv", ".log"})
_MAX_MEMBERS = 20_000
_MAX_TEXTS = 200  # members whose text is read: more are the files of a program
_MAX_TEXT = 1 << 20  # bytes of a member that are read
_MAX_SKIPPED = 1 << 30  # bytes of a member of a tar that are unpacked only to be passed over
_MAX_BOOK = 64 << 20  # bytes
_READ_S = 20.0  # seconds for the members of a tar
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
_COMIC = "ComicInfo.xml"  # of ComicRack, which other readers of comic books have taken over
_UNICODE = 0x800  # the bit that says that a name is in UTF-8
_LATER = "The rest of the archive is not read."


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The names of the members in the first section, and a section for each text.

    Raises:
        FileError: it is damaged.
    """
    omissions = list[str]()
    try:
        if form in _ZIPS:
            with zipfile.ZipFile(source.open()) as archive:
                if book := _book(archive):
                    return fb2.extract(book, ".fb2", limits)
                listed, properties = list(_zip_parts(archive, omissions)), _comic(archive)
        else:
            listed, properties = list(_tar_parts(source, omissions)), Properties()
    except (*_DAMAGE, tarfile.TarError) as error:
        raise FileError(DAMAGED) from error
    document = segments.document(listed, limits, properties)
    return replace(document, omissions=(*document.omissions, *omissions))


def _zip_parts(archive: zipfile.ZipFile, omissions: list[str]) -> Iterator[Part]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    encoding = _encoding_of_names(members)
    if len(members) > _MAX_MEMBERS:
        omissions.append(f"The first {_MAX_MEMBERS:,} of {len(members):,} files in this archive are listed.")
    yield Locator(), "".join(f"{_name(member, encoding)}\n" for member in members[:_MAX_MEMBERS])
    texts = [member for member in members if PurePosixPath(member.filename.lower()).suffix in _READ]
    if len(texts) > _MAX_TEXTS:
        omissions.append(f"The texts of the first {_MAX_TEXTS} of {len(texts):,} notes in this archive are read.")
    for member in texts[:_MAX_TEXTS]:
        # A member that is locked or damaged does not cost the others.
        with suppress(*_DAMAGE, RuntimeError), archive.open(member) as file:
            yield from _text(_name(member, encoding), file)


def _tar_parts(source: Source, omissions: list[str]) -> Iterator[Part]:
    until, found, texts = time.monotonic() + _READ_S, list[str](), list[Part]()
    with tarfile.open(fileobj=source.open(), mode="r|*") as archive:
        for member in archive:
            if len(found) == _MAX_MEMBERS or time.monotonic() > until:
                omissions.append(_LATER)
                break
            name = _text_of_name(member.name)
            if member.isfile():
                found.append(name)
            if member.size > _MAX_SKIPPED:
                omissions.append(_LATER)
                break
            readable = PurePosixPath(member.name.lower()).suffix in _READ and len(texts) < _MAX_TEXTS
            if readable and (file := archive.extractfile(member)) is not None:
                texts += _text(name, file)
    yield Locator(), "".join(f"{name}\n" for name in found)
    yield from texts


def _text_of_name(name: str) -> str:
    """A name in a tar that is not in UTF-8, in the encoding it reads in."""
    with suppress(UnicodeError, FileError):
        return name if name.isprintable() else decode(name.encode("utf-8", "surrogateescape"))
    return name


def _text(name: str, file: IO[bytes]) -> Iterable[Part]:
    with suppress(FileError):  # no text
        data = file.read(_MAX_TEXT)
        return [(Locator(section=label(name)), f"{decode(data, cut=len(data) == _MAX_TEXT)}\n\n")]
    return []


def _encoding_of_names(members: Iterable[zipfile.ZipInfo]) -> str:
    """In which encoding the names are that do not say so: in UTF-8 of many programs, else in that of some country."""
    with suppress(UnicodeError):
        names = "\n".join(member.filename for member in islice(members, _MAX_TEXTS) if not member.flag_bits & _UNICODE)
        raw = names.encode("cp437")
        return "cp437" if raw.isascii() else encoding_of(raw) or "cp437"
    return "cp437"


def _name(member: zipfile.ZipInfo, encoding: str) -> str:
    with suppress(UnicodeError):
        return member.filename if member.flag_bits & _UNICODE else member.filename.encode("cp437").decode(encoding)
    return member.filename


def _book(archive: zipfile.ZipFile) -> Source | None:
    """The FictionBook in an archive that holds nothing else: so they are mostly given on, as ``.fb2.zip``."""
    members = archive.infolist()
    if len(members) != 1 or not members[0].filename.lower().endswith(".fb2") or members[0].file_size > _MAX_BOOK:
        return None
    with suppress(RuntimeError), archive.open(members[0]) as file:
        return MemorySource(members[0].filename, file.read(_MAX_BOOK))
    return None


def _comic(archive: zipfile.ZipFile) -> Properties:
    said = dict[str, str]()
    with suppress(KeyError, ET.ParseError, RuntimeError), archive.open(_COMIC) as file:
        root = ET.fromstring(file.read(_MAX_TEXT))  # noqa: S314  # expat bounds expansion
        said = {element.tag: (element.text or "").strip() for element in root}
    title = " ".join(said[name] for name in ("Series", "Number", "Title") if said.get(name))
    return Properties(
        title=line(title),
        author=names([said.get("Writer", "").replace(",", ";"), said.get("Penciller", "").replace(",", ";")]),
        description=prose(said.get("Summary")),
        keywords=keywords([said.get("Genre"), said.get("Tags")]),
    )
