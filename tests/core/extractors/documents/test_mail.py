"""Every part of a mail that people can read is read, in its order; mailboxes are read in parts, however long."""

from __future__ import annotations

import base64
import gzip
import mailbox
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction
from tests.makers import docx, extract

HEAD = "From: Ann <ann@x.org>\nTo: b@x.org\nSubject: {}\nDate: Tue, 5 Mar 2024 10:00:00 +0100\nMIME-Version: 1.0\n"
PICTURE = (
    "Content-Type: image/png\nContent-Disposition: inline; filename=a.png\nContent-Transfer-Encoding: base64\n\niVBO"
)
INNER = HEAD.format("Boiler") + "Content-Type: text/plain\n\nthermostat TH-5590"


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def page(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n<html><body><p>{text}</p></body></html>"


def attached(name: str, data: bytes) -> str:
    head = f'Content-Type: application/octet-stream\nContent-Disposition: attachment; filename="{name}"\n'
    return f"{head}Content-Transfer-Encoding: base64\n\n{base64.encodebytes(data).decode()}"


def multipart(kind: str, *parts: str, boundary: str = "BB") -> str:
    head = HEAD.format("Hello") + f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'
    return head + "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"


def read(tmp_path: Path, mail: str | bytes, name: str = "a.eml") -> tuple[str, Extraction]:
    (tmp_path / name).write_bytes(mail.encode() if isinstance(mail, str) else mail)
    extraction = extract(tmp_path / name)
    return " ".join("".join(segment.text for segment in extraction.segments).split()), extraction


TWO = (
    f"From a@x.org Tue Mar  5 10:00:00 2024\n{HEAD.format('Kessel')}{plain('Der Kessel für März')}\n\n"
    f"From b@x.org Wed Mar  6 10:00:00 2024\n{HEAD.format('Ofen')}{plain('Der Ofen für Mai')}\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_mailboxes_of_old_macs_and_in_utf_16(tmp_path: Path, encoding: str, ending: str) -> None:
    text, extraction = read(tmp_path, TWO.replace("\n", ending).encode(encoding), "a.mbox")
    assert [header.subject for header in extraction.mails] == ["Kessel", "Ofen"]
    assert "Der Kessel für März" in text and "Der Ofen für Mai" in text


@pytest.mark.parametrize("declared", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_mail_that_was_saved_as_utf_16_is_read_whatever_it_declares(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    mail = HEAD.format("Kessel für März") + plain("kostet 300 €").replace("utf-8", declared)
    text, extraction = read(tmp_path, mail.encode(encoding))
    assert extraction.properties.subject == "Kessel für März" and "kostet 300 €" in text


SEEN = {
    "text after a picture": (multipart("mixed", plain("before"), PICTURE, plain("after it")), "before after it"),
    "a page after a picture": (multipart("mixed", page("before"), PICTURE, page("after it")), "before after it"),
    "a forwarded mail": (multipart("mixed", plain("FYI"), f"Content-Type: message/rfc822\n\n{INNER}"), "TH-5590"),
    "one in base64": (
        multipart(
            "mixed",
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(INNER.encode()).decode(),
        ),
        "TH-5590",
    ),
    "one attached as a file": (multipart("mixed", plain("FYI"), attached("a.eml", INNER.encode())), "TH-5590"),
    "a digest": (multipart("digest", "\n" + INNER, "\n" + INNER.replace("TH", "KL")), "KL-5590"),
    "a page with a stub": (
        multipart("alternative", plain("This message needs HTML."), page("seat 63 to Innsbruck by train")),
        "seat 63 to Innsbruck",
    ),
    "a page with an empty text": (multipart("alternative", plain(""), page("seat 63")), "seat 63"),
    "an invitation": (
        multipart(
            "alternative",
            plain("You are invited."),
            "Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:Council\n meeting\nEND:VEVENT",
        ),
        "You are invited. SUMMARY: Councilmeeting",
    ),
    "a wrapped text": (
        HEAD.format("x") + "Content-Type: text/plain; format=flowed\n\nThe quick \nbrown fox\n> a quote \n> goes on\n",
        "The quick brown fox > a quote goes on",
    ),
    "a text file": (multipart("mixed", plain("see"), attached("a.txt", "выхухоль".encode("cp1251"))), "выхухоль"),
    "a contact": (
        multipart("mixed", attached("a.vcf", b"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen\nEND:VCARD")),
        "Jürgen",
    ),
    "an undeclared encoding": (
        (HEAD.format("x") + "\n").encode() + "Привет, как твои дела? Жду ответа".encode("koi8-r"),
        "Привет, как твои дела?",
    ),
    "a wrong encoding": (
        (HEAD.format("x") + "Content-Type: text/plain; charset=us-ascii\n\n").encode() + "Žluťoučký kůň".encode(),
        "Žluťoučký kůň",
    ),
    "an encoding that means another": (
        (HEAD.format("x") + "Content-Type: text/plain; charset=gb2312\n\n").encode() + "镕基会议".encode("gbk"),
        "镕基会议",
    ),
    "a file written into the text": (
        HEAD.format("x") + "\nsee\n\nbegin 644 notes.txt\n5<V5C<F5T('=A;')U<R!M965T:6YG\n`\nend\n\nthere\n",
        "see notes.txt there notes.txt secret walrus meeting",
    ),
    "parts that are divided otherwise than said": (
        multipart("mixed", plain("before"), page("after it")).replace('"BB"', '"CC"'),
        "before after it",
    ),
    "parts that are not divided": (HEAD.format("x") + "Content-Type: multipart/mixed; boundary=B\n\nboiler", "boiler"),
    "a document without a suffix": (multipart("mixed", attached("README", b"about the boiler")), "about the boiler"),
    "a page under another name": (
        multipart("mixed", attached("page.part", b"<html><body>about the <b>boiler</b>")),
        "about the boiler",
    ),
    "a packed document": (multipart("mixed", attached("a.txt.gz", gzip.compress(b"the boiler"))), "the boiler"),
    "a mail after an empty line": ("\n" + HEAD.format("x") + "\nthermostat", "thermostat"),
    "headers in bytes": (HEAD.format("Протокол собрания").encode("cp1251") + b"\nx", "Протокол собрания"),
    "headers in words": (
        HEAD.format("=?iso-8859-1?Q?Gr=FC=DFe_aus?= =?windows-1250?Q?_=A3=F3d=9F?=") + "\nx",
        "Grüße aus Łódź",
    ),
}


@pytest.mark.parametrize("case", SEEN)
def test_parts_that_are_read(tmp_path: Path, case: str) -> None:
    mail, expected = SEEN[case]
    assert expected in read(tmp_path, mail)[0]


def test_what_a_mail_says_of_itself(tmp_path: Path) -> None:
    properties = read(tmp_path, INNER)[1].properties
    assert (properties.sender, properties.subject) == ("Ann <ann@x.org>", "Boiler")
    assert properties.taken_at == datetime(2024, 3, 5, 10)


def test_a_text_and_a_page_that_say_the_same_are_read_once(tmp_path: Path) -> None:
    text, _ = read(tmp_path, multipart("alternative", plain("Dear Bob, on Friday"), page("Dear Bob, on Friday")))
    assert text.count("Friday") == 1


def test_signatures_and_markup_are_not_read(tmp_path: Path) -> None:
    signature = 'Content-Type: application/pgp-signature; name="s.asc"\n\nBEGIN PGP'
    text, _ = read(tmp_path, multipart("signed", plain("signed text"), signature, attached("a.html", b"<p>a page</p>")))
    assert "signed text" in text and "a page" in text and "PGP" not in text and "<p>" not in text


def test_saved_pages(tmp_path: Path) -> None:
    style = "Content-Type: text/css\nContent-Location: a.css\n\nbody { color: red }"
    text, _ = read(tmp_path, multipart("related", page("the page"), style, PICTURE), "a.mht")
    assert "the page" in text and "color" not in text


def test_attached_documents(tmp_path: Path) -> None:
    docx(tmp_path / "a.docx", "A quokka report")
    text, extraction = read(tmp_path, multipart("mixed", attached("a.docx", (tmp_path / "a.docx").read_bytes())))
    assert "Attached: a.docx" in text and "A quokka report" in text and not extraction.omissions
    many = [attached(f"{number}.txt", b"note %d," % number) for number in range(120)]
    text, extraction = read(tmp_path, multipart("mixed", *many))
    assert "note 99," in text and "note 100," not in text
    assert extraction.omissions == ("The first 100 of 120 attached documents are read.",)


def test_mails_forty_deep(tmp_path: Path) -> None:
    mail = INNER
    for number in range(40):
        mail = multipart(
            "mixed", plain(f"level {number}"), f"Content-Type: message/rfc822\n\n{mail}", boundary=f"B{number}"
        )
    text, extraction = read(tmp_path, mail)
    assert "level 39" in text and "level 29" in text and "level 28" not in text
    assert extraction.omissions == ("Mails within mails are read 10 deep.",)


def test_a_header_of_ten_megabytes(tmp_path: Path) -> None:
    text, _ = read(tmp_path, "To: " + '"x, " <a@b>, ' * 800_000 + "\nSubject: otters\n\nabout otters")
    assert "Subject: otters" in text and "about otters" in text


# mailboxes


def parts(path: Path, limits: Limits) -> Iterator[Extraction]:
    next_at: float | None = 0.0
    while next_at is not None:
        part = extract(path, replace(limits, start_at=next_at))
        yield part
        next_at = part.next_at


def mails(path: Path, limits: Limits | None = None) -> list[tuple[str, str]]:
    found = parts(path, limits or Limits())
    return [(segment.locator.section, segment.text) for part in found for segment in part.segments]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_mailbox_is_read_in_parts_to_its_end(tmp_path: Path, line_end: bytes) -> None:
    box = mailbox.mbox(tmp_path / "a.mbox")
    for number in range(2500):
        box.add(f"Subject: Mail {number}\nFrom: a@x.org\n\nFrom here on, it is {number}.\n".encode())
    box.close()
    (tmp_path / "a.mbox").write_bytes((tmp_path / "a.mbox").read_bytes().replace(b"\n", line_end))
    found = mails(tmp_path / "a.mbox", Limits(part_bytes=50_000))
    assert [section for section, _ in found] == [f"Mail {number}" for number in range(2500)]
    assert all(f"From here on, it is {number}." in text for number, (_, text) in enumerate(found))
    assert len(list(parts(tmp_path / "a.mbox", Limits(part_bytes=50_000)))) > 3


def test_sentences_that_begin_as_mails_do(tmp_path: Path) -> None:
    start = b"From a@x.org Mon Mar 04 10:00:00 2024\nSubject: One\n\n"
    body = b"Hello.\n\nFrom here on it rains.\n\n>From there too.\n"
    (tmp_path / "a.mbox").write_bytes(start + body + b"\n" + start.replace(b"One", b"Two") + b"End.\n")
    (one, text), (two, _) = mails(tmp_path / "a.mbox")
    assert (one, two) == ("One", "Two")
    assert "From here on it rains." in text and "\nFrom there too." in text


def test_a_mailbox_that_is_cut_or_holds_a_huge_mail(tmp_path: Path) -> None:
    start = b"From a@x.org Mon Mar 04 10:00:00 2024\nSubject: %s\n\n"
    huge = b"x" * 80 + b"\n"
    whole = start % b"Huge" + huge * 100_000 + b"\n" + start % b"Next" + b"about otters, and "
    (tmp_path / "a.mbox").write_bytes(whole)
    found = list(parts(tmp_path / "a.mbox", Limits()))
    assert [found[0].segments[0].locator.section, found[-1].segments[-1].locator.section] == ["Huge", "Next"]
    assert found[0].omissions == ("Of a long mail the first 2,000,000 characters are read.",)
    assert "about otters, and" in found[-1].segments[-1].text
    (tmp_path / "a.mbox").write_bytes(b"From a@x.org Mon Mar 04 10:00:00 2024\nSubj")
    with pytest.raises(FileError, match="no mail"):
        extract(tmp_path / "a.mbox")


def test_who_wrote_each_mail_of_a_mailbox_about_what_and_when(tmp_path: Path) -> None:
    mail = "From x Mon Mar  4 10:00:00 2024\nFrom: {}\nSubject: {}\nDate: Mon, 4 Mar 2024 10:00:00 +0100\n\n{}\n\n"
    box = mail.format("Anna <a@x.org>", "Otters", "About otters. " * 200) + mail.format("Otto", "Re: Otters", "Yes.")
    (tmp_path / "a.mbox").write_text(box)
    extraction = extract(tmp_path / "a.mbox")
    first, second = extraction.mails
    assert (first.first, first.last + 1, second.last + 1) == (0, second.first, len(extraction.segments))
    assert (first.sender, first.subject, first.sent_at) == ("Anna <a@x.org>", "Otters", datetime(2024, 3, 4, 10))
    assert (second.sender, second.subject) == ("Otto", "Re: Otters")
