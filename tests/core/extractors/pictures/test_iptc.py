from __future__ import annotations

from datetime import datetime

import pytest

from bowerbird.core.extractors.pictures.iptc import read
from bowerbird.core.types import Properties


def data_set(number: int, value: bytes, record: int = 2) -> bytes:
    """As IPTC-IIM 4.2 has it; of more than 32 KB, with a length of its length."""
    length = len(value).to_bytes(2) if len(value) < 0x8000 else b"\x80\x04" + len(value).to_bytes(4)
    return bytes((0x1C, record, number)) + length + value


UTF8 = data_set(90, b"\x1b%G", record=1)


def test_what_press_programs_write() -> None:
    data = UTF8 + b"".join(
        data_set(number, text.encode())
        for number, text in {
            5: "Regatta", 25: "Zanzibar", 80: "Ada Byron", 90: "Bolzano", 92: "Waltherplatz", 95: "Südtirol",
            101: "Italy", 105: "Storm at noon", 120: "Philomena at the lighthouse",
        }.items()
    )  # fmt: skip
    assert read(data + data_set(25, b"cousin")) == Properties(
        title="Regatta",
        author="Ada Byron",
        description="Storm at noon\nPhilomena at the lighthouse",
        keywords=("Zanzibar", "cousin", "Waltherplatz", "Bolzano", "Südtirol", "Italy"),
    )


def test_dates_with_their_zone() -> None:
    assert read(data_set(55, b"20110705") + data_set(60, b"123015+0200")).taken_at == datetime(2011, 7, 5, 12, 30, 15)
    assert read(data_set(55, b"20110705")).taken_at == datetime(2011, 7, 5)
    assert read(data_set(55, b"00000000")).taken_at is None


@pytest.mark.parametrize(
    ("prefix", "value"),
    [(UTF8, "Grüße aus Köln".encode()), (b"", "Grüße aus Köln".encode()), (b"", "Grüße aus Köln".encode("latin-1"))],
)
def test_letters(prefix: bytes, value: bytes) -> None:
    assert read(prefix + data_set(120, value)).description == "Grüße aus Köln"


def test_the_day_it_was_digitised_serves_where_no_other_is_known() -> None:
    digitised = data_set(62, b"20110704") + data_set(63, b"100005+0200")
    assert read(digitised).taken_at == datetime(2011, 7, 4, 10, 0, 5)
    assert read(digitised + data_set(55, b"19990102")).taken_at == datetime(1999, 1, 2)


def test_long_captions() -> None:
    assert len(read(data_set(120, b"word " * 10_000)).description) == 49_999


@pytest.mark.parametrize(
    "broken",
    [
        b"\x1c\x02\x19\xff\xff",
        b"\x1c\x02\x19\x80\x08" + b"\xff" * 8,
        b"\x1c\x02\x19\xff\xff" + b"\x7f" * 100,
        b"\x1c\x02\x19\x00",
        b"\x1c\x02\x19\x00\x09short",
        b"\x1c\x02",
        b"no data set",
    ],
)
def test_wrong_lengths_end_it(broken: bytes) -> None:
    assert read(data_set(5, b"Regatta") + broken) == Properties(title="Regatta")


def test_a_thousand_empty_sets_are_nothing() -> None:
    assert read(data_set(25, b"") * 100_000) == Properties()
