"""What somebody who uses the window every day does, by mouse and keyboard, in one window over real files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from bowerbird.core import settings as settings_file
from bowerbird.core.decoding import pool
from bowerbird.core.inference import client
from bowerbird.core.inference.supervisor import HostSupervisor
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.gui.desktop import paths_of, url_of
from bowerbird.gui.dialogs.example_part import PartDialog
from bowerbird.gui.dialogs.quick_look import QuickLook
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.results import hit_actions
from bowerbird.gui.theme import Theme
from tests.conftest import LIGHT, link_models
from tests.gui.conftest import LONG_MS, close, is_open, shown_names
from tests.gui.sample_files import write_documents, write_photos
from tests.lent_decoders import LentDecoders
from tests.lent_hosts import LentHosts
from tests.media_makers import clip, scenes, silence, tone, wav

LONG_NAME = "longname" * 20 + ".txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos, documents, a clip and a recording."""
    folder = tmp_path_factory.mktemp("files")
    write_photos(folder / "photos", 3)
    write_documents(folder)
    (folder / LONG_NAME).write_text("A name that no line holds.")
    clip(folder / "colours.mp4", scenes((200, 30, 30), (30, 200, 30), each=20, size=(192, 128)), samples=tone(4.0))
    wav(folder / "two tones.wav", np.concatenate([tone(2.0, 300), silence(1.0), tone(2.0, 900)]))
    return folder


@pytest.fixture(scope="module")
def shared_window(
    request: pytest.FixtureRequest,
    shared_theme: Theme,
    folder: Path,
    models: Path,
    lent_hosts: LentHosts,
    lent_decoders: LentDecoders,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MainWindow]:
    """One window for all tests here, with that folder read."""
    library, qtbot = tmp_path_factory.mktemp("library"), QtBot(request)
    (library / "models").mkdir()
    settings_file.save(LibraryPaths(library).settings, LIGHT)
    link_models(models, library / "models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "HostSupervisor", partial(HostSupervisor, start=lent_hosts.start))
        patch.setattr(pool, "ChildProcess", lent_decoders.start)
        window = MainWindow(library, shared_theme)
        window.resize(1360, 860)
        window.show()
        qtbot.waitUntil(lambda: is_open(window), timeout=LONG_MS)
        window.session.library.add_folder(folder)
        files = sum(path.is_file() for path in folder.rglob("*"))
        qtbot.waitUntil(lambda: _files(window) == files and not _busy(window), timeout=LONG_MS)
        yield window
        close(window, qtbot)


@pytest.fixture
def window(shared_window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The shared window, browsing, with the keyboard in the query box."""
    shared_window.session.clear()
    shared_window.session.filter_kind(None)
    qtbot.waitUntil(lambda: shared_window.session.current and bool(shown_names(shared_window)), timeout=LONG_MS)
    shared_window.activateWindow()
    shared_window.search_pane.query.edit.setFocus()
    return shared_window


def _files(window: MainWindow) -> int:
    status = window.session.library.status
    return sum(status.counts.values()) if status else 0


def _busy(window: MainWindow) -> bool:
    status = window.session.library.status
    return status is None or status.progress.busy


def _type(window: MainWindow, text: str) -> None:
    QTest.keyClicks(window.search_pane.query.edit, text)


def _answer(window: MainWindow, text: str, qtbot: QtBot) -> None:
    _type(window, text)
    qtbot.waitUntil(lambda: window.session.current and window.session.question.text == text, timeout=LONG_MS)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened in other programs."""
    opened = list[str]()
    monkeypatch.setattr(hit_actions, "open_file", lambda path: opened.append(path.name) or True)
    return opened


def test_enter_opens_nothing_old_while_the_answer_is_awaited(
    window: MainWindow, opened: list[str], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer, search, view = threading.Event(), Library.search, window.search_pane.results

    def wait_and_search(library: Library, query: Query) -> Any:
        answer.wait(60)
        return search(library, query)

    monkeypatch.setattr(Library, "search", wait_and_search)
    old = shown_names(window)
    _type(window, "the dog rode on the truck")
    QTest.keyClick(window.search_pane.query.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.search_pane.filters.summary == "Searching…", timeout=LONG_MS)
    assert not view.hasFocus() and shown_names(window) == old
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == [], "what is seen answers another question"
    answer.set()
    qtbot.waitUntil(view.hasFocus, timeout=LONG_MS)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["Family letters.pdf"]


def test_enter_opens_the_top_hit_that_is_shown(window: MainWindow, opened: list[str], qtbot: QtBot) -> None:
    edit = window.search_pane.query.edit
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert opened == [], "nothing is asked"
    window.search_pane.query.edit.setFocus()
    _answer(window, "the dog rode on the truck", qtbot)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert opened == ["Family letters.pdf"]


def test_a_part_of_a_photo_is_chosen_by_keys_alone(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    query, photo = window.search_pane.query, sorted((folder / "photos").iterdir())[0]
    QGuiApplication.clipboard().setText(str(photo))
    QTest.keyClick(query.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (card,) = query.well.cards
    qtbot.waitUntil(card.part.hasFocus)
    QTest.keyClick(card.part, Qt.Key.Key_Space)
    (dialog,) = window.findChildren(PartDialog)
    qtbot.waitUntil(dialog.crop.isVisible, timeout=LONG_MS)
    QTest.keyClick(dialog.crop, Qt.Key.Key_Right)
    QTest.keyClick(dialog.crop, Qt.Key.Key_Return)
    (example,) = window.session.question.like
    assert example.path == photo and example.box == pytest.approx((0.29, 0.25, 0.5, 0.5))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert query.well.isHidden() and query.edit.hasFocus()
    QTest.keyClick(query.edit, Qt.Key.Key_Escape)
    assert window.session.question.like == ()
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.session.question.like == (example,)
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert window.session.question.like == ()


def test_beside_a_mistyped_filter_the_rest_is_answered(window: MainWindow, qtbot: QtBot) -> None:
    _answer(window, "the dog rode on the truck kind:pcitures", qtbot)
    assert shown_names(window)[0] == "Family letters.pdf"
    assert "pcitures" in window.search_pane.notice.text


def test_a_file_that_is_moved_away_leaves_the_newest(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    moved = folder / "Rent.txt"
    assert moved.name in shown_names(window)
    moved.rename(folder.parent / "elsewhere.txt")
    qtbot.waitUntil(lambda: moved.name not in shown_names(window), timeout=LONG_MS)
    (folder.parent / "elsewhere.txt").rename(moved)
    qtbot.waitUntil(lambda: moved.name in shown_names(window), timeout=LONG_MS)


def test_a_copied_hit_is_pasted_by_file_managers(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    _answer(window, "the dog rode on the truck", qtbot)
    QTest.keyClick(window.search_pane.query.edit, Qt.Key.Key_Down)
    QTest.keyClick(window.search_pane.results, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    mime = QGuiApplication.clipboard().mimeData()
    assert paths_of(mime) == (folder / "Family letters.pdf",)
    assert mime.text() == str(folder / "Family letters.pdf")


def test_a_hit_that_is_let_go_over_the_window_is_no_example(window: MainWindow, folder: Path) -> None:
    class Dragged(QDragEnterEvent):
        def source(self) -> QObject:
            return window.search_pane.results

    class Dropped(QDropEvent):
        def source(self) -> QObject:
            return window.search_pane.results

    mime = QMimeData()
    mime.setUrls([url_of(str(folder / "Rent.txt"))])
    keys = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = Dragged(QPoint(700, 300), *keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted() and not window.drop_overlay.isVisible()
    drop = Dropped(QPointF(700, 300), *keys)
    QApplication.sendEvent(window, drop)
    assert window.session.question.like == ()


# Quick Look


def _look(window: MainWindow, name: str, qtbot: QtBot) -> QuickLook:
    """Look at a hit, with the space bar."""
    view = window.search_pane.results
    view.setFocus()
    view.select_row(shown_names(window).index(name))
    QTest.keyClick(view, Qt.Key.Key_Space)
    (look,) = window.findChildren(QuickLook)
    qtbot.waitUntil(look.isVisible)
    return look


def _shown_in(look: QuickLook, widget: QWidget) -> bool:
    """Whether all of a widget is seen without scrolling."""
    area = look.findChildren(QWidget, "qt_scrollarea_viewport")[0]
    return widget.isVisible() and area.rect().contains(widget.rect().translated(widget.mapTo(area, QPoint())))


def test_arrows_go_from_hit_to_hit_and_back_while_one_looks_closely(window: MainWindow, qtbot: QtBot) -> None:
    names = shown_names(window)
    look = _look(window, names[0], qtbot)
    for key, name in ((Qt.Key.Key_Right, names[1]), (Qt.Key.Key_Right, names[2]), (Qt.Key.Key_Left, names[1])):
        QTest.keyClick(look.focusWidget() or look, key)
        assert look.windowTitle() == name and look.isVisible()
    QTest.keyClick(look, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.findChildren(QuickLook), timeout=LONG_MS)
    assert window.session.hit is not None and window.session.hit.path.name == names[1]


def test_a_clip_its_film_and_its_button_are_seen_without_scrolling(window: MainWindow, qtbot: QtBot) -> None:
    look = _look(window, "colours.mp4", qtbot)
    media = look.preview.media
    qtbot.waitUntil(lambda: media.isVisible() and media.filmstrip.isVisible(), timeout=LONG_MS)
    qtbot.waitUntil(lambda: all(_shown_in(look, each) for each in (media.picture, media.filmstrip, media._play_button)))
    look.reject()


def test_what_plays_in_the_pane_stops_when_one_looks_closely(window: MainWindow, qtbot: QtBot) -> None:
    view, media = window.search_pane.results, window.preview_pane.preview.media
    view.select_row(shown_names(window).index("two tones.wav"))
    qtbot.waitUntil(lambda: media.isVisible() and media.player.path is not None, timeout=LONG_MS)
    QTest.mouseClick(media._play_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: media.player.playing, timeout=LONG_MS)
    look = _look(window, "two tones.wav", qtbot)
    qtbot.waitUntil(lambda: not media.player.playing, timeout=LONG_MS)
    look.reject()


# several at once


def _center(window: MainWindow, row: int) -> QPoint:
    view = window.search_pane.results
    return view.visualRect(view.model().index(row, 0)).center()


def _selected(window: MainWindow) -> list[str]:
    return [hit.path.name for hit in window.search_pane.selection.hits]


def test_several_are_selected_with_shift_ctrl_a_rubber_band_and_all(window: MainWindow) -> None:
    view, names = window.search_pane.results, shown_names(window)
    bar, left = window.search_pane.selection, Qt.MouseButton.LeftButton
    modifier = Qt.KeyboardModifier
    QTest.mouseClick(view.viewport(), left, pos=_center(window, 1))
    assert not bar.isVisible()
    QTest.mouseClick(view.viewport(), left, modifier.ShiftModifier, _center(window, 4))
    assert _selected(window) == names[1:5] and bar.isVisible() and bar.text.text() == "4 files selected"
    QTest.mouseClick(view.viewport(), left, modifier.ControlModifier, _center(window, 2))
    assert _selected(window) == [names[1], *names[3:5]]
    QTest.keyClick(view, Qt.Key.Key_A, modifier.ControlModifier)
    assert _selected(window) == names
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert _selected(window) == [names[2]] and not bar.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Right, modifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Right, modifier.ShiftModifier)
    assert _selected(window) == names[2:5]
    first = view.visualRect(view.model().index(0, 0))
    corner = first.topLeft() - QPoint(3, 3)
    QTest.mousePress(view.viewport(), left, pos=corner)
    for spot in (corner + QPoint(20, 20), _center(window, 1)):
        QTest.mouseMove(view.viewport(), spot)
    assert _selected(window) == names[:2]
    QTest.mouseRelease(view.viewport(), left, pos=_center(window, 1))
    assert _selected(window) == names[:2]


def test_a_selection_stays_while_files_come_in(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    view = window.search_pane.results
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    before = _selected(window)
    assert len(before) > 5
    (folder / "new.txt").write_text("A note that comes later.")
    qtbot.waitUntil(lambda: "new.txt" in shown_names(window), timeout=LONG_MS)
    assert _selected(window) == before
    (folder / "new.txt").unlink()
    qtbot.waitUntil(lambda: "new.txt" not in shown_names(window), timeout=LONG_MS)


def _select(window: MainWindow, *names: str) -> None:
    """Click on these, with Ctrl held."""
    view, rows = window.search_pane.results, [shown_names(window).index(name) for name in names]
    for number, row in enumerate(rows):
        held = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        view.scrollTo(view.model().index(row, 0))
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, held, _center(window, row))


def _press(window: MainWindow, name: str) -> None:
    QTest.mouseClick(window.search_pane.selection.buttons[name], Qt.MouseButton.LeftButton)


def test_several_are_opened_copied_and_searched_by(
    window: MainWindow, folder: Path, opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    _select(window, "Rent.txt", "Apple cake.md")
    _press(window, "Open")
    assert sorted(opened) == ["Apple cake.md", "Rent.txt"]
    _press(window, "Copy")
    assert {path.name for path in paths_of(QGuiApplication.clipboard().mimeData())} == {"Apple cake.md", "Rent.txt"}
    (tmp_path / "Rent.txt").write_text("another one")
    _press(window, "Copy to…")
    qtbot.waitUntil(lambda: window.search_pane.notice.text.startswith("2 files copied"), timeout=LONG_MS)
    assert (tmp_path / "Rent.txt").read_text() == "another one", "nothing is replaced"
    assert (tmp_path / "Rent (2).txt").read_text() == (folder / "Rent.txt").read_text()
    _press(window, "Use as examples")
    assert {example.path.name for example in window.session.question.like} == {"Apple cake.md", "Rent.txt"}
    for example in window.session.question.like:
        window.session.examples.remove(example)


def test_what_goes_to_the_trash_comes_back_with_a_click(
    window: MainWindow, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    moved, text = ("Rent.txt", "Apple cake.md"), (folder / "Rent.txt").read_text()
    _select(window, *moved)
    _press(window, "Move to trash")
    qtbot.waitUntil(lambda: not set(moved) & set(shown_names(window)), timeout=LONG_MS)
    bar = window.search_pane.selection
    assert bar.text.text() == "2 files are in the trash" and not (folder / "Rent.txt").exists()
    QTest.mouseClick(bar.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: set(moved) <= set(shown_names(window)), timeout=LONG_MS)
    assert (folder / "Rent.txt").read_text() == text and not bar.isVisible()
    assert not list(tmp_path.rglob("*.trashinfo")), "the trash lists it no longer"


# screen readers


def _walk(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """What is there to be read out; entries of a list that are scrolled out of sight, too."""
    yield interface
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child.role() == QAccessible.Role.ListItem or not child.state().invisible:
            yield from _walk(child)


def test_a_screen_reader_finds_results_and_names(window: MainWindow, qtbot: QtBot) -> None:
    view = window.search_pane.results
    view.select_row(shown_names(window).index(LONG_NAME))
    qtbot.waitUntil(lambda: window.preview_pane.isVisible() and window.session.hit is not None)
    everything = list(_walk(QAccessible.queryAccessibleInterface(window)))
    names = [each.text(QAccessible.Text.Name) for each in everything]
    items = [each.text(QAccessible.Text.Name) for each in everything if each.role() == QAccessible.Role.ListItem]
    assert [item.split(", ")[0] for item in items if ", " in item][: len(shown_names(window))] == shown_names(window)
    assert not [name for name in names if "\u200b" in name]
    assert LONG_NAME in names, "the title of the preview"
    roles = {each.text(QAccessible.Text.Name): each.role() for each in everything}
    assert QAccessible.Role.RadioButton in {role for name, role in roles.items() if name.startswith("Everything")}
    stops = [each for each in everything if each.state().focusable and each.role() != QAccessible.Role.ListItem]
    assert all(each.text(QAccessible.Text.Name) for each in stops), "every stop has a name"
