"""Words with one stem begin alike, by which names and values are sieved before they are compared."""

from __future__ import annotations

import pytest

from bowerbird.core.catalog.filters.sql import has_word
from bowerbird.core.words import stem


@pytest.mark.parametrize(
    ("word", "start", "others"),
    [
        ("it", "it", ()),
        ("a", "a", ()),
        ("dog", "dog", ("dogs",)),
        ("copy", "cop", ("copies", "copying")),
        ("use", "us", ("used", "using")),
        ("happy", "happ", ("happiness",)),
        ("boats", "boa", ("boat", "boating")),
    ],
)
def test_as_much_of_a_word_is_looked_for_as_all_with_its_stem_have(
    word: str, start: str, others: tuple[str, ...]
) -> None:
    assert f"%{start}%" in has_word(word).values
    assert all(stem(other) == stem(word) and start in other for other in others)
