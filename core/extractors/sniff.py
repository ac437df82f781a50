"""Recognises formats by the first bytes of a file, where its name says nothing or the wrong thing."""

from __future__ import annotations

import codecs
import lzma
import re
import zipfile
import zlib

from bowerbird.core.extractors.source import Source

_HEAD = 8192
_PDF = b"%PDF-"
_ZIP = (b"PK\3\4", b"PK\5\6")
_PACKET = 188  # bytes of an MPEG transport stream, each beginning with G; TypeScript has the same suffix
_MAX_TEXT = 1 << 20  # bytes: beyond, a text without a name is a log or data
# MS-CFB: Word, Excel, PowerPoint and Outlook before 2007, and encrypted ones since.
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_STREAMS = (("WordDocument", ".doc"), ("Workbook", ".xls"), ("Book", ".xls"), ("PowerPoint Document", ".ppt"))
_OLE_ENCRYPTED = "EncryptedPackage"
_ZIP_FOLDERS = (("word/", ".docx"), ("xl/", ".xlsx"), ("ppt/", ".pptx"), ("visio/", ".vsdx"))
_ZIP_TYPES = {
    b"application/epub+zip": ".epub",
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
    b"application/vnd.oasis.opendocument.graphics": ".odg",
}
_DAMAGE = (zipfile.BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError)  # of an archive, or of a file in it
_SKIPPED = ((b"<?", b"?>"), (b"<!--", b"-->"))  # before the first element of a page or a drawing
_TAGS = ((b"<svg", ".svg"), (b"<html", ".html"))
_TYPES = ((b"svg", ".svg"), (b"html", ".html"))
_HEADERS = rb"(?:Received|Return-Path|Delivered-To|Message-ID|MIME-Version|From|To|Date|Subject)"
_HEADER = _HEADERS + rb": [^\n]*\n(?:[ \t][^\n]*\n)*"
_SIGNATURES = (
    (re.compile(rb"\s*\{\\rtf"), ".rtf"),
    (re.compile(rb"\x78\x9f\x3e\x22"), ".tnef"),  # MS-OXTNEF, 2.1.2: winmail.dat
    (re.compile(rb"From [^\n]{3,200}\d\d:\d\d[^\n]{0,40}\n[\w-]+:"), ".mbox"),
    (re.compile(rb"(?:" + _HEADER + rb"){3}"), ".eml"),
)
_SAME = {".jpx": ".jp2", ".tif": ".tiff"}


def suffix_by_content(source: Source) -> str:
    """The suffix that the content of a file calls for, in lower case; empty if it is nothing well known.

    Reads 8 kB, of archives also the directory.
    """
    head = source.read(_HEAD)
    if head.startswith(_ZIP):
        return _in_archive(source)
    if head.startswith(_OLE):
        return ""  # told apart by ``ole_suffixes``, which reads more than the head
    if suffix := _by_signature(head):
        return suffix
    if not _is_text(head):
        return _guess(head)
    return ".txt" if source.size <= _MAX_TEXT else ""


def is_encrypted_office(source: Source) -> bool:
    """Whether an office file is encrypted: an OLE container around the archive it should be (MS-OFFCRYPTO)."""
    data = source.read(1 << 20)
    return data.startswith(_OLE) and _OLE_ENCRYPTED.encode("utf-16-le") in data


def ole_suffixes(source: Source) -> list[str]:
    """The suffixes that fit an OLE container by the streams in it, embedded ones too; none if it is no container.

    (MS-CFB, 2.6.1: names of streams are UTF-16.)
    """
    if source.read(len(_OLE)) != _OLE:
        return []
    data = source.read(64 << 20)
    return [suffix for name, suffix in _OLE_STREAMS if f"{name}\0".encode("utf-16-le") in data]


def is_zip(source: Source) -> bool:
    """Whether a file begins as a ZIP archive does."""
    return source.read(4) in _ZIP


def _by_signature(head: bytes) -> str:
    # Readers accept it anywhere in the first kilobyte (ISO 32000, implementation note); but so have texts about PDF.
    if head.lstrip().startswith(_PDF) or (_PDF in head[:1024] and not _is_text(head)):
        return ".pdf"
    return next((suffix for pattern, suffix in _SIGNATURES if pattern.match(head)), "") or _markup(head)


def _markup(head: bytes) -> str:
    """By the document type or the first element. No pattern: those that skip comments can be made to run for ever."""
    rest = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    while end := next((end for begin, end in _SKIPPED if rest.startswith(begin)), b""):
        rest = rest.partition(end)[2].lstrip()
    tag = rest[:64].lower()
    if tag.startswith(b"<!doctype"):
        name = tag.removeprefix(b"<!doctype").lstrip()
        return next((suffix for start, suffix in _TYPES if name.startswith(start)), "")
    return next((suffix for start, suffix in _TAGS if tag.startswith(start)), "")


def _guess(head: bytes) -> str:
    import filetype

    if len(head) > 2 * _PACKET and head[0] == head[_PACKET] == head[2 * _PACKET] == 0x47:
        return ".m2ts"
    guess = filetype.guess(head)
    suffix = f".{guess.extension}" if guess else ""
    return _SAME.get(suffix, suffix)


def _in_archive(source: Source) -> str:
    try:
        with zipfile.ZipFile(source.open()) as archive:
            names = archive.namelist()[:10_000]
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return _ZIP_TYPES.get(archive.read("mimetype").strip(), ".zip")
    except (*_DAMAGE, ValueError, RuntimeError, NotImplementedError):
        return ".zip"
    if "[Content_Types].xml" not in names:
        return ".zip"
    return next((suffix for folder, suffix in _ZIP_FOLDERS if any(name.startswith(folder) for name in names)), ".zip")


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        wide = head.decode("utf-16", "ignore")
        return sum(not c.isprintable() and c not in "\n\r\t\f" for c in wide) <= len(wide) // 100
    if not head or b"\0" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not merely a character cut in two
            return False
        text = head[: error.start].decode("utf-8")
    return sum(c < " " and c not in "\n\r\t\f" for c in text) <= len(text) // 100
