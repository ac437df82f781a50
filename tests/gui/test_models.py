"""The Models page: a model is got from a hub on loopback, used, and dropped again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from bowerbird.core.state import ModelState
from bowerbird.gui.dialogs.model_row import Act, Acts, ModelRow
from bowerbird.gui.dialogs.models import ModelsDialog
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import Theme
from tests import checkpoints
from tests.gui.conftest import LONG_MS
from tests.hub_server import Hub, serving

_NAME = "resnet-50"


@pytest.fixture
def library_folder(own_models: Path) -> Path:
    """What is fetched here stays here."""
    return own_models.parent


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> ModelsDialog:
    return _shown(window, qtbot)


def _shown(window: MainWindow, qtbot: QtBot) -> ModelsDialog:
    window.show_models()
    (shown,) = window.findChildren(ModelsDialog)
    qtbot.waitUntil(lambda: bool(shown.rows), timeout=LONG_MS)
    return shown


def _answer(dialog: ModelsDialog, yes: str) -> str:
    """Press a button of the question that is asked; what it says."""
    (box,) = dialog.findChildren(QMessageBox)
    says = f"{box.text()} {box.informativeText()}"
    (wanted,) = [one for one in box.buttons() if one.text().replace("&", "") == yes]
    wanted.click()
    return says


def _wait_for(one: QPushButton, qtbot: QtBot) -> None:
    """Until it is there, and can be pressed."""
    qtbot.waitUntil(lambda: one.isVisibleTo(one.parentWidget()) and one.isEnabled(), timeout=LONG_MS)


def test_a_model_is_got_used_and_dropped(
    dialog: ModelsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dialog.rows[_NAME]
    with serving(Hub({"microsoft/resnet-50": checkpoints.resnet(tmp_path / "hub")})) as hub:
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
    with serving(Hub({})) as gone:
        pass
    monkeypatch.setenv("HF_ENDPOINT", gone.url)
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
    dialog: ModelsDialog, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Hub({"microsoft/resnet-50": checkpoints.resnet(tmp_path / "hub")}, pause_s=0.003)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        dialog.rows[_NAME].get.click()
        _answer(dialog, "Get it")
        qtbot.waitUntil(lambda: dialog.rows[_NAME].model.fetched is not None, timeout=LONG_MS)
        dialog.accept()
        qtbot.waitUntil(lambda: not window.findChildren(ModelsDialog), timeout=LONG_MS)
        again = _shown(window, qtbot)
        assert again.rows[_NAME].cancel.isVisibleTo(again)
        _wait_for(again.rows[_NAME].use, qtbot)


def test_a_download_is_cancelled(
    dialog: ModelsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dialog.rows[_NAME]
    with serving(Hub({"microsoft/resnet-50": checkpoints.resnet(tmp_path / "hub")}, pause_s=0.05)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        row.get.click()
        _answer(dialog, "Get it")
        qtbot.waitUntil(lambda: row.model.fetched is not None, timeout=LONG_MS)
        row.cancel.click()
        _wait_for(row.get, qtbot)
    assert "cancelled" in row._advice.text()
    assert not row.model.installed


def test_the_window_closes_in_the_middle_of_a_download(
    qapp: QApplication, qtbot: QtBot, library_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(library_folder, Theme(qapp))
    qtbot.waitUntil(lambda: hasattr(window, "session") and window.session.status is not None, timeout=LONG_MS)
    dialog = _shown(window, qtbot)
    with serving(Hub({"microsoft/resnet-50": checkpoints.resnet(tmp_path / "hub")}, pause_s=0.05)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        dialog.rows[_NAME].get.click()
        _answer(dialog, "Get it")
        qtbot.waitUntil(lambda: dialog.rows[_NAME].model.fetched is not None, timeout=LONG_MS)
        with qtbot.waitSignal(window.closed, timeout=LONG_MS):
            window.close()
    shiboken6.delete(window)
    assert not (library_folder / "models" / _NAME).exists()


def test_what_is_here_is_checked_and_deleted(
    dialog: ModelsDialog, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    row = dialog.rows[_NAME]
    dialog._fetch(row.model, checkpoints.resnet(tmp_path / "own"))
    _wait_for(row.use, qtbot)
    row.check.trigger()
    qtbot.waitUntil(lambda: "agreement" in row._advice.text(), timeout=LONG_MS)
    _wait_for(row.use, qtbot)
    row.delete.trigger()
    assert "fetched again" in _answer(dialog, "Delete them")
    _wait_for(row.get, qtbot)
    assert not row.model.deletable


def test_a_row_says_what_is_wrong_and_leaves_what_to_type_to_its_buttons(qtbot: QtBot) -> None:
    gone = ModelState(
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
    nothing: Act = lambda model: None  # noqa: E731
    row = ModelRow(gone, Acts(nothing, nothing, nothing, nothing, nothing))
    qtbot.addWidget(row)
    row.show_state(gone)
    assert _said(row).endswith("Its files are gone. https://example.org/some.pth has it.")
    row.show_state(replace(gone, result="The disk is full."))
    assert _said(row).endswith("Its files are gone. The disk is full.")
    assert "bowerbird models" not in _said(row)
    row.show_state(replace(gone, result=gone.problem))
    assert _said(row).count(gone.problem) == 1


def _said(row: ModelRow) -> str:
    return " ".join(one.text() for one in row.findChildren(QLabel) if one.isVisibleTo(row) and one.text())
