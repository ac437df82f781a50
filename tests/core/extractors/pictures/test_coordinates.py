from __future__ import annotations

import pytest

from bowerbird.core.extractors.pictures.coordinates import checked, from_iso_6709, from_parts, from_xmp


@pytest.mark.parametrize(
    "text",
    ["+46.4983+011.3548/", "+46.4983+011.3548+262.000/", "+4629.898+01121.288/", "+462953.9+0112117.3CRSWGS_84/"],
)
def test_clips(text: str) -> None:
    assert from_iso_6709(text) == pytest.approx((46.4983, 11.3548), abs=1e-4)


def test_the_south_and_the_west() -> None:
    assert from_iso_6709("-33.8583-070.5000/") == (-33.8583, -70.5)
    assert from_parts((33, 51, 30), "S", 90) == pytest.approx(-33.8583, abs=1e-4)


@pytest.mark.parametrize("text", ["+95.0+011.0/", "+46.0+181.0/", "+00.0000+000.0000/", "", "here", "+46", "46.1,11.2"])
def test_what_is_nowhere(text: str) -> None:
    assert from_iso_6709(text) == (None, None)


@pytest.mark.parametrize("text", ["46,29.898N", "46,29,53.88N", "46.4983", "46° 29' 53.88\" N"])
def test_xmp(text: str) -> None:
    assert from_xmp(text, 90) == pytest.approx(46.4983, abs=1e-4)


@pytest.mark.parametrize("text", ["", "N", "91,0N", "nan", "inf", "1e999", "-91"])
def test_xmp_that_is_nowhere(text: str) -> None:
    assert from_xmp(text, 90) is None


def test_half_a_place_is_none() -> None:
    assert checked(46.5, None) == checked(None, 11.3) == checked(0.0, 0.0) == (None, None)
