"""What the tracks of a file are called: by their titles, else by their languages (ISO 639)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bowerbird.core.extractors.segments import label

SOUND_TRACK = "sound track"
"""Begins the section of the locators of what is heard in any track but the first: "sound track 2: German"."""
SUBTITLES = "subtitles"
"""Begins the section of the locators of subtitles, which tells them apart from transcripts: "subtitles: German"."""
LYRICS = "lyrics"
"""The section of the locators of a song's words, as its tags have them."""
# Code of two letters, codes of three (bibliographic and terminological), name.
_LANGUAGES = """
ar ara Arabic|bg bul Bulgarian|bn ben Bengali|ca cat Catalan|cs cze ces Czech|da dan Danish|de ger deu German|
el gre ell Greek|en eng English|es spa Spanish|et est Estonian|eu baq eus Basque|fa per fas Persian|fi fin Finnish|
fil fil Filipino|fr fre fra French|ga gle Irish|gl glg Galician|he heb Hebrew|hi hin Hindi|hr hrv Croatian|
hu hun Hungarian|hy arm hye Armenian|id ind Indonesian|is ice isl Icelandic|it ita Italian|ja jpn Japanese|
ka geo kat Georgian|kk kaz Kazakh|ko kor Korean|la lat Latin|lt lit Lithuanian|lv lav Latvian|mk mac mkd Macedonian|
ml mal Malayalam|mr mar Marathi|ms may msa Malay|nb nob Norwegian|nl dut nld Dutch|nn nno Norwegian|no nor Norwegian|
pa pan Punjabi|pl pol Polish|pt por Portuguese|ro rum ron Romanian|ru rus Russian|sk slo slk Slovak|sl slv Slovenian|
sq alb sqi Albanian|sr srp Serbian|sv swe Swedish|sw swa Swahili|ta tam Tamil|te tel Telugu|th tha Thai|tr tur Turkish|
uk ukr Ukrainian|ur urd Urdu|vi vie Vietnamese|yi yid Yiddish|zh chi zho Chinese
"""
_BY_CODE = {
    code: words[-1] for words in (entry.split() for entry in _LANGUAGES.split("|")) for code in words[:-1]
}  # fmt: skip


def track_name(kind: str, number: int | None, metadata: Mapping[str, str], marks: Iterable[str] = ()) -> str:
    """A section for the locators of a track, as the constants above show it.

    Args:
        kind: one of these constants.
        number: of the track, counted from 1; None if that is of no interest.
        metadata: its tags, of which the title and the language count.
        marks: further words, such as "forced".
    """
    start = kind if number is None else f"{kind} {number}"
    names = [_title(metadata), _language(metadata), *marks]
    return label(": ".join(part for part in (start, ", ".join(dict.fromkeys(filter(None, names)))) if part))


def _title(metadata: Mapping[str, str]) -> str:
    return label(metadata.get("title", ""))


def _language(metadata: Mapping[str, str]) -> str:
    code = metadata.get("language", "").strip()
    return "" if code.lower() in ("", "und", "zxx", "mis", "mul") else _BY_CODE.get(code[:3].lower().strip("-_"), code)
