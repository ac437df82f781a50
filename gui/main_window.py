"""The window: its panes side by side, and the pages that replace them while there is nothing to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QWidget

from bowerbird.gui.shell import Shell
from bowerbird.gui.theme import Theme

if TYPE_CHECKING:
    from bowerbird.core.errors import BowerbirdError
    from bowerbird.core.state import Status
    from bowerbird.gui.panes.preview import PreviewPane
    from bowerbird.gui.panes.search import SearchPane

_RETRY_MS = 1000


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
        self.setWindowTitle("Bowerbird")
        self.resize(1360, 860)
        self.setMinimumSize(760, 480)
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
        self._bridge.call(lambda library: library.settings(), lambda settings: self._theme.choose(settings.theme))
        self.session.library.refresh()
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

        if can_drop(event.mimeData()):
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
            self._close_library()

    def _close_library(self) -> None:
        if self._built:
            self.preview_pane.preview.clear()  # or a recording would play on until the library is closed
            self.session.thumbnails.close()
            self._bridge.close(self.closed.emit)
        else:
            QTimer.singleShot(0, self, self.closed.emit)
