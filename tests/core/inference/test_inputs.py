"""Where in its file a span of a window of sound lies."""

from __future__ import annotations

from bowerbird.core.inference.inputs import within
from bowerbird.core.types import Locator, Modality, Segment


def test_a_span_lies_in_the_track_of_its_window() -> None:
    window = Segment(Modality.SOUND, Locator(None, "sound track 2: German", 30.0, 60.0))
    assert within(window, 5.0, 10.0) == Locator(None, "sound track 2: German", 35.0, 40.0)
    assert within(Segment(Modality.SOUND, Locator(start_s=1.0, end_s=2.0)), 0.0, 1.0) == Locator(None, "", 1.0, 2.0)
