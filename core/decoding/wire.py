"""How a decoder child answers: a JSON header, then raw buffers.

Never pickle: a child that a hostile file has taken over must not be able to make its parent run anything, nor to send
more than a file is worth.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from math import prod
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core import errors
from bowerbird.core.errors import BowerbirdError, DecoderCrashed, FileError, FileSkipped, FileVanished
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Properties, Segment

Answer = Extraction | bytes | BowerbirdError
_MOST_BYTES = 256 << 20  # of one buffer
# The shape and the elements of a segment's pixels, samples and frames; None stands for any length.
_FORMS: tuple[tuple[tuple[int | None, ...], type], ...] = (
    ((None, None, 3), np.uint8),
    ((None,), np.int16),
    ((None, None, None, 3), np.uint8),
)
_SENDABLE = (FileError, FileVanished, FileSkipped)


def send(pipe: Connection, answer: Answer, *, last: bool) -> None:
    """Send an answer; ``last`` says that this child ends after it."""
    header, buffers = _packed(answer)
    pipe.send_bytes(json.dumps({**header, "last": last}, ensure_ascii=False).encode("utf-8", "replace"))
    for buffer in buffers:
        pipe.send_bytes(buffer)


def receive(pipe: Connection) -> tuple[Answer, bool]:
    """The next answer, and whether its sender ends after it.

    Raises:
        EOFError, OSError: the child is gone.
        DecoderCrashed: what it sent makes no sense.
    """
    header = pipe.recv_bytes(_MOST_BYTES)
    try:
        told = json.loads(header)
        return _unpacked(told, pipe), bool(told["last"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DecoderCrashed("Reading this file confused its decoder; it may be damaged.") from error


def _packed(answer: Answer) -> tuple[dict[str, Any], list[bytes | memoryview]]:
    if isinstance(answer, BowerbirdError):
        return {"error": type(answer).__name__, "sentence": str(answer)}, []
    if isinstance(answer, bytes):
        return {"size": len(answer)}, [answer]
    header = {
        "kind": answer.kind,
        "segments": [_told(segment) for segment in answer.segments],
        "properties": _properties_told(answer.properties),
        "next_s": answer.next_s,
    }
    arrays = [array for segment in answer.segments for array in _arrays(segment) if array is not None]
    buffers = [np.ascontiguousarray(array).data.cast("B") for array in arrays]
    return header, [*buffers, answer.thumbnail, answer.waveform]


def _arrays(segment: Segment) -> tuple[NDArray[Any] | None, ...]:
    return segment.pixels, segment.samples, segment.frames


def _told(segment: Segment) -> dict[str, Any]:
    shapes = [None if array is None else array.shape for array in _arrays(segment)]
    return {"modality": segment.modality, "locator": asdict(segment.locator), "text": segment.text, "shapes": shapes}


def _properties_told(properties: Properties) -> dict[str, Any]:
    taken = properties.taken_at
    return asdict(properties) | {"taken_at": taken.isoformat() if taken else None}


def _unpacked(told: Mapping[str, Any], pipe: Connection) -> Answer:
    if "error" in told:
        kind = getattr(errors, told["error"], None)
        return (kind if kind in _SENDABLE else FileError)(str(told["sentence"]))
    if "size" in told:
        return pipe.recv_bytes(_MOST_BYTES)
    return Extraction(
        Kind(told["kind"]),
        tuple(_segment(one, pipe) for one in told["segments"]),
        _properties(told["properties"]),
        thumbnail=pipe.recv_bytes(_MOST_BYTES),
        waveform=pipe.recv_bytes(_MOST_BYTES),
        next_s=None if told["next_s"] is None else float(told["next_s"]),
    )


def _segment(told: Mapping[str, Any], pipe: Connection) -> Segment:
    forms = zip(told["shapes"], _FORMS, strict=True)
    arrays = [None if shape is None else _array(tuple(shape), form, pipe) for shape, form in forms]
    return Segment(Modality(told["modality"]), Locator(**told["locator"]), str(told["text"]), *arrays)


def _array(shape: tuple[int, ...], form: tuple[tuple[int | None, ...], type], pipe: Connection) -> NDArray[Any]:
    expected, element = form
    fits = len(shape) == len(expected) and all(b in (None, a) for a, b in zip(shape, expected, strict=True))
    if not fits or not 0 < prod(shape) <= _MOST_BYTES:
        raise ValueError("no picture or sound has this shape")
    # Received in place: writable, as torch wants it, and not copied once more.
    array: NDArray[Any] = np.empty(shape, element)
    if pipe.recv_bytes_into(array.data.cast("B")) != array.nbytes:
        raise ValueError("what came is not as large as announced")
    return array


def _properties(told: Mapping[str, Any]) -> Properties:
    taken = told["taken_at"]
    return Properties(**{**told, "taken_at": datetime.fromisoformat(taken) if taken else None})
