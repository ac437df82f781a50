"""Mail: single messages and mailboxes, by Python's own parser."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from datetime import datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.office import plain_html
from bowerbird.core.extractors.segments import segments
from bowerbird.core.types import Extraction, Kind, Locator, Properties, Segment

SUFFIXES = frozenset({".eml", ".mbox", ".mht", ".mhtml"})
_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_MESSAGES = 5_000


def extract(path: Path, limits: Limits) -> Extraction:
    """Headers people read and the body, a section for each message of a mailbox.

    Raises:
        FileError: there is no message in the file.
    """
    found: list[Segment] = []
    first: Message[Any, Any] | None = None
    for message in _messages(path):
        first = first or message
        found += segments(_text(message), Locator(section=_header(message, "Subject")[:120]))
        if sum(len(segment.text) for segment in found[-1:]) and len(found) > limits.max_characters // 1000:
            break
    if first is None or not any(first[name] for name in (*_HEADERS, "Content-Type", "MIME-Version")):
        raise FileError("There is no mail in this file.")
    return Extraction(Kind.DOCUMENT, tuple(found), _properties(first))


def _messages(path: Path) -> Iterator[Message[Any, Any]]:
    if path.suffix.lower() == ".mbox":
        box = mailbox.mbox(path, factory=lambda file: message_from_binary_file(file, policy=policy.default), create=False)  # type: ignore[arg-type,return-value]
        for number, message in enumerate(box):
            if number == _MESSAGES:
                return
            yield message
    else:
        with path.open("rb") as file:
            yield message_from_binary_file(file, policy=policy.default)


def _text(message: Message[Any, Any]) -> str:
    headers = "\n".join(f"{name}: {value}" for name in _HEADERS if (value := _header(message, name)))
    return f"{headers}\n\n{_body(message)}\n\n"


def _body(message: Message[Any, Any]) -> str:
    part = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else message
    if part is None:
        return ""
    try:
        content = part.get_content() if isinstance(part, EmailMessage) else str(part.get_payload())
    except (LookupError, ValueError, KeyError):
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return plain_html(content) if part.get_content_subtype() == "html" else str(content)


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
