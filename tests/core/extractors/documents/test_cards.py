"""Contacts and calendars as phones and programs write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.documents.cards import card_text
from tests.makers import extract

CARDS = {
    "quoted-printable of vCard 2.1": (
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen M=C3=BCller\r\n",
        "FN: Jürgen Müller",
    ),
    "with soft breaks": (
        b"NOTE;ENCODING=QUOTED-PRINTABLE:Gr=C3=B6=\r\n=C3=9Fe und=\r\n L=C3=A4nge\r\nTEL:1\r\n",
        "NOTE: Größe und Länge\nTEL: 1",
    ),
    "in an old encoding": (
        b"FN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=E5=F2=F0 =D1=E8=E4=EE=F0=EE=E2\r\n",
        "FN: Петр Сидоров",
    ),
    "of another encoding than it says": (
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=FC=DFe aus K=F6ln\r\n",
        "FN: Grüße aus Köln",
    ),
    "undeclared": ("FN:Ольга Кузнецова\r\n".encode("cp1251"), "FN: Ольга Кузнецова"),
    "folded within a character": (b"NOTE:Gr\xc3\r\n \xb6\xc3\x9fe\r\n", "NOTE: Größe"),
    "folded and escaped": (b"SUMMARY:Team\r\n\tbuilding\\, a\\;b\\nnext\r\n", "SUMMARY: Teambuilding, a;b\nnext"),
    "structured": ("N:Müller;Jürgen;;;\r\n".encode(), "N: Müller; Jürgen; ; ;"),
    "of a group, with a person": (
        b'item1.ATTENDEE;CN="Ann Lee":mailto:a@x.org\r\n',
        "ATTENDEE: Ann Lee mailto:a@x.org",
    ),
    "with a picture": (b"PHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQ\r\n SkZJRg\r\n\r\nTEL:2\r\n", "TEL: 2"),
    "in UTF-16": ("FN:Ольга\r\n".encode("utf-16"), "FN: Ольга"),
}


@pytest.mark.parametrize("case", CARDS)
def test_lines(case: str) -> None:
    data, text = CARDS[case]
    assert card_text(data).rstrip("; \n") == text.rstrip("; ")


def test_a_section_for_each(tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text("".join(f"BEGIN:VCARD\nFN:{name}\nTEL:1\nEND:VCARD\n" for name in ("Ann", "Bob")))
    assert [segment.locator.section for segment in extract(tmp_path / "a.vcf").segments] == ["Ann", "Bob"]
    event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Council\nDTSTART:20240304T100000\nEND:VEVENT\nEND:VCALENDAR\n"
    (tmp_path / "a.ics").write_text(event)
    extraction = extract(tmp_path / "a.ics")
    assert extraction.properties.title == "Council"
    assert extraction.properties.taken_at == datetime(2024, 3, 4, 10)
    assert [segment.text for segment in extraction.segments] == ["SUMMARY: Council\nDTSTART: 20240304T100000\n\n"]


def test_what_is_no_card(tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(FileError, match="binary"):
        extract(tmp_path / "a.vcf")
    long = b"BEGIN:VCARD\n" + b"QUOTED-PRINTABLE" * 100_000 + b"\nFN:Ann\nEND:VCARD\n"
    assert "FN: Ann" in card_text(long)
