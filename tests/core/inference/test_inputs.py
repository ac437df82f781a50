"""What models are given of a segment, and where in its file a span of a window of sound lies."""

from __future__ import annotations

from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.extractors.about import ABOUT, WHEREABOUTS
from bowerbird.core.inference.inputs import is_encoded, within
from bowerbird.core.types import Locator, Modality, Segment


def test_a_span_lies_in_the_track_of_its_window() -> None:
    window = Segment(Modality.SOUND, Locator(None, "sound track 2: German", 30.0, 60.0))
    assert within(window, 5.0, 10.0) == Locator(None, "sound track 2: German", 35.0, 40.0)
    assert within(Segment(Modality.SOUND, Locator(start_s=1.0, end_s=2.0)), 0.0, 1.0) == Locator(None, "", 1.0, 2.0)


def test_a_word_that_may_mean_anything_gets_no_vector_nor_do_the_names_of_a_place() -> None:
    sections = (ABOUT, IN_PICTURE, "Chapter 1")
    assert [is_encoded("EXIT", Locator(section=section)) for section in sections] == [False, False, True]
    assert [is_encoded("The old mill", Locator(section=section)) for section in sections] == [True, True, True]
    assert not is_encoded("Oh", Locator(start_s=1.0)) and is_encoded("Oh dear", Locator(start_s=1.0))
    assert not is_encoded("Bozen; Bolzano; Bolzen", Locator(section=WHEREABOUTS))
    assert not is_encoded(" \n", Locator())
