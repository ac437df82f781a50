"""Captions that people wrote are told from what programs write in their place, in whatever standard they stand."""

from __future__ import annotations

import pytest

from bowerbird.core.extractors.pictures.captions import words_of
from bowerbird.core.extractors.pictures.reconcile import reconciled
from bowerbird.core.types import Properties


@pytest.mark.parametrize(
    "text", ["OLYMPUS DIGITAL CAMERA", "AppleMark", "Created with GIMP", "File source: http://a.b"]
)
def test_what_programs_write_is_no_caption_in_any_standard(text: str) -> None:
    assert words_of(f" {text} ") == ""
    assert reconciled(Properties(title=text), Properties(description=text)) == Properties()


@pytest.mark.parametrize("text", ["My sister created it", "A digital camera on the table", "The source of the Nile"])
def test_what_people_write_is_kept(text: str) -> None:
    assert words_of(text) == text
