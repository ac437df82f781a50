"""The text of a mail: every part that people can read, in its order, forwarded mails and attached documents too."""

from __future__ import annotations

import mimetypes
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import PurePath

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Extractor, Limits
from bowerbird.core.extractors.cms import holds_nothing_encrypted, signed_content
from bowerbird.core.extractors.documents import tnef, uuencode
from bowerbird.core.extractors.documents.attached import MAILS, AttachedReader
from bowerbird.core.extractors.documents.cards import card_text
from bowerbird.core.extractors.documents.mail_headers import Mail, content_charset, filename, header, text
from bowerbird.core.extractors.documents.web import page_text

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_MAX_DEPTH = 10
_MAX_PARTS = 2_000  # of a mail
_MORE = 0.3  # of the words of one version of a mail, if they are not in another, that leaves something out
_TYPES = mimetypes.MimeTypes()  # Python's own table: no file of the system's is read
_SIGNED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_BOUNDARY = re.compile(r"^--(\S[^\r\n]{0,100}?)[ \t]*\r?\n(?=Content-)", re.MULTILINE | re.IGNORECASE)
_CARDS = frozenset({"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "application/ics"})
# Signatures, and what a saved page is laid out with.
_SILENT = frozenset(
    "application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature text/css text/javascript "
    "application/javascript application/x-javascript".split()
)


@dataclass(slots=True)
class MailReader:
    """Reads the mails of one file, within limits for all of them together."""

    limits: Limits
    documents: Extractor
    """Reads attached documents."""
    omissions: dict[str, None] = field(default_factory=dict)
    """A sentence for each limit that left something unread, in their order."""
    _parts: int = 0
    _attached: AttachedReader = field(init=False)

    def __post_init__(self) -> None:
        self._attached = AttachedReader(self.limits, self.documents)

    def parse(self, data: bytes) -> Mail:
        """A mail; of one that is nested too deeply the headers, and the rest as one text."""
        if data.startswith(tnef.SIGNATURE):
            return tnef.mail(data)
        try:
            return message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
        except RecursionError:
            return BytesHeaderParser().parsebytes(data)

    def text(self, mail: Mail, depth: int = 0) -> str:
        """The headers that people read, the names of attached files, and the text."""
        self._parts *= depth > 0  # they are counted for each mail of a mailbox
        lines = [f"{name}: {value}" for name in _SHOWN if (value := header(mail, name))]
        try:
            if names := list(dict.fromkeys(filter(None, map(filename, _own_parts(mail))))):
                lines.append(f"Attached: {', '.join(names)}")
            body = self._body(mail, depth)
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
            body = ""  # the parser trips in many ways; the headers are worth having
        return "\n".join(lines) + f"\n\n{body.strip()}\n\n"

    def sentences(self) -> tuple[str, ...]:
        """What was left out."""
        return (*self.omissions, *self._attached.sentences())

    def _body(self, part: Mail, depth: int) -> str:
        self._parts += 1
        kind = part.get_content_type()
        if self._parts > _MAX_PARTS:
            self.omissions[f"Of a mail the first {_MAX_PARTS:,} parts are read."] = None
            return ""
        if kind == "message/rfc822" or (kind == "message/global" and part.is_multipart()):
            return self._forwarded(part, depth)
        if kind == "multipart/encrypted":
            self.omissions["An encrypted part is not read."] = None
            return ""
        if kind.startswith("multipart/") and not part.is_multipart():
            part = _divided(part)
            kind = part.get_content_type()
        if part.is_multipart():
            return self._multipart(part, kind, depth)
        return self._leaf(part, kind, depth)

    def _multipart(self, part: Mail, kind: str, depth: int) -> str:
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "message/delivery-status":
            return "\n".join(f"{name}: {value}" for child in children for name, value in child.items())
        if kind == "multipart/alternative":
            return self._alternative(children, depth)
        return "\n\n".join(filter(str.strip, (self._body(child, depth) for child in children)))

    def _alternative(self, children: list[Mail], depth: int) -> str:
        """The plain text, with the page if that says more; what is neither comes too, such as an invitation."""
        bodies = [(child.get_content_type(), self._body(child, depth)) for child in children]
        plain = "\n\n".join(body for kind, body in bodies if kind == "text/plain")
        cards = [body for kind, body in bodies if kind in _CARDS]
        pages = [body for kind, body in bodies if kind not in _CARDS | {"text/plain", "text/x-amp-html"}]
        page = max(pages, key=len, default="")
        if not _says_more(page, plain):
            page = ""
        elif not _says_more(plain, page):
            plain = ""
        return "\n\n".join(filter(str.strip, [plain, page, *cards]))

    def _forwarded(self, part: Mail, depth: int) -> str:
        if depth >= _MAX_DEPTH:
            self.omissions[f"Mails within mails are read {_MAX_DEPTH} deep."] = None
            return ""
        inner = part.get_payload(0) if part.is_multipart() else None
        if not isinstance(inner, Message):
            return ""
        if not inner.keys() and "base64" in header(part, "Content-Transfer-Encoding").lower():
            inner = self.parse(b64decode(str(inner.get_payload())))
        return self.text(inner, depth + 1)

    def _leaf(self, part: Mail, kind: str, depth: int) -> str:
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload.strip() or kind in _SILENT:
            return ""
        if kind in _SIGNED or PurePath(filename(part)).suffix.lower() == ".p7m":
            return self._signed(part, payload, depth)
        if payload.startswith(tnef.SIGNATURE):
            return self._unwrapped(payload, depth)
        attached = part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html")
        if kind in _CARDS:
            return self._card(payload)
        if attached:
            return self._attachment(part, kind, payload, depth)
        content = text(payload, content_charset(part))
        if kind == "text/html":
            return page_text(content)
        documents = [self._document(name, data, depth) for name, data in uuencode.files(content)]
        content = uuencode.without_files(content) if documents else content
        flowed = "flowed" in str(part.get_param("format", "")).lower()
        return "\n\n".join((_unflowed(content, part) if flowed else content, *documents))

    def _signed(self, part: Mail, payload: bytes, depth: int) -> str:
        content, name = signed_content(payload), PurePath(filename(part)).stem
        if content is None or depth >= _MAX_DEPTH:
            if not holds_nothing_encrypted(payload):
                self.omissions["An encrypted part is not read."] = None
            return ""
        if PurePath(name).suffix:  # a document that was signed by itself, as contract.pdf.p7m
            return self._document(name, content, depth + 1)
        return self._body(self.parse(content), depth + 1)

    def _unwrapped(self, payload: bytes, depth: int) -> str:
        if depth >= _MAX_DEPTH:
            self.omissions[f"Mails within mails are read {_MAX_DEPTH} deep."] = None
            return ""
        return self.text(tnef.mail(payload), depth + 1)

    def _card(self, payload: bytes) -> str:
        try:
            return card_text(payload)
        except FileError:
            return ""

    def _attachment(self, part: Mail, kind: str, payload: bytes, depth: int) -> str:
        """The text of an attached document, empty for what is none or cannot be read."""
        name = filename(part) or f"attached{_TYPES.guess_extension(kind, strict=False) or ''}"
        if kind.startswith("text/") and not self._attached.form(name, payload):
            return text(payload, content_charset(part))
        return self._document(name, payload, depth)

    def _document(self, name: str, payload: bytes, depth: int) -> str:
        if self._attached.form(name, payload) in MAILS:
            return self.text(self.parse(payload), depth + 1) if depth < _MAX_DEPTH else ""
        return self._attached.text(name, payload)


def _says_more(one: str, other: str) -> bool:
    """Whether a version of a mail has many words that another has not."""
    words = set(one.lower().split())
    return len(words - set(other.lower().split())) > _MORE * len(words)


def _divided(part: Mail) -> Mail:
    """What says that it has several parts, but not rightly how they are divided: by the first line that looks so."""
    content = str(part.get_payload())
    found = _BOUNDARY.search(content)
    head = f'{part.get_content_type()}; boundary="{found[1]}"' if found else "text/plain"
    return message_from_string(f"Content-Type: {head}\n\n{content}")


def _own_parts(mail: Mail) -> Iterator[Mail]:
    """The parts of a mail without those of mails within it, a bounded number of them."""
    pending, seen = [mail], 0
    while pending and seen < _MAX_PARTS:
        part, seen = pending.pop(), seen + 1
        yield part
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            pending += reversed([child for child in part.get_payload() if isinstance(child, Message)])


def _unflowed(content: str, part: Mail) -> str:
    """Lines that were wrapped, joined again (RFC 3676)."""
    gap = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    lines: list[str] = []
    open_line = False
    for line in content.splitlines():
        quotes = len(line) - len(line.lstrip(">"))
        words = line[quotes:].removeprefix(" ")
        joins = open_line and lines and quotes == len(lines[-1]) - len(lines[-1].lstrip(">"))
        if joins:
            lines[-1] += gap + words.rstrip(" ")
        else:
            lines.append(line.rstrip(" "))
        open_line = words.endswith(" ") and words != "-- "
    return "\n".join(lines)
