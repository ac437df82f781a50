"""Reads mail, single messages and mailboxes, with Python's own parser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import message_from_binary_file, message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from itertools import chain, islice
from typing import Any, BinaryIO

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import from_parts, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.web import page_text
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = frozenset({".eml", ".mbox", ".mht", ".mhtml"})
_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_MAX_MESSAGES = 5_000


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The headers that people read, the body and the names of attachments; a section for each message of a mailbox.

    Raises:
        FileError: there is no message in the file.
    """
    messages = _messages(source, form)
    first = next(messages, None)
    if first is None or not first.keys():
        raise FileError("There is no mail in this file.")
    parts = (
        (Locator(section=label(_header(message, "Subject"))), _text(message)) for message in chain([first], messages)
    )
    text = from_parts(parts, limits.max_characters)
    return Extraction(Kind.DOCUMENT, text, Properties() if form == ".mbox" else _properties(first))


def _messages(source: Source, form: str) -> Iterator[Message[Any, Any]]:
    with source.open() as file:
        if form != ".mbox":
            yield message_from_binary_file(file, policy=policy.default)
            return
        for message in islice(_split_mailbox(file), _MAX_MESSAGES):
            yield message_from_bytes(message, policy=policy.default)


def _split_mailbox(file: BinaryIO) -> Iterator[bytes]:
    """The messages of a mailbox: before each there is a line that begins with "From " (RFC 4155)."""
    lines: list[bytes] | None = None
    for line in file:
        if line.startswith(b"From "):
            if lines is not None:
                yield b"".join(lines)
            lines = []
        elif lines is not None:
            lines.append(line)
    if lines is not None:
        yield b"".join(lines)


def _text(message: Message[Any, Any]) -> str:
    lines = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    try:
        if attached := [name for part in message.walk() if (name := part.get_filename())]:
            lines.append(f"Attached: {', '.join(attached)}")
        body = _body(message)
    except Exception:  # noqa: BLE001  # the parser trips in many ways; the headers are worth having
        body = ""
    return "\n".join(lines) + f"\n\n{body}\n\n"


def _body(message: Message[Any, Any]) -> str:
    part = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else message
    if part is None:
        return ""
    try:
        content = part.get_content() if isinstance(part, EmailMessage) else str(part.get_payload())
    except LookupError:  # an encoding nobody knows
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return page_text(content) if part.get_content_subtype() == "html" else str(content)


def _header(message: Message[Any, Any], name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except (ValueError, IndexError, TypeError, AttributeError):
        return ""  # headers are hostile too, and the parser is strict about some


def _properties(message: Message[Any, Any]) -> Properties:
    return Properties(
        title=_header(message, "Subject"), author=_header(message, "From"), taken_at=_date(_header(message, "Date"))
    )


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).replace(tzinfo=None)
    except (ValueError, TypeError, IndexError):
        return None
