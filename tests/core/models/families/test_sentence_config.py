"""What a text model's own files say is done, and what they may not ask for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.families.text import Sentences
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext
from tests import checkpoints, references
from tests.checkpoints import MODULES, write_json

_ENTRY = load()["multilingual-e5-small"]
_SPACE = _ENTRY.spaces[0].id
_TEXTS = ["a dog runs along the beach", "two people play chess", "an old red car", "", "Dog DOG dog " * 9]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with the files of sentence-transformers."""
    return checkpoints.e5(tmp_path_factory.mktemp("checkpoint"), layers=1)


@pytest.fixture
def folder(checkpoint: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(checkpoint, tmp_path / "hub"))


def _load(folder: Path, device: str = "cpu") -> Sentences:
    models = folder.parent / "models"
    fetch(_ENTRY, models, folder, lambda done, whole: None)
    sources = Sources(models)
    return Sentences(LoadContext(_ENTRY, sources.files(_ENTRY), models, 2, sources.digest(_ENTRY), device))


def _documents(model: Sentences) -> Any:
    return model.encode(_TEXTS).vectors[_SPACE]


def _refusal(folder: Path, device: str = "cpu") -> str:
    with pytest.raises(ModelUnavailable) as caught:
        _load(folder, device)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_its_files_a_model_is_used_as_the_registry_says(folder: Path) -> None:
    complete = _documents(_load(folder))
    for path in ("modules.json", "sentence_bert_config.json", "1_Pooling/config.json"):
        (folder / path).unlink()
    assert np.array_equal(_documents(_load(folder)), complete)
    assert set(Sources(folder.parent / "models").files(_ENTRY)) == {"weights", "config", "tokenizer"}


@pytest.mark.parametrize("device", ["cpu", ""], ids=["torch", "onnx"])
def test_pooling_and_truncation_are_the_models_own(folder: Path, device: str) -> None:
    mean = _documents(_load(folder))
    checkpoints.sentence_files(folder, pooling="cls_token", max_seq_length=7)
    vectors, reference = _documents(_load(folder, device)), references.e5(folder).documents(_TEXTS)
    assert np.abs(vectors - reference).max() < 1e-4
    assert np.abs(vectors - mean).max() > 0.01


def test_lower_case_and_prompts_are_the_models_own(folder: Path) -> None:
    checkpoints.sentence_files(folder, do_lower_case=True)
    prompts = {"query": "red car ", "document": "a photo of "}
    write_json(folder / "config_sentence_transformers.json", {"prompts": prompts})
    model, reference = _load(folder), references.sentences(folder)
    assert np.abs(_documents(model) - reference.documents(_TEXTS)).max() < 1e-4
    assert np.abs(model.encode_queries(_TEXTS) - reference.queries(_TEXTS)).max() < 1e-4


def test_prompts_that_are_empty_are_the_registrys(folder: Path) -> None:
    before = _load(folder).encode_query("a dog")
    write_json(folder / "config_sentence_transformers.json", {"prompts": {"query": "", "document": ""}})
    assert np.array_equal(_load(folder).encode_query("a dog"), before)


def test_vectors_are_of_length_one_whether_the_model_says_so_or_not(folder: Path) -> None:
    checkpoints.sentence_files(folder, modules=MODULES[:2])
    assert np.linalg.norm(_documents(_load(folder)), axis=1) == pytest.approx(1.0, abs=1e-5)


def test_modules_as_sentence_transformers_saves_them_now(folder: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    before = _documents(_load(folder))
    SentenceTransformer(str(folder), device="cpu", local_files_only=True).save(str(tmp_path / "saved"))
    saved = json.loads((tmp_path / "saved" / "modules.json").read_text())
    assert not {module["type"] for module in saved} & set(MODULES)
    for path in ("modules.json", "sentence_bert_config.json", "1_Pooling/config.json"):
        shutil.copy(tmp_path / "saved" / path, folder / path)
    assert np.array_equal(_documents(_load(folder)), before)


@pytest.mark.parametrize("device", ["cpu", ""], ids=["torch", "onnx"])
@pytest.mark.parametrize("kind", ["custom_module.Transformer", "sentence_transformers.models.Dense", "os.mkdir", None])
def test_a_module_of_another_class_is_not_imported(
    folder: Path, kind: str | None, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder)
    (folder / "custom_module.py").write_text(f"import pathlib\npathlib.Path({str(folder / 'executed')!r}).touch()\n")
    checkpoints.sentence_files(folder, modules=cast("list[str]", [kind, *MODULES[1:]]))
    assert f"asks for the module '{kind}', which is not run here" in _refusal(folder, device)
    assert not (folder / "executed").exists()


@pytest.mark.parametrize("modules", [[], MODULES[:1], MODULES[::-1], [*MODULES[:2], MODULES[1]]])
def test_modules_in_another_order_are_refused(folder: Path, modules: list[str]) -> None:
    checkpoints.sentence_files(folder, modules=modules)
    assert "is not made of a transformer, pooling and normalisation" in _refusal(folder)


@pytest.mark.parametrize("path", ["../1_Pooling", "2_Pooling", "", "/etc"])
def test_a_pooling_whose_file_was_not_verified_is_refused(folder: Path, path: str) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["path"] = path
    write_json(folder / "modules.json", modules)
    assert "lacks the file with the settings of its pooling" in _refusal(folder)


def test_pooling_without_the_prompt_is_refused(folder: Path) -> None:
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    write_json(folder / "1_Pooling" / "config.json", pooling | {"include_prompt": False})
    assert "leaves prompts out of its vectors" in _refusal(folder)


@pytest.mark.parametrize(("contents", "problem"), [("<html>", "cannot be read"), ("{}", "is not what it should be")])
def test_a_list_of_modules_that_is_none(folder: Path, contents: str, problem: str) -> None:
    (folder / "modules.json").write_text(contents)
    assert f"modules.json {problem}" in _refusal(folder)
