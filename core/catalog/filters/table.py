"""Every filter, defined once: what it is called, which value it takes, what it lets through, in prose and in SQL.

The parser (search/query.py), completion and help in the window, the README and the tests all go by this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from bowerbird.core.catalog.attributes import Attribute
from bowerbird.core.catalog.filters import sql, values
from bowerbird.core.catalog.filters.sql import Sql
from bowerbird.core.conditions import AllOf, Condition, Is, Not, filters_of
from bowerbird.core.languages import LANGUAGES, languages
from bowerbird.core.types import Kind


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is typed as ``name:value``."""

    name: str
    example: str
    """A value, quoted where it has to be."""
    prose: str
    """What it lets through, for the user."""
    parse: Callable[[str], Any]
    """Reads the value; raises ``UsageError`` if it makes no sense."""
    sql: Callable[[Any], Sql]
    """The condition of a value that was read."""
    synonyms: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    """Those worth offering as one types."""
    narrows: bool = False
    """Typed twice it lets through what passes both; else, since no file has two values, what passes one of both."""
    several_words: bool = False
    """Whether its value may have spaces without quotation marks: as many of the next words count as make a value."""
    mail_sql: Callable[[Any], Sql] | None = None
    """If a mailbox passes by one of its mails: the condition of a value on a mail."""
    slow: bool = False
    """Whether its condition looks through texts or names: its files are found once for a search, not with each step."""

    @property
    def typed(self) -> str:
        """As in ``kind:photo``."""
        return f"{self.name}:{self.example}"


_PERIODS = ("today", "yesterday", "this week", "last week", "this month", "last month", "this year", "last year")

_FILTERS = (
    Filter(
        "kind", "photo", "only photos; or document, recording, clip, or what else they are called: pictures, video",
        values.kinds, sql.of_kinds, ("type",), tuple(Kind),
    ),
    Filter(
        "ext", "pdf,docx", "files whose names end so", values.suffixes, sql.with_suffixes, ("extension", "suffix"),
        ("pdf", "docx", "txt", "jpg", "png", "mp3", "mp4"),
    ),
    Filter(
        "size", ">10MB", "larger than that; or <500KB, or 1MB..2MB", values.sizes, sql.of_size,
        values=(">1MB", ">10MB", ">100MB", "<1MB"), narrows=True, several_words=True,
    ),
    Filter(
        "in", "Trips", "in a folder called so, however deep; or in:Trips/Rome",
        values.folder_names, sql.in_folders, ("folder",), narrows=True, slow=True,
    ),
    Filter("under", "~/Trips", "in this very folder, however deep", values.folder, sql.below, ("path",)),
    Filter(
        "date", '"last week"', 'of these days: yesterday, "May 2023", 2024-05-31 or 2019..2021',
        values.days, sql.during, ("on", "during"), _PERIODS, several_words=True,
        mail_sql=partial(sql.during, day=sql.MAIL_DAY),
    ),
    Filter(
        "after", "2024-05", "from that day, month or year on", values.first_day, sql.since, ("since",), _PERIODS,
        narrows=True, several_words=True, mail_sql=partial(sql.since, day=sql.MAIL_DAY),
    ),
    Filter(
        "before", "2025", "before that day, month or year", values.first_day, sql.until, values=_PERIODS, narrows=True,
        several_words=True, mail_sql=partial(sql.until, day=sql.MAIL_DAY),
    ),
    Filter(
        "place", "Bozen", "taken in this town, region or country, by any of its names", values.places, sql.in_places,
        several_words=True,
    ),
    Filter(
        "near", "Bolzano,20km", "taken around a place (25 km, if you do not say) or a point: near:46.5,11.35",
        values.near, sql.around, ("around",), several_words=True,
    ),
    Filter(
        "lang", "German", "written or spoken mostly in this language; or by its code: lang:de",
        languages, sql.in_languages, ("language",), tuple(sorted(names[0] for names in LANGUAGES.values())),
    ),
    Filter(
        "tag", "holiday", "with this keyword, genre or category, in the file or a sidecar", values.plain, sql.has_tag,
        ("tags", "keyword"), narrows=True, slow=True,
    ),
    Filter(
        "author", "curie", "by this author; of a mail, its sender", str, sql.has_part(Attribute.AUTHOR), ("by",),
        mail_sql=sql.mail_has_part("sender"),
    ),
    Filter(
        "from", "anna@example.org", "mails of this sender", str, sql.has_part(Attribute.SENDER), ("sender",),
        mail_sql=sql.mail_has_part("sender"),
    ),
    Filter(
        "subject", "invoice", "mails with this subject", str, sql.has_part(Attribute.SUBJECT),
        mail_sql=sql.mail_has_part("subject"),
    ),
    Filter("camera", "leica", "taken with this camera or lens", str, sql.has_part(Attribute.CAMERA), ("lens",)),
    Filter(
        "word", "boat", "with this word, or one with the same stem", values.words, sql.has_word,
        narrows=True, slow=True, mail_sql=sql.mail_has_word,
    ),
    Filter(
        "phrase", '"exact words"', "with these very words in a row, as if they stood in quotation marks alone",
        values.words, sql.has_phrase, narrows=True, slow=True, mail_sql=sql.mail_has_phrase,
    ),
)  # fmt: skip
FILTERS: Mapping[str, Filter] = {each.name: each for each in _FILTERS}
"""Every filter by its name. ``-word`` and ``"a phrase"`` are short for ``-word:`` and ``phrase:``."""
NAMES: Mapping[str, Filter] = {name: each for each in _FILTERS for name in (each.name, *each.synonyms)}
"""The same, by synonyms too."""
SYNTAX = (
    ("-blurry", "without this word (or its stem) in its text, name, labels or tags; - goes before any filter"),
    ("photog*", "ranks by words that begin so; in the window the last word counts so while you type it"),
    ('"exact words"', "with these very words in a row"),
    ("dogs OR cats", "what answers one or the other; OR divides all that stands in the same parentheses"),
    ("-(kind:clip lang:fr)", "parentheses group"),
)  # fmt: skip
"""What can be typed beside filters, and what it does."""

FOUND = "found"
"""The name of a condition whose value is a ``Found``: what a slow filter has come to."""


class Found(NamedTuple):
    """What a filter lets through."""

    files: frozenset[int]
    mails: frozenset[int] | None = None
    """Those in mailboxes; None if it does not tell them apart."""


def sql_of(condition: Condition) -> Sql:
    """A tree of filters as one condition on files, which a mailbox passes if one of its mails does.

    What is not known of a file does not pass, and so passes the negation.
    """
    own, of_mail = _tree(condition, _of_file), mail_sql(condition)
    if of_mail is None:
        return own
    mails = "(SELECT 1 FROM mails m WHERE m.content_id = f.content_id{})"
    passing = mails.format(f" AND {of_mail.text}")
    text = f"CASE WHEN EXISTS {mails.format('')} THEN EXISTS {passing} ELSE {own.text} END"
    return Sql(text, (*of_mail.values, *own.values))


def mail_sql(condition: Condition) -> Sql | None:
    """The tree as a condition on a mail ``m`` in a mailbox ``f``; None if no filter in it tells mails apart."""
    if not any(map(_tells_mails_apart, filters_of(condition))):
        return None
    return _tree(condition, _of_mail)


def _tells_mails_apart(each: Is) -> bool:
    if each.name == FOUND:
        return each.value.mails is not None
    return FILTERS[each.name].mail_sql is not None


def _of_file(each: Is) -> Sql:
    return sql.of_ids(each.value.files) if each.name == FOUND else FILTERS[each.name].sql(each.value)


def _of_mail(each: Is) -> Sql:
    if not _tells_mails_apart(each):
        return _of_file(each)
    if each.name == FOUND:
        return sql.mail_of_ids(each.value.mails)
    of_mail = FILTERS[each.name].mail_sql
    return of_mail(each.value) if of_mail else _of_file(each)


def _tree(condition: Condition, sql_by: Callable[[Is], Sql]) -> Sql:
    if isinstance(condition, Is):
        return sql_by(condition)
    if isinstance(condition, Not):
        negated = _tree(condition.of, sql_by)
        return Sql(f"NOT coalesce({negated.text}, 0)", negated.values)
    joined, nothing = (" AND ", "1") if isinstance(condition, AllOf) else (" OR ", "0")
    parts = [_tree(part, sql_by) for part in condition.of]
    text = f"({joined.join(part.text for part in parts)})" if parts else nothing
    return Sql(text, tuple(value for part in parts for value in part.values))


def kinds_of(condition: Condition) -> frozenset[Kind] | None:
    """The kinds that it lets through, if it asks for nothing else; else None."""
    if isinstance(condition, Is):
        return condition.value if condition.name == "kind" else None
    if isinstance(condition, Not):
        inner = kinds_of(condition.of)
        return None if inner is None else frozenset(Kind) - inner
    parts = [kinds_of(part) for part in condition.of]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return frozenset(Kind).intersection(*known) if isinstance(condition, AllOf) else frozenset[Kind]().union(*known)
