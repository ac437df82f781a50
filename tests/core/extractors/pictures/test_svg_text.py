"""What drawings say in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from tests.makers import extract

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">'
DRAWING = (
    f"{HEAD}<title>Plan</title><style>text{{fill:red}}</style><desc>Of the cellar</desc>"
    '<text>Boiler &amp; <tspan>tank</tspan><tspan x="1" y="9">below</tspan></text></svg>'
)


def test_titles_and_texts_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(DRAWING)
    assert extract(tmp_path / "a.svg").properties.description == "Plan\nOf the cellar\nBoiler & tank below"


def test_a_drawing_in_utf_16(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(f'<?xml version="1.0" encoding="UTF-16"?>{DRAWING}', "utf-16")
    assert "Boiler" in extract(tmp_path / "a.svg").properties.description


def test_entities_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(f'<!DOCTYPE svg [<!ENTITY a "Boiler">]>{HEAD}<text>&a;</text></svg>')
    assert extract(tmp_path / "a.svg").properties.description == ""


def test_a_drawing_nested_without_end(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(HEAD + "<g>" * 50_000 + "</g>" * 50_000 + "</svg>")
    with pytest.raises(FileError, match="nested"):
        extract(tmp_path / "a.svg")
