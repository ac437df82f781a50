"""In which encoding is this text? By its byte order mark, by what it declares, as UTF-8, or by how its bytes read.

What a text declares means what the WHATWG's table says, as in browsers: gb2312 is GB 18030, ISO-8859-1 Windows-1252.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from contextlib import suppress
from functools import cache

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.legacy_encodings import CANDIDATES, MISFITS, guess

_HEAD = 8192  # characters that tell text from data
_SAMPLE = 1 << 16  # bytes by which an encoding is guessed
_SEARCHED = 1 << 20  # bytes among which those are that tell it
_ASCII_RUN = re.compile(rb"([\x00-\x7f]{20})[\x00-\x7f]{60,}([\x00-\x7f]{20})")
_BINARY_SHARE = 0.02  # of control characters: from there on it is data
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARATION = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_DECLARED_WITHIN = 1 << 14  # bytes
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,300}\?>")
# What is declared, and what was meant: Windows writes more characters under these names.
_SUPERSETS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "shift_jis_2004": "cp932",
    "big5": "big5hkscs",
}

_CODEC = re.compile(r"(?:cp|iso8859-|koi8-|mac-|utf-|iso2022_|shift_jis|euc_|gb|big5|hz|johab|tis-620|ascii)[\w-]*")
_ESCAPES = (b"\x1b$", b"\x1b(", b"\x0e", b"~{")  # of encodings in seven bits
_SEVEN_BITS = frozenset({"hz", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr"})
_ASTRAY = 0.05  # of the characters beyond ASCII of a text in UTF-8 may be broken
_WESTERN_ERRORS = "bowerbird-western"

_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# Of characters that texts are made of; the second where no byte is zero, as other encodings look like it by chance,
# and then as many characters at least.
_WIDE_SHARE, _WIDE_SHARE_WITHOUT_ZERO, _SHORTEST_WIDE = 0.8, 0.95, 8
_ALPHABETS = 0x1400  # below are the alphabets in use, but for a few
_FURTHER = ((0x1780, 0x17FF), (0x1E00, 0x206F), (0x20A0, 0x22FF), (0x3000, 0x30FF), (0xFF00, 0xFFEF))
# The first level of each national standard: the characters that nearly all of a text consists of.
_FREQUENT = (("gb2312", 0xB0A1, 0xD7F9), ("big5", 0xA440, 0xC67E), ("shift_jis", 0x889F, 0x9872), ("euc_kr", 0, 0xFFFF))


def load() -> None:
    """Load the codecs and models, which are otherwise loaded when they are first needed."""
    for name in (*CANDIDATES, *_WIDE, "utf-8-sig", "utf-16", "utf-32", "utf-7", "raw-unicode-escape"):
        codecs.lookup(name)
    for name, _, _ in _FREQUENT:
        codecs.lookup(name)
    codec("utf-8")
    decode("Протокол собрания".encode("koi8-r"))
    decode(b'\x1b$B$"\x1b(B')


def decode(data: bytes, *, cut: bool = False) -> str:
    """Text in an unknown encoding. ``cut``: the data may end within a character.

    Raises:
        FileError: it is no text in any encoding.
    """
    text = read_as(data, encoding_of(data, cut=cut), cut=cut)
    if text is None or is_binary(text):
        raise FileError("The file holds binary data, not text.")
    return text


def decode_as(data: bytes, encoding: str | None, *, cut: bool = False) -> str | None:
    """The data in this encoding, what is no character in it replaced; None without an encoding."""
    if encoding is None:
        return None
    return codecs.getincrementaldecoder(encoding)("replace").decode(data, not cut)


def read_as(data: bytes, encoding: str | None, *, cut: bool = False) -> str | None:
    """As ``decode_as``, in an encoding that was guessed: bytes astray in UTF-8 are read as Windows-1252."""
    if encoding != "utf-8":
        return decode_as(data, encoding, cut=cut)
    return codecs.getincrementaldecoder(encoding)(_WESTERN_ERRORS).decode(data, not cut)


def _as_western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_WESTERN_ERRORS, _as_western)


def encoding_of(data: bytes, *, cut: bool = False) -> str | None:
    """The codec of a text; None if it is data. ``cut``: the data may end within a character."""
    for byte_order_mark, encoding in _BOMS:
        if data.startswith(byte_order_mark):
            return encoding
    head = data[:_SAMPLE]
    if b"\0" in head[:_HEAD]:
        return _wide(head) or _between_zeros(head)
    if _is_utf8(data, cut):
        # Cyrillic in UTF-16 is UTF-8 too: of control characters.
        return _wide(head) if is_binary(head.decode("utf-8", "replace")) else _in_seven_bits(head) or "utf-8"
    if (declared := declaration(data)) and _fits(data, declared):
        return declared
    shortest = 1 if is_binary(head.decode("latin-1")) else _SHORTEST_WIDE  # no other encoding has control characters
    return _wide(head, _WIDE_SHARE_WITHOUT_ZERO, shortest) or _guess(data)


def _between_zeros(head: bytes) -> str | None:
    """The codec of a text in which there are zeros: a crash left them, or they separate fields; None if it is data."""
    rest = head.replace(b"\0", b"")
    return None if 2 * len(rest) < len(head) or is_binary(rest.decode("latin-1")) else encoding_of(rest, cut=True)


def order_of(encoding: str, head: bytes) -> str:
    """The codec for what comes after a byte order mark at the beginning, for one that goes by the mark."""
    if encoding in ("utf-16", "utf-32"):
        return f"{encoding}-{'le' if head.startswith(codecs.BOM_UTF16_LE) else 'be'}"
    return encoding


def declaration(data: bytes) -> str | None:
    """The codec that an XML declaration or a page's ``<meta>`` names; None if there is none, or nobody knows it."""
    found = _DECLARATION.search(data[:_DECLARED_WITHIN])
    return codec(found[1].decode()) if found else None


def codec(label: str) -> str | None:
    """The codec that is meant by the name of an encoding; None if nobody knows it."""
    import webencodings

    known, name = webencodings.lookup(label), ""
    if known is not None:
        name = known.codec_info.name
    if known is None or known.name == "replacement":  # which browsers refuse for their own safety
        with suppress(LookupError, ValueError):
            name = codecs.lookup(label).name
    return _SUPERSETS.get(name, name) if _CODEC.fullmatch(name) else None


def xml_as_utf8(data: bytes) -> bytes:
    """An XML document for parsers that do not know its encoding: in UTF-8, without a declaration of another.

    Raises:
        FileError: it is no text in any encoding.
    """
    return _XML_DECLARATION.sub("", decode(data).removeprefix("\ufeff"), count=1).encode("utf-8", "replace")


def is_binary(text: str) -> bool:
    """Whether what was decoded is data rather than text: it has many control characters."""
    head = text[:_HEAD]
    controls = sum(1 for c in head if c < " " and c not in "\0\n\r\t\f\v\b\x1b\x0e\x0f")
    return controls > len(head) * _BINARY_SHARE


def _is_utf8(data: bytes, cut: bool) -> bool:
    """Whether it is UTF-8, but for a character cut in two at its end, or a few bytes that went astray."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, not cut)
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        astray = text.count("\ufffd") <= _ASTRAY * sum(1 for c in text if c > "\x7f" and c != "\ufffd")
        return astray or _is_mostly_utf8(text)
    return True


def _is_mostly_utf8(text: str) -> bool:
    """Whether of several lines with more than ASCII most are UTF-8: programs with another encoding wrote the others."""
    telling = [line for line in text.splitlines() if not line.isascii()]
    return 2 * sum("\ufffd" in line for line in telling) < len(telling)


def _fits(data: bytes, encoding: str) -> bool:
    """Whether a declared encoding is the true one."""
    if encoding.startswith("utf-16"):  # what declares it in single bytes is not in it
        return False
    text = decode_as(data, encoding, cut=True) or ""
    return text.count("\ufffd") <= len(text) * MISFITS and not is_binary(text)


def _wide(head: bytes, least: float = _WIDE_SHARE, shortest: int = 1) -> str | None:
    """The UTF-16 or UTF-32 without a mark in which the characters are such as texts consist of."""
    shares = {encoding: _share(head, encoding) for encoding in _WIDE if len(head) >= shortest * int(encoding[4:6]) // 8}
    best = max(shares, key=lambda encoding: shares[encoding], default="")
    return best if best and shares[best] >= least else None


def _share(head: bytes, encoding: str) -> float:
    """How many of the characters that some data is in an encoding are frequent ones, 0…1."""
    whole = len(head) - len(head) % (int(encoding[4:6]) // 8)
    return readable_share(head[:whole].decode(encoding, "replace")[:_HEAD])


def readable_share(text: str) -> float:
    """How many of the characters are such as texts are made of, 0…1."""
    return sum(map(_is_frequent, text)) / max(1, len(text))


@cache
def _is_frequent(character: str) -> bool:
    code = ord(character)
    if character in "\n\r\t\ufeff" or 0x1F000 <= code < 0x20000:
        return True
    if unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs"):
        return False
    if code < _ALPHABETS or any(first <= code <= last for first, last in _FURTHER):
        return True
    for encoding, first, last in _FREQUENT:
        encoded = character.encode(encoding, "ignore")
        if len(encoded) == 2 and first <= int.from_bytes(encoded) <= last:
            return True
    return False


def _in_seven_bits(head: bytes) -> str | None:
    """The encoding in which some data that looks like ASCII is something else."""
    if not any(escape in head for escape in _ESCAPES):
        return None
    import chardet

    encoding = chardet.detect(head, compat_names=False, include_encodings=["ascii", "utf-8", *_SEVEN_BITS])["encoding"]
    return encoding if encoding in _SEVEN_BITS else None


def _guess(data: bytes) -> str | None:
    best = guess(_telling(data))
    return _SUPERSETS.get(best, best) if best else None


def _telling(data: bytes) -> bytes:
    """What is not ASCII, with what stands around it: long scripts before a text say nothing of its encoding."""
    return _ASCII_RUN.sub(rb"\1 \2", data[:_SEARCHED])[:_SAMPLE]
