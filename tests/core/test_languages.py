from __future__ import annotations

import pytest

from bowerbird.core.errors import UsageError
from bowerbird.core.languages import LANGUAGES, languages, name_of
from bowerbird.core.models.runtime.routes import language_of


@pytest.mark.parametrize(
    ("text", "codes"),
    [("German", "de"), ("DEUTSCH", "de"), ("de", "de"), ("ger", "de"), ("日本語", "ja"), ("french,es", "fr es"),
     ("norwegian", "no nb nn"), ("nn", "nn"), ("Tiếng Việt", "vi"), ("中文", "zh yue")],
)  # fmt: skip
def test_languages_by_names_and_codes(text: str, codes: str) -> None:
    assert languages(text) == frozenset(codes.split())


@pytest.mark.parametrize("wrong", ["", "klingonese", "d", "de,xx"])
def test_what_is_no_language(wrong: str) -> None:
    with pytest.raises(UsageError):
        languages(wrong)


def test_names_are_not_ambiguous_and_codes_are_short() -> None:
    names = [name.casefold() for names in LANGUAGES.values() for name in names]
    assert len(names) == len(set(names)) and all(2 <= len(code) <= 3 and code.isascii() for code in LANGUAGES)
    assert (name_of("GER"), name_of("de-AT"), name_of("qqq")) == ("German", "German", "qqq")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The lighthouse keeper wrote every evening how many ships had passed.", "en"),
        ("Der Leuchtturmwärter schrieb jeden Abend auf, wie viele Schiffe vorbeigefahren waren.", "de"),
        ("El guardián del faro escribía cada noche cuántos barcos habían pasado.", "es"),
        ("灯塔看守人每天晚上都会写下有多少船只经过。", "zh"),
        ("12 345 % 678", ""),
        ("ok", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language
