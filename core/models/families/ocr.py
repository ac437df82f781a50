"""PP-OCR: reads text in photos and scanned pages.

Three networks: one finds lines, one says whether a line stands on its head, one reads it (Li et al. 2022, "PP-OCRv3",
and its successors). They are published as ONNX files, so that ONNX Runtime runs them as they are, on the CPU, also
where there is a GPU: torch, which runs the other families there, does not load such files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families import text_boxes, text_lines, text_order
from bowerbird.core.models.families.text_boxes import Map, Quad
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.models.runtime.runtimes import onnx_name, onnx_session
from bowerbird.core.types import Encoded, Modality, PictureLine, Pixels

GATE_AREA = 320 * 320
"""Pixels of the small picture that tells whether there is text (``packaging/bench ocr``).

Over 80 photos it notices 20 of 25 with writing that can be read, lets 24 of 55 others through, and takes 0.12 CPU
seconds where reading takes 1.05. All of 23 screenshots and pages, rendered or of PDFs, are noticed.
"""
_MAYBE = 0.3  # of the map, anywhere in the small picture
DETECT_AREA = 1_280 * 960
"""Pixels of the picture that lines are looked for in; they are read in the picture as it was given."""
_MIN_DETECT_SIDE = 736  # a smaller picture is enlarged: small letters are found better
_STRIDE = 32  # the detector takes sides that are multiples of this
# Of 132 lines read in 183 photos 13 are less sure: of these 2 have a word that may be right, the others are scraps.
_MIN_CONFIDENCE = 0.75
_MIN_CHARACTERS = 2  # letters and digits of a line: single ones are mostly patterns taken for writing
_SURE = 0.85  # a line read less surely is tried upside down too
_MAX_LINES = 600  # the largest ones: a page of a newspaper has about 400, noise any number
_MIN_SIDE = 4.0  # pixels of a line
_VOTERS = 8  # lines that tell whether all of a direction are upside down
_TINY = np.float32(1e-6)
_GOLDEN_GRID = 16
_GOLDEN_CLASSES = 256


class Ocr:
    """Finds and reads lines of text, whichever way up they are."""

    family: ClassVar[str] = "ocr"
    modality: ClassVar[Modality] = Modality.IMAGE

    def __init__(self, context: LoadContext) -> None:
        """Load the three networks."""
        files, threads = context.files, context.threads
        self._reader = context.entry.reader
        self._detector = onnx_session(files["detector"], threads, free_memory=True)
        self._classifier = onnx_session(files["classifier"], 1, free_memory=True)
        self._recognizer = onnx_session(files["recognizer"], 1, free_memory=True)
        alphabet = self._recognizer.get_modelmeta().custom_metadata_map["character"].split("\n")
        self._alphabet = ("", *alphabet, " ")
        self._side_by_side = ThreadPoolExecutor(threads, "ocr")

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return onnx_name()

    def read(self, picture: Pixels) -> tuple[PictureLine, ...]:
        """The lines of text in a picture, in the order a person reads them.

        None if a small copy of the picture does not look as if there were any, which costs a tenth as much.
        """
        return self.read_all(picture) if self.may_have_text(picture) else ()

    def may_have_text(self, picture: Pixels) -> bool:
        """Whether a small copy of a picture looks as if there were text in it."""
        return float(self._map(picture, GATE_AREA).max()) >= _MAYBE

    def read_all(self, picture: Pixels) -> tuple[PictureLine, ...]:
        """As ``read``, without the look at a small copy."""
        quads = self._upright(picture, self._lines(picture))
        lines = list(self._side_by_side.map(lambda quad: self._read_line(picture, quad), quads))
        likely = [line for line in lines if _is_likely(line)]
        return text_order.in_reading_order(likely, picture.shape[1] / picture.shape[0])

    def encode(self, items: Sequence[Pixels]) -> Encoded:
        """What the networks make of pictures, as vectors, to be compared with the golden ones."""
        return Encoded({self._reader: unit(np.stack([self._fingerprint(picture) for picture in items]))})

    def _map(self, picture: Pixels, area: int, min_side: int = _STRIDE) -> Map:
        """How likely each pixel is text, for a copy of the picture of about so many pixels at the most."""
        from PIL import Image

        height, width = picture.shape[:2]
        scale = min(max(1.0, min_side / min(height, width)), (area / (height * width)) ** 0.5)
        size = [max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in (width, height)]
        small = Image.fromarray(picture).resize((size[0], size[1]), Image.Resampling.BILINEAR)
        pixels = np.asarray(small)[None, :, :, ::-1].transpose(0, 3, 1, 2) / np.float32(127.5) - 1
        return np.asarray(self._detector.run(None, {"x": pixels})[0][0, 0])

    def _lines(self, picture: Pixels) -> list[Quad]:
        """Boxes around lines of text, in the picture's pixels, the largest ones."""
        text_map = self._map(picture, DETECT_AREA, _MIN_DETECT_SIDE)
        size = np.array(picture.shape[1::-1], np.float32)
        scale = size / np.array(text_map.shape[::-1], np.float32)
        quads: list[Quad] = [np.clip(quad * scale, 0, size - 1) for quad in text_boxes.boxes(text_map)]
        quads = [quad for quad in quads if min(text_lines.sides(quad)) >= _MIN_SIDE]
        return sorted(quads, key=lambda quad: -math.prod(text_lines.sides(quad)))[:_MAX_LINES]

    def _upright(self, picture: Pixels, quads: Sequence[Quad]) -> list[Quad]:
        """The boxes with their corners in the order of their text, which most lines of a direction agree on."""
        tall = [quad for quad in quads if text_lines.is_tall(quad)]
        wide = [quad for quad in quads if not text_lines.is_tall(quad)]
        groups = [wide, [text_lines.turned(quad, 1) for quad in tall]]
        return [text_lines.turned(quad, 2 * self._on_its_head(picture, group)) for group in groups for quad in group]

    def _on_its_head(self, picture: Pixels, quads: Sequence[Quad]) -> bool:
        """Whether the longest lines of a direction are upside down."""
        longest = sorted(quads, key=lambda quad: -text_lines.sides(quad)[0])[:_VOTERS]
        votes = [self._turn(text_lines.crop(picture, quad)) for quad in longest]
        return bool(votes) and float(np.mean(votes)) > 0.5

    def _turn(self, line: Pixels) -> float:
        """How likely (0…1) a line is upside down, by its beginning."""
        start = text_lines.network_input(line[:, : text_lines.TURN_WIDTH], text_lines.TURN_WIDTH)
        return float(self._classifier.run(None, {"x": start})[0][0, 1])

    def _read_line(self, picture: Pixels, quad: Quad) -> PictureLine:
        line = self._recognized(picture, quad)
        if line.confidence >= _SURE:
            return line
        other = self._recognized(picture, text_lines.turned(quad, 2))
        return max(line, other, key=lambda read: read.confidence)

    def _recognized(self, picture: Pixels, quad: Quad) -> PictureLine:
        cut = text_lines.crop(picture, quad)
        text, confidence, edges = text_lines.decode(*self._probabilities(cut), self._alphabet)
        corners = quad / np.array(picture.shape[1::-1], np.float32)
        return PictureLine(text, confidence, tuple((float(x), float(y)) for x, y in corners), edges)

    def _probabilities(self, line: Pixels) -> tuple[NDArray[np.float32], float]:
        """Of each step and class, shape (steps, classes); and the share of the steps that is not padding."""
        padded = text_lines.network_input(line)
        return np.asarray(self._recognizer.run(None, {"x": padded})[0][0]), line.shape[1] / padded.shape[3]

    def _fingerprint(self, picture: Pixels) -> NDArray[np.float32]:
        """Log odds of the map in a grid, of a turn, and of some characters, each part of length 1."""
        text_map = self._map(picture, GATE_AREA)
        rows, columns = (np.arange(side) * _GOLDEN_GRID // side for side in text_map.shape)
        grid = np.zeros((_GOLDEN_GRID, _GOLDEN_GRID), np.float32)
        np.add.at(grid, (rows[:, None], columns[None, :]), _log_odds(text_map))
        strip = picture[: text_lines.HEIGHT]
        characters = np.log(self._probabilities(strip)[0][:, :_GOLDEN_CLASSES] + _TINY).mean(axis=0)
        parts = [grid.ravel(), characters - characters.mean(), _log_odds(np.array([self._turn(strip)], np.float32))]
        return np.concatenate([unit(part[None])[0] for part in parts])


def _is_likely(line: PictureLine) -> bool:
    return line.confidence >= _MIN_CONFIDENCE and sum(map(str.isalnum, line.text)) >= _MIN_CHARACTERS


def _log_odds(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.log((probability + _TINY) / (1 - probability + _TINY)), np.float32)
