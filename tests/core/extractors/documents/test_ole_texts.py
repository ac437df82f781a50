"""Documents of Office from before 2007, made by other people: what kreuzberg passes over in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.makers import extract


@pytest.mark.parametrize(
    ("name", "section", "text"),
    [
        ("doc/testWORD_various.doc", "Footnotes", "This is a footnote."),
        ("doc/testWORD_various.doc", "Text boxes", "Here is a text box"),
        ("doc/testWORD_various.doc", "Header and footer", "This is the footer text."),
        ("doc/testWORD_features.doc", "Comments", "comment"),
        ("ppt/testComment.ppt", "Comments", "comment"),
        ("xls/testEXCEL-charts.xls", "Chart", "fizzlepuff"),
        ("xls/testEXCEL_hyperlinks.xls", "Comments and shapes", "Text box"),
        ("one/testOneNote2016.one", "", "This is one note 2016"),
        ("wps/testWORKS2000.wps", "", "example document made with Microsoft Works"),
        ("hwp/testHWP_5.0.hwp", "", "테스트"),
    ],
)
def test_texts_beside_the_main_one(data: Path, name: str, section: str, text: str) -> None:
    segments = extract(data / "documents" / "tika" / name).segments
    found = "".join(segment.text for segment in segments if segment.locator.section == section)
    assert text in found
