from __future__ import annotations

import pytest

from bowerbird.core.extractors.pictures.apple import shot_ids
from tests.shot_makers import BURST_ID, LIVE_ID, LONG, apple_note

LIVE, BURST = "1745E022-9712-43C7-B024-F308EC6413CB", "B5A8C0DE-0000-4000-8000-0123456789AB"


@pytest.mark.parametrize("order", [">", "<"])
def test_both_ids_are_read_in_either_order_of_bytes(order: str) -> None:
    assert shot_ids(apple_note({BURST_ID: BURST, LIVE_ID: LIVE}, order)) == (LIVE, BURST)
    assert shot_ids(apple_note({LIVE_ID: LIVE}, order)) == (LIVE, "")


@pytest.mark.parametrize("cut", range(0, 140, 7))
def test_a_note_that_is_cut_short_says_what_is_left_of_it(cut: int) -> None:
    whole = apple_note({BURST_ID: BURST, LIVE_ID: LIVE})
    live, burst = shot_ids(whole[: len(whole) - cut])
    assert live in ("", LIVE) and burst in ("", BURST)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Apple iOS\0",
        b"Nikon\0" + apple_note({LIVE_ID: LIVE})[6:],
        apple_note({LIVE_ID: LIVE}, form=LONG),
        apple_note({LIVE_ID: LIVE}).replace(b"MM", b"XX"),
        apple_note({LIVE_ID: LIVE})[:30] + b"\xff" * 200,
    ],
)
def test_what_is_no_such_note_says_nothing(data: bytes) -> None:
    assert shot_ids(data) == ("", "")
