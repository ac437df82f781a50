"""Examples as they are typed, with the part of the file that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.errors import UsageError
from bowerbird.core.questions import Example, Liking
from bowerbird.core.search.fragments import example

_FILE = Path("/a.bin")


@pytest.mark.parametrize(
    ("fragment", "part"),
    [
        ("", Example(_FILE)),
        ("#t=12,17.5", Example(_FILE, 12.0, 17.5)),
        ("#t=,3", Example(_FILE, 0.0, 3.0)),
        ("#t=4", Example(_FILE, 4.0)),
        ("#page=3", Example(_FILE, page=3)),
        ("#xywh=percent:25,0,50,50", Example(_FILE, box=(0.25, 0.0, 0.5, 0.5))),
        ("#page=2&xywh=percent:0,0,100,12.5", Example(_FILE, page=2, box=(0.0, 0.0, 1.0, 0.125))),
    ],
)
def test_an_example_may_be_a_part(fragment: str, part: Example) -> None:
    assert example(f"{_FILE}{fragment}") == part


@pytest.mark.parametrize("name", ["b#tea", "b#page=0", "b#c", "b#page=1&", "#1"])
def test_what_names_no_part_is_a_name(name: str) -> None:
    assert example(f"/{name}") == Example(Path("/", name))


def test_a_file_that_is_called_so_is_itself(tmp_path: Path) -> None:
    odd = tmp_path / "b#t=1,2"
    odd.touch()
    assert example(str(odd)) == Example(odd)


@pytest.mark.parametrize("box", ["60,0,50,50", "0,0,0,50", "0,80,10,30"])
def test_a_part_that_is_not_within_the_picture_is_refused(box: str) -> None:
    with pytest.raises(UsageError, match="no part of a picture"):
        example(f"/a.jpg#xywh=percent:{box}")


def test_an_example_may_count_less_or_be_what_is_not_meant() -> None:
    assert example("/a.bin#page=2", Liking.NOT_LIKE) == Example(_FILE, liking=Liking.NOT_LIKE, page=2)
