"""The README names every command, option and setting, as they are in the code."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bowerbird.core.catalog.filters.table import FILTERS
from bowerbird.core.commands.definitions import COMMANDS, EXIT_CODES, GLOBAL_OPTIONS
from bowerbird.core.commands.reference import filters, reference
from bowerbird.core.settings import Settings

ROOT = Path(__file__).parents[1]
PARTS = ("core", "gui", "tests", "packaging", "resources")
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted(ROOT.glob(".github/*.md")), *(ROOT / part / "README.md" for part in PARTS[:4])]
_TYPES = {tuple: "strings", int: "number", bool: "true or false", str: "string"}
_IN_WORDS = {"excludes", "models"}  # settings whose defaults are too long for a table


def section(title: str) -> str:
    """The text of one section of the README."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_command_line_is_as_defined() -> None:
    shown = re.search(r"<!-- made by: .* -->\n(.*)\n<!-- end -->", section("The command line"), re.DOTALL)
    assert shown and shown[1] == reference(), "run: python -m bowerbird.core.commands.reference"
    assert EXIT_CODES in " ".join(section("The command line").split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_and_option_is_in_the_reference(command) -> None:
    assert f"bowerbird {command.name}" in reference()
    options = [parameter for parameter in (*command.parameters, *GLOBAL_OPTIONS) if parameter.is_option]
    assert all(f"| `{option.name}" in reference() and option.prose in reference() for option in options)


def test_every_setting_is_documented_with_its_type_and_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", section("Settings"), re.MULTILINE)
    assert [name for name, *_ in rows] == [field.name for field in fields(Settings)]
    for name, type_name, default, prose in rows:
        value = getattr(Settings(), name)
        assert type_name == _TYPES[type(value)] and prose
        assert name in _IN_WORDS or json.loads(default.strip("`")) == (list(value) if type(value) is tuple else value)


def test_every_themes_name_is_documented() -> None:
    from bowerbird.gui.dialogs.settings import _THEMES

    assert all(f"`{name}`" in section("Settings") for name, _ in _THEMES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    """A name may leave out the folders that the heading says already."""
    there = [f"/{path.relative_to(ROOT)}" for part in PARTS for path in (ROOT / part).rglob("*")]
    named = re.findall(r"`([\w/.-]+\.(?:py|toml|txt|sh))`", page.read_text("utf-8"))
    written = {"pyproject.toml", "settings.toml", "saved.toml"}  # at the top, and in a library
    assert not [name for name in named if name not in written and not any(path.endswith(f"/{name}") for path in there)]


@pytest.mark.parametrize("part", ["core", "gui"])
def test_every_room_is_in_the_readme_of_its_part(part: str) -> None:
    page = (ROOT / part / "README.md").read_text("utf-8")
    headings = "\n".join(line for line in page.splitlines() if line.startswith("## "))
    rooms = [folder.parent.name for folder in (ROOT / part).glob("*/__init__.py")]
    assert rooms and not [room for room in rooms if f"`{room}/`" not in headings]


def test_every_filter_is_documented_as_defined() -> None:
    shown = re.search(r"<!-- made by: .* -->\n(.*)\n<!-- end -->", section("What it does"), re.DOTALL)
    assert shown and shown[1] == filters(), "run: python -m bowerbird.core.commands.reference"
    assert all(f"`{each.typed}`" in shown[1] and each.prose in shown[1] for each in FILTERS.values())
