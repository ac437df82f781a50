"""What a person does with the window, on real files and with the real models."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from bowerbird.core import settings as settings_file
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Example
from bowerbird.core.state import Event, EventKind
from bowerbird.core.types import Kind
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import DARK, Theme
from tests.conftest import LIGHT
from tests.gui.conftest import LONG_MS, close, is_indexed, is_open, shown_names
from tests.gui.sample_files import landscape


def _drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    keys = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter, drop = QDragEnterEvent(QPoint(700, 300), *keys), QDropEvent(QPointF(700, 300), *keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted() and window.drop_overlay.isVisible()
    QApplication.sendEvent(window, drop)
    assert drop.isAccepted() and not window.drop_overlay.isVisible()


def test_an_empty_library_asks_which_folders(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.first_run.isVisible)
    assert not window.search_pane.isVisible()


def test_folders_that_are_chosen_or_dropped_at_the_first_run_are_checked_beside_the_others(
    window: MainWindow, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    page, other = window.first_run, tmp_path / "other"
    other.mkdir()
    qtbot.waitUntil(page.isVisible)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(files))
    QTest.mouseClick(page._other, Qt.MouseButton.LeftButton)
    _drop(window, other)
    assert page.isVisible()
    checked = {card.path for card in page.cards if card.isChecked()}
    assert {files, other} <= checked
    qtbot.waitUntil(page.start.isVisible)
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: checked <= set(window.session.library.folders), timeout=LONG_MS)
    title = window.search_pane.empty_state.findChildren(QLabel)[0]
    assert title.text() in ("", "Reading your folders", "Nothing here yet")


def test_a_dropped_folder_is_read_and_its_files_appear(window: MainWindow, sample_folder: Path, qtbot: QtBot) -> None:
    _drop(window, sample_folder)
    qtbot.waitUntil(window.first_run.start.isVisible, timeout=LONG_MS)
    QTest.mouseClick(window.first_run.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_indexed(window), timeout=LONG_MS)
    qtbot.waitUntil(lambda: "Apple cake.md" in shown_names(window), timeout=LONG_MS)
    assert window.search_pane.isVisible()
    assert not window.first_run.isVisible()


def test_typing_finds_the_page(full_window: MainWindow, qtbot: QtBot) -> None:
    window = full_window
    QTest.keyClicks(window.search_pane.query.edit, "the dog rode on the truck")
    qtbot.waitUntil(lambda: shown_names(window)[:1] == ["Family letters.pdf"], timeout=LONG_MS)
    hit = window.session.results.hits[0]
    assert hit.moment is not None
    assert hit.moment.page == 1
    assert window.session.hit == hit
    assert "in " in window.search_pane.filters.summary


@pytest.mark.usefixtures("retired_hosts_end")
def test_an_answer_that_takes_long_is_announced(full_window: MainWindow, qtbot: QtBot) -> None:
    window = full_window
    filters = window.search_pane.filters
    window.session.bridge.call(lambda library: library._inference.unload())  # loading them again takes a second
    QTest.keyClicks(window.search_pane.query.edit, "the dog rode on the truck")
    qtbot.waitUntil(lambda: filters.summary == "Searching…", timeout=LONG_MS)
    qtbot.waitUntil(lambda: shown_names(window)[:1] == ["Family letters.pdf"], timeout=LONG_MS)
    assert " in " in filters.summary
    QTest.keyClicks(window.search_pane.query.edit, " before:never")
    qtbot.wait(1000)
    assert " in " in filters.summary


def test_a_dropped_photo_finds_its_twin(full_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    twin = tmp_path / "twin.png"
    landscape(1, (600, 800)).resize((450, 600)).save(twin)
    _drop(full_window, twin)
    qtbot.waitUntil(lambda: shown_names(full_window)[:1] == ["IMG_2201.jpg"], timeout=LONG_MS)
    assert full_window.session.question.like == (Example(twin),)
    assert full_window.search_pane.query.well.cards[0].isVisible(), "a drop opens the well"


def test_a_pasted_picture_is_an_example(full_window: MainWindow, qtbot: QtBot) -> None:
    png = io.BytesIO()
    landscape(2, (1000, 560)).save(png, "PNG")
    QGuiApplication.clipboard().setImage(QImage.fromData(png.getvalue()))
    full_window.search_pane.query.edit.setFocus()
    QTest.keyClick(full_window.search_pane.query.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown_names(full_window)[:1] == ["IMG_2202.jpg"], timeout=LONG_MS)
    QTest.keyClick(full_window.search_pane.query.edit, Qt.Key.Key_Backspace)
    assert full_window.session.question.like == ()


def test_a_kind_is_filtered_and_everything_comes_back(full_window: MainWindow, qtbot: QtBot) -> None:
    full_window.session.filter_kind(Kind.PHOTO)
    qtbot.waitUntil(lambda: _suffixes(full_window) == {".jpg"}, timeout=LONG_MS)
    full_window.session.ask(full_window.session.question.unfiltered())
    qtbot.waitUntil(lambda: "Apple cake.md" in shown_names(full_window), timeout=LONG_MS)


def _suffixes(window: MainWindow) -> set[str]:
    return {Path(name).suffix for name in shown_names(window)}


def test_a_typed_filter_that_makes_no_sense_is_said(full_window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(full_window.search_pane.query.edit, "kind:nonsense")
    qtbot.waitUntil(lambda: "nonsense" in full_window.search_pane.notice.text)


def test_nothing_found_says_what_to_try(full_window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(full_window.search_pane.query.edit, "cake before:1950")
    qtbot.waitUntil(full_window.search_pane.empty_state.isVisible, timeout=LONG_MS)
    qtbot.waitUntil(lambda: full_window.session.hit is None)
    title = full_window.search_pane.empty_state.findChildren(QLabel)[0]
    qtbot.waitUntil(lambda: title.text() == "Nothing found with these filters", timeout=LONG_MS)


def test_the_keyboard_goes_from_query_to_results_and_back(full_window: MainWindow, qtbot: QtBot) -> None:
    window, view = full_window, full_window.search_pane.results
    qtbot.waitUntil(lambda: window.search_pane.model.rowCount() > 3, timeout=LONG_MS)
    window.activateWindow()
    window.search_pane.query.edit.setFocus()
    QTest.keyClick(window.search_pane.query.edit, Qt.Key.Key_Down)
    qtbot.waitUntil(view.hasFocus)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.currentIndex().row() == 1
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Up)
    qtbot.waitUntil(window.search_pane.query.edit.hasFocus)


def test_tab_reaches_everything(full_window: MainWindow, qtbot: QtBot) -> None:
    window = full_window
    qtbot.waitUntil(lambda: window.search_pane.model.rowCount() > 3 and window.session.hit is not None, timeout=LONG_MS)
    reached = list[QWidget]()
    for _ in range(60):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(window.focusWidget())
    names = {widget.accessibleName() or getattr(widget, "text", str)() for widget in reached if widget}
    assert {
        "Search",
        "Results",
        "Open",
        "Show in folder",
        "Find similar",
        "Copy path",
        "Add a folder (Ctrl+Shift+O)",
    } <= names
    assert any("could not be read" in name for name in names)
    assert all(names), "every stop has a name"


def test_a_folder_can_be_forgotten(full_window: MainWindow, sample_folder: Path, qtbot: QtBot) -> None:
    full_window.session.remove_folder(sample_folder)
    qtbot.waitUntil(full_window.first_run.isVisible, timeout=LONG_MS)


def test_being_called_brings_the_window_to_the_front(window: MainWindow, qtbot: QtBot) -> None:
    window.showMinimized()
    window._bridge.post(Event(EventKind.ACTIVATE))
    qtbot.waitUntil(lambda: not window.isMinimized())


def test_the_next_start_is_in_the_same_colours_and_at_the_same_question(
    qtbot: QtBot, theme: Theme, library_folder: Path, lent_processes: None
) -> None:
    settings_file.save(LibraryPaths(library_folder).settings, replace(LIGHT, theme="dark"))
    window = MainWindow(library_folder, theme)
    assert theme.colours == DARK, "nothing is painted in other colours before the library is open"
    assert window.screen().availableGeometry().contains(window.geometry())
    window.setGeometry(40, 60, 700, 500)
    window.show()
    qtbot.waitUntil(lambda: is_open(window) and window.session.current, timeout=LONG_MS)
    window.session.set_text("apple cake")
    close(window, qtbot)
    again = MainWindow(library_folder, theme)
    again.show()
    qtbot.waitUntil(lambda: is_open(again) and again.session.question.text == "apple cake", timeout=LONG_MS)
    assert again.search_pane.query.edit.text() == "apple cake"
    assert again.size() == QSize(700, 500)
    close(again, qtbot)


def test_a_second_start_waits_for_the_library(
    qtbot: QtBot, theme: Theme, library_folder: Path, open_library: Callable[[], Library]
) -> None:
    library = open_library()
    window = MainWindow(library_folder, theme)
    window.show()
    qtbot.waitUntil(lambda: _waiting_title(window).startswith("Bowerbird is busy"), timeout=LONG_MS)
    assert not window.waiting_page.retry.isVisible(), "it tries again by itself"
    library.close()
    qtbot.waitUntil(lambda: is_open(window), timeout=LONG_MS)
    close(window, qtbot)


def test_a_library_that_cannot_be_opened_is_opened_again_on_request(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.write_text("a file where the folder should be")
    window = MainWindow(folder, theme)
    window.show()
    qtbot.waitUntil(lambda: _waiting_title(window).startswith("Bowerbird cannot open"), timeout=LONG_MS)
    folder.unlink()
    QTest.mouseClick(window.waiting_page.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_open(window), timeout=LONG_MS)
    close(window, qtbot)


def _waiting_title(window: MainWindow) -> str:
    return window.waiting_page.title.text() if hasattr(window, "waiting_page") else ""
