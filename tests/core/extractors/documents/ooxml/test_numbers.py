"""Numbers and dates as Excel shows them."""

from __future__ import annotations

import pytest

from bowerbird.core.extractors.documents.ooxml.numbers import shown


@pytest.mark.parametrize(
    ("value", "code", "custom", "expected"),
    [
        (45366.0, 0, None, "45366"),
        (0.1 + 0.2, 0, None, "0.3"),
        (49170555012345678.0, 0, "General", "49170555012345680"),
        (45366.0, 14, None, "2024-03-15"),
        (45366.604166666664, 22, None, "2024-03-15 14:30"),
        (0.3854166666666667, 21, None, "9:15:00"),
        (0.3854166666666667, 18, None, "9:15 AM"),
        (0.5, 18, None, "12:00 PM"),
        (1.5, 46, None, "36:00:00"),
        (0.19, 9, None, "19%"),
        (0.1234, 10, None, "12.34%"),
        (1234.5, 4, None, "1,234.50 (1234.50)"),
        (12.5, 4, None, "12.50"),
        (1234.5, 164, '#,##0.00\\ "EUR"', "1,234.50 EUR (1234.50)"),
        (7.0, 164, "[$€-407] 0.00", "€ 7.00"),
        (-7.0, 164, "0;[Red](0)", "(7)"),
        (-7.5, 164, "0.0", "-7.5"),
        (7.0, 164, "000000", "000007"),
        (5551234567.0, 164, "000\\-000\\-0000", "555-123-4567"),
        (15551234567.0, 164, "000\\-000\\-0000", "1555-123-4567"),
        (12345.0, 164, "00\\ 00\\ 00", "01 23 45"),
        (1500000.0, 164, '0.0,,"M"', "1.5M"),
        (3.14, 164, "0.0##", "3.14"),
        (45366.0, 164, "DD.MM.YYYY", "15.03.2024"),
        (45366.0, 164, "[$-409]d\\ mmmm\\ yyyy;@", "15 March 2024"),
        (45366.0, 164, 'ddd d mmm yy" at "h:mm', "Fri 15 Mar 24 at 0:00"),
        (45366.0, 164, 'yyyy"年"m"月"d"日"', "2024年3月15日"),
        (-1.0, 14, None, "-1"),
        (1e300, 14, None, "1e+300"),
        (5.0, 164, '"nothing"', "5"),
    ],
)
def test_shown(value: float, code: int, custom: str | None, expected: str) -> None:
    assert shown(value, code, custom) == expected


def test_days_since_1904() -> None:
    assert shown(43904.0, 14, None, since_1904=True) == "2024-03-15"
