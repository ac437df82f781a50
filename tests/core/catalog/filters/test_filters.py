"""Every filter, its negation and random combinations of both let through what a plain look at each file does."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from snowballstemmer import stemmer

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.filters.table import FILTERS
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.conditions import Not
from bowerbird.core.search.query import parse
from bowerbird.core.types import FileFacts, FileState, Kind, Label, Locator, Modality, Properties, Segment

ROOT = Path("/home/ada/Files")
QUESTIONS = 2_000
_LATIN = "the dogs ran running dog red foxes fox boat boating ship ship's annual report reports % 50 100% a_b x".split()
_EAST = ["東京タワー", "京都", "黒猫", "猫", "猫が好き", "第3章", "ภาษาไทย", "ไทย", "東京 tower"]
_FOLDERS = ("Trips", "Trips/Rome", "Rome 2023", "dogs", "50%_off", "Trips/Rome/Dogs", "")
_NAMES = (
    "Red_Fox.JPG",
    "AnnualReport2024.pdf",
    "boat.tar.gz",
    "黒猫.txt",
    ".bashrc",
    "dog ran.mp3",
    "a%b_c.txt",
    "x.pdf",
)
_TAGS = ("holiday", "Rome|Dogs", "50%", "art", "猫", "🙂")
_PLACES = {"Bolzano": (46.4983, 11.3548), "Munich": (48.1373, 11.5754)}
_LABELS = ("red fox", "dog", "sea boat")
_LANGUAGES = ("de", "en", "")
_porter = stemmer("porter")


@dataclass
class Stored:
    """What is known of a file, as the test wrote it."""

    path: Path
    kind: Kind | None
    size: int
    changed: datetime
    read: bool
    texts: list[str]
    labels: list[tuple[str, float]]
    properties: Properties
    language: str


def _made(source: random.Random, number: int) -> Stored:
    read = source.random() < 0.85
    at = source.choice([*_PLACES.values(), (None, None)])
    folder = ROOT / source.choice(_FOLDERS) / str(number)
    return Stored(
        folder / source.choice(_NAMES),
        source.choice(list(Kind)) if read or source.random() < 0.5 else None,
        source.choice([0, 1, 999, 1000, 1001, 2_600_000, 3_000_000, 3_499_999, 3_500_000, 10_000_001]),
        datetime(2024, 1, 1) + timedelta(hours=source.randrange(24 * 700)),
        read,
        [" ".join(source.choices([*_LATIN, *_EAST], k=source.randint(1, 6))) for _ in range(source.randint(0, 3))],
        [(name, source.choice([0.01, 0.5])) for name in source.sample(_LABELS, source.randint(0, 2))],
        Properties(
            author=source.choice(["Marie Curie", "Öst, Anna", "50% Müller_x", ""]),
            sender=source.choice(["Anna <anna_b@example.org>", ""]),
            subject=source.choice(["100% invoice", "ship", ""]),
            camera=source.choice(["Leica M6", ""]),
            keywords=tuple(source.sample(_TAGS, source.randint(0, 2))),
            taken_at=source.choice([None, datetime(2023, 5, source.randint(1, 31), 23, 59)]),
            latitude=at[0],
            longitude=at[1],
        ),
        source.choice(_LANGUAGES),
    )


def _put(catalog: Catalog, number: int, each: Stored) -> None:
    changed_ns = int(each.changed.timestamp()) * 10**9
    catalog.files.put(ROOT, FileFacts(each.path, each.size, changed_ns), each.kind)
    if not each.read:
        return
    assert each.kind
    segments = [Segment(Modality.TEXT, Locator(page), text) for page, text in enumerate(each.texts, 1)]
    segments.append(Segment(Modality.IMAGE))
    labels = [
        [Label(*label) for label in each.labels] if segment.modality is Modality.IMAGE else [] for segment in segments
    ]
    content = NewContent(
        number.to_bytes(4, "big"), each.kind, each.properties, segments, labels,
        {"x@1": (range(len(segments)), np.zeros((len(segments), 2), np.float32))}, frozenset(),
    )  # fmt: skip
    content_id = catalog.contents.put(content)
    if each.language:
        catalog._db.execute("INSERT INTO attributes VALUES (?, 'language', ?)", (content_id, each.language))
    catalog.files.finish(each.path, FileState.INDEXED, content_id=content_id)


@pytest.fixture(scope="module")
def stored() -> list[Stored]:
    source = random.Random(11)
    return [_made(source, number) for number in range(120)]


@pytest.fixture(scope="module")
def reader(stored: list[Stored], tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogReader]:
    path = tmp_path_factory.mktemp("filters") / "catalog.sqlite3"
    catalog = Catalog(path)
    with catalog.transaction():
        catalog.folders.add(ROOT)
        for number, each in enumerate(stored):
            _put(catalog, number, each)
    connections = ReadConnections(path)
    yield CatalogReader(connections)
    connections.close()
    catalog.close()


# What each filter means, said again in the plainest way, and without the code that is tested.


def _pieces(text: str) -> list[str]:
    """Words, and characters of scripts without spaces; spaces between such are dropped, which no text here minds."""
    return re.findall(r"[a-zäöü0-9]+|[^\W_a-zäöü0-9]|[\u0e00-\u0e7f]", text.casefold())


def _stem(piece: str) -> str:
    return _porter.stemWord(piece) if piece.isascii() and len(piece) > 2 else piece


def _in(phrase: str, text: str, *, exact: bool) -> bool:
    wanted, there = ([piece if exact else _stem(piece) for piece in _pieces(part)] for part in (phrase, text))
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there)))


def _says(each: Stored, phrase: str, *, exact: bool) -> bool:
    split = re.sub(r"([a-z])([A-Z0-9])|([0-9])([a-z])", r"\1\3 \2\4", each.path.name)
    own = each.properties
    told = [*each.texts, *(name for name, sure in each.labels if sure > 0.08), *own.keywords, own.author, own.sender]
    told += [own.subject, own.camera]
    if not own.author:
        told.append(own.sender)
    return any(_in(phrase, text, exact=exact) for text in [each.path.name, split, *(told if each.read else [])])


def _day(each: Stored) -> date:
    return ((each.properties.taken_at if each.read else None) or each.changed).date()


def _part(field: str) -> Callable[[Stored, str], bool]:
    def holds(each: Stored, value: str) -> bool:
        own = each.properties
        text = own.author or own.sender if field == "author" else getattr(own, field)
        plain = {"ö": "o", "ü": "u"}
        return each.read and _folded(value, plain) in _folded(text, plain)

    return holds


def _folded(text: str, plain: dict[str, str]) -> str:
    return "".join(plain.get(letter, letter) for letter in text.casefold())


def _tagged(each: Stored, value: str) -> bool:
    words = bool(_pieces(value))
    return each.read and any(_in(value, tag, exact=True) if words else tag == value for tag in each.properties.keywords)


def _folders(each: Stored, value: str) -> bool:
    names = each.path.relative_to(ROOT.parent).parts[:-1]
    wanted = value.split("/")
    runs = [names[at : at + len(wanted)] for at in range(len(names) - len(wanted) + 1)]
    return any(all(_in(want, name, exact=True) for want, name in zip(wanted, run, strict=True)) for run in runs)


def _taken_in(each: Stored, value: str) -> bool:
    at = (each.properties.latitude, each.properties.longitude)
    return each.read and at == _PLACES[{"München": "Munich", "Bozen": "Bolzano"}[value]]


def _suffixed(each: Stored, value: str) -> bool:
    name = each.path.name.lower()
    return any(name.endswith(f".{end}") and len(name) > len(end) + 1 for end in value.split(","))


_SIZES: dict[str, Callable[[int], bool]] = {
    ">1KB": lambda size: size > 1000,
    "<=1KB": lambda size: size <= 1000,
    "3MB": lambda size: 2_500_000 <= size < 3_500_000,
    "1..1KB": lambda size: 1 <= size <= 1000,
    ">10MB": lambda size: size > 10_000_000,
}
_DATES = {
    "2023": (date(2023, 1, 1), date(2023, 12, 31)),
    '"May 2023"': (date(2023, 5, 1), date(2023, 5, 31)),
    "2024-03..2025-01-15": (date(2024, 3, 1), date(2025, 1, 15)),
    "31.5.2023": (date(2023, 5, 31), date(2023, 5, 31)),
}
_PHRASES = (
    "red fox", "foxes", "dog", "running dog", "annual report", "100%", "a_b", "東京", "猫", "第3", "ไทย", "tower",
    "東京 tower", "b c", "report 2024", "ship's",
)  # fmt: skip
_NEAR = {"46.5,11.35": "Bozen", "48,11,100km": "München"}
_KINDS = {"photo": {Kind.PHOTO}, "Movies": {Kind.CLIP}, "doc,audio": {Kind.DOCUMENT, Kind.RECORDING}}
_CODES = {"German": "de", "en": "en"}
_MEANINGS: dict[str, tuple[Iterable[str], Callable[[Stored, str], bool]]] = {
    "kind": (_KINDS, lambda each, value: each.kind in _KINDS[value]),
    "ext": (("pdf", "JPG,gz", "tar.gz", "bashrc", "txt"), lambda each, value: _suffixed(each, value.lower())),
    "size": (_SIZES, lambda each, value: _SIZES[value](each.size)),
    "in": (("Trips", "rome", "Trips/Rome", "Dogs", "50%_off", "Files"), _folders),
    "under": ((f"{ROOT}/Trips", f"{ROOT}/Trip"), lambda each, value: each.path.is_relative_to(value)),
    "date": (_DATES, lambda each, value: _DATES[value][0] <= _day(each) <= _DATES[value][1]),
    "after": (_DATES, lambda each, value: _day(each) >= _DATES[value][0]),
    "before": (_DATES, lambda each, value: _day(each) < _DATES[value][0]),
    "place": (("Bozen", "München"), _taken_in),
    "near": (_NEAR, lambda each, value: _taken_in(each, _NEAR[value])),
    "lang": (_CODES, lambda each, value: each.read and each.language == _CODES[value]),
    "tag": (("holiday", "dogs", "Dog", "50%", "ar", "猫", "🙂"), _tagged),
    "author": (("curie", "öst", "50%", "r_x", "anna"), _part("author")),
    "from": (("anna_b@", "annaXb@"), _part("sender")),
    "subject": (("100%", "SHIP"), _part("subject")),
    "camera": (("leica", "m6"), _part("camera")),
    "word": (_PHRASES, lambda each, value: _says(each, value, exact=False)),
    "phrase": (_PHRASES, lambda each, value: _says(each, value, exact=True)),
}

Question = tuple[str, frozenset[Path]]
"""As typed, and what it is to let through."""


@pytest.fixture(scope="module")
def questions(stored: list[Stored]) -> list[Question]:
    """Every filter with every value above."""

    def asked(name: str, value: str) -> Question:
        typed = value if value.startswith('"') or " " not in value else f'"{value}"'
        holds = _MEANINGS[name][1]
        return f"{name}:{typed}", frozenset(each.path for each in stored if holds(each, value))

    return [asked(name, value) for name, (values, _) in _MEANINGS.items() for value in values]


def _combined(
    source: random.Random, questions: list[Question], everything: frozenset[Path], depth: int = 0
) -> Question:
    if depth == 3 or source.random() < 0.4:
        typed, passing = source.choice(questions)
    else:
        parts = [_combined(source, questions, everything, depth + 1) for _ in range(source.randint(2, 3))]
        names = {re.findall(r"\w+", typed)[0] for typed, _ in parts}
        # Filters of one name beside each other may be alternatives: another test is about that.
        either = source.random() < 0.5 or len(names) < len(parts)
        typed = f"({(' OR ' if either else ' ').join(typed for typed, _ in parts)})"
        sets = [passing for _, passing in parts]
        passing = frozenset.union(*sets) if either else frozenset.intersection(*sets)
    return (f"-{typed}", everything - passing) if source.random() < 0.3 else (typed, passing)


def _check(reader: CatalogReader, question: Question, everything: frozenset[Path]) -> None:
    typed, expected = question
    asked = parse(typed)
    assert not asked.problems, typed
    where = asked.query.where
    for condition, right in ((where, expected), (reader.resolved(Not(where), {}), everything - expected)):
        found = {row.path for row in reader.files.by_id(range(1, len(everything) + 1), condition)}
        assert found == right, f"{typed}: {sorted(found ^ right)}"


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_and_its_negation(reader: CatalogReader, stored, questions: list[Question], name: str) -> None:
    everything = frozenset(each.path for each in stored)
    asked = [question for question in questions if question[0].startswith(f"{name}:")]
    for question in asked:
        _check(reader, question, everything)
    assert any(expected and expected != everything for _, expected in asked)


@pytest.mark.parametrize("seed", [1, pytest.param(20, marks=pytest.mark.slow)])
def test_random_questions(reader: CatalogReader, stored, questions: list[Question], seed: int) -> None:
    """A hundred, or two thousand."""
    source, everything = random.Random(seed), frozenset(each.path for each in stored)
    for _ in range(100 * seed):
        _check(reader, _combined(source, questions, everything), everything)
