"""Answers of decoder children over a real pipe: whole ones arrive as they were, senseless ones end in one error."""

from __future__ import annotations

import copy
import json
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pytest

from bowerbird.core.decoding import wire
from bowerbird.core.errors import (
    BowerbirdError,
    DecoderCrashed,
    DecoderOutOfMemory,
    EnvironmentFailure,
    FileError,
    FileSkipped,
    UsageError,
)
from bowerbird.core.layouts import BYTES
from bowerbird.core.types import Extraction, Kind, Locator, MailHeader, Modality, Properties, Segment

PIXELS = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
FRAMES = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
SAMPLES = np.arange(-50, 50, dtype=np.int16)
PROPERTIES = Properties(
    "Title", "Ada", "ada@example.org", "A subject", "A bird.", ("bird", "🦦"), ("Ada", "Bo"), "Trip", 4,
    datetime(2021, 3, 4, 5, 6, 7, 8), "Bird", "50 mm", "f/2", 1.5, -2.5, 4, 5, 6, 7.5,
)  # fmt: skip
CLIP = Extraction(
    Kind.CLIP,
    (
        Segment(Modality.TEXT, Locator(3, "Chapter", 0.5, 1.5), "Words 🦦\n"),
        Segment(Modality.IMAGE, pixels=PIXELS),
        Segment(Modality.SOUND, samples=SAMPLES),
        Segment(Modality.SCENE, frames=FRAMES),
        Segment(Modality.SCENE, frames=FRAMES, samples=SAMPLES),
    ),
    PROPERTIES,
    thumbnail=b"\xff\xd8...",
    waveform=bytes(range(256)),
    next_at=120.25,
    omissions=("The first page is read.",),
    further_tracks=True,
    layout=bytes(BYTES),
)


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    """The parent's end of a pipe, and the child's."""
    parent, child = Pipe()
    yield parent, child
    parent.close()
    child.close()


def received(ends: tuple[Connection, Connection], *messages: bytes) -> wire.Answer:
    """What the parent makes of these messages of a child that then goes away."""
    parent, child = ends
    for message in messages:
        child.send_bytes(message)
    child.close()
    return wire.receive(parent)[0]


def comparable(extraction: Extraction) -> tuple[object, ...]:
    """All of it, arrays as lists with their element type."""
    segments = [
        (
            segment.modality,
            segment.locator,
            segment.text,
            *map(listed, (segment.pixels, segment.samples, segment.frames)),
        )
        for segment in extraction.segments
    ]
    return segments, replace(extraction, segments=())


def listed(array: np.ndarray | None) -> tuple[str, object] | None:
    return None if array is None else (str(array.dtype), array.tolist())


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(
    "extraction", [CLIP, Extraction(Kind.PHOTO, ()), replace(CLIP, properties=Properties(), next_at=None)]
)
def test_extractions_arrive_as_they_were(
    ends: tuple[Connection, Connection], extraction: Extraction, last: bool
) -> None:
    parent, child = ends
    wire.send(child, extraction, last=last)
    answer, ended = wire.receive(parent)
    assert isinstance(answer, Extraction) and comparable(answer) == comparable(extraction)
    assert ended is last
    assert all(segment.pixels is None or segment.pixels.flags.writeable for segment in answer.segments)


def test_arrays_larger_than_a_pipe_holds_arrive(ends: tuple[Connection, Connection]) -> None:
    parent, child = ends
    pixels = np.random.default_rng(0).integers(0, 255, (1000, 2000, 3), np.uint8)[::2, ::-1]  # not contiguous
    sent = Extraction(Kind.PHOTO, (Segment(Modality.IMAGE, pixels=pixels),))
    sender = threading.Thread(target=wire.send, args=(child, sent), kwargs={"last": False})
    sender.start()
    answer, _ = wire.receive(parent)
    sender.join()
    assert isinstance(answer, Extraction) and answer.segments[0].pixels is not None
    assert np.array_equal(answer.segments[0].pixels, pixels)


@pytest.mark.parametrize("size", [1, BYTES - 1])
def test_a_layout_of_another_size_is_not_believed(ends: tuple[Connection, Connection], size: int) -> None:
    with pytest.raises(DecoderCrashed):
        received(ends, json.dumps(HEADER).encode(), *BUFFERS[:-1], bytes(size))


@pytest.mark.parametrize("jpeg", [b"", b"\xff\xd8 and so on"])
def test_pictures_arrive(ends: tuple[Connection, Connection], jpeg: bytes) -> None:
    parent, child = ends
    wire.send(child, jpeg, last=True)
    assert wire.receive(parent) == (jpeg, True)


@pytest.mark.parametrize(
    "error", [FileError("Cut short."), DecoderOutOfMemory("Too large."), FileSkipped("Nobody reads this.")]
)
def test_errors_of_files_arrive(ends: tuple[Connection, Connection], error: BowerbirdError) -> None:
    parent, child = ends
    wire.send(child, error, last=False)
    answer, last = wire.receive(parent)
    assert (type(answer), str(answer), last) == (type(error), str(error), False)


@pytest.mark.parametrize(
    "name",
    [
        "EnvironmentFailure",
        "UsageError",
        "DecoderCrashed",
        "FileVanished",
        "KeyboardInterrupt",
        "annotations",
        "__doc__",
        "",
        "no such",
    ],
)
def test_a_child_can_only_complain_of_its_file(ends: tuple[Connection, Connection], name: str) -> None:
    message = json.dumps({"error": name, "sentence": "Restart the machine." * 1000, "last": False}).encode()
    answer = received(ends, message)
    assert type(answer) is FileError and str(answer).startswith("Restart") and len(str(answer)) <= 1000


@pytest.mark.parametrize("error", [EnvironmentFailure("No."), UsageError("No.")])
def test_other_errors_arrive_as_those_of_the_file(ends: tuple[Connection, Connection], error: BowerbirdError) -> None:
    parent, child = ends
    wire.send(child, error, last=False)
    assert type(wire.receive(parent)[0]) is FileError


SEGMENT = {
    "modality": "image",
    "locator": {"page": 1, "section": "", "start_s": None, "end_s": None},
    "text": "",
    "shapes": [[1, 1, 3], None, None],
}
HEADER: dict[str, Any] = {
    "kind": "photo",
    "segments": [SEGMENT],
    "properties": {
        "title": "", "author": "", "sender": "", "subject": "", "description": "", "keywords": [], "people": ["Ada"],
        "album": "", "rating": None, "taken_at": None, "camera": "", "lens": "", "exposure": "", "latitude": None,
        "longitude": None, "width": 1, "height": 1, "pages": None, "duration_s": None,
        "live_id": "", "burst_id": "", "clip_bytes": None,
    },
    "next_at": None,
    "omissions": [],
    "further_tracks": False,
    "mails": [],
    "last": False,
}  # fmt: skip
BUFFERS = b"rgb", b"\xff\xd8 thumbnail", b"waveform", b""
WRONG: list[tuple[str, Any]] = [
    ("kind", "spreadsheet"), ("kind", None), ("kind", []),
    ("segments", 7), ("segments", None), ("segments", [7]), ("segments", {"a": 1}), ("segments", [{}]),
    ("segments.0.modality", "smell"), ("segments.0.modality", "text"), ("segments.0.modality", "scene"),
    ("segments.0.text", 7), ("segments.0.text", None), ("segments.0.text", "half a pair: \ud83e"),
    ("segments.0.shapes", None), ("segments.0.shapes", []), ("segments.0.shapes", [[1, 1, 3]]),
    ("segments.0.shapes", [[1, 1, 3], None, None, None]), ("segments.0.shapes", [None, None, None]),
    ("segments.0.shapes", [None, [3], None]), ("segments.0.shapes.0", []), ("segments.0.shapes.0", [3]),
    ("segments.0.shapes.0", [1, 3]), ("segments.0.shapes.0", [1, 1, 4]), ("segments.0.shapes.0", [1, 1, 1, 3]),
    ("segments.0.shapes.0", [0, 1, 3]), ("segments.0.shapes.0", [-1, -1, 3]), ("segments.0.shapes.0", [1.0, 1.0, 3]),
    ("segments.0.shapes.0", ["1", "1", 3]), ("segments.0.shapes.0", [[1], 1, 3]), ("segments.0.shapes.0", "rgb"),
    ("segments.0.shapes.0", [1 << 40, 1, 3]), ("segments.0.shapes.0", [10**400, 1, 3]),
    ("segments.0.shapes.0", [2, 1, 3]), ("segments.0.shapes.0", [float("nan"), 1, 3]),
    ("segments.0.locator", None), ("segments.0.locator", {}), ("segments.0.locator", []),
    ("segments.0.locator.page", "1"), ("segments.0.locator.page", 1.5), ("segments.0.locator.page", 1 << 63),
    ("segments.0.locator.section", None), ("segments.0.locator.start_s", "now"),
    ("segments.0.locator.end_s", float("inf")), ("segments.0.locator.end_s", 10**400),
    ("segments.0.locator.further", 1),
    ("properties", None), ("properties", {}), ("properties", []), ("properties.title", None),
    ("properties.author", ["Ada"]), ("properties.author", "\udcff"), ("properties.width", "wide"),
    ("properties.height", {}), ("properties.pages", 10**30), ("properties.latitude", float("nan")),
    ("properties.duration_s", "long"), ("properties.taken_at", "yesterday"), ("properties.taken_at", 7),
    ("properties.taken_at", "2021-03-04T05:06:07+01:00"), ("properties.further", 1),
    ("properties.keywords", "bird"), ("properties.keywords", [7]), ("properties.people", ["a"] * 1001),
    ("omissions", None), ("omissions", "all"), ("omissions", [None]), ("omissions", ["\udcff"]),
    ("next_at", "soon"), ("next_at", float("nan")), ("next_at", 10**400), ("next_at", []),
]  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    header = copy.deepcopy(HEADER)
    *parents, name = path.split(".")
    place: Any = header
    for parent in parents:
        place = place[int(parent) if parent.isdigit() else parent]
    place[int(name) if name.isdigit() else name] = value
    return header


def test_the_mails_of_a_mailbox_arrive(ends: tuple[Connection, Connection]) -> None:
    mails = (MailHeader(0, 2, "Anna", "Invoice", datetime(2024, 5, 6, 7)), MailHeader(3, 3, "", "", None))
    parent, child = ends
    wire.send(child, Extraction(Kind.DOCUMENT, (), mails=mails), last=False)
    answer, _ = wire.receive(parent)
    assert isinstance(answer, Extraction) and answer.mails == mails


def test_of_thousands_of_keywords_and_omissions_the_first_thousand_arrive(ends: tuple[Connection, Connection]) -> None:
    many = tuple(map(str, range(3_000)))
    parent, child = ends
    wire.send(child, Extraction(Kind.DOCUMENT, (), Properties(keywords=many, people=many), omissions=many), last=False)
    answer, _ = wire.receive(parent)
    assert isinstance(answer, Extraction)
    assert answer.properties.keywords == answer.properties.people == answer.omissions == many[:1_000]


def test_the_header_that_the_next_test_spoils_is_good(ends: tuple[Connection, Connection]) -> None:
    answer = received(ends, json.dumps(HEADER).encode(), *BUFFERS)
    assert isinstance(answer, Extraction) and answer.waveform == b"waveform"


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{path}={str(value)[:20]!a}" for path, value in WRONG])
def test_wrong_values_are_not_believed(ends: tuple[Connection, Connection], path: str, value: Any) -> None:
    with pytest.raises(DecoderCrashed):
        received(ends, json.dumps(changed(path, value)).encode(), *BUFFERS)


@pytest.mark.parametrize("name", HEADER)
def test_missing_values_are_not_made_up(ends: tuple[Connection, Connection], name: str) -> None:
    header = {key: value for key, value in HEADER.items() if key != name}
    with pytest.raises(DecoderCrashed):
        received(ends, json.dumps(header).encode(), *BUFFERS)


def test_further_keys_of_the_header_are_ignored(ends: tuple[Connection, Connection]) -> None:
    answer = received(ends, json.dumps(HEADER | {"further": [1]}).encode(), *BUFFERS)
    assert isinstance(answer, Extraction) and not hasattr(answer, "further")


@pytest.mark.parametrize(
    "header",
    [b"", b"\0", b"\xff\xfe", b"7", b"null", b"[]", b'"error"', b'{"last": false', b"[" * 100_000, b"9" * 10_000,
     b'{"error": 7, "sentence": "", "last": false}', b'{"error": "FileError", "last": false}',
     b'{"error": "FileError", "sentence": 7, "last": false}', b'{"error": [], "sentence": "", "last": false}'],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_header_is_not_believed(ends: tuple[Connection, Connection], header: bytes) -> None:
    with pytest.raises(DecoderCrashed):
        received(ends, header)


@pytest.mark.parametrize("pixels", [b"", b"rg", b"rgba"])
def test_buffers_of_another_size_are_not_believed(ends: tuple[Connection, Connection], pixels: bytes) -> None:
    with pytest.raises(DecoderCrashed):
        received(ends, json.dumps(HEADER).encode(), pixels, *BUFFERS[1:])


def test_an_answer_larger_than_a_file_is_worth_is_refused_before_it_is_received(
    ends: tuple[Connection, Connection],
) -> None:
    large = copy.deepcopy(SEGMENT)
    large["shapes"] = [[1 << 13, 1 << 13, 3], None, None]
    with pytest.raises(DecoderCrashed):
        received(ends, json.dumps(changed("segments", [large] * 6)).encode())


@pytest.mark.parametrize("buffers", range(3))
def test_a_child_that_goes_away_within_an_answer_is_gone(ends: tuple[Connection, Connection], buffers: int) -> None:
    with pytest.raises(EOFError):
        received(ends, json.dumps(HEADER).encode(), *BUFFERS[:buffers])


JUNK = [None, True, -1, 0, 1 << 70, 1.5, float("inf"), "", "photo", "\ud800", [], [1, 1, 3], {}, {"a": []}]


def paths(value: Any, prefix: str = "") -> list[str]:
    """All places in a header, in dots."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [prefix, *(path for key, inner in items for path in paths(inner, f"{prefix}.{key}".lstrip(".")))]


def test_junk_anywhere_gives_an_answer_or_one_error() -> None:
    chance, places = random.Random(7), [path for path in paths(HEADER) if path]
    ends_seen = set()
    for _ in range(500):
        parent, child = Pipe()
        header = changed(chance.choice(places), chance.choice(JUNK))
        try:
            answer = received((parent, child), json.dumps(header).encode(), *BUFFERS)
            ends_seen.add(type(answer))
        except (DecoderCrashed, EOFError) as error:
            ends_seen.add(type(error))
        finally:
            parent.close()
    assert {Extraction, DecoderCrashed} <= ends_seen <= {Extraction, DecoderCrashed, EOFError}


@pytest.mark.parametrize(
    "picture", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\xff\xd8" + bytes(wire._MAX_JPEG)]
)
def test_a_picture_is_a_jpeg_of_a_sensible_size(ends: tuple[Connection, Connection], picture: bytes) -> None:
    parent, child = ends
    sender = threading.Thread(target=_send_picture, args=(child, picture))
    sender.start()
    with pytest.raises((DecoderCrashed, OSError)):
        wire.receive(parent)
    parent.close()
    sender.join(10)
    assert not sender.is_alive()


def _send_picture(child: Connection, picture: bytes) -> None:
    with suppress(OSError):  # the other end hung up on it
        child.send_bytes(b'{"size": 1, "last": false}')
        child.send_bytes(picture)


def test_no_file_is_worth_so_many_segments(ends: tuple[Connection, Connection]) -> None:
    segment = '{"modality": "text", "locator": {}, "text": "", "shapes": []}'
    header = f'{{"kind": "document", "segments": [{",".join([segment] * 50_001)}], "last": false}}'
    with pytest.raises(DecoderCrashed) as caught:
        parent, child = ends
        sender = threading.Thread(target=child.send_bytes, args=(header.encode(),))
        sender.start()
        wire.receive(parent)
    sender.join(10)
    assert str(caught.value.__cause__).startswith("more segments")
