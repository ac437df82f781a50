from __future__ import annotations

import pytest

from bowerbird.core.places import coordinates_of, distances_km, folded, ids_of, place_at

BOLZANO, TRENTINO, ITALY = 3181913, 3165244, 3175395


@pytest.mark.parametrize(
    ("latitude", "longitude", "label"),
    [
        (46.4983, 11.3548, "Bolzano, Trentino-Alto Adige, Italy"),
        (48.8584, 2.2945, "Paris, Île-de-France, France"),  # the Eiffel Tower, nearer to the middle of two suburbs
        (48.1400, 11.5000, "Munich, Bavaria, Germany"),
        (48.0750, 11.5200, "Pullach im Isartal, Bavaria, Germany"),
        (40.6892, -74.0445, "New York City, New York, United States"),
        (41.9022, 12.4539, "Rome, Lazio, Italy"),
        (52.5163, 13.3777, "Berlin, Germany"),
        (1.2834, 103.8607, "Singapore"),
        (-33.8568, 151.2153, "Sydney, New South Wales, Australia"),
        (-16.7897, 179.9790, "Fiji"),  # at the date line
        (-16.7897, -179.9790, "Fiji"),
        (25.0, 13.0, "Libya"),  # a desert
    ],
)
def test_where_people_take_photos(latitude: float, longitude: float, label: str) -> None:
    place = place_at(latitude, longitude)
    assert place and place.label == label


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (90.0, 0.0), (-90.0, 10.0), (30.0, -40.0), (91.0, 0.0), (46.5, 181.0), (1e300, 0.0),
     (float("nan"), 0.0), (float("inf"), 0.0), (None, 11.35), (None, None)],
)  # fmt: skip
def test_seas_poles_and_what_is_nowhere(latitude: float | None, longitude: float | None) -> None:
    assert place_at(latitude, longitude) is None


def test_names_in_many_languages() -> None:
    place = place_at(46.4983, 11.3548)
    assert place and place.ids[0] == BOLZANO and place.ids[-2:] == (TRENTINO, ITALY)
    words = place.words.split("; ")
    assert words[0] == "Bolzano"
    assert {"Bozen", "Südtirol", "Alto Adige", "South Tyrol", "Italien", "Italie", "意大利", "Больцано"} <= set(words)
    for name in ("Bolzano", "bozen", "BOZEN", "Больцано"):
        assert BOLZANO in ids_of(name)
    assert ids_of("Alto Adige") <= set(place.ids) and ids_of("Südtirol") == ids_of("sudtirol") <= set(place.ids)
    assert ITALY in ids_of("Italien") and ITALY in ids_of("Italy") and ITALY not in ids_of("Ital")


def test_a_part_of_a_city_has_its_names_too() -> None:
    place = place_at(49.2860, -123.1400)
    assert place and place.label == "West End, British Columbia, Canada" and "Vancouver" in place.words.split("; ")


@pytest.mark.parametrize("name", ["", "  ", "\n", "\t", "no place at all", "Bolzano\nMilan", "\0", "x" * 10_000])
def test_what_is_called_nothing(name: str) -> None:
    assert ids_of(name) == frozenset() and coordinates_of(name) is None


def test_of_places_with_one_name_the_largest_is_meant() -> None:
    assert coordinates_of("London") == pytest.approx((51.5085, -0.1257), abs=0.001)
    assert len(ids_of("London")) > 1
    assert coordinates_of("Italien") is None  # a country is no point


def test_distances() -> None:
    assert distances_km(52.5, 13.4, 48.1, 11.6) == pytest.approx(505, abs=2)
    assert distances_km(0, 179.9, 0, -179.9) == pytest.approx(22.2, abs=0.1)
    assert distances_km(90, 0, 90, 120) == pytest.approx(0)
    assert distances_km(0, 0, 0, 180) == pytest.approx(20_015, abs=1)


def test_names_are_compared_without_case_and_accents() -> None:
    assert folded("Côte d’Ivoire") == folded("COTE D'IVOIRE")
    assert folded("Straße") == "strasse"
