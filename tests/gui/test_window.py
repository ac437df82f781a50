"""What a person does with the window, on real files and with the real models."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from bowerbird.core.library import Library
from bowerbird.core.state import Event, EventKind
from bowerbird.core.types import Example, Kind
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import DARK, Theme
from tests.gui.conftest import LONG_MS, is_read, shown_names
from tests.gui.made_files import landscape


def _drop(window: QWidget, *paths: Path) -> None:
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    keys = (Qt.DropAction.CopyAction, carried, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(QPoint(700, 300), *keys), QDropEvent(QPointF(700, 300), *keys)):
        QApplication.sendEvent(window, event)
        assert event.isAccepted()


def _dialog(kind: str) -> QDialog | None:
    dialogs = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    return next((one for one in dialogs if type(one).__name__ == kind), None)


def test_an_empty_library_asks_which_folders(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.first_run.isVisible)
    assert not window.search_pane.isVisible()


def test_a_dropped_folder_is_read_and_its_files_appear(window: MainWindow, kept: Path, qtbot: QtBot) -> None:
    _drop(window, kept)
    qtbot.waitUntil(lambda: is_read(window), timeout=LONG_MS)
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
    assert "in " in window.search_pane.filters._said


def test_an_answer_that_takes_long_is_announced(full_window: MainWindow, qtbot: QtBot) -> None:
    window = full_window
    said = window.search_pane.filters
    window.session.bridge.call(lambda library: library._inference.unload())  # loading them again takes a second
    QTest.keyClicks(window.search_pane.query.edit, "the dog rode on the truck")
    qtbot.waitUntil(lambda: said._said == "Searching…", timeout=LONG_MS)
    qtbot.waitUntil(lambda: shown_names(window)[:1] == ["Family letters.pdf"], timeout=LONG_MS)
    assert " in " in said._said
    QTest.keyClicks(window.search_pane.query.edit, " before:never")
    qtbot.wait(1000)
    assert " in " in said._said


def test_a_dropped_photo_finds_its_twin(full_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    twin = tmp_path / "twin.png"
    landscape(1, (600, 800)).resize((450, 600)).save(twin)
    _drop(full_window, twin)
    qtbot.waitUntil(lambda: shown_names(full_window)[:1] == ["IMG_2201.jpg"], timeout=LONG_MS)
    assert full_window.session.question.like == (Example(twin),)


def test_a_pasted_picture_is_an_example(full_window: MainWindow, qtbot: QtBot) -> None:
    written = io.BytesIO()
    landscape(2, (1000, 560)).save(written, "PNG")
    QGuiApplication.clipboard().setImage(QImage.fromData(written.getvalue()))
    full_window.what.query.edit.setFocus()
    QTest.keyClick(full_window.what.query.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown_names(full_window)[:1] == ["IMG_2202.jpg"], timeout=LONG_MS)
    QTest.keyClick(full_window.what.query.edit, Qt.Key.Key_Backspace)
    assert full_window.session.question.like == ()


def test_the_kind_row_filters(full_window: MainWindow, qtbot: QtBot) -> None:
    full_window.session.show_kind(Kind.PHOTO)
    qtbot.waitUntil(lambda: set(map(_suffix, shown_names(full_window))) == {".jpg"}, timeout=LONG_MS)
    full_window.session.ask(full_window.session.question.unfiltered())
    qtbot.waitUntil(lambda: "Apple cake.md" in shown_names(full_window), timeout=LONG_MS)


def _suffix(name: str) -> str:
    return Path(name).suffix


def test_a_typed_filter_that_makes_no_sense_is_said(full_window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(full_window.what.query.edit, "kind:nonsense")
    qtbot.waitUntil(lambda: "nonsense" in full_window.what.notice.text)


def test_nothing_found_says_what_to_try(full_window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(full_window.what.query.edit, "cake before:1950")
    qtbot.waitUntil(full_window.what.empty.isVisible, timeout=LONG_MS)
    assert full_window.session.hit is None


def test_the_keyboard_goes_from_query_to_results_and_back(full_window: MainWindow, qtbot: QtBot) -> None:
    window, view = full_window, full_window.what.results
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
    told = {widget.accessibleName() or getattr(widget, "text", str)() for widget in reached if widget}
    assert {
        "Search",
        "Results",
        "Open",
        "Show in folder",
        "Find similar",
        "Copy path",
        "Add a folder (Ctrl+Shift+O)",
    } <= told
    assert any("could not be read" in name for name in told)
    assert all(told), "every stop has a name"


def test_the_failures_are_listed_with_their_reasons(full_window: MainWindow, qtbot: QtBot) -> None:
    full_window.session.wants_failures.emit()
    qtbot.waitUntil(lambda: (dialog := _dialog("FailuresDialog")) is not None and dialog.model.rowCount() == 3)
    dialog = _dialog("FailuresDialog")
    names = {failure.path.name for failure in dialog.model.failures}
    assert names == {"Old scan.pdf", "IMG_0007.jpg", "Garden.png"}
    assert all(failure.reason.endswith(".") for failure in dialog.model.failures)
    dialog.close()


def test_a_mended_file_is_read_after_try_again(full_window: MainWindow, kept: Path, qtbot: QtBot) -> None:
    shutil.copy(kept / "photos" / "IMG_2200.jpg", kept / "old" / "IMG_0007.jpg")
    full_window.session.retry()
    qtbot.waitUntil(lambda: full_window.session.status.failures == 2, timeout=LONG_MS)


def test_settings_are_saved(full_window: MainWindow, library_folder: Path, qtbot: QtBot) -> None:
    full_window.show_settings()
    qtbot.waitUntil(lambda: _dialog("SettingsDialog") is not None)
    dialog = _dialog("SettingsDialog")
    dialog.battery.setChecked(True)
    dialog.excludes.appendPlainText("*.draft")
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    dialog._save()
    assert full_window.session.theme.colours == DARK
    settings = library_folder / "settings.toml"
    qtbot.waitUntil(lambda: "*.draft" in settings.read_text(), timeout=LONG_MS)
    assert "pause_on_battery = true" in settings.read_text()
    full_window.session.theme.choose("light")


def test_a_folder_can_be_forgotten(full_window: MainWindow, kept: Path, qtbot: QtBot) -> None:
    full_window.session.remove_folder(kept)
    qtbot.waitUntil(full_window.first_run.isVisible, timeout=LONG_MS)


def test_a_second_start_waits_for_the_library(
    qtbot: QtBot, qapp: QApplication, library_folder: Path, open_library: object
) -> None:
    library: Library = open_library()  # type: ignore[operator]
    window = MainWindow(library_folder, Theme(qapp))
    window.show()
    qtbot.waitUntil(lambda: hasattr(window, "waiting") and "busy" in window.waiting.title.text(), timeout=LONG_MS)
    library.close()
    qtbot.waitUntil(lambda: window.session.status is not None, timeout=LONG_MS)
    with qtbot.waitSignal(window.closed, timeout=LONG_MS):
        window.close()
    shiboken6.delete(window)


def test_being_called_brings_the_window_to_the_front(window: MainWindow, qtbot: QtBot) -> None:
    window.showMinimized()
    window._bridge.post(Event(EventKind.ACTIVATE))
    qtbot.waitUntil(lambda: not window.isMinimized())
