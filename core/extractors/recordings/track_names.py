"""What the tracks of a file are called: by their titles, else by their languages (ISO 639)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bowerbird.core.extractors.segments import label
from bowerbird.core.languages import name_of

SOUND_TRACK = "sound track"
"""Begins the section of the locators of what is heard in any track but the first: "sound track 2: German"."""
SUBTITLES = "subtitles"
"""Begins the section of the locators of subtitles, which tells them apart from transcripts: "subtitles: German"."""
LYRICS = "lyrics"
"""The section of the locators of a song's words, as its tags have them."""


def track_name(kind: str, number: int | None, metadata: Mapping[str, str], marks: Iterable[str] = ()) -> str:
    """A section for the locators of a track, as the constants above show it.

    Args:
        kind: one of these constants.
        number: of the track, counted from 1; None if that is of no interest.
        metadata: its tags, of which the title and the language count.
        marks: further words, such as "forced".
    """
    start = kind if number is None else f"{kind} {number}"
    names = [_title(metadata), _language(metadata), *marks]
    return label(": ".join(part for part in (start, ", ".join(dict.fromkeys(filter(None, names)))) if part))


def _title(metadata: Mapping[str, str]) -> str:
    return label(metadata.get("title", ""))


def _language(metadata: Mapping[str, str]) -> str:
    code = metadata.get("language", "").strip()
    return "" if code.lower() in ("", "und", "zxx", "mis", "mul") else name_of(code)
