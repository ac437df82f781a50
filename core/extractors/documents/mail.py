"""Reads mail: single messages, and mailboxes a part at a time, however long they are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Extractor, Limits
from bowerbird.core.extractors.documents.mail_headers import Mail, date, header
from bowerbird.core.extractors.documents.mail_parts import MailReader
from bowerbird.core.extractors.encodings import encoding_of
from bowerbird.core.extractors.segments import label, segments
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, MailHeader, Properties, Segment

MAILBOXES = frozenset({".mbox"})
SUFFIXES = frozenset({".eml", ".mht", ".mhtml", ".tnef"}) | MAILBOXES
_MAX_MAIL = 64 << 20  # bytes of one mail of a mailbox
_LINE = 1 << 16  # bytes of a line that are looked at together
_HEADER = re.compile(rb">?[!-9;-~]{1,80}:")
_TIME = re.compile(rb"\d\d?:\d\d")
_CHARSET = re.compile(r"(\bcharset=\"?)[\w.:-]+", re.IGNORECASE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def extract(source: Source, form: str, limits: Limits, documents: Extractor) -> Extraction:
    """The headers that people read, every readable part, and the names of attachments.

    Of a mailbox, the part of it that ``limits`` names: a section for each mail. ``documents`` reads attached ones.

    Raises:
        FileError: there is no mail in the file.
    """
    if form in MAILBOXES:
        return _mailbox(source, limits, documents)
    reader = MailReader(limits, documents)
    mail = reader.parse(in_bytes(source.read()))
    if not mail.keys():
        raise FileError("There is no mail in this file.")
    text = _segments(mail, reader, limits.max_characters)
    return Extraction(Kind.DOCUMENT, text, _properties(mail), omissions=reader.sentences())


def _mailbox(source: Source, limits: Limits, documents: Extractor) -> Extraction:
    reader, found, left = MailReader(limits, documents), list[Segment](), limits.max_characters
    headers = list[MailHeader]()
    with _as_lines(source) as file:
        mails = _Mailbox(file, int(limits.start_at), limits.end_at)
        for data in mails:
            mail = reader.parse(data)
            mail_segments = _segments(mail, reader, left)
            if mail_segments:
                headers.append(_header(mail, len(found), len(mail_segments)))
            found += mail_segments
            left -= sum(len(segment.text) for segment in mail_segments)
            if mails.read >= limits.part_bytes or left <= 0:
                break
    if not found and not limits.start_at:
        raise FileError("There is no mail in this file.")
    omissions = reader.sentences()
    if mails.cut:
        omissions += (f"Of mails larger than {_MAX_MAIL >> 20} MB the beginning is read.",)
    return Extraction(Kind.DOCUMENT, tuple(found), next_at=mails.next_at, omissions=omissions, mails=tuple(headers))


def _header(mail: Mail, first: int, count: int) -> MailHeader:
    own = _properties(mail)
    return MailHeader(first, first + count - 1, own.sender, own.subject, own.taken_at)


def _segments(mail: Mail, reader: MailReader, most: int) -> tuple[Segment, ...]:
    text = reader.text(mail)
    if len(text) > most:
        reader.omissions[f"Of a long mail the first {most:,} characters are read."] = None
    return tuple(segments(text[:most], Locator(section=label(header(mail, "Subject")))))


def _as_lines(source: Source) -> BinaryIO:
    """A mailbox whose lines end as nearly all do, and whose letters are of a byte each.

    Old Macs ended them with a carriage return alone, and editors save mailboxes as UTF-16: those are read as a whole.
    """
    head = source.read(_LINE)
    if _wide(head) or (b"\r" in head and b"\n" not in head):
        return io.BytesIO(in_bytes(source.read(_MAX_MAIL)).replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    return source.open()


def in_bytes(data: bytes) -> bytes:
    """A mail that was saved as UTF-16 in UTF-8, whatever it says of its encoding."""
    encoding = _wide(data)
    return _CHARSET.sub(r"\1utf-8", data.decode(encoding, "replace")).encode("utf-8", "replace") if encoding else data


def _wide(data: bytes) -> str:
    """The encoding of a text in which each letter has two bytes or four; empty if it is no such text."""
    head = data[:_LINE]
    encoding = encoding_of(head, cut=True) if b"\0" in head[:64] else None
    return encoding if encoding and encoding.startswith(("utf-16", "utf-32")) else ""


@dataclass(slots=True)
class _Mailbox:
    """The mails of a mailbox from a place in it on: before each there is a line that begins with "From " (RFC 4155)."""

    file: BinaryIO
    start: int
    end: int | None
    """Where it ends, as far as it is read."""
    read: int = 0
    """Bytes."""
    next_at: float | None = None
    """Where the mail begins that was not read, None after the last."""
    cut: bool = False
    """Whether a mail was so large that its end was left out."""

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.start)
        # What a mailbox gained may go on with a mail whose beginning was read before.
        mail: list[bytes] | None = [] if self.start else None
        size, before, line = 0, b"", self.file.readline(_LINE)
        while line and (self.end is None or self.start + self.read < self.end):
            after = self.file.readline(_LINE)
            if _begins_mail(before, line, after):
                if mail:
                    self.next_at = self.start + self.read
                    yield self._joined(mail)
                mail, size = [], 0
            elif mail is not None and size < _MAX_MAIL:
                mail.append(line)
            self.cut |= size >= _MAX_MAIL
            size += len(line)
            self.read += len(line)
            before, line = line, after
        self.next_at = None
        if mail:
            yield self._joined(mail)

    def _joined(self, lines: list[bytes]) -> bytes:
        return _QUOTED.sub(rb"\1", b"".join(lines))


def _begins_mail(before: bytes, line: bytes, after: bytes) -> bool:
    """Whether a line is the one before a mail, and no sentence that begins with "From "."""
    if not line.startswith(b"From ") or not (_HEADER.match(after) or not after):
        return False
    return not before.strip() or _TIME.search(line) is not None


def _properties(mail: Mail) -> Properties:
    sender, subject = header(mail, "From"), header(mail, "Subject")
    return Properties(title=subject, author=sender, sender=sender, subject=subject, taken_at=date(mail))
