"""What is read of one of each format, compared with texts that were checked by eye: ``golden/NAME.txt``.

``BOWERBIRD_WRITE_GOLDEN=1 python -m pytest tests/core/extractors/test_golden.py`` writes them anew.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pytest

from bowerbird.core.types import Extraction
from tests.document_makers import MAKERS
from tests.makers import extract

GOLDEN = Path(__file__).with_name("golden")


def described(extraction: Extraction) -> str:
    """An extraction as a person reads it: what the file says of itself, what was left out, and the text by places."""
    lines = [f"{name}: {value}" for name, value in asdict(extraction.properties).items() if value not in ("", (), None)]
    lines += [f"omitted: {sentence}" for sentence in extraction.omissions]
    lines += ["thumbnail"] if extraction.thumbnail else []
    place = None
    for segment in extraction.segments:
        if segment.locator != place:
            place = segment.locator
            lines.append(f"\n--- {f'page {place.page}' if place.page else place.section or 'text'}")
        lines += [line.rstrip().replace("\t", " | ") for line in segment.text.splitlines() if line.strip()]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", MAKERS)
def test_golden(tmp_path: Path, name: str) -> None:
    path, golden = tmp_path / name, GOLDEN / f"{name}.txt"
    path.write_bytes(MAKERS[name]())
    text = described(extract(path))
    if os.environ.get("BOWERBIRD_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.glob("*.txt")} == {f"{name}.txt" for name in MAKERS}
