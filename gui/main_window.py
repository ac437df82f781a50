"""The window: its panes side by side, and the pages that stand in for them while there is nothing to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QWidget

from bowerbird.gui.shell import Shell
from bowerbird.gui.theme import Theme

if TYPE_CHECKING:
    from bowerbird.core.errors import BowerbirdError
    from bowerbird.core.settings import Settings
    from bowerbird.core.state import Status
    from bowerbird.gui.panes.preview import PreviewPane
    from bowerbird.gui.panes.search import SearchPane

_AGAIN_MS = 1000


class MainWindow(QMainWindow):
    """Built in two steps: an empty window that shows at once, then ``build_ui``, which imports the rest.

    Every QObject has a parent, and the window is the last of them: what only Python owned, its garbage collector would
    destroy in whichever thread it happens to run, and Qt objects may die in the UI thread only.
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
        self.setAcceptDrops(True)
        shell = Shell(theme.colours)
        shell.seen.connect(self.build_ui)
        self.setCentralWidget(shell)

    def build_ui(self) -> None:
        """Build the panes and open the library."""
        from bowerbird.gui.bridge import Bridge
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
        self.first_run, self.waiting = FirstRunPage(self.session), WaitingPage()
        self._place()
        self.drop_overlay = DropOverlay(self, self._theme)
        install(self, self.session, self.search_pane, self.preview_pane)
        self._listen()
        self._show_page(self.waiting)
        self._built = True
        self._fit()
        self._open()

    @property
    def search_pane(self) -> SearchPane:
        """The pane with the query and the results."""
        from bowerbird.gui.panes.search import SearchPane

        return next(pane for pane in self.panes if isinstance(pane, SearchPane))

    @property
    def preview_pane(self) -> PreviewPane:
        """The pane that shows the chosen file."""
        from bowerbird.gui.panes.preview import PreviewPane

        return next(pane for pane in self.panes if isinstance(pane, PreviewPane))

    def _place(self) -> None:
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for pane in self.panes:
            row.addWidget(pane, pane.stretch)
        row.addWidget(self.first_run, 1)
        row.addWidget(self.waiting, 1)
        self.setCentralWidget(middle)

    def _listen(self) -> None:
        self.waiting.again.clicked.connect(self._open)
        self._bridge.superseded.connect(self.close)
        self.session.status_changed.connect(self._stands)
        self.session.wants_folder.connect(self.choose_folder)
        self.session.wants_front.connect(self.come_forward)
        self.session.wants_settings.connect(self.show_settings)
        self.session.wants_failures.connect(self.show_failures)
        self.session.wants_models.connect(self.show_models)
        self.session.wants_shortcuts.connect(self.show_shortcuts)

    # the library

    def _open(self) -> None:
        if not self._closing:
            self._bridge.open(lambda _: self._opened(), self._not_opened)

    def _opened(self) -> None:
        self._bridge.call(lambda library: library.settings(), lambda settings: self._theme.choose(settings.theme))
        self.session.refresh()
        self.session.search()

    def _not_opened(self, error: BowerbirdError) -> None:
        from bowerbird.core.errors import LibraryBusy

        self._show_page(self.waiting)
        if isinstance(error, LibraryBusy):
            says = "It opens here by itself when that ends."
            self.waiting.say("Bowerbird is busy in another window or command", says)
            QTimer.singleShot(_AGAIN_MS, self._open)
        else:
            self.waiting.say("Bowerbird cannot open its library", str(error), again=True)

    def _stands(self, status: Status) -> None:
        if status.folders:
            self._show_page(None)
        elif not self.first_run.isVisible():
            self._show_page(self.first_run)
            self.first_run.look()

    def _show_page(self, page: QWidget | None) -> None:
        was_working = self.panes[1].isVisible()
        for other in (self.first_run, self.waiting):
            other.setVisible(other is page)
        for pane in self.panes[1:]:
            pane.setVisible(page is None)
        if page is None and not was_working:
            self.search_pane.query.edit.setFocus()

    # what the window does

    def come_forward(self) -> None:
        """In front of other windows, also out of the dock."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def choose_folder(self) -> None:
        """Let the user choose a folder to look after."""
        if name := QFileDialog.getExistingDirectory(self, "Look after a folder", str(Path.home())):
            self.session.add_folder(Path(name))

    def show_settings(self) -> None:
        """Ask the library for its settings, then show them."""
        self._bridge.call(lambda library: library.settings(), self._show_settings)

    def _show_settings(self, settings: Settings) -> None:
        from bowerbird.gui.dialogs.settings import SettingsDialog

        SettingsDialog(self.session, settings, self).open()

    def show_failures(self) -> None:
        """The files that could not be read."""
        from bowerbird.gui.dialogs.failures import FailuresDialog

        FailuresDialog(self.session, self).open()

    def show_models(self) -> None:
        """The models, and how to get more."""
        from bowerbird.gui.dialogs.models import ModelsDialog

        ModelsDialog(self.session, self).open()

    def show_shortcuts(self) -> None:
        """The keys."""
        from bowerbird.gui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self).open()

    # what Qt tells

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from bowerbird.gui.desktop import paths_of

        if paths_of(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()
            self.drop_overlay.cover(paths_of(event.mimeData()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        from bowerbird.gui.desktop import paths_of

        self.drop_overlay.hide()
        event.acceptProposedAction()
        paths = paths_of(event.mimeData())
        for folder in (path for path in paths if path.is_dir()):
            self.session.add_folder(folder)
        if files := tuple(path for path in paths if path.is_file()):
            self.session.add_examples(files)
        elif not paths:
            self.search_pane.query.take_image(event.mimeData())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._built:
            for pane in self.panes:
                pane.fit(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        if not self._closing:
            self._closing = True
            self._close()

    def _close(self) -> None:
        if self._built:
            self.preview_pane.preview.clear()  # or what plays would play on until the library is closed
            self.session.thumbnails.close()
            self._bridge.close(self.closed.emit)
        else:
            QTimer.singleShot(0, self, self.closed.emit)
