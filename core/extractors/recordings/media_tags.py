"""What the tags of a recording or clip say of it: title, artists, album, genres, comments, lyrics.

The names are those that FFmpeg gives them, be they of ID3, Vorbis comments, MP4, RIFF INFO, bext, ASF or Matroska.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from bowerbird.core.extractors.segments import label

_ARTISTS = ("artist", "album_artist", "composer", "performer", "author", "originator")
_DESCRIPTIONS = ("description", "synopsis", "comment", "summary", "subtitle", "grouping")
_LYRICS = ("lyrics", "unsyncedlyrics", "unsynced lyrics", "syncedlyrics", "wm/lyrics")
_GENRES = ("genre", "keywords", "keyw", "mood")
_SEPARATORS = re.compile(r"[;/\0]|,\s")
_MAX_KEYWORDS = 50
_YEAR = re.compile(r"(\d{4})(?:$|-)")
_TIME_STAMPS = re.compile(r"\[\d+:\d\d(?:[.:]\d+)?\]|<\d+:\d\d(?:[.:]\d+)?>")  # LRC
_NUMBERED_GENRE = re.compile(r"\(\d+\)")  # ID3v2.3 refers to the list of ID3v1
_MANY = 0.6  # of the letters of Latin-1 in a text: more of them are accented in no language
_CYRILLIC = re.compile(r"[А-ЯЁІЇЄҐ]?[а-яёіїєґ]+|[А-ЯЁІЇЄҐ]+")
_WORD = re.compile(r"[^\W\d_]+")
_KANA, _HALF, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\uff61-\uff9f]"), re.compile("[\uac00-\ud7a3]")
_BOXES = re.compile("[\u2500-\u25ff\x80-\xa0]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def all_tags(sources: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The tags by name in lower case; those of later sources over those of earlier ones."""
    tags = {name.lower(): value for source in sources for name, value in source.items()}
    return dict(zip(tags, _mended(list(tags.values())), strict=True))


def title(tags: Mapping[str, str]) -> str:
    """What the file is called; of an episode with its number."""
    return label(tags.get("title", ""))


def artists(tags: Mapping[str, str]) -> str:
    """Everyone who made it, separated by "; "."""
    return label("; ".join(_values(tags, _ARTISTS)))


def album(tags: Mapping[str, str]) -> str:
    """The album, or the show that it is an episode of."""
    return next((label(tags[name]) for name in ("album", "show", "album/movie/show title") if tags.get(name)), "")


def description(tags: Mapping[str, str]) -> str:
    """Descriptions and comments, a line each."""
    return "\n".join(_values(tags, _DESCRIPTIONS))


def keywords(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Genres, and the year."""
    year = _YEAR.match(tags.get("date", tags.get("year", "")).strip())
    genres = (_NUMBERED_GENRE.sub(" ", value) for value in _values(tags, _GENRES))
    words = (label(word) for value in genres for word in _SEPARATORS.split(value))
    found = dict.fromkeys(filter(None, [*words, year[1] if year and year[1] != "0000" else ""]))
    return tuple(found)[:_MAX_KEYWORDS]


def lyrics(tags: Mapping[str, str]) -> str:
    """The words of a song, without the times that some players want in them."""
    return "\n\n".join(_TIME_STAMPS.sub("", value).strip() for value in _values(tags, _LYRICS))


def _values(tags: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """The values of tags with these names, or these and a language, as in ``lyrics-eng``; each once."""
    found = (value.strip() for name in names for tag, value in tags.items() if _is_named(tag, name))
    return list(dict.fromkeys(filter(None, found)))


def _is_named(tag: str, name: str) -> bool:
    return tag == name or tag.startswith(f"{name}-")


def _mended(values: Sequence[str]) -> list[str]:
    """Tags, those put right whose encoding nobody told, or which a Russian or East Asian computer wrote as Latin-1."""
    doubtful = [raw for raw in map(_doubtful, values) if raw is not None]
    encoding = _encoding(b"\n".join(doubtful)) if doubtful else ""
    return [_reread(value, encoding) for value in values]


def _doubtful(text: str) -> bytes | None:
    """The bytes of a tag in which more is not ASCII than in any language of Latin-1; None for any other."""
    raw = _raw(text)
    letters = _WORD.findall(raw.decode("latin-1")) if raw is not None else ()
    return raw if raw and sum(byte > 127 for byte in raw) > _MANY * len("".join(letters)) else None


def _raw(text: str) -> bytes | None:
    """The bytes of a tag; None if it is surely right. What was no UTF-8 came as ``surrogateescape`` has it."""
    if _ESCAPED.search(text):
        return text.encode("utf-8", "surrogateescape")
    return text.encode("latin-1") if max(text, default="") <= "\xff" else None


def _reread(text: str, encoding: str) -> str:
    raw = _raw(text)
    if raw is not None and encoding and not raw.isascii():
        return raw.decode(encoding, "replace")
    return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace") if _ESCAPED.search(text) else text


def _encoding(raw: bytes) -> str:
    """The likeliest encoding in which the tags of a file make sense; empty if there is none."""
    for encoding, sense in _SENSE.items():
        with suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            letters = "".join(_WORD.findall(text))
            if letters and sense(text, letters):
                return encoding
    return ""


def _is_cyrillic(text: str, _: str) -> bool:
    return not _BOXES.search(text) and all(_CYRILLIC.fullmatch(word) for word in _WORD.findall(text))


_SENSE: Mapping[str, Callable[[str, str], bool]] = {
    "utf-8": lambda *_: True,
    "cp1251": _is_cyrillic,
    "koi8-r": _is_cyrillic,
    "cp932": lambda text, letters: bool(_KANA.search(letters)) and not _HALF.search(text),  # as which Chinese reads
    "euc_kr": lambda _, letters: len(_HANGUL.findall(letters)) * 4 >= len(letters) * 3,
    "gb2312": lambda *_: True,
    "big5": lambda *_: True,
    "gb18030": lambda *_: True,
}
