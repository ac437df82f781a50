"""The Models page: a model is got from a hub on loopback, used, and dropped again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from bowerbird.gui.dialogs.models import ModelsDialog
from bowerbird.gui.main_window import MainWindow
from tests import checkpoints
from tests.gui.conftest import LONG_MS
from tests.hub_server import Hub, serving

_NAME = "resnet-50"


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> ModelsDialog:
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
    assert not dialog._says.isVisibleTo(dialog)
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
    qtbot.waitUntil(lambda: "online" in dialog._says.text(), timeout=LONG_MS)
    assert not row.model.installed
    _wait_for(row.get, qtbot)


def test_saying_no_gets_nothing(dialog: ModelsDialog) -> None:
    dialog.rows[_NAME].get.click()
    _answer(dialog, "Cancel")
    assert not dialog.rows[_NAME].busy
