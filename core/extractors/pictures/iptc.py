"""Reads IPTC-IIM 4.2 as it lies in pictures: what press and archive programs write about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.encodings import decode
from bowerbird.core.extractors.pictures.dates import parse_date
from bowerbird.core.extractors.segments import label
from bowerbird.core.types import Properties

_CHARACTER_SET, _UTF8 = (1, 90), b"\x1b%G"
# Data sets of record 2.
_OBJECT_NAME, _KEYWORD, _BY_LINE = (2, 5), (2, 25), (2, 80)
_DATES = (((2, 55), (2, 60)), ((2, 62), (2, 63)))  # day and time: created, digitised
_PLACE = ((2, 92), (2, 90), (2, 95), (2, 101))  # sublocation, city, province, country
_HEADLINE, _CAPTION, _CATEGORIES = (2, 105), (2, 120), ((2, 15), (2, 20))
_MAX_SETS = 2_000
_EXTENDED = 0x8000  # the bit of a length that is the number of bytes of the true length

Sets = Mapping[tuple[int, int], list[str]]
"""Texts by record and number of their data set."""


def read(data: bytes) -> Properties:
    """What IIM data says, as far as they are sound."""
    sets = _sets(data)
    title = [*sets.get(_OBJECT_NAME, []), *sets.get(_HEADLINE, [])]
    tags = [text for name in (_KEYWORD, *_CATEGORIES, *_PLACE) for text in sets.get(name, [])]
    return Properties(
        title=label(title[0]) if title else "",
        author="; ".join(map(label, sets.get(_BY_LINE, []))),
        description="\n".join((*title[1:], *sets.get(_CAPTION, []))),
        keywords=tuple(dict.fromkeys(map(label, tags))),
        taken_at=next(filter(None, (parse_date(_moment(sets, names)) for names in _DATES)), None),
    )


def _moment(sets: Sets, names: Iterable[tuple[int, int]]) -> str:
    return " ".join(text for name in names for text in sets.get(name, [])[:1])


def _sets(data: bytes) -> Sets:
    raw: dict[tuple[int, int], list[bytes]] = defaultdict(list)
    for name, value in _raw_sets(data):
        raw[name].append(value)
    utf8 = _UTF8 in raw.get(_CHARACTER_SET, [])
    texts = {name: [_text(value, utf8=utf8) for value in values] for name, values in raw.items() if name[0] == 2}
    return {name: [text for text in values if text] for name, values in texts.items()}


def _raw_sets(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Name and value of each data set, up to the first that is not sound."""
    at = 0
    for _ in range(_MAX_SETS):
        if len(data) < at + 5 or data[at] != 0x1C:
            return
        name, length, at = (data[at + 1], data[at + 2]), int.from_bytes(data[at + 3 : at + 5]), at + 5
        if length & _EXTENDED:
            digits = length & ~_EXTENDED
            length, at = int.from_bytes(data[at : at + digits]), at + digits
        if at + length > len(data):
            return
        yield name, data[at : at + length]
        at += length


def _text(value: bytes, *, utf8: bool) -> str:
    """Most programs that write UTF-8 do not say so."""
    value = value.strip(b"\0 \r\n\t")
    try:
        return value.decode("utf-8", "replace" if utf8 else "strict")
    except UnicodeDecodeError:
        pass
    try:
        return decode(value)
    except FileError:
        return ""
