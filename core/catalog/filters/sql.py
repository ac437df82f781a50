"""The SQL of each filter: conditions on a file ``f`` and its content ``c``, with question marks, and their values."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bowerbird.core.catalog.attributes import NO_WORDS, Attribute
from bowerbird.core.catalog.connection import range_below
from bowerbird.core.catalog.filters.dates import Days
from bowerbird.core.catalog.filters.values import Bytes
from bowerbird.core.catalog.places import NEAR, WITHIN, near_values
from bowerbird.core.questions import Near
from bowerbird.core.types import Kind
from bowerbird.core.words import all_words, fold, is_unspaced, stem, typed_words


class Sql(NamedTuple):
    """A condition in brackets as far as it needs some, and what is bound to its question marks, in order."""

    text: str
    values: tuple[object, ...] = ()


_ANY = "(SELECT value FROM json_each(?))"
_DAY = "date(coalesce(c.taken_at, datetime(f.mtime_ns / 1000000000, 'unixepoch', 'localtime')))"
MAIL_DAY = "date(m.sent_at)"
"""In place of a file's, the day of a mail ``m`` in a mailbox."""
MAIL_ID = "(m.content_id << 32 | m.first)"
"""A number for a mail ``m`` in a mailbox."""
# A mailbox may have a hundred thousand mails: the one that a passage is of is looked up by where it begins.
_MAIL_OF_PASSAGE = (
    "s.content_id << 32 | (SELECT max(first) FROM mails WHERE content_id = s.content_id AND first <= s.ordinal)"
)
_NAMES = "FROM file_names n JOIN files g ON g.id = n.rowid"  # in which names are folded, and paths as they are
_TRIGRAM = 3
_AND = " || ' AND ' || "
_PAIRS_WITH = (
    "(SELECT coalesce('(' || group_concat('\"' || term || '\"', ' OR ') || ')', '\"\U0010fffd\"') "
    "FROM segment_terms WHERE instr(term, ?))"
)  # if there are none, what no text has


def of_kinds(kinds: Collection[Kind]) -> Sql:
    """One of these."""
    return Sql(f"f.kind IN {_ANY}", (json.dumps(sorted(kinds)),))


def of_ids(ids: Collection[int]) -> Sql:
    """One of these files."""
    return Sql(f"f.id IN {_ANY}", (json.dumps(sorted(ids)),))


def mail_of_ids(ids: Collection[int]) -> Sql:
    """One of these mails ``m``."""
    return Sql(f"{MAIL_ID} IN {_ANY}", (json.dumps(sorted(ids)),))


def with_suffixes(suffixes: tuple[str, ...]) -> Sql:
    """A name that ends in a dot and one of these, and has something before them."""
    ends = "(CAST(f.path AS TEXT) LIKE ? ESCAPE '\\' AND CAST(f.path AS TEXT) NOT LIKE ? ESCAPE '\\')"
    values = [f"{start}.{literal(suffix)}" for suffix in suffixes for start in ("%", "%/")]
    return Sql(f"({' OR '.join(ends for _ in suffixes)})", tuple(values))


def of_size(size: Bytes) -> Sql:
    """As large as that."""
    return Sql("(f.size >= ? AND f.size < ?)", (size.least, size.end))


def below(folder: Path) -> Sql:
    """In a folder, however deep."""
    return Sql("(f.path >= ? AND f.path < ?)", range_below(folder))


def in_folders(names: tuple[str, ...]) -> Sql:
    """In folders of these names that lie in each other: the watched one, or any in it."""
    longest = max((word for name in names for word in typed_words(name)), key=len, default="")
    named = _named(longest)
    sql = f"f.id IN (SELECT n.rowid {_NAMES} WHERE {named.text} AND lies_in(g.path, n.name, ?))"
    return Sql(sql, (*named.values, json.dumps(names)))


def during(days: Days, day: str = _DAY) -> Sql:
    """Of one of these days."""
    bounds = [(sign, end.isoformat()) for sign, end in ((">=", days.first), ("<", days.end)) if end]
    return Sql(f"({' AND '.join(f'{day} {sign} ?' for sign, _ in bounds)})", tuple(bound for _, bound in bounds))


def since(first: date, day: str = _DAY) -> Sql:
    """Of this day, or later."""
    return Sql(f"{day} >= ?", (first.isoformat(),))


def until(end: date, day: str = _DAY) -> Sql:
    """Of an earlier day."""
    return Sql(f"{day} < ?", (end.isoformat(),))


def in_places(places: Collection[int]) -> Sql:
    """Taken in one of these."""
    return Sql(WITHIN, (json.dumps(sorted(places)),))


def around(at: Near) -> Sql:
    """Taken around there."""
    return Sql(NEAR, near_values(at))


def has_part(attribute: Attribute) -> Callable[[str], Sql]:
    """An attribute of which the value is a part."""
    condition = "f.content_id IN (SELECT content_id FROM attributes WHERE name = ? AND value LIKE ? ESCAPE '\\')"
    return lambda text: Sql(condition, (attribute, f"%{literal(fold(text))}%"))


def mail_has_part(column: str) -> Callable[[str], Sql]:
    """A column of a mail ``m`` in a mailbox of which the value is a part."""
    return lambda text: Sql(f"m.{column} LIKE ? ESCAPE '\\'", (f"%{literal(fold(text))}%",))


def has_tag(text: str) -> Sql:
    """A tag with these words in a row, or the very tag."""
    return Sql(
        "f.content_id IN (SELECT content_id FROM attributes "
        "WHERE name = ? AND (value = ? OR value_holds(value, ?, 1)))",
        (Attribute.TAG, fold(text), text),
    )


def has_phrase(text: str) -> Sql:
    """These very words in a row."""
    return _has(text, exact=True)


def has_word(text: str) -> Sql:
    """A word with the same stem; of several, in a row."""
    return _has(text, exact=False)


def in_languages(codes: Collection[str]) -> Sql:
    """Written, or spoken, in one of these."""
    condition = f"f.content_id IN (SELECT content_id FROM attributes WHERE name = ? AND value IN {_ANY})"  # noqa: S608
    return Sql(condition, (Attribute.LANGUAGE, json.dumps(sorted(codes))))


def mail_has_phrase(text: str) -> Sql:
    """These very words in a row in a mail ``m`` of a mailbox, or in what is known of the mailbox."""
    return _mail_has(text, exact=True)


def mail_has_word(text: str) -> Sql:
    """As ``has_word``, in a mail ``m`` of a mailbox, or in what is known of the mailbox."""
    return _mail_has(text, exact=False)


def _has(text: str, *, exact: bool) -> Sql:
    """Words in what a file says or shows, in what it says of itself, or in its name."""
    passages, beside = _passages(text, exact=exact), _beside_passages(text, exact=exact)
    return Sql(f"(f.content_id IN ({passages.text}) OR {beside.text})", (*passages.values, *beside.values))


def _mail_has(text: str, *, exact: bool) -> Sql:
    passages, beside = _passages(text, exact=exact, of=_MAIL_OF_PASSAGE), _beside_passages(text, exact=exact)
    return Sql(f"({MAIL_ID} IN ({passages.text}) OR {beside.text})", (*passages.values, *beside.values))


def _beside_passages(text: str, *, exact: bool) -> Sql:
    """Words in what a file shows, in what it says of itself, or in its name."""
    first, holding = typed_words(text)[0], (text, int(exact))
    start = first if exact else _start(stem(first))
    like, named = f"%{start}%", _named(start)
    return Sql(
        "f.content_id IN (SELECT content_id FROM segments WHERE labels != '[]' "  # noqa: S608
        "AND (labels LIKE ? OR instr(labels, '\\u')) AND labels_hold(labels, ?, ?)) "
        "OR f.content_id IN (SELECT content_id FROM attributes "
        f"WHERE name NOT IN {_ANY} AND value LIKE ? AND value_holds(value, ?, ?)) "
        f"OR f.id IN (SELECT n.rowid {_NAMES} WHERE {named.text} AND name_holds(g.path, ?, ?))",
        (like, *holding, json.dumps(NO_WORDS), like, *holding, *named.values, *holding),
    )


def _start(stemmed: str) -> str:
    """How all words with a stem begin: but for its last letter, which may be an i for a y; of short ones, that too."""
    last = len(stemmed) == 1 or (len(stemmed) <= _TRIGRAM and stemmed[-1] not in "ie")
    return stemmed if last else stemmed[:-1]


def _named(part: str) -> Sql:
    """A name ``n`` with this in it, as folded; the index of trigrams would find nothing shorter."""
    return Sql("n.name LIKE ?", (f"%{part}%",)) if len(part) >= _TRIGRAM else Sql("instr(n.name, ?)", (part,))


def _passages(text: str, *, exact: bool, of: str = "s.content_id") -> Sql:
    """The contents with a passage that has these words in a row; or what else ``of`` selects of a passage ``s``."""
    words = typed_words(text)
    spaced = not any(map(is_unspaced, words))
    match = Sql("?", (f'"{" ".join(words)}"',)) if spaced else _apart(words)
    found = Sql(
        f"SELECT {of} FROM segment_words w JOIN segments s ON s.id = w.rowid "  # noqa: S608
        f"WHERE segment_words MATCH {match.text}",
        match.values,
    )
    if spaced and not exact:  # then the index compares as it should
        return found
    return Sql(f"{found.text} AND holds(s.text, ?, ?)", (*found.values, text, int(exact)))


def _apart(words: list[str]) -> Sql:
    """An FTS5 expression, put together by SQL, that matches passages with all of these words, wherever they stand.

    The index has pairs of what is written without spaces: a single character is looked up among these.
    """
    parts: list[str] = []
    values: list[str] = []
    for word in words:
        single = is_unspaced(word) and len(word) == 1
        parts.append(_PAIRS_WITH if single else "?")
        values.append(word if single else f'"{" ".join(all_words(word))}"')
    return Sql(f"({_AND.join(parts)})", tuple(values))


def literal(text: str) -> str:
    """A text as a part of what LIKE compares with."""
    valid = text.encode("utf-8", "replace").decode()
    return valid.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
