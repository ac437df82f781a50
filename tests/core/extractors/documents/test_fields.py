"""Formats of XML of which only some is text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from tests.document_makers import archive
from tests.makers import extract


def text_of(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return "".join(segment.text for segment in extract(path).segments)


def test_objective_c_is_not_taken_for_a_mind_map(tmp_path: Path) -> None:
    assert "Apples" in text_of(tmp_path / "a.mm", b'#import "Apples.h"\n@implementation Apples\n@end\n')


def test_a_mind_map_of_before_2020(tmp_path: Path) -> None:
    old = '<xmap-content xmlns="urn:x"><title>Bees</title><notes><plain>Buy wax</plain></notes></xmap-content>'
    assert text_of(tmp_path / "a.xmind", archive({"content.xml": old})) == "Bees\nBuy wax\n"


def test_a_diagram_that_is_not_packed(tmp_path: Path) -> None:
    plain = b'<mxfile><diagram name="Cellar"><mxGraphModel><mxCell value="Boiler"/></mxGraphModel></diagram></mxfile>'
    assert text_of(tmp_path / "a.drawio", plain) == "Cellar\nBoiler\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.kml", b"<kml><name>cut"),
        ("a.kmz", b"PK\3\4" + bytes(40)),
        ("a.xmind", archive({"content.json": "[1, {"})),
        ("a.xmind", archive({"other": ""})),
        ("a.drawio", b"<mxfile><diagram>!!!</diagram></mxfile>"),
        ("a.webloc", b"bplist00" + bytes(30)),
        ("a.gpx", b'<!DOCTYPE g [<!ENTITY a "&b;&b;"><!ENTITY b "&a;&a;">]><gpx><name>&a;</name></gpx>'),
    ],
)
def test_damage(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(FileError):
        text_of(tmp_path / name, content)
