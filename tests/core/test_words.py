from __future__ import annotations

import random
import sqlite3
import time
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bowerbird.core.words import (
    all_words,
    fold,
    holds,
    keywords,
    marks,
    query_words,
    sounds_in,
    stem,
    typed_words,
)

_ENDS = ("ational", "ously", "ing", "fulness")
# Vowel signs of two old scripts, which Unicode calls letters and SQLite's tokenizer marks.
_DISPUTED = {*map(chr, range(0x19B0, 0x19C1)), "\u19c8", "\u19c9", "\u1cf2", "\u1cf3"}

# What stands in a text, and what somebody types who means it.
SAME = [
    ("Gesamt\u00adkonzept", "gesamtkonzept"),
    ("long\u200bcompound\u2060word", "longcompoundword"),
    ("\u202bשלום\u200f עולם\u202c", "שלום עולם"),
    ("می\u200cخواهم", "میخواهم"),
    ("ＴＫ－８８２１", "tk-8821"),
    ("ﾄｳｷｮｳﾀﾜｰ", "トウキョウタワー"),
    ("ﬁnal oﬃce", "final office"),
    ("𝐇𝐞𝐥𝐥𝐨", "hello"),
    ("H₂O", "h2o"),
    ("٢٠٢٤ २०२४", "2024 2024"),
    ("Straße, FUẞBALL", "strasse fussball"),
    ("ΟΔΥΣΣΕΎΣ", "οδυσσεύς"),
    ("Μῆνιν ἄειδε", "μηνιν αειδε"),
    ("IŞIK ışık İzmir", "isik isik izmir"),
    ("Łódź, Đà Nẵng, Rødgrød", "lodz da nang rodgrod"),
    ("Encyclopædia Œuvre", "encyclopaedia oeuvre"),
    ("Зелёный за́мок", "зеленый замок"),
    ("בְּרֵאשִׁית", "בראשית"),
    ("وَالْقَمَرَ", "والقمر"),
    ("مـــرحـــبا", "مرحبا"),
    ("أسماء الإدارة", "اسماء الاداره"),
    ("ﻣﺴﺘﺸﻔﻰ", "مستشفي"),
    ("کتابخانه ملی", "كتابخانه ملي"),
    ("ܫܠܵܡܵܐ", "ܫܠܡܐ"),
    ("ক্ষমতা", "ক্ষ\u200dমতা"),
    ("फ़िल्म", "फ\u093cिल्म"),
    ("❤\ufe0fZebra", "zebra"),
]
DIFFERENT = ["कल काल किल कील कुल", "เสือ เสื้อ", "かき がき", "мои мой", "தமிழ் தமழ"]


class _Index:
    """SQLite's keyword index, with the tokenizer of the catalog."""

    def __init__(self, texts: Sequence[str], tokenizer: str = "porter unicode61 remove_diacritics 2") -> None:
        self._texts = texts
        self._db = sqlite3.connect(":memory:")
        self._db.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, tokenize='{tokenizer}')")
        self._db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
        self._db.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", enumerate(texts))

    def words(self) -> list[list[str]]:
        """Of each text the words as they are indexed, in order."""
        words: list[list[str]] = [[] for _ in self._texts]
        for term, number in self._db.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
            words[number].append(term)
        return words


def _indexed(text: str) -> str:
    words = keywords(text)
    return text if words is None else words


def test_common_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert query_words("The dog on the truck") == ["dog", "truck"]
    assert query_words("to be or not to be") == ["not"]
    assert query_words("who are you") == ["who", "are", "you"]


@pytest.mark.parametrize(("written", "asked"), SAME)
def test_what_means_the_same_is_one_form(written: str, asked: str) -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, written)
        assert all_words(text) == all_words(asked), form
        assert all_words(f"{text.upper()}.") == all_words(f"“{asked}”"), form
        assert [text[a:b] for a, b in marks(text, query_words(asked))], form


@pytest.mark.parametrize("text", DIFFERENT)
def test_other_words_stay_others(text: str) -> None:
    words = text.split()
    assert len({tuple(all_words(word)) for word in words}) == len(words)


def test_words_of_hindi_are_words() -> None:
    assert len(all_words("मुंबई की बारिश में ट्रेन")) == 5
    assert len(all_words("தமிழ்நாடு அரசு பேருந்து")) == 3


def test_symbols_and_fractions_stand_apart() -> None:
    assert all_words("Windows™ №5 1½ ５㎏") == ["windows", "tm", "no", "5", "1", "1", "2", "5", "kg"]
    assert all_words("\ue000Icon\U000f0001") == ["icon"]


def test_unspaced_scripts_become_pairs() -> None:
    assert query_words("東京都 tower") == ["東京", "京都", "tower"]
    assert typed_words("東京都 Tower") == ["東京都", "tower"]
    assert all_words("大阪・佐々木。") == ["大阪", "佐々", "々木"]
    assert all_words("か\u3099ｷﾞ") == ["がギ"]
    assert keywords("in 東京都 today") == "in 東京 京都 today"


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n  "])
def test_a_line_may_end_within_a_word_of_an_unspaced_script(end: str) -> None:
    text = f"今天讨论大别山{end}项目。"
    assert holds(text, "大别山项目")
    assert [text[a:b] for a, b in marks(text, all_words("大别山项目"))] == [f"大别山{end}项目"]
    assert keywords(text) == " ".join(all_words(text)) == "今天 天讨 讨论 论大 大别 别山 山项 项目"
    assert not holds("大别山\n\n项目", "大别山项目")


@pytest.mark.parametrize("text", ["no such script", "Café — “Übung” über", "Привет, мир", "한국어 보고서", "שלום"])
def test_what_the_index_folds_itself_is_not_kept_twice(text: str) -> None:
    assert keywords(text) is None
    assert _Index([text]).words() == [all_words(text)]


def test_every_character_is_indexed_as_it_is_folded() -> None:
    """Between letters, after itself, and before an accent: all of Unicode but more of the same (ideographs, Hangul)."""
    characters = [
        chr(code)
        for code in (*range(0x20, 0x3500), *range(0x9F00, 0xAD00), *range(0xF900, 0x11400), *range(0x1D000, 0x1F900))
        if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")
    ]
    texts = [f"a{character}b {character}{character} {character}\u0301" for character in characters]
    indexed = _Index([_indexed(text) for text in texts], "unicode61 remove_diacritics 2").words()
    wrong = {c for c, text, words in zip(characters, texts, indexed, strict=True) if words != all_words(text)}
    assert wrong <= _DISPUTED


def test_marks_are_at_the_words_whatever_stands_in_them() -> None:
    """Any mixture of characters: the words of a text are the same with their places as without."""
    source = random.Random(17)
    pool = [chr(code) for code in (*range(0x20, 0x3100), *range(0xA000, 0xAC80), *range(0xF900, 0xFFFD), 0x20000)]
    for _ in range(2_000):
        start = source.randrange(len(pool))
        near = pool[max(0, start - 60) : start + 60]
        text = "".join(source.choice(near if source.random() < 0.7 else pool) for _ in range(source.randint(1, 8)))
        words = all_words(text)
        assert all_words(unicodedata.normalize("NFD", text)) == words, ascii(text)
        assert bool(marks(text, words)) == bool(words), ascii(text)
        shown = " ".join(text[a:b] for a, b in marks(text, words))
        assert set(words) <= set(all_words(shown)), ascii(text)


def test_marks_follow_the_stem() -> None:
    text = "Dogs were running; the dog ran."
    assert [text[a:b] for a, b in marks(text, ["dog", "run"])] == ["Dogs", "running", "dog"]
    assert marks("東京都", ["東京", "京都"]) == ((0, 3),)


def test_marks_take_in_what_is_not_seen() -> None:
    text = unicodedata.normalize("NFD", "Der Kö\u00adnig läuft; ﾄｳｷｮｳで ½ Straße")
    shown = [text[a:b] for a, b in marks(text, query_words("könig トウキョウ strasse"))]
    assert [unicodedata.normalize("NFC", part) for part in shown] == ["Kö\u00adnig", "ﾄｳｷｮｳ", "Straße"]


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("The dogs were running.", "dog were run", True),
        ("The dogs were running.", "running dogs", False),
        ("会议纪要：大别山项目将于三月启动。", "大别山项目", True),
        ("会议纪要：大别山项目将于三月启动。", "项目大别山", False),
        ("Die Straßen\u00adbahn hält", "STRASSENBAHN HALT", True),
        ("anything", "—", False),
    ],
)
def test_a_text_holds_a_phrase_if_its_words_stand_in_a_row(text: str, phrase: str, expected: bool) -> None:
    assert holds(text, phrase) is expected


@pytest.mark.parametrize("pile", ["\u0301\u0316", "\u200b", "\u0f71\u0f72", "\u3099", "─"])
def test_piles_of_marks_take_no_time(pile: str) -> None:
    """Unicode's own normalisation takes time in proportion to the square of their number."""
    started = time.process_time()
    text = f"before か{pile * 100_000} after"
    assert all_words(text)[0] == "before" and all_words(text)[-1] == "after"
    assert marks(text, ["after"]) == ((len(text) - 5, len(text)),)
    assert time.process_time() - started < 5


def test_plain_text_is_only_lowered() -> None:
    assert fold("The Dog_1") == "the dog_1"


def test_stems_are_the_same_in_many_threads() -> None:
    words = [f"{letters}{number}{end}" for letters in ("gener", "relat") for number in range(500) for end in _ENDS]
    stems = [stem(word) for word in words]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(stem, words, chunksize=50)) == stems


@pytest.mark.parametrize(
    "word",
    ["running", "flies", "generously", "relational", "cats", "agreed", "hopping", "skies", "us", "is", "a", "Straßen",
     "crêpes", "भारी", "日本", f"{'a' * 62}ings"],
)  # fmt: skip
def test_the_stem_is_the_one_of_the_keyword_index(word: str) -> None:
    assert _Index([_indexed(word)]).words() == [[stem(folded) for folded in all_words(word)]]


@pytest.mark.parametrize(
    ("line", "sounds"),
    [
        ("(rain) (dog barking)", ["rain", "dog barking"]),
        ("[ Music ]", ["Music"]),
        ("♪ (piano) ♪", ["piano"]),
        ("(laughs) Come in!", []),
        ("Come in (quietly).", []),
        ("(cut off", []),
        ("", []),
    ],
)
def test_sounds_stand_in_brackets_without_spoken_words(line: str, sounds: list[str]) -> None:
    assert sounds_in(line) == sounds


def test_to_look_for_a_word_stems_only_those_that_begin_like_it() -> None:
    """Of a hundred thousand names, that is what takes the time."""
    stem.cache_clear()
    assert not holds("holidayNotes on beaches and elsewhere", "e")
    assert holds("notes on beaches and elsewhere", "beach")
    assert stem.cache_info().misses <= 3
