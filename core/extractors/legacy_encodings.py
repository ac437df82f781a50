"""In which of the encodings from before Unicode bytes read as a language: by chardet's models, and what they miss."""

from __future__ import annotations

import re

# What a text of one of these encodings looks like is told apart by chardet's models. Its further ones are so rare that
# they are taken for others by mistake more often.
CANDIDATES = (
    "big5hkscs cp932 cp949 euc_jis_2004 euc_kr gb18030 hz iso2022_jp_2 iso2022_jp_2004 iso2022_jp_ext iso2022_kr "
    "shift_jis_2004 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8-r koi8-u iso8859-2 "
    "iso8859-5 iso8859-6 iso8859-7 iso8859-13 mac-cyrillic mac-roman cp437 cp850 cp852 cp855 cp866"
).split()
MISFITS = 0.01
"""Share of the characters of a text that may not exist in its encoding."""
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
_RUNS = re.compile("([a-z])?([^\x00-\x7f]+)(?=([a-z])?)")
_TURKISH, _ICELANDIC = frozenset("ÐÝÞðýþ"), frozenset("ÁÉÍÓÚÆáéíóúæ")  # as Windows-1252 reads them
_KANA = re.compile("[\u3041-\u30ff]")
_KANA_SHARE = 0.6  # of Japanese that is hardly anything else: chardet overlooks short texts in katakana


def guess(head: bytes) -> str | None:
    """The encoding in which the bytes read as some language."""
    import chardet

    results = chardet.detect_all(head, compat_names=False, include_encodings=CANDIDATES, ignore_threshold=True)
    confidences = {str(result["encoding"]): result["confidence"] for result in results}
    readings = [encoding for encoding in confidences if encoding in CANDIDATES]
    best = next((encoding for encoding in readings if not _misreads(head, encoding)), "cp1252")
    ratio = confidences.get("cp1252", 0.0) / (confidences.get(best) or 1.0)
    if ratio >= (_LIKELIER_OLD if best in _OLD else _LIKELIER) and _reads_western(head):
        return "cp1252"
    if best == "cp1252" and _reads_turkish(head):
        return "cp1254"
    if best not in _MULTIBYTE and _reads_japanese(head):
        return "cp932"
    if best == "gb18030" and _KANA.search(head.decode(best, "ignore")) and _is_in(head, "euc_jis_2004"):
        return "euc_jis_2004"  # in both, kana have the same bytes; in Chinese, there are hardly any
    return best if readings else None


def _misreads(head: bytes, encoding: str) -> bool:
    """Whether in an encoding many words would be half of another alphabet, or hold signs or what is no character."""
    text = head.decode(encoding, "replace")
    if encoding in _MULTIBYTE and _is_within_words(text):
        return True
    if len(_STRANGE.findall(text)) > _STRANGE_SHARE * sum(c > "\x7f" for c in text):
        return True
    return len(_MIXED.findall(text)) > _MIXED_SHARE * len(_FOREIGN.findall(text))


def _is_within_words(text: str) -> bool:
    """Whether most of what is not ASCII stands within words that are: accented letters taken for halves of others."""
    runs = _RUNS.findall(text)
    return 2 * sum(bool(before and after) for before, _, after in runs) > len(runs)


def _reads_turkish(head: bytes) -> bool:
    """Whether what reads as Icelandic in Windows-1252 lacks its vowels: its further letters are Turkish then."""
    text = head.decode("cp1252", "replace")
    return not _TURKISH.isdisjoint(text) and _ICELANDIC.isdisjoint(text)


def _reads_japanese(head: bytes) -> bool:
    text = head.decode("cp932", "ignore")
    return len(_KANA.findall(text)) >= _KANA_SHARE * len(text)


def _reads_western(head: bytes) -> bool:
    """Whether data reads as a Western European language in Windows-1252, without signs within words."""
    text = head.decode("cp1252", "replace")
    high = [c for c in text if c > "\x7f"]
    return len(high) <= _WESTERN_SHARE * len(text) and _WESTERN.issuperset(high) and not _TORN.search(text)


def _is_in(head: bytes, encoding: str) -> bool:
    text = head.decode(encoding, "replace")
    return text.count("\ufffd") <= len(text) * MISFITS
