"""Signed messages, as OpenSSL 3.0 makes them.

``openssl cms -sign -nocerts -noattr``: with ``-nodetach``, the same and ``-stream -indef``, and without.
"""

from __future__ import annotations

from base64 import b64decode, encodebytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.cms import signed_content
from tests.makers import docx, extract

WHOLE = b64decode(
    "MIIBDAYJKoZIhvcNAQcCoIH+MIH7AgEBMQ0wCwYJYIZIAWUDBAIBMFYGCSqGSIb3DQEHAaBJBEdDb250ZW50LVR5cGU6IHRleHQv"
    "cGxhaW47IGNoYXJzZXQ9dXRmLTgNCg0KU2lnbmVkIHdvcmRzIGFib3V0IG90dGVycy4NCjGBjjCBiwIBATAkMAwxCjAIBgNVBAMM"
    "AXQCFBaFJbHSkQI8sHOtSLiYhWF1pvgkMAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgRHMEUCIQCeYjhXXX8kmF1SNyaNdWkmvqTa"
    "tuGU0HAG/O8PofHi9wIgDQgzWIlbKyaL9opzss2OjHW05FBNqhp5kvi4oZsimvs="
)
IN_PARTS = b64decode(
    "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgARHQ29udGVudC1UeXBlOiB0ZXh0L3Bs"
    "YWluOyBjaGFyc2V0PXV0Zi04DQoNClNpZ25lZCB3b3JkcyBhYm91dCBvdHRlcnMuDQoAAAAAAAAxgY4wgYsCAQEwJDAMMQowCAYD"
    "VQQDDAF0AhQWhSWx0pECPLBzrUi4mIVhdab4JDALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIERzBFAiEA+yKzZkQ2ciSuznwo9kkp"
    "qcw6zU08pc5NA1KeF7PjCuACIHTZzf+h6lKQ70VYc5e5+VBr2uavzjptnCcfdIX0y0tJAAAAAAAA"
)
SIGNATURE_ALONE = b64decode(
    "MIHBBgkqhkiG9w0BBwKggbMwgbACAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBMYGOMIGLAgEBMCQwDDEKMAgGA1UEAwwB"
    "dAIUFoUlsdKRAjywc61IuJiFYXWm+CQwCwYJYIZIAWUDBAIBMAoGCCqGSM49BAMCBEcwRQIgQCuIcAvYptNB6iofnFhIwC04Qrjb"
    "YgEGUvE8hVScuoYCIQDdvcSLd+I5NW9IFabU/JlCaRSr6qGILdmnovYmfOKdMQ=="
)
CONTENT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nSigned words about otters.\r\n"
MAIL = b"""Subject: Otters
From: a@x.org
Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"
Content-Transfer-Encoding: base64

"""


def message(content: bytes) -> bytes:
    """A signed message without signatures, of any length."""

    def element(tag: int, data: bytes) -> bytes:
        return bytes([tag, 0x84]) + len(data).to_bytes(4) + data

    wrapped = element(0xA0, element(0x04, content))
    inner = element(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01" + wrapped)
    signed = element(0x30, b"\x02\x01\x01" + b"\x31\x00" + inner + b"\x31\x00")
    return element(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + element(0xA0, signed))


@pytest.mark.parametrize("data", [WHOLE, IN_PARTS, message(CONTENT)])
def test_what_is_signed(data: bytes) -> None:
    assert signed_content(data) == CONTENT
    armoured = b"-----BEGIN PKCS7-----\n" + encodebytes(data) + b"-----END PKCS7-----\n"
    assert signed_content(armoured) == CONTENT


@pytest.mark.parametrize("data", [SIGNATURE_ALONE, b"", b"\x30", b"\x30\x80" * 100_000, b"no message", WHOLE[30:]])
def test_what_is_no_signed_message_holds_none(data: bytes) -> None:
    assert signed_content(data) is None


def test_a_message_that_is_cut_short_holds_what_is_there_or_nothing() -> None:
    for data in (WHOLE, IN_PARTS):
        assert {signed_content(data[:length]) for length in range(len(data))} <= {None, CONTENT}


def test_a_signed_document_is_read_as_what_it_is(tmp_path: Path) -> None:
    docx(tmp_path / "contract.docx", "about otters")
    (tmp_path / "contract.docx.p7m").write_bytes(message((tmp_path / "contract.docx").read_bytes()))
    assert extract(tmp_path / "contract.docx.p7m").segments[0].text == "about otters\n"


@pytest.mark.parametrize("data", [WHOLE, IN_PARTS])
def test_what_a_mail_program_signed_is_read_as_a_mail(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "smime.p7m").write_bytes(data)
    assert "Signed words about otters." in extract(tmp_path / "smime.p7m").segments[0].text


def test_a_signed_mail_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL + encodebytes(IN_PARTS))
    extraction = extract(tmp_path / "a.eml")
    assert extraction.segments[0].text.strip().endswith("Signed words about otters.")
    assert (extraction.properties.subject, extraction.omissions) == ("Otters", ())


@pytest.mark.parametrize("kind", ["pkcs7-mime", "octet-stream"])
def test_a_signed_document_attached_to_a_mail_is_read_as_what_it_is(tmp_path: Path, kind: str) -> None:
    docx(tmp_path / "contract.docx", "about otters")
    mail = EmailMessage()
    mail["Subject"] = "Contract"
    mail.set_content("It is attached.")
    signed = message((tmp_path / "contract.docx").read_bytes())
    mail.add_attachment(signed, maintype="application", subtype=kind, filename="contract.docx.p7m")
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    text = extract(tmp_path / "a.eml").segments[0].text
    assert text.strip().endswith("about otters")
    assert "PK" not in text


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt.p7m").write_bytes(SIGNATURE_ALONE)
    with pytest.raises(FileError, match="encrypted, or holds only a signature"):
        extract(tmp_path / "a.txt.p7m")


def test_a_signature_alone_is_nothing_that_was_left_out(tmp_path: Path) -> None:
    for content, omissions in ((SIGNATURE_ALONE, ()), (b"0\x0bsomething", ("An encrypted part is not read.",))):
        (tmp_path / "a.eml").write_bytes(MAIL + encodebytes(content))
        assert extract(tmp_path / "a.eml").omissions == omissions
