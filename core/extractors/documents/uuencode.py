"""Takes files out of the text of a mail that programs before MIME wrote into it (POSIX, ``uuencode``)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_FILE = re.compile(r"^begin [0-7]{3,4} (\S[^\r\n]{0,200})\r?\n((?:[ -`]{1,64}\r?\n)+)end[ \t]*\r?$", re.MULTILINE)


def files(text: str) -> Iterator[tuple[str, bytes]]:
    """The names and the contents of the files, as far as they are sound."""
    for found in _FILE.finditer(text):
        yield found[1].strip(), b"".join(map(_decoded, found[2].splitlines()))


def without_files(text: str) -> str:
    """The text with the names of the files in their places."""
    return _FILE.sub(r"\1", text)


def _decoded(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # some programs write a character too many
        length = ((ord(line[0]) - 32 & 63) * 4 + 2) // 3
        try:
            return binascii.a2b_uu(line[: 1 + length])
        except binascii.Error:
            return b""
