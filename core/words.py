"""Folds, splits, stems and highlights words the same way for queries, texts, names and the keyword index (FTS5)."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence, Set
from functools import cache, lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from bowerbird.core.types import Spans

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

# Marks that readers leave out, and so do those who search: accents, vowel points (Hebrew, Arabic, Syriac), variants.
# All other marks are letters that only stand around another, as the vowels of Hindi, Tamil and Thai: they stay.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a\u0898-\u08ff"
    "\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2de0-\u2dff\ua66f-\ua67d\ua69e\ua69f\ufb1e"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
# Letters that Unicode takes for others than a plain one with an accent, and people do not, or the other way round (й).
# Of Arabic: what Lucene's ArabicNormalizer and PersianNormalizer make one.
_LETTERS = {
    "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "й": "й",
    "ʻ": "'", "ʼ": "'", "ـ": "", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ٱ": "ا",
}  # fmt: skip
_FIXED = {"Cf": "", "Co": " "}  # by category: what is not seen (soft hyphens, marks of direction), and private icons
_APART = ("<fraction>", "<circle>", "<square>")  # 1½ is 1 1/2, not 11/2; and so are symbols such as ™
_PRIVATE = 0xF0000  # a plane for private use: FTS5 takes its characters for letters, and marks for the ends of words

# Letters of the scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, CJK ideographs; and the stand-ins of
# the marks of the first four.
_UNSPACED = (
    "\u0e01-\u0e33\u0e40-\u0e46\u0e81-\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf\u1000-\u103f\u1050-\u108e\u1780-\u17d3\u17d7"
    "\u17dc\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003134f\U000f0e00-\U000f0eff\U000f1000-\U000f109f\U000f1780-\U000f17ff"
)
_LETTER, _MARK = rf"[^\W_{_UNSPACED}]", "[\U000f0000-\U000ffffd]"
_RUN = re.compile(f"[{_UNSPACED}]+")
# A line that ends does not end what is written without spaces: it may go on within a word.
_JOINED = rf"[{_UNSPACED}]+(?:[ \t]*\r?\n[ \t]*[{_UNSPACED}]+)*"
_WORD = re.compile(f"{_JOINED}|{_LETTER}+(?:{_MARK}+{_LETTER}*)*")
_ASCII_WORD = re.compile("[0-9a-z]+")

# Characters that fold to one, and that FTS5's tokenizer takes as ``fold`` does: texts of no others are not kept twice.
_PLAIN = (
    "\0-\x7f\xa0-\xa7\xa9\xab\xac\xae\xb0\xb1\xb5-\xb7\xbb\xbf-\xc5\xc7-\xcf\xd1-\xd7\xd9-\xdd\xe0-\xe5\xe7-\xef\xf1-\xf7"
    "\xf9-\xfd\xff-\u010f\u0112-\u0125\u0128-\u0130\u0134-\u013e\u0143-\u0148\u014a-\u0151\u0154-\u0165\u0168-\u017e"
    "\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u0404-\u0406\u0408-\u040b\u040f-\u044f\u0454-\u0456\u0458-\u045b\u05be\u05d0-\u05ea"
    "\u060c\u061b\u061f\u0621\u0627\u0628\u062a-\u063a\u0641-\u0648\u064a\u10d0-\u10fa\u1ea0-\u1ef9\u2010-\u2027\u2030-\u205e"
    "\u20a0-\u20a7\u20a9-\u20b9\u2190-\u2199\u2200-\u222b\u2500-\u25ff\uac00-\ud7a3"
)
_PLAIN_UNSPACED = "\u0e01-\u0e30\u3001-\u3003\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff"
_SOUND = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_ONLY_PLAIN = re.compile(f"[{_PLAIN}]*")
# More marks in a row than any language has (Unicode Standard Annex 15, Stream-Safe Text Format): to put those in order
# takes time in proportion to the square of their number.
_OTHER = rf"[^\w\s{_PLAIN}{_PLAIN_UNSPACED}]"
_PILE = re.compile(f"({_OTHER}{{30}}){_OTHER}+")

# English words that stand in almost every text. A query of nothing else keeps them.
_STOP_WORDS = frozenset(
    "a an and are as at be been being but by can could did do does for from had has have he her his how i if in "
    "into is it its me my of on or our she should so some such than that the their them then there these they this "
    "those to was we were what when where which while who whom why will with would you your".split()
)

_SHORTEST, _LONGEST = 3, 64  # bytes: SQLite's tokenizer stems no other words
ALIKE = 2
"""Letters that words with one stem have in common, from the first on: by these, few have to be stemmed."""
_one_at_a_time = threading.Lock()  # the stemmer keeps the word that it works on in itself


def clock(seconds: float) -> str:
    """A time in a recording as 1:23, or 1:02:03 from an hour on."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def fold(text: str) -> str:
    """The form in which texts, names and queries are compared, however they were typed or encoded.

    Compatible characters are one (NFKC), case is folded, digits are 0 to 9; what is not seen (soft hyphens, marks of
    direction) is dropped, as are accents and vowel points. Marks that are kept become characters for private use.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", _PILE.sub(r"\1", text))
    return unicodedata.normalize("NFC", text.translate(_folded))


class _Folded(dict[int, str]):
    """By code point, what ``fold`` makes of a character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_folded = _Folded()


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in _FIXED:
        return _FIXED[category]
    if category[0] in "PZ":
        return character
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if (letter := _LETTERS.get(character.lower())) is not None:
        return letter
    shown = "".join(map(_without_accents, unicodedata.normalize("NFKD", character))).casefold()
    folded = "".join(_LETTERS.get(part, part) for part in shown)
    apart = unicodedata.decomposition(character).startswith("<" if category[0] == "S" else _APART)
    return f" {folded} " if apart else folded


def _without_accents(character: str) -> str:
    """Nothing of an accent; of a mark that stays, its stand-in, but voicing marks are yet to be composed with kana."""
    if unicodedata.category(character)[0] != "M" or character in "\u3099\u309a":
        return character
    return "" if _ACCENTS.match(character) else chr(_PRIVATE + (ord(character) & 0xFFFF))


def keywords(text: str) -> str | None:
    """The words of a text as FTS5 is to index them; None if it makes the same of the text itself."""
    return None if text.isascii() or _ONLY_PLAIN.fullmatch(text) else " ".join(all_words(text))


def all_words(text: str) -> list[str]:
    """The words of a text as the keyword index has them, in order, repeated ones too.

    Every run of an unspaced script is written as overlapping pairs. Overlapping bigrams are the usual index for Chinese
    and Japanese: no dictionary, no missed two-character word.
    """
    return [word for run in typed_words(text) for word in (_pairs(run) if is_unspaced(run) else [run])]


def sounds_in(line: str) -> list[str]:
    """What a line of subtitles tells of what is heard, such as "(rain) [thunder]"; empty if words are spoken in it."""
    return [] if all_words(_SOUND.sub("", line)) else [sound.strip() for sound in _SOUND.findall(line)]


def query_words(text: str) -> list[str]:
    """The distinct words of a query in order, without stop words unless there is nothing else."""
    words = list(dict.fromkeys(all_words(text)))
    return [word for word in words if word not in _STOP_WORDS] or words


def typed_words(text: str) -> list[str]:
    """The words of a text in order, those of unspaced scripts in one piece."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())  # the same, five times as fast
    return words_of_folded(fold(text))


def words_of_folded(text: str) -> list[str]:
    """The same of a text that was folded."""
    return ["".join(word.split()) for word in _WORD.findall(text)]


def is_unspaced(word: str) -> bool:
    """Whether a word of ``typed_words`` is of a script that is written without spaces."""
    return bool(_RUN.match(word))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem under which the keyword index has a word of ``all_words`` (Porter 1980, as SQLite's tokenizer)."""
    if not _SHORTEST <= len(word.encode()) <= _LONGEST or word[-1].isdigit():
        return word
    with _one_at_a_time:
        return str(_porter().stemWord(word))


def holds(text: str, phrase: str, *, exact: bool = False) -> bool:
    """Whether the words of a phrase stand in a row in a text, by their stems or, if ``exact``, to the letter.

    Of scripts without spaces the phrase may be a part of what is written in one piece.
    """
    return holds_folded(fold(text), phrase, exact=exact)


def holds_folded(folded: str, phrase: str, *, exact: bool = False) -> bool:
    """The same of a text that was folded: what stands for marks would not bear that twice."""
    words = tuple(typed_words(phrase))
    if not words:
        return False
    if exact and not any(map(is_unspaced, words)):
        return _between_spaces(words).search(folded) is not None
    beginnings = set() if exact else {word[:ALIKE] for word in words}
    return _joined_in_a_row(words, exact).search(_joined(words_of_folded(folded), beginnings)) is not None


@lru_cache(maxsize=256)
def _between_spaces(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds words in a row in a folded text."""
    part = rf"{_LETTER}|(?![{_UNSPACED}]){_MARK}"  # of a longer word
    between = rf"(?:(?!{part})[\W_])+"
    first = re.escape(words[0])  # leads the pattern, which makes looking for it fast; what stands before it comes after
    alone = rf"{first}(?<!{_LETTER}{first})(?<!(?![{_UNSPACED}]){_MARK}{first})"
    return re.compile(between.join((alone, *map(re.escape, words[1:]))) + f"(?!{part})")


@lru_cache(maxsize=256)
def _joined_in_a_row(words: tuple[str, ...], exact: bool) -> re.Pattern[str]:
    """Finds words in a row in what ``_joined`` makes of a text."""
    pattern = "" if is_unspaced(words[0]) else " "
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        unspaced = is_unspaced(word)
        end = f"(?!{_MARK})" if unspaced else " "
        between = " ?" if unspaced and is_unspaced(following) else " " if unspaced and following else ""
        pattern += re.escape(_joined([word], set() if exact else {word[:ALIKE]}).strip()) + end + between
    return re.compile(pattern)


def _joined(words: Sequence[str], beginnings: Set[str]) -> str:
    """Words each between spaces, and the stems in place of those that begin so."""
    stemmed = (stem(word) if word[:ALIKE] in beginnings and not is_unspaced(word) else word for word in words)
    return f" {' '.join(stemmed)} "


def marks(text: str, words: Sequence[str]) -> Spans:
    """The spans of ``text`` to highlight: those that share a stem with one of ``words``, which are of ``all_words``."""
    stems, beginnings = {stem(word) for word in words}, {word[:ALIKE] for word in words}
    folded, starts, ends = _aligned(text)
    places: list[tuple[int, int]] = []
    for match in _WORD.finditer(folded):
        word, (start, end) = match.group(), match.span()
        if is_unspaced(word):
            at = [place for place in range(start, end) if not folded[place].isspace()]
            pairs = enumerate(_pairs("".join(word.split())), 1)
            places += [(at[n - 1], at[min(n, len(at) - 1)] + 1) for n, pair in pairs if pair in stems]
        elif word[:ALIKE] in beginnings and stem(word) in stems:
            places.append((start, end))
    return _merged([(starts[start], ends[end - 1]) for start, end in places])


def _aligned(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """A text folded, and for each character of that the start and end in the text of what it was made of."""
    if _ONLY_PLAIN.fullmatch(text):
        return fold(text), range(len(text)), range(1, len(text) + 1)
    folded, starts, ends = list[str](), list[int](), list[int]()
    for cluster in _clusters().finditer(text):
        form = fold(cluster.group())
        folded.append(form)
        start, end = cluster.span()
        plain = cluster.lastgroup == "plain"
        starts += range(start, end) if plain else [start] * len(form)
        ends += range(start + 1, end + 1) if plain else [end] * len(form)
    return "".join(folded), starts, ends


@cache
def _clusters() -> re.Pattern[str]:
    """Divides a text into what folds by itself: plain stretches, and characters with what combines with them."""
    last = 0x1F000  # no marks above, but for variants
    taken = "".join(chr(code) for code in range(0x300, last) if unicodedata.category(chr(code))[0] == "M")
    taken += "\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc\U000e0100-\U000e01ef"  # and Korean vowels, Japanese voicing
    return re.compile(f"(?P<plain>[{_PLAIN}{_PLAIN_UNSPACED}]+(?![{taken}]))|.[{taken}]*", re.DOTALL)


def _merged(spans: list[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@cache
def _porter() -> BaseStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
