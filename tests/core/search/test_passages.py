"""What is language, in any, and what is not."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.search.passages import says_something
from bowerbird.core.types import Locator
from tests.core.search.fakes import segment

_CHANCE = np.random.default_rng(0)


@pytest.mark.parametrize(
    "text",
    [
        "buy milk",
        "Rent 1,200.00 EUR, electricity 84.20 EUR",
        "In 1889 the tower was 312 m high; 324 m since 2022.",
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
        "2010年，亚马逊雨林经历了严重的干旱，受影响的地区大约有1,160,000平方英里（3,000,000平方公里）。",
        "2021년에는 75번의 행사가 있었다",
        "हिन्दी में लिखा हुआ वाक्य",
        "ภาษาไทยเขียนติดกัน",
        "اللغة العربية",
        "def read_all(paths): return [read(path) for path in paths]",
        "...",
    ],
)
def test_language(text: str) -> None:
    assert says_something(segment(1, 1, text))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(_CHANCE.bytes(600)).decode(),
        base64.encodebytes(_CHANCE.bytes(600)).decode(),
        _CHANCE.bytes(300).hex(),
        _CHANCE.bytes(300).hex(" "),
        "\n".join(" ".join(f"{number:.2f}" for number in row) for row in _CHANCE.uniform(0, 1e4, (12, 8))),
        "\n".join(f"2024-03-{day:02},{day * 77},EUR,0.{day * 31}" for day in range(1, 20)),
        "".join(_CHANCE.choice(list("ACDEFGHIKLMNPQRSTVWY"), 400)),
    ],
)
def test_no_language(text: str) -> None:
    assert not says_something(segment(1, 1, text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("LOISSIW sui", False),
        ("où", False),
        ("EXIT", False),
        ("Pizzeria da Mario", False),
        ("ROUGT GLOUGNT ROUGIT BOLOGHT OUGIT SLDUG", False),
        ("The shop is closed on Sundays from May to September", True),
        ("请勿停车谢谢 开放时间 上午九点 至下午五点", True),
    ],
)
def test_in_a_picture_only_sentences_say_something(text: str, says: bool) -> None:
    assert says_something(segment(1, 1, text, at=Locator(section=IN_PICTURE))) is says
