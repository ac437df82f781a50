"""A dialog for the watched folders and the settings."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from bowerbird.core.settings import DEFAULT_EXCLUDES, Settings
from bowerbird.core.state import Status
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, fit_to_screen, label, scroll_area
from bowerbird.gui.widgets.wrapped import WrappedText
from bowerbird.gui.wording import shown

_THEMES = (("system", "As the system has it"), ("light", "Light"), ("dark", "Dark"))


class SettingsDialog(QDialog):
    """Folders are added and removed at once; the settings are saved with a button."""

    def __init__(self, session: SearchSession, settings: Settings, parent: QWidget | None = None) -> None:
        """Start with these settings."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._saved = session, settings
        self.setWindowTitle("Settings")
        fit_to_screen(self, 560, 640)
        self.folders = QListWidget()
        self.excludes = QPlainTextEdit("\n".join(settings.excludes))
        self.cores = _core_box(settings.cores)
        self.pictures = QCheckBox("Read te&xt in photos and scanned pages")
        self.pictures.setChecked(settings.read_pictures)
        self.battery = QCheckBox("Pause while running on batte&ry")
        self.battery.setChecked(settings.pause_on_battery)
        self.idle = QCheckBox("Wait while other programs keep the computer &busy")
        self.idle.setChecked(settings.only_when_idle)
        self.theme = _theme_box(settings.theme)
        self.missing_walls = label("", "small", wrap=True)
        self.missing_walls.hide()
        self._place_widgets()
        session.library.status_changed.connect(self._show_status)
        if session.library.status:
            self._show_status(session.library.status)

    def _place_widgets(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 20, 20, 8)
        column.setSpacing(8)
        self._place_folders(column)
        self._place_excludes(column)
        column.addSpacing(8)
        column.addLayout(self._form())
        column.addWidget(self._library_line())
        column.addWidget(self.missing_walls)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Save).setObjectName("primary")
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        column.addStretch(1)
        buttons.setContentsMargins(20, 8, 20, 16)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll_area(content), 1)
        outer.addWidget(buttons)

    def _place_folders(self, column: QVBoxLayout) -> None:
        self.folders.setAccessibleName("Folders that Bowerbird looks after")
        self.folders.setFixedHeight(112)
        self._remove_button = button("Stop looking after it", self._remove_folder)
        self._remove_button.setEnabled(False)
        self.folders.currentItemChanged.connect(lambda item: self._remove_button.setEnabled(item is not None))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(button("&Add a folder…", self._session.folder_requested))
        row.addWidget(self._remove_button)
        row.addStretch(1)
        column.addWidget(label("Folders", "title"))
        column.addWidget(self.folders)
        column.addLayout(row)
        column.addSpacing(8)

    def _place_excludes(self, column: QVBoxLayout) -> None:
        title = label("Leave out", "title")
        self.excludes.setAccessibleName("Names to leave out, one per line")
        self.excludes.setTabChangesFocus(True)
        self.excludes.setFixedHeight(128)
        restore = button("Restore", lambda: self.excludes.setPlainText("\n".join(DEFAULT_EXCLUDES)), "link")
        restore.setToolTip("As it was at first")
        line = QHBoxLayout()
        explanation = "Files and folders with these names, one per line; * stands for anything."
        line.addWidget(label(explanation, "small", wrap=True), 1)
        line.addWidget(restore)
        column.addWidget(title)
        column.addLayout(line)
        column.addWidget(self.excludes)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow("Processor &cores to use", self.cores)
        form.addRow("&Colours", self.theme)
        form.addRow("What reads your files", button("&Models…", self._session.models_requested))
        form.addRow(self.pictures)
        form.addRow(self.battery)
        form.addRow(self.idle)
        return form

    def _library_line(self) -> WrappedText:
        status = self._session.library.status
        directory = status.directory if status else Path()
        return WrappedText(f"What Bowerbird knows is kept in {shown(str(directory))}", "small")

    def settings(self) -> Settings:
        """The settings as they are in the dialog."""
        lines = (line.strip() for line in self.excludes.toPlainText().splitlines())
        return replace(
            self._saved,
            excludes=tuple(dict.fromkeys(line for line in lines if line)),
            cores=int(self.cores.currentData()),
            read_pictures=self.pictures.isChecked(),
            pause_on_battery=self.battery.isChecked(),
            only_when_idle=self.idle.isChecked(),
            theme=str(self.theme.currentData()),
        )

    def _save(self) -> None:
        settings = self.settings()
        self._session.theme.choose(settings.theme)
        if settings != self._saved:
            self._session.bridge.call(
                lambda library: library.change_settings(settings), lambda _: self._session.library.refresh()
            )
        self.accept()

    def _show_status(self, status: Status) -> None:
        self.missing_walls.setText(" ".join(status.missing_walls))
        self.missing_walls.setVisible(bool(status.missing_walls))
        self._show_folders(status)

    def _show_folders(self, status: Status) -> None:
        paths = [str(folder.path) for folder in status.folders]
        if paths == [self.folders.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.folders.count())]:
            return
        self.folders.clear()
        for path in paths:
            item = QListWidgetItem(shown(path))
            item.setData(Qt.ItemDataRole.UserRole, path)
            self.folders.addItem(item)

    def _remove_folder(self) -> None:
        if item := self.folders.currentItem():
            self._session.remove_folder(Path(item.data(Qt.ItemDataRole.UserRole)))


def _core_box(cores: int) -> QComboBox:
    available = os.cpu_count() or 1
    box = QComboBox()
    box.addItem(f"All of them ({available})", 0)
    for number in range(1, available):
        box.addItem(str(number), number)
    box.setCurrentIndex(max(0, box.findData(cores)))
    return box


def _theme_box(theme: str) -> QComboBox:
    box = QComboBox()
    for value, name in _THEMES:
        box.addItem(name, value)
    box.setCurrentIndex(max(0, box.findData(theme)))
    return box
