"""Reads examples as they are typed: a file, and behind a ``#`` which part of it.

``#t=12,17.5`` is a part in seconds and ``#xywh=percent:25,0,50,50`` one of a picture, by its left and upper edge, width
and height (W3C Media Fragments 1.0); ``#page=3`` is a page (RFC 8118). Several are joined with ``&``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from bowerbird.core.errors import UsageError
from bowerbird.core.paths import absolute
from bowerbird.core.questions import Example, Liking

_NUMBER = r"(\d+(?:\.\d+)?)"
_TIMES = re.compile(rf"t={_NUMBER}?(?:,{_NUMBER})?")
_BOX = re.compile(rf"xywh=percent:{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}")
_PAGE = re.compile(r"page=([1-9]\d{0,5})")


def example(text: str, liking: Liking = Liking.LIKE) -> Example:
    """An example from a file's name and the part behind it. A file that is called so is itself.

    Raises:
        UsageError: the part of the picture is not within it.
    """
    name, _, fragment = text.rpartition("#")
    whole = Example(absolute(text), liking=liking)
    if not name or Path(text).exists():
        return whole
    part = Example(absolute(name), liking=liking)
    for each in fragment.split("&"):
        if (narrower := _narrowed(part, each)) is None:
            return whole
        part = narrower
    return part


def _narrowed(example: Example, fragment: str) -> Example | None:
    """The part of an example; None if this names none."""
    if times := _TIMES.fullmatch(fragment):
        return replace(example, start_s=float(times[1] or 0), end_s=float(times[2]) if times[2] else None)
    if page := _PAGE.fullmatch(fragment):
        return replace(example, page=int(page[1]))
    if box := _BOX.fullmatch(fragment):
        left, top, width, height = (float(share) / 100 for share in box.groups())
        if not (width and height) or left + width > 1 or top + height > 1:
            raise UsageError(f"{fragment} is no part of a picture: left, top, width and height are percents of it.")
        return replace(example, box=(left, top, width, height))
    return None
