from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from bowerbird.core.words import keywords, marks, query_words, stem

_ENDS = ("ational", "ously", "ing", "fulness")


def test_common_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert query_words("The dog on the truck") == ["dog", "truck"]
    assert query_words("to be or not to be") == ["not"]
    assert query_words("who are you") == ["who", "are", "you"]


def test_unspaced_scripts_become_pairs() -> None:
    assert query_words("東京都 tower") == ["東京", "京都", "tower"]
    assert keywords("in 東京都 today") == "in  東京 京都  today"
    assert keywords("no such script") is None


def test_marks_follow_the_stem() -> None:
    text = "Dogs were running; the dog ran."
    assert [text[a:b] for a, b in marks(text, ["dog", "run"])] == ["Dogs", "running", "dog"]
    assert marks("東京都", ["東京", "京都"]) == ((0, 3),)


def test_stems_are_the_same_in_many_threads() -> None:
    words = [f"{letters}{number}{end}" for letters in ("gener", "relat") for number in range(500) for end in _ENDS]
    stems = [stem(word) for word in words]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(stem, words, chunksize=50)) == stems


@pytest.mark.parametrize("word", ["running", "flies", "generously", "relational", "cats", "agreed", "hopping", "skies"])
def test_the_stem_is_the_one_of_the_keyword_index(word: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='porter unicode61')")
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    database.execute("INSERT INTO t VALUES (?)", (word,))
    assert database.execute("SELECT term FROM v").fetchall() == [(stem(word),)]
