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

# What a text of one of these encodings looks like is told apart by chardet's models. Its further ones are so rare that
# they are taken for others by mistake more often.
_CANDIDATES = (
    "big5hkscs cp932 cp949 euc_jis_2004 euc_kr gb18030 hz iso2022_jp_2 iso2022_jp_2004 iso2022_jp_ext iso2022_kr "
    "shift_jis_2004 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8-r koi8-u iso8859-2 "
    "iso8859-5 iso8859-6 iso8859-7 iso8859-13 mac-cyrillic mac-roman cp437 cp850 cp852 cp855 cp866"
).split()
_CODEC = re.compile(r"(?:cp|iso8859-|koi8-|mac-|utf-|iso2022_|shift_jis|euc_|gb|big5|hz|johab|tis-620|ascii)[\w-]*")
_ESCAPES = (b"\x1b$", b"\x1b(", b"\x0e", b"~{")  # of encodings in seven bits
_SEVEN_BITS = frozenset({"hz", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr"})
_ASTRAY = 0.05  # of the characters beyond ASCII of a text in UTF-8 may be broken
_MISFITS = 0.01  # of the characters of a text may not exist in its declared encoding
_MULTIBYTE = frozenset({"big5hkscs", "cp932", "cp949", "euc_jis_2004", "euc_kr", "gb18030", "shift_jis_2004"})
_OLD = frozenset({"mac-cyrillic", "mac-roman", "cp437", "cp850", "cp852", "cp866"})  # from before Windows

# Western European texts are the most frequent, and have the fewest bytes to tell them by. Such a text that reads well
# as Windows-1252 is that unless another reading is far likelier: the ratio of chardet's confidences in both.
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüœŒ€“”‘’„‚–—…«»°§£©®¡¿·•™´ªº\xa0")
_WESTERN_SHARE = 0.3  # of bytes beyond ASCII: with more it is hardly a Western language
_LIKELIER, _LIKELIER_OLD = 0.7, 0.5
_TORN = re.compile(r"[a-zß-ÿ][À-ÞŒ]|[^\W\d_](?:[¡¿„‚§£´]|[€“”–—…«»°©®•™](?=[^\W\d_]))")
# Signs between two letters of a word, and characters of nobody's. The dot is Catalan's.
_STRANGE = re.compile(
    "(?<=[^\\W\\d_])[»«°©®•¿¡¤¦§¨¬¯±¶¸¹²³¼½¾×÷‡†‹›‰€](?=[^\\W\\d_])|[\x80-\x84\x86-\x9f\ue000-\uf8ff]"
)
_STRANGE_SHARE = 0.05
_MIXED = re.compile("[a-zA-Z][\u0370-\u06ff]|[\u0370-\u06ff][a-zA-Z]")
_FOREIGN = re.compile("[\u0370-\u06ff]+")
_MIXED_SHARE = 0.3
_KANA = re.compile("[\u3041-\u30ff]")
_KANA_SHARE = 0.6  # of Japanese that is hardly anything else: chardet overlooks short texts in katakana

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
    for name in (*_CANDIDATES, *_WIDE, "utf-8-sig", "utf-16", "utf-32", "utf-7", "raw-unicode-escape"):
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
    text = decode_as(data, encoding_of(data, cut=cut), cut=cut)
    if text is None or is_binary(text):
        raise FileError("The file holds binary data, not text.")
    return text


def decode_as(data: bytes, encoding: str | None, *, cut: bool = False) -> str | None:
    """The data in this encoding, what is no character in it replaced; None without an encoding."""
    if encoding is None:
        return None
    return codecs.getincrementaldecoder(encoding)("replace").decode(data, not cut)


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
    return _wide(head, _WIDE_SHARE_WITHOUT_ZERO, shortest) or _guess(_telling(data))


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
        return text.count("\ufffd") <= _ASTRAY * sum(1 for c in text if c > "\x7f" and c != "\ufffd")
    return True


def _fits(data: bytes, encoding: str) -> bool:
    """Whether a declared encoding is the true one."""
    if encoding.startswith("utf-16"):  # what declares it in single bytes is not in it
        return False
    text = decode_as(data, encoding, cut=True) or ""
    return text.count("\ufffd") <= len(text) * _MISFITS and not is_binary(text)


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


def _telling(data: bytes) -> bytes:
    """What is not ASCII, with what stands around it: long scripts before a text say nothing of its encoding."""
    return _ASCII_RUN.sub(rb"\1 \2", data[:_SEARCHED])[:_SAMPLE]


def _guess(head: bytes) -> str | None:
    """The encoding in which the bytes read as some language."""
    import chardet

    results = chardet.detect_all(head, compat_names=False, include_encodings=_CANDIDATES, ignore_threshold=True)
    confidences = {str(result["encoding"]): result["confidence"] for result in results}
    readings = [encoding for encoding in confidences if encoding in _CANDIDATES]
    best = next((encoding for encoding in readings if not _misreads(head, encoding)), "cp1252")
    ratio = confidences.get("cp1252", 0.0) / (confidences.get(best) or 1.0)
    if ratio >= (_LIKELIER_OLD if best in _OLD else _LIKELIER) and _reads_western(head):
        return "cp1252"
    if best not in _MULTIBYTE and _reads_japanese(head):
        return "cp932"
    if best == "gb18030" and _KANA.search(head.decode(best, "ignore")) and _fits(head, "euc_jis_2004"):
        return "euc_jis_2004"  # in both, kana have the same bytes; in Chinese, there are hardly any
    return _SUPERSETS.get(best, best) if readings else None


def _misreads(head: bytes, encoding: str) -> bool:
    """Whether in an encoding many words would be half of another alphabet, or hold signs or what is no character."""
    text = head.decode(encoding, "replace")
    if len(_STRANGE.findall(text)) > _STRANGE_SHARE * sum(c > "\x7f" for c in text):
        return True
    return len(_MIXED.findall(text)) > _MIXED_SHARE * len(_FOREIGN.findall(text))


def _reads_japanese(head: bytes) -> bool:
    text = head.decode("cp932", "ignore")
    return len(_KANA.findall(text)) >= _KANA_SHARE * len(text)


def _reads_western(head: bytes) -> bool:
    """Whether data reads as a Western European language in Windows-1252, without signs within words."""
    text = head.decode("cp1252", "replace")
    high = [c for c in text if c > "\x7f"]
    return len(high) <= _WESTERN_SHARE * len(text) and _WESTERN.issuperset(high) and not _TORN.search(text)
