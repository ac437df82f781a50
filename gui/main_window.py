"""The window: its panes side by side, and the pages that replace them while there is nothing to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QWidget

from bowerbird.gui import remembered
from bowerbird.gui.shell import Shell
from bowerbird.gui.theme import Theme

if TYPE_CHECKING:
    from bowerbird.core.errors import BowerbirdError
    from bowerbird.core.settings import Settings
    from bowerbird.core.state import Status
    from bowerbird.gui.panes.preview import PreviewPane
    from bowerbird.gui.panes.search import SearchPane

_RETRY_MS = 1000
_SIZE, _LEAST_SIZE = QSize(1360, 860), QSize(480, 320)


class MainWindow(QMainWindow):
    """Built in two steps: an empty window that shows at once, then ``build_ui``, which imports the rest.

    Every QObject has a Qt parent, in the end the window: Python's collector may destroy an unparented one outside the
    UI thread.
    """

    closed = Signal()
    """The library is closed too."""

    def __init__(self, directory: Path, theme: Theme) -> None:
        """An empty window; the library in ``directory`` is opened once it has been painted."""
        super().__init__()
        self._directory, self._theme = directory, theme
        self._built = False
        self._closing = False
        self._last = remembered.load(directory)
        self._restored = False
        self.setWindowTitle("Bowerbird")
        self.setMinimumSize(_LEAST_SIZE)
        remembered.place(self, self._last, _SIZE)
        if self._last.maximized:
            self.setWindowState(Qt.WindowState.WindowMaximized)
        theme.choose(_saved_scheme(directory))  # before anything is painted
        shell = Shell(theme.colours)
        shell.seen.connect(self.build_ui)
        self.setCentralWidget(shell)

    def build_ui(self) -> None:
        """Build the panes and open the library."""
        from bowerbird.gui.bridge import Bridge
        from bowerbird.gui.dialogs.opener import DialogOpener
        from bowerbird.gui.pages.first_run import FirstRunPage
        from bowerbird.gui.pages.waiting_page import WaitingPage
        from bowerbird.gui.panes import PANES
        from bowerbird.gui.query.drop_overlay import DropOverlay
        from bowerbird.gui.session import SearchSession
        from bowerbird.gui.shortcuts import install
        from bowerbird.gui.widgets.thumbnails import Thumbnails

        self._bridge = Bridge(self._directory, self)
        self.session = SearchSession(self._bridge, self._theme, Thumbnails(self), self)
        self.panes = [pane(self.session) for pane in PANES]
        self.first_run, self.waiting_page = FirstRunPage(self.session), WaitingPage(self._open)
        self._place_widgets()
        self.drop_overlay = DropOverlay(self, self._theme)
        self.setAcceptDrops(True)
        self.dialogs = DialogOpener(self.session, self)
        install(self, self.session, self.search_pane, self.preview_pane)
        self._bridge.superseded.connect(self.close)
        self.session.library.status_changed.connect(self._on_status)
        self.session.library.activation_requested.connect(self.come_forward)
        self.session.folder_chosen.connect(self._take_folder)
        self._show_page(self.waiting_page)
        self._built = True
        self._fit_panes()
        self._open()

    @property
    def search_pane(self) -> SearchPane:
        """The pane with the query and the results."""
        from bowerbird.gui.panes.search import SearchPane

        return next(pane for pane in self.panes if isinstance(pane, SearchPane))

    @property
    def preview_pane(self) -> PreviewPane:
        """The pane that shows the selected file."""
        from bowerbird.gui.panes.preview import PreviewPane

        return next(pane for pane in self.panes if isinstance(pane, PreviewPane))

    def _place_widgets(self) -> None:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for pane in self.panes:
            row.addWidget(pane, pane.stretch)
        row.addWidget(self.first_run, 1)
        row.addWidget(self.waiting_page, 1)
        self.setCentralWidget(content)

    def come_forward(self) -> None:
        """Raise the window above others, also if it is minimized."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # the library

    def _open(self) -> None:
        if not self._closing:
            self._bridge.open(lambda _: self._on_opened(), self._on_open_failed)

    def _on_opened(self) -> None:
        self._bridge.call(lambda library: library.settings(), self._on_settings)
        self.session.library.refresh()

    def _on_settings(self, settings: Settings) -> None:
        self._theme.choose(settings.theme)
        self._restored = True
        question = self._last.question()
        if question.folder and str(question.folder) not in settings.folders:
            question = replace(question, folder=None)
        self.session.ask(question)
        self.session.search()

    def _on_open_failed(self, error: BowerbirdError) -> None:
        from bowerbird.core.errors import LibraryBusy

        self._show_page(self.waiting_page)
        if isinstance(error, LibraryBusy):
            text = "It opens here by itself when that ends."
            self.waiting_page.show_message("Bowerbird is busy in another window or command", text)
            QTimer.singleShot(_RETRY_MS, self._open)
        else:
            self.waiting_page.show_message("Bowerbird cannot open its library", str(error), retry=True)

    def _on_status(self, status: Status) -> None:
        if status.folders:
            self._show_page(None)
        elif not self.first_run.isVisible():
            self._show_page(self.first_run)
            self.first_run.suggest_folders()

    def _take_folder(self, folder: Path) -> None:
        """Watch a folder, or add it to those that the first run offers: the others stay checked."""
        if self.first_run.isVisible():
            self.first_run.choose(folder)
        else:
            self.session.library.add_folder(folder)

    def _show_page(self, page: QWidget | None) -> None:
        """Show a page beside the first pane, in place of the others; None shows the panes."""
        had_panes = self.panes[1].isVisible()
        for other in (self.first_run, self.waiting_page):
            other.setVisible(other is page)
        for pane in self.panes[1:]:
            pane.setVisible(page is None)
        if page is None and not had_panes:
            self.search_pane.query.edit.setFocus()

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from bowerbird.gui.desktop import paths_of
        from bowerbird.gui.query.drop_overlay import can_drop

        if can_drop(event):
            event.acceptProposedAction()
            self.drop_overlay.cover(paths_of(event.mimeData()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        from bowerbird.gui.query.drop_overlay import drop

        self.drop_overlay.hide()
        event.acceptProposedAction()
        drop(event.mimeData(), self.session, self.search_pane.query)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_panes()

    def _fit_panes(self) -> None:
        if self._built:
            for pane in self.panes:
                pane.fit(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        if not self._closing:
            self._closing = True
            if self._restored:
                remembered.save(self._directory, self, self.session.question)
            self._close_library()

    def _close_library(self) -> None:
        if self._built:
            self.preview_pane.preview.clear()  # or a recording would play on until the library is closed
            self.session.thumbnails.close()
            self._bridge.close(self.closed.emit)
        else:
            QTimer.singleShot(0, self, self.closed.emit)


def _saved_scheme(directory: Path) -> str:
    """The colours that are set for a library, which is not open yet; those of the system if that cannot be told."""
    from bowerbird.core.errors import BowerbirdError
    from bowerbird.core.paths import LibraryPaths
    from bowerbird.core.settings import load

    try:
        return load(LibraryPaths(directory).settings).theme
    except (BowerbirdError, OSError):
        return "system"
