"""Exporting a network: once, in a process of its own, all of it or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.runtime import export, exporter
from bowerbird.core.models.runtime.network import Network, WrongResults
from bowerbird.core.models.runtime.runtimes import OnnxRuntime


def _build():
    import torch

    return torch.nn.Linear(3, 2).eval()


def _fail():
    raise MemoryError("no room")


def _network(build=_build) -> Network:
    return Network("tiny-0000", build, {"x": np.ones((2, 3), np.float32)}, ("y",))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the exported network and leftovers of a killed export and of another version beside it."""
    folder = tmp_path_factory.mktemp("exports")
    (folder / "tiny-0000-abc.new").write_bytes(b"half")
    (folder / "tiny-0000-op1-ort0.1.onnx").write_bytes(b"old")
    export.exported(_network(), folder)
    return folder


def test_only_the_exported_file_stays(tiny: Path) -> None:
    assert [file.suffix for file in tiny.glob("*.*") if file.suffix != ".lock"] == [".onnx"]


def test_what_is_there_is_not_exported_again(tiny: Path) -> None:
    assert export.exported(_network(_fail), tiny).exists()


def test_the_exported_network_takes_any_batch(tiny: Path) -> None:
    runtime = OnnxRuntime(_network(), tiny, threads=1)
    assert "ONNX Runtime" in runtime.name
    assert runtime.run([1, 2, 3, 4, 5], lambda some: {"x": np.ones((len(some), 3), np.float32)})[0].shape == (5, 2)


def test_a_file_that_does_not_load(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / next(tiny.glob("*.onnx")).name).write_bytes(b"damaged")
    with pytest.raises(WrongResults):
        OnnxRuntime(_network(), tmp_path, threads=1)


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="could not be prepared"):
        export.exported(_network(_fail), tmp_path)
    assert [file.suffix for file in tmp_path.iterdir()] == [".lock"]


def test_one_process_exports_what_comes_at_once_and_another_follows_one_that_ended(tmp_path: Path) -> None:
    process = exporter.ExportProcess()

    def pid() -> int | None:
        return process._process.pid if process._process else None

    assert process.write(_note_process, _network(), tmp_path / "a")
    first = pid()
    assert process.write(_note_process, _network(), tmp_path / "b")
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text() == str(first)
    assert not process.write(_die_at_once, _network(), tmp_path / "c"), "it ends every process"
    assert pid() is None
    assert process.write(_note_process, _network(), tmp_path / "d")
    assert pid() != first
    process._process.kill()  # as its idle time may end just now
    process._process.join()
    assert process.write(_note_process, _network(), tmp_path / "e")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".new") == ["a", "b", "d", "e"]


def test_an_idle_process_ends(tmp_path: Path) -> None:
    process = exporter.ExportProcess()
    assert process.write(_note_process, _network(), tmp_path / "a")
    process._process.join(60)
    assert process._process.exitcode == 0
    assert process.write(_note_process, _network(), tmp_path / "b")


def _note_process(network: Network, draft: str) -> None:
    Path(draft).write_text(str(os.getpid()))


def _die_at_once(network: Network, draft: str) -> None:
    os._exit(7)


def test_without_torch_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(ModelUnavailable, match="the package torch is missing"):
        export.exported(_network(), tmp_path)
