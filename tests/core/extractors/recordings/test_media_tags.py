"""What recordings and clips say of themselves, in the tags of each format and in the encodings of old players."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.recordings.media_tags import all_tags, keywords
from bowerbird.core.extractors.recordings.track_names import LYRICS
from bowerbird.core.types import Modality
from tests.makers import extract
from tests.media_makers import clip, recording, scenes, tone

TAGS = {
    "title": "Evening tone",
    "artist": "A. Fork",
    "album_artist": "The Forks",
    "composer": "B. Flat",
    "album": "Tones",
    "genre": "Jazz; Ambient",
    "comment": "taped in Bergen",
    "date": "1987",
    "lyrics": "Walking down the lane\nsinging",
}


@pytest.mark.parametrize(
    ("name", "codec", "artists", "words"),
    [("a.mp3", "mp3", 3, True), ("a.flac", "flac", 3, True), ("a.m4a", "aac", 3, True), ("a.ogg", "libopus", 3, True),
     ("a.wma", "mp3", 3, True), ("a.mka", "flac", 3, True), ("a.wav", "pcm_s16le", 1, False)],
)  # fmt: skip
def test_tags_fill_properties(files: Path, name: str, codec: str, artists: int, words: bool) -> None:
    extraction = extract(recording(files / name, tone(1.0, rate=48_000), codec, 48_000, **TAGS))
    own = extraction.properties
    assert (own.title, own.album, own.description) == ("Evening tone", "Tones", "taped in Bergen")
    assert own.author == "; ".join(("A. Fork", "The Forks", "B. Flat")[:artists])
    assert own.keywords == ("Jazz", "Ambient", "1987")
    texts = [(s.locator.section, s.text) for s in extraction.segments if s.modality is Modality.TEXT]
    assert texts == ([(LYRICS, "Walking down the lane\nsinging")] if words else [])


def test_tags_alone_are_what_a_whole_reading_has_of_them(files: Path) -> None:
    path = recording(files / "a.mp3", tone(2.0, rate=48_000), "mp3", 48_000, **TAGS)
    whole, tags = extract(path), extract(path, Limits(only_tags=True))
    texts = tuple(segment for segment in whole.segments if segment.modality is Modality.TEXT)
    assert (tags.kind, tags.segments, tags.next_at, tags.waveform) == (whole.kind, texts, None, b"")
    assert texts and replace(tags.properties, duration_s=0) == replace(whole.properties, duration_s=0)


def test_an_episode_belongs_to_its_show(files: Path) -> None:
    path = clip(files / "a.mp4", scenes((200, 0, 0), each=5), title="Pilot", show="The Well", synopsis="It is deep.")
    own = extract(path).properties
    assert (own.title, own.album, own.description) == ("Pilot", "The Well", "It is deep.")


def test_times_within_lyrics_are_left_out(files: Path) -> None:
    words = "[00:01.20]First line\n[00:04.00]Second line"
    extraction = extract(recording(files / "a.flac", tone(1.0, rate=48_000), "flac", 48_000, lyrics=words))
    assert extraction.segments[0].text == "First line\nSecond line"


@pytest.mark.parametrize("as_latin", [True, False])
@pytest.mark.parametrize(
    ("encoding", "tags"),
    [("cp1251", "Группа крови|Кино|Последний герой"), ("cp1251", "Що я забув|Океан Ельзи|Місця"),
     ("koi8-r", "Что такое осень|ДДТ|Актриса Весна"), ("gbk", "月亮代表我的心|邓丽君|岛国之情歌"),
     ("big5", "恰似你的溫柔|蔡琴|出塞曲"), ("big5", "月亮代表我的心|鄧麗君|情歌"),
     ("shift_jis", "さくら|いきものがかり|桜咲く街物語"), ("euc_kr", "다시 만난 세계|소녀시대|좋은 날"),
     ("latin-1", "Für Élise|Händel|Café"), ("latin-1", "Ágætis byrjun|Sigur Rós|Svefn-g-englar"),
     ("utf-8", "Ночь|夜|Nuit")],
)  # fmt: skip
def test_tags_of_any_encoding(encoding: str, tags: str, as_latin: bool) -> None:
    """Those of ID3v1 have no encoding; those of ID3v2 often say Latin-1 and are something else."""
    raw = [tag.encode(encoding) for tag in tags.split("|")]
    read = [tag.decode("latin-1") if as_latin else tag.decode("utf-8", "surrogateescape") for tag in raw]
    if as_latin and encoding == "utf-8":
        read = [tag.decode("utf-8") for tag in raw]
    assert list(all_tags([dict(zip("abc", read, strict=True))]).values()) == tags.split("|")


def test_tags_of_id3v1(files: Path) -> None:
    sound = recording(files / "plain.mp3", tone(1.0, rate=48_000), "mp3", 48_000).read_bytes()
    fields = [text.encode("cp1251").ljust(30, b"\0") for text in ("Группа крови", "Кино", "Последний герой")]
    sound = sound[sound.index(b"\xff\xfb") :]  # without ID3v2, which goes first
    (files / "a.mp3").write_bytes(sound + b"TAG" + b"".join(fields) + b"1988" + bytes(30) + b"\x11")
    own = extract(files / "a.mp3").properties
    assert (own.title, own.author, own.album) == ("Группа крови", "Кино", "Последний герой")
    assert own.keywords == ("Rock", "1988")


def test_genres_are_keywords_each_once() -> None:
    assert keywords({"genre": "(17)Rock/Pop; Rock", "date": "2001-05-04"}) == ("Rock", "Pop", "2001")
    assert keywords({"date": "0000"}) == ()
