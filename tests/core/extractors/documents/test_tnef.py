"""What Outlook packs into winmail.dat is read as the mail that it is."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from bowerbird.core.extractors.documents import tnef
from bowerbird.core.extractors.documents.tnef import rich_text
from tests.core.extractors.documents.test_mail import attached, multipart, plain, read
from tests.makers import docx

STRING, UNICODE, BINARY, OBJECT, NUMBER = 0x1E, 0x1F, 0x102, 0x0D, 3
# The example of MS-OXRTFCP, section 4.1.1.
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*each: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<I", len(each))
    for kind, key, data in each:
        out += struct.pack("<HH", kind, key)
        if key >= 0x8000:
            name = "named".encode("utf-16-le") + b"\0\0"
            out += bytes(16) + struct.pack("<II", 1, len(name)) + name + bytes(-len(name) % 4)
        out += data if kind == NUMBER else struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)
    return out


def uncompressed(rtf: bytes) -> bytes:
    return struct.pack("<II", len(rtf) + 12, len(rtf)) + b"MELA" + bytes(4) + rtf


def wrapped(*body: tuple[int, int, bytes], inside: bytes = b"", document: bytes = b"") -> bytes:
    """A winmail.dat with such properties, a document, and a mail within it."""
    parts = [
        attribute(1, 0x00069007, struct.pack("<II", 1251, 0)),
        attribute(1, 0x00018004, "Протокол\0".encode("cp1251")),
        attribute(1, 0x00069003, properties((NUMBER, 0x8005, bytes(4)), *body)),
        attribute(2, 0x00069002, bytes(14)),
        attribute(2, 0x00018010, b"FORTRA~1.DOC\0"),
        attribute(2, 0x0006800F, document),
        attribute(2, 0x00069005, properties((UNICODE, 0x3707, "für trägerin.docx\0".encode("utf-16-le")))),
    ]
    if inside:
        mail = bytes.fromhex("0703020000000000c000000000000046") + inside
        parts += [
            attribute(2, 0x00069002, bytes(14)),
            attribute(2, 0x00069005, properties((OBJECT, 0x3701, mail))),
        ]
    return tnef.SIGNATURE + b"\1\0" + b"".join(parts)


@pytest.fixture
def document(tmp_path: Path) -> bytes:
    docx(tmp_path / "a.docx", "about otters")
    return (tmp_path / "a.docx").read_bytes()


RTF = (BINARY, 0x1009, uncompressed(rb"{\rtf1\ansi\ansicpg1252 the boiler at 18 b\'e4r}"))
BODIES = {
    "rich text": (RTF, "the boiler at 18 bär"),
    "a page": ((BINARY, 0x1013, "<p>the <b>boiler</b> в подвале".encode("cp1251")), "the boiler в подвале"),
    "plain text": ((UNICODE, 0x1000, "the boiler\0".encode("utf-16-le")), "the boiler"),
    "plain text of its time": ((STRING, 0x1000, "котёл в подвале дома\0".encode("cp1251")), "котёл в подвале дома"),
}


@pytest.mark.parametrize("body", BODIES)
def test_text_and_attachments(tmp_path: Path, body: str, document: bytes) -> None:
    prop, expected = BODIES[body]
    inner = wrapped((UNICODE, 0x1000, "thermostat TH-5590".encode("utf-16-le")))
    data = wrapped(prop, inside=inner, document=document)
    mail = multipart("mixed", plain("before"), attached("winmail.dat", data), plain("after"))
    for content, name in ((mail.encode(), "a.eml"), (data, "winmail.dat")):
        text, _ = read(tmp_path, content, name)
        for seen in (
            "Subject: Протокол",
            expected,
            "Attached: für trägerin.docx",
            "about otters",
            "thermostat TH-5590",
        ):
            assert seen in text, (name, seen)


def test_compressed_text() -> None:
    assert rich_text(COMPRESSED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_damage_costs_what_is_behind_it(tmp_path: Path, document: bytes) -> None:
    data = wrapped(RTF, document=document)
    for end in range(len(data)):
        tnef.mail(data[:end])
    assert "the boiler" in read(tmp_path, data[: data.index(document)], "winmail.dat")[0]


def test_mails_within_mails_are_bounded(tmp_path: Path) -> None:
    data = wrapped()
    for _ in range(200):
        data = wrapped(inside=data)
    _, extraction = read(tmp_path, data, "winmail.dat")
    assert extraction.omissions == ("Mails within mails are read 10 deep.",)


def test_text_that_is_compressed_without_end() -> None:
    assert rich_text(bytes(8) + b"LZFu" + bytes(4) + b"\xff" + b"\0\x0f" * 8).startswith(b"{\\rtf1\\ansi\\mac")
