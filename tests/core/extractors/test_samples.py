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
INDEXED = {"photo_formats": 68, "iscc_samples": 23, "documents": 152, "broken": 40}
VAGUE = ("Error", "0x", "None", "Traceback")


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractPool]:
    opened = ExtractPool(2, deadline_s=30)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", INDEXED)
def test_none_lost_none_crashing(samples: Path, pool: ExtractPool, name: str) -> None:
    files = [path for path in sorted((samples / name).rglob("*")) if path.is_file() and path.name != "manifest.tsv"]
    futures = [(path, pool.extract(path, Limits())) for path in files]
    ends: Counter[str] = Counter()
    for path, future in futures:
        error = future.exception(120)
        assert not isinstance(error, (DecoderCrashed, DecoderTimeout)), path
        if error is None:
            ends["indexed"] += 1
        else:
            assert isinstance(error, (FileError, FileSkipped)), (path, error)
            assert str(error).endswith(".") and not any(word in str(error) for word in VAGUE), (path, error)
            ends["skipped" if isinstance(error, FileSkipped) else "failed"] += 1
    assert sum(ends.values()) == len(files)
    assert ends["indexed"] >= INDEXED[name], ends


def test_every_photo_has_pixels_and_a_thumbnail(samples: Path, pool: ExtractPool) -> None:
    files = [path for path in sorted((samples / "photo_formats").rglob("*")) if path.suffix not in (".tsv", "")]
    for path, future in [(path, pool.extract(path, Limits())) for path in files if path.is_file()]:
        extraction = future.result(120)
        assert extraction.kind is Kind.PHOTO and extraction.thumbnail.startswith(b"\xff\xd8"), path
        assert all(one.pixels is not None and min(one.pixels.shape[:2]) == 256 for one in extraction.segments), path


def test_the_same_words_out_of_every_container(samples: Path, pool: ExtractPool) -> None:
    for suffix in ["doc", "docx", "html", "odt", "ppt", "pptx", "rtf", "txt", "xhtml", "xml"]:
        path = samples / "iscc_samples" / "text" / f"demo.{suffix}"
        text = " ".join(one.text for one in pool.extract(path, Limits()).result(120).segments)
        assert "dolore magna aliquyam erat" in " ".join(text.split()), suffix


def test_rendering_hostile_files_crashes_nothing(samples: Path, pool: ExtractPool) -> None:
    files = [path for path in sorted((samples / "broken").rglob("*")) if path.is_file()]
    for path, future in [(path, pool.render(path, None, 300)) for path in files]:
        assert isinstance(future.exception(120), (FileError, FileSkipped, type(None))), path
