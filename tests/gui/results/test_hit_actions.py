"""What the menu of a hit offers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Part, Role
from bowerbird.gui.results import hit_actions
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import photo


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_the_other_files_of_a_shot_are_opened_from_the_menu(
    session: SearchSession, widget: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[Path]()
    monkeypatch.setattr(hit_actions, "open_file", lambda path: opened.append(path) or True)
    (tmp_path / "a.cr3").touch()
    shot = replace(photo("a.jpg"), parts=(Part(tmp_path / "a.cr3", Role.RAW),))
    assert "Open a.cr3" not in texts(hit_actions.hit_menu(session, photo("a.jpg"), widget))
    menu = hit_actions.hit_menu(session, shot, widget)
    next(action for action in menu.actions() if action.text() == "Open a.cr3").trigger()
    assert opened == [tmp_path / "a.cr3"]


def test_of_a_long_burst_the_menu_offers_a_few(session: SearchSession, widget: QWidget) -> None:
    burst = tuple(Part(Path(f"/{number}.jpg"), Role.PICTURE) for number in range(50))
    assert len(texts(hit_actions.hit_menu(session, replace(photo("a.jpg"), parts=burst), widget))) < 20


def test_names_in_the_menu_are_shown_as_they_are(session: SearchSession, widget: QWidget) -> None:
    shot = replace(photo("R&D.jpg"), parts=(Part(Path("/R&D.cr3"), Role.RAW),))
    assert "Open R&&D.cr3" in texts(hit_actions.hit_menu(session, shot, widget))
