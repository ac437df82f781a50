from __future__ import annotations

from datetime import datetime

import pytest

from bowerbird.core.extractors.pictures.dates import date_in_name, parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2011:07:05 12:30:15",
        "2011-07-05 12:30:15",
        "2011/07/05 12:30:15",
        "2011.07.05 12.30.15",
        "2011: 7: 5 12:30:15",
        "2011:7:5 12:30:15",
        "2011:07:05:12:30:15",
        "2011-07-05T12:30:15",
        "2011-07-05T12:30:15.871+02:00",
        "2011-07-05T12:30:15Z",
        "2011-07-05T12:30:15+0900",
        "20110705T123015Z",
        "20110705 123015+0100",
        "20110705123015",
        "05.07.2011 12:30:15",
        "07/05/2011 12:30:15 PM",
        "Tue Jul 05 12:30:15 2011",
        "Tue Jul  5 12:30:15 CEST 2011",
        "Tuesday, July 5, 2011 12:30:15 PM",
        "Tue, 5 Jul 2011 12:30:15 +0200",
        "5. Juli 2011 12:30:15",
        "5 juillet 2011 12:30:15",
        "5 de julio de 2011 12:30:15",
        "2011年7月5日 12:30:15",
        "二〇一一年七月五日 十二点三十分十五秒",
        "2011年7月5号 下午12:30:15",
        "2011년 7월 5일 12시 30분 15초",
        "2011:07:05 下午12:30:15",
        "2011:07:05 12-30-15",
        "2011_07_05 12:30:15",
        "Tue Jul 05 12:30:15 GMT+02:00 2011",
        " 2011:07:05 12:30:15\0\0",
    ],
)
def test_every_way_to_write_a_moment(text: str) -> None:
    assert parse_date(text) == datetime(2011, 7, 5, 12, 30, 15)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2011:07:05 12:30", datetime(2011, 7, 5, 12, 30)),
        ("2011:07:05", datetime(2011, 7, 5)),
        ("20110705", datetime(2011, 7, 5)),
        ("2011:07:05 24:00:00", datetime(2011, 7, 6)),
        ("2011:12:31 24:00:00", datetime(2012, 1, 1)),
        ("2011:07:05 12:30:60", datetime(2011, 7, 5, 12, 30, 59)),
        ("2011:07:05 99:99:99", datetime(2011, 7, 5)),
        ("2011:07:05 12:30:15 AM", datetime(2011, 7, 5, 0, 30, 15)),
        ("2011:07:05 上午12:30:15", datetime(2011, 7, 5, 0, 30, 15)),
        ("2011-07-05 12:30-0500", datetime(2011, 7, 5, 12, 30)),
        ("25/07/2011 08:00", datetime(2011, 7, 25, 8)),
        ("07/25/2011 08:00", datetime(2011, 7, 25, 8)),
        ("1865-04-10T00:00:00", datetime(1865, 4, 10)),
    ],
)
def test_what_clocks_do(text: str, moment: datetime) -> None:
    assert parse_date(text) == moment


def test_a_time_in_utc_is_moved_to_the_clock_where_it_was() -> None:
    assert parse_date("2011:07:05 22:30:15Z", "+02:00") == datetime(2011, 7, 6, 0, 30, 15)
    assert parse_date("2011:07:05 22:30:15", "+02:00") == datetime(2011, 7, 5, 22, 30, 15)
    assert parse_date("2011:07:05 22:30:15Z", "nonsense") == datetime(2011, 7, 5, 22, 30, 15)


@pytest.mark.parametrize(
    "text",
    ["", "2011", "2011:07", "0000:00:00 00:00:00", "2011:00:00 00:00:00", "2011:02:30 10:00:00", "2011:13:01",
     "    :  :     :  :  ", "\0\0\0\0", "12345678901", "soon", "9999:99:99 99:99:99", "0001-01-01T00:00:00",
     "\u0662\u0660\u0661\u0661", "1" * 5000, "2011-" * 2000],
)  # fmt: skip
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("IMG-20110714-WA0001.jpg", datetime(2011, 7, 14)),
        ("IMG_20110714_101112.jpg", datetime(2011, 7, 14, 10, 11, 12)),
        ("20240701_123456.jpg", datetime(2024, 7, 1, 12, 34, 56)),
        ("20240701123456.jpg", datetime(2024, 7, 1, 12, 34, 56)),
        ("PXL_20240701_123456789.MP.jpg", datetime(2024, 7, 1, 12, 34, 56)),
        ("VID_20240701_123456.mp4", datetime(2024, 7, 1, 12, 34, 56)),
        ("Screenshot_2024-07-01-12-34-56-78_0a1b.png", datetime(2024, 7, 1, 12, 34, 56)),
        ("Screenshot 2024-07-01 at 1.34.56\u202fPM.png", datetime(2024, 7, 1, 13, 34, 56)),
        ("Bildschirmfoto 2024-07-01 um 12.34.56.png", datetime(2024, 7, 1, 12, 34, 56)),
        ("signal-2024-07-01-12-34-56-789.jpg", datetime(2024, 7, 1, 12, 34, 56)),
        ("signal-2024-07-01-123456.jpeg", datetime(2024, 7, 1, 12, 34, 56)),
        ("WhatsApp Image 2024-07-01 at 12.34.56 (1).jpeg", datetime(2024, 7, 1, 12, 34, 56)),
        ("2024-07-01 12.34.56.jpg", datetime(2024, 7, 1, 12, 34, 56)),
        ("photo_2024-07-01_12-34-56.jpg", datetime(2024, 7, 1, 12, 34, 56)),
        ("2024_07_01 picnic.jpg", datetime(2024, 7, 1)),
        ("合影2011年7月14日.jpg", datetime(2011, 7, 14)),
        ("二〇一一年十二月二十四日 晚餐.jpg", datetime(2011, 12, 24)),
        ("2019年12月3号 下午3点20分.jpg", datetime(2019, 12, 3, 15, 20)),
        ("写真 2020年01月02日 12時30分15秒.jpg", datetime(2020, 1, 2, 12, 30, 15)),
        ("사진 2018년 5월 6일.jpg", datetime(2018, 5, 6)),
        ("FB_IMG_1404123456789.jpg", datetime.fromtimestamp(1404123456)),
    ],
)
def test_the_names_that_phones_and_messengers_give(name: str, moment: datetime) -> None:
    assert date_in_name(name) == moment


@pytest.mark.parametrize(
    "name",
    ["一二三.jpg", "十年.jpg", "2024年.jpg",
     "IMG_0001.jpg", "DSC00012.jpg", "12345678.jpg", "20241301.jpg", "20240230_101010.jpg", "IMG_20991231.jpg",
     "2024.jpg", "1920x1080.png", "phone 4915112345678.jpg", "received_1234567890123456.jpeg", "9783161484100.jpg",
     "99999999999999.jpg", "invoice-1999.png", "a" * 250 + ".jpg", "", "19000101.jpg"],
)  # fmt: skip
def test_numbers_that_are_no_date(name: str) -> None:
    assert date_in_name(name) is None
