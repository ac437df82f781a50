"""Headers and texts of mails, whatever they claim to be encoded in."""

from __future__ import annotations

import binascii
from contextlib import suppress
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from typing import Any, TypeAlias

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import encodings

Mail: TypeAlias = "Message[Any, Any]"
"""As ``email.policy.compat32`` parses it: the later policies are strict about headers, and slow."""
_MAX_HEADER = 20_000  # characters of one that are read
_ASCII = frozenset({"", "us-ascii", "ascii", "unknown-8bit", "7bit", "8bit"})  # which say nothing of other bytes


def header(mail: Mail, name: str) -> str:
    """The first header of this name on one line, empty if there is none."""
    for other, value in mail.raw_items():
        if other.lower() == name.lower():
            return " ".join(words(str(value)[:_MAX_HEADER]).split())
    return ""


def words(raw: str) -> str:
    """A header's text: encoded words (RFC 2047) decoded, and bytes that are neither ASCII nor declared read as text."""
    plain = raw
    with suppress(UnicodeEncodeError):  # it is text already
        plain = raw if raw.isascii() else text(raw.encode("ascii", "surrogateescape"), "")
    try:
        return "".join(_piece(piece, charset) for piece, charset in decode_header(plain))
    except (HeaderParseError, binascii.Error, ValueError, LookupError):
        return plain


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return text(piece, charset.partition("*")[0]) if charset else piece.decode("raw-unicode-escape")


def text(data: bytes, charset: str) -> str:
    """Text in the declared encoding, or another if it is not in that; empty if it is data."""
    declared = None if charset.lower() in _ASCII else encodings.codec(charset)
    if declared is not None:
        decoded = encodings.decode_as(data, declared) or ""
        # What is UTF-8 is that, whatever a program that knew only one encoding has written.
        if "\ufffd" not in decoded and (declared != "cp1252" or encodings.encoding_of(data) != "utf-8"):
            return decoded
    with suppress(FileError):
        return encodings.decode(data)
    return ""


def content_charset(part: Mail) -> str:
    """The declared encoding of a part, empty if there is none."""
    with suppress(LookupError, ValueError, TypeError, AttributeError):
        return part.get_content_charset("") or ""
    return ""


def filename(part: Mail) -> str:
    """The name of an attached file, empty if it has none."""
    with suppress(LookupError, ValueError, TypeError, AttributeError):
        for key, where in (("filename", "content-disposition"), ("name", "content-type")):
            value = part.get_param(key, None, where)
            if value:
                return " ".join(words(collapse_rfc2231_value(value)).split())[:200]
    return ""


def date(mail: Mail) -> datetime | None:
    """When it was written, by its writer's clock."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        return parsedate_to_datetime(header(mail, "Date")).replace(tzinfo=None)
    return None
