"""Takes out of a signed message what is signed: of S/MIME mails, and of files with ``.p7m`` behind their names.

The format is CMS (RFC 5652, section 5) in BER (X.690). Signatures are not checked: this is for finding.
"""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from bowerbird.core.errors import FileError

_SIGNED = bytes.fromhex("2a864886f70d010702")  # id-signedData
_OCTETS, _PARTS_OF_OCTETS = 0x04, 0x24  # tags: bytes, and bytes in parts
_END = b"\0\0"  # of an element that does not say how long it is
_ARMOUR = re.compile(rb"-----[^\n]*-----|[^A-Za-z0-9+/=]")


class _Element(NamedTuple):
    tag: int
    start: int
    end: int | None
    """None if that is where ``_END`` stands."""


def open_signed(file: BinaryIO) -> BinaryIO:
    """What is signed in a file.

    Raises:
        FileError: nothing is, or it is encrypted.
    """
    content = signed_content(file.read())
    if content is None:
        raise FileError("The file is encrypted, or holds only a signature of another file.")
    return io.BytesIO(content)


def holds_nothing_encrypted(data: bytes) -> bool:
    """Whether a message is a signed one: of those without content, a signature or certificates alone."""
    with suppress(ValueError):
        return _SIGNED in (data if data[:1] == b"\x30" else b64decode(_ARMOUR.sub(b"", data)))[:64]
    return False


def signed_content(data: bytes) -> bytes | None:
    """What is signed in a message, also one in base64; None if it is none, or what it signs lies beside it."""
    try:
        return _content(data if data[:1] == b"\x30" else b64decode(_ARMOUR.sub(b"", data)))
    except (ValueError, IndexError, StopIteration):
        return None


def _content(data: bytes) -> bytes | None:
    kind, wrapped = _children(data, next(_children(data, _Element(0, 0, len(data)))))
    if data[kind.start : kind.end] != _SIGNED:
        return None
    _, _, signed, *_ = _children(data, next(_children(data, wrapped)))  # version, digests, what is signed, signatures
    _, *inside = _children(data, signed)
    return b"".join(_bytes(data, next(_children(data, inside[0])))) if inside else None


def _bytes(data: bytes, element: _Element) -> Iterator[bytes]:
    if element.tag == _OCTETS:
        yield data[element.start : element.end]
    elif element.tag == _PARTS_OF_OCTETS:  # one level deep, as all programs write it
        yield from (data[part.start : part.end] for part in _children(data, element) if part.tag == _OCTETS)


def _children(data: bytes, parent: _Element) -> Iterator[_Element]:
    at = parent.start
    while at < len(data) and (at < parent.end if parent.end is not None else data[at : at + 2] != _END):
        child = _element(data, at)
        yield child
        at = _after(data, child.start) if child.end is None else child.end


def _element(data: bytes, at: int) -> _Element:
    length, start = data[at + 1], at + 2
    if length == 0x80:
        return _Element(data[at], start, None)
    if length > 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[at + 2 : start])
    if start + length > len(data):
        raise ValueError("an element is longer than the message")
    return _Element(data[at], start, start + length)


def _after(data: bytes, at: int) -> int:
    """Where an element without a length is over, that begins here, however many are in one another."""
    depth = 1
    while depth:
        if data[at : at + 2] == _END:
            depth, at = depth - 1, at + 2
        else:
            inner = _element(data, at)
            depth, at = (depth + 1, inner.start) if inner.end is None else (depth, inner.end)
    return at
