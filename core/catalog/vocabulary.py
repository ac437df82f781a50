"""The words of all texts: each once, to be looked up in other forms (search/wording.py), and how frequent they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import NamedTuple

from bowerbird.core.catalog.attributes import Attribute
from bowerbird.core.catalog.connection import ReadConnections

_TRIGRAM, _LONGEST = 3, 64  # characters: the index of parts finds nothing shorter
_WORD = "SELECT word, coalesce(form, word), passages FROM vocabulary "
_LANGUAGES = 6
_ANY = "(SELECT value FROM json_each(?))"


class Word(NamedTuple):
    """A word of the library."""

    word: str
    """As ``all_words`` has it."""
    form: str
    """How a text writes it: in small letters with accents, or with capitals within it."""
    passages: int
    """In how many it is."""


class Vocabulary:
    """Looks words up, the most frequent first. Each thread reads through a connection of its own."""

    def __init__(self, connections: ReadConnections) -> None:
        """Of the catalog that these read."""
        self._connections = connections

    def of(self, words: Collection[str]) -> dict[str, Word]:
        """Those of these words that there are."""
        return {word.word: word for word in self._words(f"WHERE word IN {_ANY}", json.dumps(list(words)))}

    def beginning(self, prefix: str, limit: int, longest: int = _LONGEST) -> list[Word]:
        """Words that begin so, and have so many characters at the most."""
        where = "WHERE word >= ? AND word < ? AND length(word) <= ? ORDER BY passages DESC LIMIT ?"
        return self._words(where, prefix, prefix + "\U0010ffff", longest, limit)

    def containing(self, part: str, limit: int) -> list[Word]:
        """Words that this stands in, if it has three characters or more, and is not longer than words are."""
        if not _TRIGRAM <= len(part) <= _LONGEST:
            return []
        trigrams = " AND ".join(f'"{part[at : at + _TRIGRAM]}"' for at in range(len(part) - _TRIGRAM + 1))
        where = (
            "WHERE id IN (SELECT rowid FROM word_parts WHERE word_parts MATCH ?) AND instr(word, ?) "
            "ORDER BY passages DESC LIMIT ?"
        )
        return self._words(where, trigrams, part, limit)

    def _words(self, where: str, *values: object) -> list[Word]:
        return [Word(*row) for row in self._connections.get().execute(_WORD + where, values)]

    def languages(self) -> list[str]:
        """The languages that most texts are in."""
        sql = (
            "SELECT value FROM attributes WHERE name = ? AND value != '' GROUP BY value ORDER BY count(*) DESC LIMIT ?"
        )
        return [code for (code,) in self._connections.get().execute(sql, (Attribute.LANGUAGE, _LANGUAGES))]

    def index_size(self) -> tuple[int, int]:
        """How many segments are in the keyword index, and how many words they have.

        FTS5 keeps both for ``bm25()``, in its record of averages: https://sqlite.org/fts5.html#the_data_table.
        """
        (record,) = self._connections.get().execute("SELECT block FROM segment_words_data WHERE id = 1").fetchone()
        numbers = _numbers(record)
        return next(numbers, 0), next(numbers, 0)

    def frequencies(self, stems: Collection[str]) -> dict[str, int]:
        """In how many segments each stem stands."""
        sql = f"SELECT term, doc FROM segment_terms WHERE term IN {_ANY}"  # noqa: S608
        return dict(self._connections.get().execute(sql, (json.dumps(list(stems)),)).fetchall())

    def languages_of(self, content_ids: Collection[int]) -> dict[int, str]:
        """The codes of the languages of these contents, as far as they are known."""
        rows = self._connections.get().execute(
            f"SELECT content_id, value FROM attributes WHERE name = ? AND value != '' AND content_id IN {_ANY}",  # noqa: S608
            (Attribute.LANGUAGE, json.dumps(list(content_ids))),
        )
        return dict(rows.fetchall())


def _numbers(record: bytes) -> Iterator[int]:
    """Those that SQLite wrote in its variable length: seven bits a byte, the first ones first, but for the ninth."""
    number = length = 0
    for byte in record:
        length += 1
        number = number << 8 | byte if length == 9 else number << 7 | byte & 0x7F
        if length == 9 or not byte & 0x80:
            yield number
            number = length = 0
