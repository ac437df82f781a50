"""The wheel holds what the tree holds."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    there = [
        path.parent.relative_to(ROOT)
        for top in ("core", "gui", "resources")
        for path in (ROOT / top).rglob("__init__.py")
    ]
    assert sorted(listed) == sorted("bowerbird." + ".".join(path.parts) for path in there)


def test_every_resource_is_listed() -> None:
    globs = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    kept = {path for glob in globs["bowerbird.resources"] for path in (ROOT / "resources").glob(glob)}
    there = {
        path for path in (ROOT / "resources").rglob("*") if path.is_file() and "__" not in str(path.relative_to(ROOT))
    }
    assert there <= kept | set((ROOT / "resources/screenshots").glob("*"))


def test_the_release_is_pinned_where_it_must_be() -> None:
    pins = (ROOT / "packaging/constraints.txt").read_text("utf-8").splitlines()
    assert {"torch==2.13.0", "milvus-lite==2.5.1"} <= set(pins)
