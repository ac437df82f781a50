"""Tells captions that people wrote from what cameras and programs write in their place."""

from __future__ import annotations

import re

_MAX_TEXT = 20_000  # characters
# What cameras write into every picture, and data of programs.
_BY_PROGRAMS = re.compile(
    r"(?:OLYMPUS|MINOLTA|SAMSUNG|KONICA\w*|KODAK|SANYO)?\s*DIGITAL (?:STILL )?CAMERA|SONY DSC|AppleMark|DCIM.*|"
    r"DIGITAL IMAGE|<?KENOX.*|<?Digimax.*|untitled|default|none|null|oplus_\d+|"
    r"(?:CREATOR: |Created (?:with (?:the )?GIMP|by AccuSoft)|File (?:written by|source: )|Processed by |Optimized by |"
    r"Signature:|LEAD Technologies|ACD Systems|Handmade Software).*|"
    r"Lavc.*|charset=\w+|[\W_]*|\{.*",
    re.IGNORECASE | re.DOTALL,
)


def words_of(text: str) -> str:
    """A caption, or nothing if no person wrote it."""
    text = text.strip()[:_MAX_TEXT]
    return "" if _BY_PROGRAMS.fullmatch(text) else text
