"""The Models page: a model is got from a hub on loopback, used, and dropped again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from bowerbird.core.state import ModelState
from bowerbird.gui.dialogs.model_row import ModelAction, ModelActions, ModelRow
from bowerbird.gui.dialogs.models import ModelsDialog
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import Theme
from tests import checkpoints
from tests.gui.conftest import LONG_MS, close, is_open
from tests.hub_server import Hub, serving

_NAME = "resnet-50"


@pytest.fixture(scope="module")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that is fetched, and only read."""
    return checkpoints.resnet(tmp_path_factory.mktemp("resnet"))


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> ModelsDialog:
    return _open(window, qtbot)


def _open(window: MainWindow, qtbot: QtBot) -> ModelsDialog:
    window.dialogs.show_models()
    (dialog,) = window.findChildren(ModelsDialog)
    qtbot.waitUntil(lambda: bool(dialog.rows), timeout=LONG_MS)
    return dialog


def _answer(dialog: ModelsDialog, answer: str) -> str:
    """Press a button of the message box that is open; returns the box's text."""
    (box,) = dialog.findChildren(QMessageBox)
    text = f"{box.text()} {box.informativeText()}"
    (button,) = [button for button in box.buttons() if button.text().replace("&", "") == answer]
    button.click()
    return text


def _wait_for(button: QPushButton, qtbot: QtBot) -> None:
    """Wait until a button is shown and can be pressed."""
    qtbot.waitUntil(lambda: button.isVisibleTo(button.parentWidget()) and button.isEnabled(), timeout=LONG_MS)


def test_a_model_is_got_used_and_dropped(
    dialog: ModelsDialog, qtbot: QtBot, resnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dialog.rows[_NAME]
    with serving(Hub({"microsoft/resnet-50": resnet})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        row.get.click()
        assert "over the network" in _answer(dialog, "Get it")
        _wait_for(row.use, qtbot)
    assert not row.get.isVisibleTo(row)
    row.use.click()
    _wait_for(row.stop, qtbot)
    assert row.model.used
    assert row.model.ms
    assert not row.model.result
    row.stop.click()
    assert "forgotten" in _answer(dialog, "Stop using it")
    _wait_for(row.get, qtbot)
    assert not row.model.installed


def test_without_a_network_it_says_so(dialog: ModelsDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Hub({})) as closed_hub:
        pass
    monkeypatch.setenv("HF_ENDPOINT", closed_hub.url)
    row = dialog.rows[_NAME]
    row.get.click()
    _answer(dialog, "Get it")
    qtbot.waitUntil(lambda: "online" in row._advice.text(), timeout=LONG_MS)
    assert not row.model.installed
    _wait_for(row.get, qtbot)


def test_saying_no_gets_nothing(dialog: ModelsDialog) -> None:
    dialog.rows[_NAME].get.click()
    _answer(dialog, "Cancel")
    assert not dialog.rows[_NAME].model.busy


def test_a_page_that_is_closed_leaves_the_download_be(
    dialog: ModelsDialog, window: MainWindow, qtbot: QtBot, resnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Hub({"microsoft/resnet-50": resnet}, pause_s=0.05)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        dialog.rows[_NAME].get.click()
        _answer(dialog, "Get it")
        qtbot.waitUntil(lambda: dialog.rows[_NAME].model.fetched is not None, timeout=LONG_MS)
        dialog.accept()
        qtbot.waitUntil(lambda: not window.findChildren(ModelsDialog), timeout=LONG_MS)
        again = _open(window, qtbot)
        assert again.rows[_NAME].cancel.isVisibleTo(again)
        hub.pause_s = 0  # only now may it come to its end
        _wait_for(again.rows[_NAME].use, qtbot)


def test_a_download_is_cancelled(
    dialog: ModelsDialog, qtbot: QtBot, resnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dialog.rows[_NAME]
    with serving(Hub({"microsoft/resnet-50": resnet}, pause_s=0.05)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        row.get.click()
        _answer(dialog, "Get it")
        qtbot.waitUntil(lambda: row.model.fetched is not None, timeout=LONG_MS)
        row.cancel.click()
        _wait_for(row.get, qtbot)
    assert "cancelled" in row._advice.text()
    assert not row.model.installed


def test_the_window_closes_in_the_middle_of_a_download(
    theme: Theme, qtbot: QtBot, library_folder: Path, resnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(library_folder, theme)
    qtbot.waitUntil(lambda: is_open(window), timeout=LONG_MS)
    dialog = _open(window, qtbot)
    with serving(Hub({"microsoft/resnet-50": resnet}, pause_s=0.05)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        dialog.rows[_NAME].get.click()
        _answer(dialog, "Get it")
        qtbot.waitUntil(lambda: dialog.rows[_NAME].model.fetched is not None, timeout=LONG_MS)
        close(window, qtbot)
    assert not (library_folder / "models" / _NAME).exists()


def test_what_is_here_is_checked_and_deleted(
    dialog: ModelsDialog, window: MainWindow, qtbot: QtBot, resnet: Path
) -> None:
    row = dialog.rows[_NAME]
    dialog._fetch(row.model, resnet)
    _wait_for(row.use, qtbot)
    row.check.trigger()
    qtbot.waitUntil(lambda: "agreement" in row._advice.text(), timeout=LONG_MS)
    _wait_for(row.use, qtbot)
    row.delete.trigger()
    assert "fetched again" in _answer(dialog, "Delete them")
    _wait_for(row.get, qtbot)
    assert not row.model.deletable


def test_a_row_says_what_is_wrong_and_leaves_what_to_type_to_its_buttons(qtbot: QtBot) -> None:
    missing = ModelState(
        id="some",
        title="Some model",
        purpose="something",
        licence="MIT",
        size_bytes=0,
        modalities=(),
        quality="",
        installed=False,
        used=True,
        url="https://example.org/some.pth",
        problem="Its files are gone.",
        remedy="To get it: bowerbird models get some",
    )
    nothing: ModelAction = lambda model: None  # noqa: E731
    row = ModelRow(missing, ModelActions(nothing, nothing, nothing, nothing, nothing))
    qtbot.addWidget(row)
    row.show_state(missing)
    assert _texts(row).endswith("Its files are gone. https://example.org/some.pth has it.")
    row.show_state(replace(missing, result="The disk is full."))
    assert _texts(row).endswith("Its files are gone. The disk is full.")
    assert "bowerbird models" not in _texts(row)
    row.show_state(replace(missing, result=missing.problem))
    assert _texts(row).count(missing.problem) == 1


def _texts(row: ModelRow) -> str:
    labels = row.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisibleTo(row) and label.text())
