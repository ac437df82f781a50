"""What is to be told is told by one process, and not lost before."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.answers import Results
from bowerbird.core.notices import Notices

DAMAGED = "The catalog was damaged."


def test_what_one_process_had_nobody_to_tell_the_next_one_tells_once(tmp_path: Path) -> None:
    Notices(tmp_path / "notices.json").add(DAMAGED)
    following = Notices(tmp_path / "notices.json")
    assert following.tell() == (DAMAGED,)
    assert following.tell() == (DAMAGED,), "for as long as it runs"
    assert Notices(tmp_path / "notices.json").tell() == ()


def test_beside_results_it_is_told_once(tmp_path: Path) -> None:
    notices = Notices(tmp_path / "notices.json")
    notices.add(DAMAGED)
    notices.add(DAMAGED)
    assert (
        notices.tell_beside(Results((), notice="No file has the words.")).notice == f"{DAMAGED} No file has the words."
    )
    assert notices.tell_beside(Results(())).notice == ""
    assert Notices(tmp_path / "notices.json").tell() == ()


@pytest.mark.parametrize("content", [b"", b"[", b"3", b"\xff"])
def test_half_a_file_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notices.json").write_bytes(content)
    assert Notices(tmp_path / "notices.json").tell() == ()


def test_where_nothing_can_be_written_this_process_tells(tmp_path: Path) -> None:
    notices = Notices(tmp_path / "nowhere" / "notices.json")
    notices.add(DAMAGED)
    assert notices.tell() == (DAMAGED,)
