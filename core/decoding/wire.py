"""How a decoder child and its parent talk: a request and an open file one way, a header in JSON and raw buffers back.

An answer is not pickle: a child that a hostile file has taken over must not be able to make its parent run anything,
nor to pass on values that the rest of the program does not expect, nor more than a file is worth.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from multiprocessing import BufferTooShort
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from bowerbird.core import errors
from bowerbird.core.errors import BowerbirdError, DecoderCrashed, DecoderOutOfMemory, FileError, FileSkipped
from bowerbird.core.extractors.source import Source
from bowerbird.core.layouts import BYTES
from bowerbird.core.types import Extraction, Kind, Locator, MailHeader, Modality, Properties, Segment

R = TypeVar("R", Locator, Properties, MailHeader)
Answer = Extraction | bytes | BowerbirdError
"""What was extracted, a JPEG, or why there is neither."""
_MAX_BUFFER = 256 << 20  # bytes; of the header too
_MAX_ANSWER = 1 << 30  # bytes of all arrays of an answer; a part of a clip with many scenes takes 200 MB
_MAX_SEGMENTS = 50_000
_MAX_JPEG = 64 << 20  # bytes; a preview of the largest screens takes a few million
_MAX_WAVEFORM = 1 << 20  # bytes
_MAX_SENTENCE = 1_000  # characters
_MAX_TEXTS = 1_000  # keywords, names of people, omissions: more of them are dropped, and never received
_SENDABLE = (FileError, DecoderOutOfMemory, FileSkipped)
# Shape (None: any length) and element type of the arrays of a segment: its pixels, its samples, its frames.
_FORMS: tuple[tuple[tuple[int | None, ...], type], ...] = (
    ((None, None, 3), np.uint8),
    ((None,), np.int16),
    ((None, None, None, 3), np.uint8),
)
# Which of these arrays come with each modality: pixels, samples, frames.
_CARRIES: Mapping[Modality, tuple[tuple[bool, bool, bool], ...]] = {
    Modality.TEXT: ((False, False, False),),
    Modality.IMAGE: ((True, False, False),),
    Modality.SOUND: ((False, True, False),),
    Modality.SCENE: ((False, False, True), (False, True, True)),
}
# What reading a header with anything wrong in it raises.
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError, BufferTooShort)


def send_ready(pipe: Connection, missing_walls: Sequence[str]) -> None:
    """Say that this child takes requests from now on; ``missing_walls`` is a sentence for each that it lacks."""
    pipe.send_bytes(json.dumps(missing_walls).encode())


def receive_ready(pipe: Connection) -> tuple[str, ...]:
    """What walls a child lacks.

    Raises:
        EOFError: it died before it was ready.
        OSError: the same.
    """
    return tuple(json.loads(pipe.recv_bytes(_MAX_SENTENCE * 10)))


def send_request(pipe: Connection, pid: int, call: str, source: Source, *arguments: object) -> None:
    """Ask the child with the id ``pid`` for something about a file; the open file itself goes along."""
    pipe.send((call, source.name, arguments))
    send_handle(pipe, _handle(source.fileno()), pid)


def receive_request(pipe: Connection) -> tuple[str, Source, tuple[Any, ...]]:
    """What is called, the file, and the other arguments.

    Raises:
        EOFError: the parent is gone, or has closed the pipe.
        OSError: the same.
    """
    call, name, arguments = pipe.recv()
    return call, Source(name, _descriptor(recv_handle(pipe))), arguments


if sys.platform == "win32":
    import msvcrt

    def _handle(descriptor: int) -> int:
        return msvcrt.get_osfhandle(descriptor)

    def _descriptor(handle: int) -> int:
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)

else:

    def _handle(descriptor: int) -> int:
        return descriptor

    def _descriptor(handle: int) -> int:
        return handle


def send(pipe: Connection, answer: Answer, *, last: bool) -> None:
    """Send an answer; ``last`` says that this child ends after it."""
    header, buffers = _packed(answer)
    pipe.send_bytes(json.dumps({**header, "last": last}, ensure_ascii=False).encode("utf-8", "replace"))
    for buffer in buffers:
        pipe.send_bytes(buffer)


def receive(pipe: Connection) -> tuple[Answer, bool]:
    """The next answer, and whether its sender ends after it.

    Raises:
        EOFError: the child is gone.
        OSError: the same, or a message is larger than an answer may be.
        DecoderCrashed: what it sent is no answer.
    """
    raw = pipe.recv_bytes(_MAX_BUFFER)
    try:
        header = json.loads(raw)
        return _unpacked(header, pipe), bool(header["last"])
    except _MALFORMED as error:
        raise DecoderCrashed("Reading this file confused its decoder; it may be damaged.") from error


def _packed(answer: Answer) -> tuple[dict[str, Any], list[bytes | memoryview]]:
    if isinstance(answer, BowerbirdError):
        return {"error": type(answer).__name__, "sentence": str(answer)}, []
    if isinstance(answer, bytes):
        return {"size": len(answer)}, [answer]
    header = {
        "kind": answer.kind,
        "segments": [_segment_header(segment) for segment in answer.segments],
        "properties": _properties_header(answer.properties),
        "next_at": answer.next_at,
        "omissions": answer.omissions[:_MAX_TEXTS],
        "further_tracks": answer.further_tracks,
        "mails": [asdict(mail) | {"sent_at": mail.sent_at and mail.sent_at.isoformat()} for mail in answer.mails],
    }
    arrays = [array for segment in answer.segments for array in _arrays(segment) if array is not None]
    buffers = [np.ascontiguousarray(array).data.cast("B") for array in arrays]
    return header, [*buffers, answer.thumbnail, answer.waveform, answer.layout]


def _arrays(segment: Segment) -> tuple[NDArray[Any] | None, ...]:
    return segment.pixels, segment.samples, segment.frames


def _segment_header(segment: Segment) -> dict[str, Any]:
    shapes = [None if array is None else array.shape for array in _arrays(segment)]
    return {"modality": segment.modality, "locator": asdict(segment.locator), "text": segment.text, "shapes": shapes}


def _properties_header(properties: Properties) -> dict[str, Any]:
    taken = properties.taken_at
    lists = {"keywords": properties.keywords[:_MAX_TEXTS], "people": properties.people[:_MAX_TEXTS]}
    return asdict(properties) | {"taken_at": taken.isoformat() if taken else None, **lists}


def _unpacked(header: Mapping[str, Any], pipe: Connection) -> Answer:
    if "error" in header:
        error_class = getattr(errors, header["error"], None)
        sentence = _text(header["sentence"])[:_MAX_SENTENCE]
        return (error_class if error_class in _SENDABLE else FileError)(sentence)
    if "size" in header:
        return _jpeg(pipe)
    segments = header["segments"]
    if len(segments) > _MAX_SEGMENTS:
        raise ValueError("more segments than a file is worth")
    if sum(_size(segment["shapes"]) for segment in segments) > _MAX_ANSWER:
        raise ValueError("more than a file is worth")
    return Extraction(
        Kind(header["kind"]),
        tuple(_segment(segment, pipe) for segment in segments),
        _record(Properties, header["properties"]),
        thumbnail=_jpeg(pipe),
        waveform=pipe.recv_bytes(_MAX_WAVEFORM),
        layout=_layout(pipe),
        next_at=_number(header["next_at"]),
        omissions=_texts(header["omissions"]),
        further_tracks=header["further_tracks"] is True,
        mails=tuple(_record(MailHeader, mail) for mail in header["mails"][:_MAX_SEGMENTS]),
    )


def _jpeg(pipe: Connection) -> bytes:
    """A picture, or nothing."""
    picture = pipe.recv_bytes(_MAX_JPEG)
    if picture and not picture.startswith(b"\xff\xd8"):
        raise ValueError("no JPEG")
    return picture


def _layout(pipe: Connection) -> bytes:
    """A layout, or nothing."""
    layout = pipe.recv_bytes(BYTES)
    if len(layout) not in (0, BYTES):
        raise ValueError("no layout")
    return layout


def _size(shapes: list[list[int] | None]) -> int:
    """The elements of a segment's arrays together; its samples have two bytes each, but are never many."""
    return sum(math.prod(shape) for shape in shapes if shape is not None)


def _segment(header: Mapping[str, Any], pipe: Connection) -> Segment:
    modality, shapes = Modality(header["modality"]), header["shapes"]
    if tuple(shape is not None for shape in shapes) not in _CARRIES[modality]:
        raise ValueError("not what a segment of this modality carries")
    forms = zip(shapes, _FORMS, strict=True)
    arrays = [None if shape is None else _array(tuple(shape), form, pipe) for shape, form in forms]
    return Segment(modality, _record(Locator, header["locator"]), _text(header["text"]), *arrays)


def _array(shape: tuple[int, ...], form: tuple[tuple[int | None, ...], type], pipe: Connection) -> NDArray[Any]:
    expected, element = form
    fits = len(shape) == len(expected) and all(b in (None, a) for a, b in zip(shape, expected, strict=True))
    if not fits or min(shape) < 1 or math.prod(shape) > _MAX_BUFFER:
        raise ValueError("no picture or sound has this shape")
    # Received in place: writable, as torch wants it, and not copied once more.
    array: NDArray[Any] = np.empty(shape, element)
    if pipe.recv_bytes_into(array.data.cast("B")) != array.nbytes:
        raise ValueError("what came is not as large as announced")
    return array


def _record(record: type[R], header: Mapping[str, Any]) -> R:
    """A ``Locator``, ``Properties`` or ``MailHeader`` with exactly the fields of the header, each of its type."""
    types = _FIELDS[record]
    if header.keys() != types.keys():
        raise ValueError("not the fields of this record")
    return record(**{name: _READERS[kind](header[name]) for name, kind in types.items()})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()  # halves of surrogate pairs, which JSON can hold, raise here and not in the catalog
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_TEXTS:
        raise TypeError("no list of texts, or more than a file is worth")
    return tuple(_text(text) for text in value)


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError("no number")
    return float(value)


def _integer(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 63:  # more than SQLite holds
        raise TypeError("no integer")
    return value


def _ordinal(value: object) -> int:
    number = _integer(value)
    if number is None:
        raise TypeError("no number of a segment")
    return number


def _local_time(value: object) -> datetime | None:
    moment = datetime.fromisoformat(_text(value)) if value is not None else None
    if moment is not None and moment.tzinfo is not None:
        raise ValueError("a local time has no zone")
    return moment


_FIELDS: Mapping[type, Mapping[str, Any]] = {
    record: get_type_hints(record) for record in (Locator, Properties, MailHeader)
}
_READERS: Mapping[Any, Callable[[object], Any]] = {
    str: _text,
    tuple[str, ...]: _texts,
    float | None: _number,
    int: _ordinal,
    int | None: _integer,
    datetime | None: _local_time,
}
