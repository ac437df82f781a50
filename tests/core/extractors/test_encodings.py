"""Texts in every encoding that people have files in: by their mark, their declaration, or how their bytes read."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.encodings import codec, decode, encoding_of, xml_as_utf8
from tests.makers import extract

RUSSIAN = "Протокол собрания жильцов дома"
TEXTS = {
    RUSSIAN: "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic",
    "Засідання відбудеться в п'ятницю": "cp1251 koi8-u",
    "Събранието ще се проведе в петък": "cp1251",
    "Zażółć gęślą jaźń, proszę pana": "cp1250 iso8859-2",
    "Příliš žluťoučký kůň úpěl ďábelské ódy": "cp1250 iso8859-2 cp852",
    "Η συνεδρίαση αρχίζει την Παρασκευή": "cp1253 iso8859-7",
    "Değişiklik şartları için görüşme yapıldı": "cp1254",
    "הישיבה תתקיים ביום שישי": "cp1255",
    "مرحبا بكم في الاجتماع السنوي": "cp1256 iso8859-6",
    "Rytoj šeštadienį įvyks susirinkimas": "cp1257",
    "การประชุมจะจัดขึ้นในวันศุกร์": "cp874",
    "Die Straße führt über Köln nach Düren": "cp1252 cp850 mac-roman",
    "Voilà l’été à la plage": "cp1252",
    "La tua password è": "cp1252",
    "Bekræft ny adgangskode på siden": "cp1252",
    "Příliš žluťoučký kůň": "iso8859-2",
    "สวัสดีชาวโลก": "cp874",
    "東京の天気は晴れのち曇りでしょう": "shift_jis euc_jp iso2022_jp",
    "デバッグウィンドウを閉じる": "shift_jis",
    "今天的天气很好我们去公园散步": "gbk gb18030",
    "今天天氣很好我們去公園散步": "big5",
    "오늘 날씨가 매우 좋습니다": "euc_kr cp949",
}
ENCODED = [(text, encoding) for text, encodings in TEXTS.items() for encoding in encodings.split()]
UNICODE = "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be".split()


@pytest.mark.parametrize(("text", "encoding"), ENCODED)
def test_a_line_is_read_in_the_encoding_in_which_it_is_a_language(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


ASTRAY = {
    "letters in words are no halves of others": (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nGröße im Maßstab\r\n".encode("cp1252"),
        "Größe im Maßstab",
    ),
    "Turkish that could be Icelandic": (
        "metin: İstanbul'da güneşli bir gün, şöför çağrı".encode("cp1254"),
        "güneşli bir gün",
    ),
    "Icelandic": ("Það er þó ágætt að hún sé komin".encode("cp1252"), "Það er þó ágætt"),
    "a log of two programs": (
        "2024 größe\n".encode() * 3 + "2024 Größe der Straße\n".encode("cp1252"),
        "Größe der Straße",
    ),
    "a byte astray": ("größe ".encode() * 20 + b"caf\xe9 walrus", "café walrus"),
}


@pytest.mark.parametrize("case", ASTRAY)
def test_what_reads_as_another_encoding_too(case: str) -> None:
    data, text = ASTRAY[case]
    assert text in decode(data)


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("text", [*TEXTS, "Hello otters", "वे कहते हैं कि यह सच है", "Grüße 🦦 水獭"])
def test_unicode_needs_no_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).removeprefix("\ufeff") == text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_few_zeros_do_not_make_data_of_a_text(encoding: str) -> None:
    data = "Die Größe\0 der Straße\0\0\0 nach dem Absturz".encode(encoding)
    assert decode(data).replace("\0", "") == "Die Größe der Straße nach dem Absturz"


def test_a_long_script_before_a_text_says_nothing(tmp_path: Path) -> None:
    script = "<script>" + "var otters = 1;\n" * 20_000 + "</script>"
    (tmp_path / "a.html").write_bytes(f"<html>{script}<p>{RUSSIAN}</p></html>".encode("koi8-r"))
    assert RUSSIAN in extract(tmp_path / "a.html").segments[0].text


def test_a_notebook(tmp_path: Path) -> None:
    cells = '[{"cell_type": "markdown", "source": ["Müller und M\\u00fcller"]}]'
    (tmp_path / "a.ipynb").write_text(f'{{"nbformat": 4, "cells": {cells}}}', "utf-8")
    assert "Müller und Müller" in extract(tmp_path / "a.ipynb").segments[0].text


def test_kana_are_japanese() -> None:
    assert decode("会議メモ".encode("euc_jp")) == "会議メモ"


def test_data_is_no_text() -> None:
    for length in (64, 1000, 20_000):
        with pytest.raises(FileError, match="binary"):
            decode(random.Random(length).randbytes(length) + bytes(8))
    with pytest.raises(FileError, match="binary"):
        decode(bytes(range(64)) * 100)


def test_a_few_stray_bytes_do_not_make_utf_8_something_else() -> None:
    text = RUSSIAN.encode() * 5
    assert decode(text + b"\xff" + text).count(RUSSIAN) == 10
    assert decode(text[:-1], cut=True).count(RUSSIAN) == 4
    assert decode("déjà vu à la mer".encode("cp1252")) == "déjà vu à la mer"


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("gb2312", "gb18030", "镕 and 中"),
        ("ISO-8859-1", "cp1252", "“naïve” – €"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("shift_jis", "cp932", "①髙橋"),
        ("windows-1251", "cp1251", "да"),
        ("koi8-r", "koi8_r", "да"),
        ("cp850", "cp850", "Größe"),
        ("utf-8", "cp1252", "Die Größe der Straße"),
    ],
)
def test_what_a_page_declares(declared: str, encoding: str, text: str) -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>{text}'
    assert decode(page.encode(encoding)) == page
    assert text in decode(page.encode())


def test_names_of_encodings() -> None:
    names = "gb2312 latin1 utf8 KOI8-R x-sjis IBM866 cp437 iso-2022-kr base64 rot13 unicode_escape nonsense"
    codecs = "gb18030 cp1252 utf-8 koi8-r cp932 cp866 cp437 iso2022_kr"
    assert [codec(name) for name in names.split()] == [*codecs.split(), None, None, None, None]


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-16", "utf-8"])
def test_books_and_documents_in_xml(tmp_path: Path, encoding: str) -> None:
    book = (
        f'<?xml version="1.0" encoding="{encoding}"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0">'
        f"<description/><body><section><p>{RUSSIAN}</p></section></body></FictionBook>"
    )
    office = "urn:oasis:names:tc:opendocument:xmlns"
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><office:document xmlns:office="{office}:office:1.0" '
        f'xmlns:text="{office}:text:1.0"><office:body><text:p>{RUSSIAN}</text:p></office:body></office:document>'
    )
    plain = f'<?xml version="1.0" encoding="{encoding}"?><note>{RUSSIAN}</note>'
    for name, content in (("a.fb2", book), ("a.fodt", document), ("a.xml", plain), ("a.opf", plain)):
        (tmp_path / name).write_bytes(content.encode(encoding))
        assert RUSSIAN in "".join(segment.text for segment in extract(tmp_path / name).segments), name
    assert xml_as_utf8(plain.encode(encoding)) == f"<note>{RUSSIAN}</note>".encode()


def test_escapes_in_json_are_characters(tmp_path: Path) -> None:
    content = r'{"a": "\u043f\u0440\u0438\u0432\u0435\u0442\nzebra", "b": "\ud83d\ude00 \"C:\\new"}'
    (tmp_path / "a.json").write_text(content)
    text = "".join(segment.text for segment in extract(tmp_path / "a.json").segments)
    assert text == '{"a": "привет\nzebra", "b": "😀 "C:\\new"}'
    (tmp_path / "b.json").write_text(r'{"half": "\ud83d and \u00zz"}')
    assert "half" in extract(tmp_path / "b.json").segments[0].text


def test_an_encoding_is_told_by_the_beginning() -> None:
    assert encoding_of(RUSSIAN.encode("koi8-r") * 10_000) == "koi8-r"
    assert encoding_of(b"") == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["שלום", "Γειά", "Да", "สวัสดี", "مرحبا", "Hi", "你好世界"])
def test_a_few_characters_in_utf_16_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("café", "latin-1"), ("Привет", "cp1251"), ("日本語", "shift_jis"), ("中文", "gb2312"), ("한국어", "euc_kr")],
)
def test_a_few_characters_of_another_encoding_are_not_taken_for_that(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text
