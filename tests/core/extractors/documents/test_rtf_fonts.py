"""Characters in the code page of a font, and no other."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bowerbird.core.extractors.documents.rtf_fonts import recoded
from tests.makers import extract

FONTS = (
    rb"{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fswiss\fcharset204{\*\panose 020b}Arial CYR;}{\f2\fcharset161 Arial;}"
    rb"{\f3\fcharset128 MS Gothic;}{\f4\fcharset238 Arial CE;}}"
)


def in_fonts(text: bytes) -> bytes:
    return rb"{\rtf1\ansi\ansicpg1252\deff0" + FONTS + text + rb"\par}"


def hexed(text: str, encoding: str) -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(encoding))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (rb"\f1 " + hexed("Привет", "cp1251"), "Привет"),
        (rb"\f2 " + hexed("καλημέρα", "cp1253"), "καλημέρα"),
        (rb"\f3 " + hexed("日本語", "cp932"), "日本語"),
        (rb"\f3 \'83A", "ア"),
        (rb"\f4 P" + hexed("ří", "cp1250") + b"li" + hexed("š", "cp1250"), "Příliš"),
        (rb"caf\'e9 {\f1 \'df} caf\'e9", "café Я café"),
        (rb"\f1 \'df\plain  caf\'e9", "Я café"),
        (rb"\f1 \u1071\'df\'df", "ЯЯ"),
        (rb"\f1\uc2 \u1071\'df\'df\'df!", "ЯЯ!"),
        (rb"\f1 \u9731?\'df", "☃Я"),
        (rb"\f1\uc2 \u9731?\'df\'df", "☃Я"),
        (rb"\f1\uc0 \u1071 \'df!", "ЯЯ!"),
    ],
)
def test_what_is_written_in_a_font_is_read_in_its_code_page(tmp_path: Path, written: bytes, shown: str) -> None:
    (tmp_path / "a.rtf").write_bytes(in_fonts(written))
    assert " ".join("".join(segment.text for segment in extract(tmp_path / "a.rtf").segments).split()) == shown


def test_comments_too(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(in_fonts(rb"Text{\*\annotation \f1 " + hexed("Да", "cp1251") + b"}"))
    assert extract(tmp_path / "a.rtf").segments[-1].text.strip() == "Да"


@pytest.mark.parametrize(
    "data", [rb"{\rtf1\ansi caf\'e9}", rb"{\rtf1{\fonttbl{\f0\fcharset0 Arial;}}\'e9}", b"", b"}}{{"]
)
def test_a_document_without_such_fonts_stays_as_it_is(data: bytes) -> None:
    assert recoded(data) == data


def test_braces_without_an_end_take_no_time() -> None:
    assert recoded(in_fonts(b"{" * 200_000 + rb"\f1 \'df")).endswith(rb"\u1071?\par}")


def test_changes_of_fonts_take_no_time() -> None:
    begun = time.process_time()
    assert recoded(in_fonts(rb"\f1 " * 1_000_000 + rb"\'df")).endswith(rb"\u1071?\par}")
    assert time.process_time() - begun < 4
