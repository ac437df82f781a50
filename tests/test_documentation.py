"""The README names every command, option and setting, as they are in the code."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bowerbird.core.commands.definitions import COMMANDS, EXIT_CODES, GLOBAL_OPTIONS
from bowerbird.core.commands.reference import reference
from bowerbird.core.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
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


def test_links_between_documents_lead_somewhere() -> None:
    root = Path(__file__).parents[1]
    documents = [root / "README.md", *root.glob(".github/*.md"), *root.glob("[!.]*/README.md")]
    links = [
        (page, link) for page in documents for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8"))
    ]
    assert links and all((page.parent / link).exists() for page, link in links)
