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
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents.property_values import keywords, line, names, prose
from bowerbird.core.extractors.encodings import decode
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

_ZIPS, _TARS = frozenset({".zip", ".cbz"}), frozenset({".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".cbt"})
SUFFIXES = _ZIPS | _TARS
_READ = frozenset({".txt", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex", ".nfo", ".srt", ".csv", ".tsv", ".log"})
_MAX_MEMBERS = 20_000
_MAX_TEXTS = 200  # members whose text is read: more are the files of a program
_MAX_TEXT = 1 << 20  # bytes of a member that are read
_MAX_SKIPPED = 1 << 30  # bytes of a member of a tar that are unpacked only to be passed over
_READ_S = 20.0  # seconds for the members of a tar
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
_COMIC = "ComicInfo.xml"  # of ComicRack, which other readers of comic books have taken over
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
                listed, properties = list(_zip_parts(archive, omissions)), _comic(archive)
        else:
            listed, properties = list(_tar_parts(source, omissions)), Properties()
    except (*_DAMAGE, tarfile.TarError) as error:
        raise FileError(DAMAGED) from error
    document = segments.document(listed, limits, properties)
    return replace(document, omissions=(*document.omissions, *omissions))


def _zip_parts(archive: zipfile.ZipFile, omissions: list[str]) -> Iterator[Part]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > _MAX_MEMBERS:
        omissions.append(f"The first {_MAX_MEMBERS:,} of {len(members):,} files in this archive are listed.")
    yield Locator(), "".join(f"{_name(member)}\n" for member in members[:_MAX_MEMBERS])
    texts = [member for member in members if PurePosixPath(member.filename.lower()).suffix in _READ]
    if len(texts) > _MAX_TEXTS:
        omissions.append(f"The texts of the first {_MAX_TEXTS} of {len(texts):,} notes in this archive are read.")
    for member in texts[:_MAX_TEXTS]:
        # A member that is locked or damaged does not cost the others.
        with suppress(*_DAMAGE, RuntimeError), archive.open(member) as file:
            yield from _text(_name(member), file)


def _tar_parts(source: Source, omissions: list[str]) -> Iterator[Part]:
    until, found, texts = time.monotonic() + _READ_S, list[str](), list[Part]()
    with tarfile.open(fileobj=source.open(), mode="r|*") as archive:
        for member in archive:
            if len(found) == _MAX_MEMBERS or time.monotonic() > until:
                omissions.append(_LATER)
                break
            if member.isfile():
                found.append(member.name)
            if member.size > _MAX_SKIPPED:
                omissions.append(_LATER)
                break
            readable = PurePosixPath(member.name.lower()).suffix in _READ and len(texts) < _MAX_TEXTS
            if readable and (file := archive.extractfile(member)) is not None:
                texts += _text(member.name, file)
    yield Locator(), "".join(f"{name}\n" for name in found)
    yield from texts


def _text(name: str, file: IO[bytes]) -> Iterable[Part]:
    with suppress(FileError):  # no text
        data = file.read(_MAX_TEXT)
        return [(Locator(section=label(name)), f"{decode(data, cut=len(data) == _MAX_TEXT)}\n\n")]
    return []


def _name(member: zipfile.ZipInfo) -> str:
    """The name of a member. Many programs write UTF-8 and do not say so."""
    name = member.filename
    with suppress(UnicodeError):
        return name if member.flag_bits & 0x800 else name.encode("cp437").decode("utf-8")
    return name


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
