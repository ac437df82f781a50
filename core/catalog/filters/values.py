"""Reads the values of filters, as they are typed. Each raises ``UsageError`` where a value makes no sense."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bowerbird.core.catalog.filters.dates import Days, parse_days
from bowerbird.core.errors import UsageError
from bowerbird.core.paths import absolute
from bowerbird.core.places import coordinates_of, ids_of
from bowerbird.core.questions import Near
from bowerbird.core.types import Kind
from bowerbird.core.words import typed_words

KIND_SYNONYMS: Mapping[Kind, str] = {
    Kind.PHOTO: "photo picture image pic photograph",
    Kind.DOCUMENT: "document doc text",
    Kind.RECORDING: "recording audio sound music song voice",
    Kind.CLIP: "clip video movie film",
}
"""What people call files of a kind, in the singular."""
_KINDS = {name: kind for kind, names in KIND_SYNONYMS.items() for name in names.split()}
_NEAR = re.compile(
    r"(?:(?P<latitude>[+-]?\d+(?:\.\d+)?)\s*,\s*(?P<longitude>[+-]?\d+(?:\.\d+)?)|(?P<name>[^,\d][^,]*?))"
    r"(?:\s*,\s*(?P<radius>\d+(?:\.\d+)?)\s*(?P<unit>km|m|mi)?|\s+(?P<apart>\d+(?:\.\d+)?)\s*(?P<its>km|m|mi))?"
)
_KM = {"km": 1.0, "m": 0.001, "mi": 1.609344}
_NEAR_KM = 25.0
_SIZE = re.compile(r"(\d{1,15}(?:[.,]\d{1,6})?|[1-9]\d{0,2}(?:,\d{3})+) ?([kmgt]?)(i?)(?:b|bytes?)?")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_COMPARED = re.compile(r"(<=|>=|<|>|≤|≥|=)? ?(.+)")
_MOST_BYTES = 2**63 - 1  # SQLite's largest number


@dataclass(frozen=True, slots=True)
class Bytes:
    """From ``least`` up to, and without, ``end``."""

    least: int
    end: int


def kinds(text: str) -> frozenset[Kind]:
    """Kinds by their names or what else they are called, in the singular or plural, in any case; commas between them.

    Raises:
        UsageError: there is no such kind.
    """
    return frozenset(map(_kind, _listed(text)))


def _kind(text: str) -> Kind:
    name = text.casefold()
    if kind := _KINDS.get(name) or _KINDS.get(name.removesuffix("s")):
        return kind
    raise UsageError(f'"{text}" is no kind; use {", ".join(Kind)}.')


def suffixes(text: str) -> tuple[str, ...]:
    """The ends of files' names, in lower case, without the dot before them; commas between them.

    Raises:
        UsageError: one is empty, or names a folder.
    """
    found = tuple(part.removeprefix("*").removeprefix(".").lower() for part in _listed(text))
    if wrong := [part for part in found if not part or "/" in part]:
        raise UsageError(f'"{wrong[0]}" is no end of a file\'s name; write ext:pdf.')
    return found


def sizes(text: str) -> Bytes:
    """Sizes of files, larger or smaller than one, between two, or as it is rounded: 3 MB are 2.5 to 3.5 million bytes.

    KB, MB, GB and TB are powers of 1,000, as in the window; KiB, MiB and so on of 1,024.

    Raises:
        UsageError: it is no size.
    """
    tidy = text.strip().casefold()
    start, dots, end = tidy.partition("..")
    if dots and (start or end):
        found = Bytes(_size(start)[0] if start else 0, _size(end)[0] + 1 if end else _MOST_BYTES)
    else:
        found = _compared(tidy)
    if found.least >= found.end:
        raise UsageError(f'"{text}" lets no size through.')
    return found


def _compared(text: str) -> Bytes:
    match = _COMPARED.fullmatch(text)
    size, half = _size(match[2] if match else text)
    match match and match[1]:
        case ">":
            return Bytes(size + 1, _MOST_BYTES)
        case ">=" | "≥":
            return Bytes(size, _MOST_BYTES)
        case "<":
            return Bytes(0, size)
        case "<=" | "≤":
            return Bytes(0, size + 1)
        case _:
            return Bytes(size - half, size + max(1, half))


def _size(text: str) -> tuple[int, int]:
    """A size, and half of its last digit, in bytes."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise UsageError(f'"{text}" is no size; write size:>10MB, size:<500KB or size:1MB..2MB.')
    digits, power, binary = match.groups()
    digits = digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits
    unit = (1024 if binary else 1000) ** " kmgt".index(power or " ")
    decimals = len(re.split("[.,]", digits)[1]) if not digits.isdigit() else 0
    size = round(float(digits.replace(",", ".")) * unit)
    if size >= _MOST_BYTES:
        raise UsageError(f'"{text}" is larger than any file.')
    return size, round(unit / 10**decimals / 2)


def folder(text: str) -> Path:
    """A folder by its path.

    Raises:
        UsageError: it is no path here.
    """
    try:
        return absolute(text)
    except (RuntimeError, ValueError) as error:  # the home of a user who is not there
        raise UsageError(f'"{text}" is no folder here.') from error


def folder_names(text: str) -> tuple[str, ...]:
    """The name of a folder, or of several that lie in each other, the outermost first.

    Raises:
        UsageError: it names none.
    """
    names = tuple(name for name in re.split(r"[/\\]", text) if name.strip())
    if not names:
        raise UsageError(f'"{text}" is no folder\'s name.')
    return names


def days(text: str) -> Days:
    """See ``parse_days``."""
    return parse_days(text)


def first_day(text: str) -> date:
    """The first of the days that a text names.

    Raises:
        UsageError: it is no date, or has no first day.
    """
    if first := parse_days(text).first:
        return first
    raise UsageError(f'"{text}" has no first day; write date:{text}.')


def places(text: str) -> frozenset[int]:
    """The towns, regions and countries of a name, in whichever language.

    Raises:
        UsageError: nothing is called so.
    """
    if ids := ids_of(text):
        return ids
    raise UsageError(f'Bowerbird knows no place called "{text}".')


def near(text: str) -> Near:
    """A point and what is around it, from ``Bolzano``, ``Bolzano,20km``, ``46.5,11.35`` or ``46.5,11.35,20km``.

    Raises:
        UsageError: it is no point, or not on the globe.
    """
    match = _NEAR.fullmatch(text.strip())
    radius = (match["radius"] or match["apart"]) if match else None
    km = float(radius) * _KM[match["unit"] or match["its"] or "km"] if match and radius else _NEAR_KM
    if match and match["latitude"]:
        at = float(match["latitude"]), float(match["longitude"])
        if abs(at[0]) <= 90 and abs(at[1]) <= 180:
            return Near(*at, km)
    elif match and (found := coordinates_of(match["name"])):
        return Near(*found, km)
    raise UsageError(f'Bowerbird finds nothing near "{text}"; write near:Bolzano,20km or near:46.5,11.35.')


def plain(typed: str) -> str:
    """A text as SQL takes it: bytes of a command line that are no characters are question marks."""
    return typed.encode("utf-8", "replace").decode()


def words(typed: str) -> str:
    """Words, of which there is at least one.

    Raises:
        UsageError: it has none, but signs alone.
    """
    if typed_words(typed):
        return plain(typed)
    raise UsageError(f'"{typed}" has no word or number to look for.')


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()] or [text]
