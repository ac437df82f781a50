"""Long texts are read a part at a time: no character is lost or read twice, whatever the encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction
from tests.makers import extract

LINES = "".join(f"10:24:{number % 60:02} naïve Größe {number}\n" for number in range(3000))


def parts(path: Path, part_bytes: int) -> Iterator[Extraction]:
    limits, next_at = Limits(part_bytes=part_bytes), 0.0
    while next_at is not None:
        part = extract(path, replace(limits, start_at=next_at))
        assert part.next_at is None or part.next_at > next_at
        yield part
        next_at = part.next_at


def text_of(extraction: Extraction) -> str:
    return "".join(segment.text for segment in extraction.segments)


@pytest.mark.parametrize("encoding", "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 cp1252".split())
def test_the_parts_are_the_text(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.log").write_bytes(LINES.encode(encoding))
    texts = [text_of(part) for part in parts(tmp_path / "a.log", 20_000)]
    assert len(texts) > 3
    assert "".join(texts) == LINES
    assert all(text.endswith("\n") for text in texts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis"])
def test_a_text_without_lines_is_cut_between_characters(tmp_path: Path, encoding: str) -> None:
    text = "東京の天気は晴れのち曇り" * 2000
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert "".join(map(text_of, parts(tmp_path / "a.txt", 20_000))) == text


def test_a_text_that_begins_in_ascii_may_go_on_in_anything(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"plain;line\n" * 10_000 + "Müller;Größe\n".encode("cp1252") * 100)
    assert "Müller;Größe" in [text_of(part) for part in parts(tmp_path / "a.csv", 30_000)][-1]


def test_zeros_that_a_crash_left_in_a_log_do_not_end_it(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"before\n" * 10_000 + bytes(60_000) + b"after\n" * 100)
    assert "after" in "".join(map(text_of, parts(tmp_path / "a.log", 30_000)))


def test_what_is_left_out_of_a_text_that_is_read_as_a_whole_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Heading\n" + "word " * 100)
    assert extract(tmp_path / "a.md", Limits(max_characters=100)).omissions == ("The first 100 characters are read.",)
    assert not extract(tmp_path / "a.md").omissions
