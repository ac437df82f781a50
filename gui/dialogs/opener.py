"""Opens the window's dialogs when a pane asks for one. Each is imported when it is first needed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from bowerbird.core.settings import Settings
from bowerbird.gui.session import SearchSession


class DialogOpener(QObject):
    """Listens to the session's requests."""

    def __init__(self, session: SearchSession, window: QWidget) -> None:
        """Dialogs belong to ``window``."""
        super().__init__(window)
        self._session, self._window = session, window
        session.settings_requested.connect(self.show_settings)
        session.models_requested.connect(self.show_models)
        session.failures_requested.connect(self.show_failures)
        session.folder_requested.connect(self.choose_folder)
        session.shortcuts_requested.connect(self.show_shortcuts)

    def choose_folder(self) -> None:
        """Let the user choose a folder to watch."""
        if name := QFileDialog.getExistingDirectory(self._window, "Look after a folder", str(Path.home())):
            self._session.folder_chosen.emit(Path(name))

    def show_settings(self) -> None:
        """Ask the library for its settings and open a dialog to change them."""
        self._session.bridge.call(lambda library: library.settings(), self._open_settings)

    def _open_settings(self, settings: Settings) -> None:
        from bowerbird.gui.dialogs.settings import SettingsDialog

        SettingsDialog(self._session, settings, self._window).open()

    def show_failures(self) -> None:
        """List the files that could not be read."""
        from bowerbird.gui.dialogs.failures import FailuresDialog

        FailuresDialog(self._session, self._window).open()

    def show_models(self) -> None:
        """List the models."""
        from bowerbird.gui.dialogs.models import ModelsDialog

        ModelsDialog(self._session, self._window).open()

    def show_shortcuts(self) -> None:
        """List the keyboard shortcuts."""
        from bowerbird.gui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._window).open()
