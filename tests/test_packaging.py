"""The wheel holds what the tree holds."""

from __future__ import annotations

import re
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


def test_the_types_are_for_others_too() -> None:
    """PEP 561: each package below the namespace ``bowerbird`` has a marker, which the wheel takes along."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    for package in ("core", "gui"):
        assert (ROOT / package / "py.typed").is_file() and "py.typed" in data[f"bowerbird.{package}"]


def test_the_version_has_a_dated_section_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    sections = re.findall(
        r"^## \[(.+)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    released = [(name, day) for name, day in sections if name != "Unreleased"]
    assert released[0][0] == version and all(day for _, day in released)
    assert [day for _, day in released] == sorted((day for _, day in released), reverse=True)


def test_the_release_is_pinned_where_it_must_be() -> None:
    pins = (ROOT / "packaging/constraints.txt").read_text("utf-8").splitlines()
    assert {"torch==2.13.0", "milvus-lite==2.5.1"} <= set(pins)
