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

from bowerbird.core import errors
from bowerbird.core.errors import BowerbirdError, DecoderCrashed, FileError, FileSkipped, FileVanished
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Pixels, Properties, Segment

Answer = Extraction | bytes | BowerbirdError
_MOST_BYTES = 256 << 20  # of one buffer
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
    pictures = [segment.pixels for segment in answer.segments if segment.pixels is not None]
    header = {
        "kind": answer.kind,
        "segments": [_told(segment) for segment in answer.segments],
        "properties": _properties_told(answer.properties),
    }
    return header, [*(np.ascontiguousarray(picture).data.cast("B") for picture in pictures), answer.thumbnail]


def _told(segment: Segment) -> dict[str, Any]:
    shape = None if segment.pixels is None else segment.pixels.shape
    return {"modality": segment.modality, "locator": asdict(segment.locator), "text": segment.text, "shape": shape}


def _properties_told(properties: Properties) -> dict[str, Any]:
    taken = properties.taken_at
    return asdict(properties) | {"taken_at": taken.isoformat() if taken else None}


def _unpacked(told: Mapping[str, Any], pipe: Connection) -> Answer:
    if "error" in told:
        kind = getattr(errors, told["error"], None)
        return (kind if kind in _SENDABLE else FileError)(str(told["sentence"]))
    if "size" in told:
        return pipe.recv_bytes(_MOST_BYTES)
    segments = tuple(_segment(one, pipe) for one in told["segments"])
    return Extraction(Kind(told["kind"]), segments, _properties(told["properties"]), pipe.recv_bytes(_MOST_BYTES))


def _segment(told: Mapping[str, Any], pipe: Connection) -> Segment:
    pixels = None if told["shape"] is None else _pixels(tuple(told["shape"]), pipe)
    return Segment(Modality(told["modality"]), Locator(**told["locator"]), str(told["text"]), pixels)


def _pixels(shape: tuple[int, ...], pipe: Connection) -> Pixels:
    if len(shape) != 3 or shape[2] != 3 or not 0 < prod(shape) <= _MOST_BYTES:
        raise ValueError("no picture has this shape")
    # Received in place: writable, as torch wants it, and not copied once more.
    pixels = np.empty(shape, np.uint8)
    if pipe.recv_bytes_into(pixels.data.cast("B")) != pixels.nbytes:
        raise ValueError("the picture is not as large as announced")
    return pixels


def _properties(told: Mapping[str, Any]) -> Properties:
    taken = told["taken_at"]
    return Properties(**{**told, "taken_at": datetime.fromisoformat(taken) if taken else None})
