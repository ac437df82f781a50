"""A model's file that comes in parts."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.joined import joined


def test_parts_are_joined_once_and_again_when_damaged(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"first, ")
    (tmp_path / "b").write_bytes(b"second")
    files = {"model.bin": (tmp_path / "a", tmp_path / "b"), "config.json": (tmp_path / "a",)}
    digest = "model.bin", sha256(b"first, second").hexdigest()
    folder = joined(tmp_path / "joined", files, digest)
    assert (folder / "model.bin").read_bytes() == b"first, second"
    assert (folder / "config.json").read_bytes() == b"first, "
    modified = (folder / "model.bin").stat().st_mtime_ns
    assert (joined(tmp_path / "joined", files, digest) / "model.bin").stat().st_mtime_ns == modified
    (folder / "model.bin").write_bytes(b"damaged")
    assert (joined(tmp_path / "joined", files, digest) / "model.bin").read_bytes() == b"first, second"


def test_a_wrong_whole_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"first")
    with pytest.raises(ModelUnavailable, match=r"model\.bin was put together wrongly"):
        joined(tmp_path / "joined", {"model.bin": (tmp_path / "a",)}, ("model.bin", "0" * 64))
