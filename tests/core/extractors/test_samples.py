"""Many real files, hostile ones among them: each is indexed, skipped, or failed with a reason; none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DecoderCrashed, DecoderTimeout, FileError, FileSkipped
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Kind

# Files that must at least be indexed: floors against regressions, as measured.
INDEXED = {"photo_formats": 68, "iscc_samples": 23, "documents": 161, "broken": 40}
VAGUE = ("Error", "0x", "None", "Traceback")


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractPool]:
    shared = ExtractPool(2, deadline_s=120)
    yield shared
    shared.close()


@pytest.mark.parametrize("name", INDEXED)
def test_none_lost_none_crashing(data: Path, pool: ExtractPool, name: str) -> None:
    files = [path for path in sorted((data / name).rglob("*")) if path.is_file() and path.name != "manifest.tsv"]
    futures = [(path, pool.extract(path, Limits())) for path in files]
    ends: Counter[str] = Counter()
    for path, future in futures:
        error = future.exception(600)
        assert not isinstance(error, (DecoderCrashed, DecoderTimeout)), path
        if error is None:
            ends["indexed"] += 1
        else:
            assert isinstance(error, (FileError, FileSkipped)), (path, error)
            assert str(error).endswith(".") and not any(word in str(error) for word in VAGUE), (path, error)
            ends["skipped" if isinstance(error, FileSkipped) else "failed"] += 1
    assert sum(ends.values()) == len(files)
    assert ends["indexed"] >= INDEXED[name], ends


def test_every_photo_has_pixels_and_a_thumbnail(data: Path, pool: ExtractPool) -> None:
    files = [path for path in sorted((data / "photo_formats").rglob("*")) if path.suffix not in (".tsv", "")]
    for path, future in [(path, pool.extract(path, Limits())) for path in files if path.is_file()]:
        extraction = future.result(600)
        assert extraction.kind is Kind.PHOTO and extraction.thumbnail.startswith(b"\xff\xd8"), path
        assert all(page.pixels is not None and min(page.pixels.shape[:2]) == 256 for page in extraction.segments), path


def test_the_same_words_out_of_every_container(data: Path, pool: ExtractPool) -> None:
    for suffix in ["doc", "docx", "html", "odt", "ppt", "pptx", "rtf", "txt", "xhtml", "xml"]:
        path = data / "iscc_samples" / "text" / f"demo.{suffix}"
        text = " ".join(segment.text for segment in pool.extract(path, Limits()).result(600).segments)
        assert "dolore magna aliquyam erat" in " ".join(text.split()), suffix


def test_rendering_hostile_files_crashes_nothing(data: Path, pool: ExtractPool) -> None:
    files = [path for path in sorted((data / "broken").rglob("*")) if path.is_file()]
    for path, future in [(path, pool.render(path, None, 300)) for path in files]:
        assert isinstance(future.exception(600), (FileError, FileSkipped, type(None))), path
