"""What a file says of itself is a text to be found, unless a reader sees it in the file anyway."""

from __future__ import annotations

from bowerbird.core.extractors.about import ABOUT, WHEREABOUTS, about, whereabouts
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Properties, Segment


def extraction(properties: Properties, *texts: str) -> Extraction:
    return Extraction(Kind.PHOTO, tuple(Segment(Modality.TEXT, text=text) for text in texts), properties)


def test_the_words_of_all_that_has_words() -> None:
    own = Properties(
        title="Regatta",
        author="Ada",
        description="Boats before the lighthouse",
        keywords=("sea", "wind"),
        people=("Leopold",),
        album="Summer",
        camera="Leica",
    )
    segment = about(extraction(own))
    assert segment is not None
    assert segment.locator == Locator(section=ABOUT)
    assert segment.text.splitlines() == [
        "Regatta",
        "Boats before the lighthouse",
        "Leopold",
        "sea, wind",
        "Ada",
        "Summer",
    ]


def test_what_the_text_says_is_not_said_again() -> None:
    segment = about(
        extraction(Properties(title="The Old Mill", author="Ada"), "THE OLD MILL\n\nIt stood by the river.")
    )
    assert segment is not None and segment.text == "Ada"


def test_nothing_of_a_file_that_says_nothing_new() -> None:
    assert about(extraction(Properties(camera="Leica", width=10, height=10))) is None
    assert about(extraction(Properties(title="The mill"), "the mill")) is None


def test_the_names_of_the_place_are_a_text_of_their_own() -> None:
    own = Properties(title="Market day", latitude=46.4983, longitude=11.3548)
    said = about(Extraction(Kind.PHOTO, (), own))
    assert said and said.text == "Market day\nBolzano, Trentino-Alto Adige, Italy"
    where = whereabouts(own)
    assert where and where.locator.section == WHEREABOUTS
    assert where.text.startswith("Bolzano; ") and "Bozen" in where.text and "Italien" in where.text
    assert whereabouts(Properties(latitude=0.0, longitude=-30.0)) is None and whereabouts(Properties()) is None
