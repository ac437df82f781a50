"""What is forgotten is gone: no byte of its words, vectors, labels, thumbnail or name is left in the library."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.vectors.store import VectorStore
from tests import makers

_SECRET = "zanzibarquartz"
_Forget = Callable[[Library, Path], None]


def _remove_folder(library: Library, folder: Path) -> None:
    library.remove_folder(folder)


def _delete_files(library: Library, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    (folder / "another.txt").write_text("It stays.")  # else the folder looks like a disk that is away
    library.index((), lambda progress: None)


def _exclude_files(library: Library, folder: Path) -> None:
    library.change_settings(replace(library.settings(), excludes=("*.txt", "*.jpg")))
    library.index((), lambda progress: None)


@pytest.mark.parametrize("forget", [_remove_folder, _delete_files, _exclude_files])
def test_no_byte_is_left(
    forget: _Forget, files: Path, library_folder: Path, open_library: Callable[[], Library]
) -> None:
    (files / f"{_SECRET}-name.txt").write_text(f"The password of the {_SECRET} is written on the back of the clock.")
    makers.photo(files / f"{_SECRET}.jpg", 3)
    kept = files.parent / "kept"
    kept.mkdir()
    (kept / "kept.md").write_text("What is kept is found afterwards too.")
    library = open_library()
    library.index([files, kept], lambda progress: None)
    vectors = _vectors(library, f"%{_SECRET}%")
    traces = [_SECRET.encode(), *(piece for vector in vectors for piece in _pieces(vector))]
    before = _bytes_of(library_folder)
    assert _SECRET.encode() in before
    assert all(any(piece in before for piece in _pieces(vector)) for vector in vectors)
    thumbnails = list(LibraryPaths(library_folder).thumbnails.rglob("*.jpg"))
    assert thumbnails

    forget(library, files)

    after = _bytes_of(library_folder)
    assert [trace for trace in traces if trace in after] == []
    assert not any(path.exists() for path in thumbnails)
    assert all(any(piece in after for piece in _pieces(vector)) for vector in _vectors(library, "%kept.md"))
    assert "kept.md" in [path.name for path in _found(library, "what is kept")]
    library.close()
    after = _bytes_of(library_folder)
    assert [trace for trace in traces if trace in after] == []


def _found(library: Library, text: str) -> list[Path]:
    from bowerbird.core.questions import Query

    return [hit.path for hit in library.search(Query(text, limit=5)).hits]


def _pieces(vector: bytes) -> list[bytes]:
    """A vector may lie on several pages of a file."""
    return [vector[start : start + 64] for start in range(0, len(vector), 64)]


def _vectors(library: Library, path: str) -> list[bytes]:
    """A file's vectors, as the catalog keeps them and as the vector store does."""
    rows = library._connections.get().execute(
        "SELECT e.vector FROM embeddings e JOIN segments s ON s.id = e.segment_id "
        "JOIN files f ON f.content_id = s.content_id WHERE CAST(f.path AS TEXT) LIKE ?",
        (path,),
    )
    halves = [row[0] for row in rows]
    assert halves
    return halves + [np.frombuffer(half, np.float16).astype(np.float32).tobytes() for half in halves]


def _bytes_of(folder: Path) -> bytes:
    """All files of a library but its models. Read by another process: closing a file would give up our locks on it."""
    find = ["find", folder, "-name", "models", "-prune", "-o", "-type", "f", "-exec", "cat", "{}", "+"]
    return subprocess.run(find, check=True, capture_output=True).stdout


def test_searching_goes_on_while_the_store_is_compacted(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from bowerbird.core.types import Kind

    store = VectorStore(tmp_path / "vec.db")
    store.open()
    try:
        vectors = np.random.default_rng(1).normal(size=(20_000, 64)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        store.ensure("a@1", 64)
        store.upsert("a@1", list(range(len(vectors))), vectors, [Kind.PHOTO] * len(vectors))
        store.delete(list(range(0, len(vectors), 2)))
        with ThreadPoolExecutor() as pool:
            searching = pool.submit(lambda: [store.search("a@1", vectors[1:2], 1)[0][0][0] for _ in range(20)])
            while not searching.done():
                store.file.compact()
        assert searching.result() == [1] * 20
        assert vectors[0].tobytes() not in _bytes_of(tmp_path)
        assert vectors[1].tobytes() in _bytes_of(tmp_path)
    finally:
        store.close()
