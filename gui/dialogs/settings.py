"""What the user may set."""

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
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from bowerbird.core.settings import DEFAULT_EXCLUDES, Settings
from bowerbird.core.state import Status
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label
from bowerbird.gui.wording import shown

_THEMES = (("system", "As the system has it"), ("light", "Light"), ("dark", "Dark"))


class SettingsDialog(QDialog):
    """Folders change at once; the rest when Save is pressed."""

    def __init__(self, session: SearchSession, settings: Settings, parent: QWidget | None = None) -> None:
        """Begin with these settings."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._before = session, settings
        self.setWindowTitle("Settings")
        self.resize(560, 640)
        self.folders = QListWidget()
        self.excludes = QPlainTextEdit("\n".join(settings.excludes))
        self.cores = _cores(settings.cores)
        self.battery = QCheckBox("Pause while running on batte&ry")
        self.battery.setChecked(settings.pause_on_battery)
        self.idle = QCheckBox("Wait while other programs keep the computer &busy")
        self.idle.setChecked(settings.only_when_idle)
        self.theme = _themes(settings.theme)
        self._place()
        session.status_changed.connect(self._show_folders)
        if session.status:
            self._show_folders(session.status)

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        self._place_folders(column)
        self._place_excludes(column)
        column.addSpacing(8)
        column.addLayout(self._form())
        column.addWidget(self._library_line())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Save).setObjectName("primary")
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        column.addSpacing(8)
        column.addWidget(buttons)

    def _place_folders(self, column: QVBoxLayout) -> None:
        self.folders.setAccessibleName("Folders that Bowerbird looks after")
        self.folders.setMaximumHeight(128)
        adding = button("&Add a folder…", self._session.wants_folder)
        self.remove = button("Stop looking after it", self._remove)
        self.remove.setEnabled(False)
        self.folders.currentItemChanged.connect(lambda now: self.remove.setEnabled(now is not None))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(adding)
        row.addWidget(self.remove)
        row.addStretch(1)
        column.addWidget(label("Folders", "title"))
        column.addWidget(self.folders)
        column.addLayout(row)
        column.addSpacing(8)

    def _place_excludes(self, column: QVBoxLayout) -> None:
        title = label("Leave out", "title")
        self.excludes.setAccessibleName("Names to leave out, one per line")
        self.excludes.setTabChangesFocus(True)
        usual = button("Restore", lambda: self.excludes.setPlainText("\n".join(DEFAULT_EXCLUDES)), "link")
        usual.setToolTip("As it was at first")
        line = QHBoxLayout()
        says = "Files and folders with these names, one per line; * stands for anything."
        line.addWidget(label(says, "small", wrap=True), 1)
        line.addWidget(usual)
        column.addWidget(title)
        column.addLayout(line)
        column.addWidget(self.excludes, 1)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow("Processor &cores to use", self.cores)
        form.addRow("&Colours", self.theme)
        form.addRow("What reads your files", button("&Models…", self._session.wants_models))
        form.addRow(self.battery)
        form.addRow(self.idle)
        return form

    def _library_line(self) -> QLabel:
        where = self._session.status.directory if self._session.status else Path()
        line = label(f"What Bowerbird knows is kept in {shown(str(where))}", "small", wrap=True)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return line

    def chosen(self) -> Settings:
        """The settings as they stand in the dialog."""
        lines = (line.strip() for line in self.excludes.toPlainText().splitlines())
        return replace(
            self._before,
            excludes=tuple(dict.fromkeys(line for line in lines if line)),
            cores=int(self.cores.currentData()),
            pause_on_battery=self.battery.isChecked(),
            only_when_idle=self.idle.isChecked(),
            theme=str(self.theme.currentData()),
        )

    def _save(self) -> None:
        settings = self.chosen()
        self._session.theme.choose(settings.theme)
        if settings != self._before:
            self._session.bridge.call(
                lambda library: library.change_settings(settings), lambda _: self._session.refresh()
            )
        self.accept()

    def _show_folders(self, status: Status) -> None:
        paths = [str(folder.path) for folder in status.folders]
        if paths == [self.folders.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.folders.count())]:
            return
        self.folders.clear()
        for path in paths:
            item = QListWidgetItem(shown(path))
            item.setData(Qt.ItemDataRole.UserRole, path)
            self.folders.addItem(item)

    def _remove(self) -> None:
        if item := self.folders.currentItem():
            self._session.remove_folder(Path(item.data(Qt.ItemDataRole.UserRole)))


def _cores(cores: int) -> QComboBox:
    there = os.cpu_count() or 1
    box = QComboBox()
    box.addItem(f"All of them ({there})", 0)
    for many in range(1, there):
        box.addItem(str(many), many)
    box.setCurrentIndex(max(0, box.findData(cores)))
    return box


def _themes(theme: str) -> QComboBox:
    box = QComboBox()
    for value, name in _THEMES:
        box.addItem(name, value)
    box.setCurrentIndex(max(0, box.findData(theme)))
    return box
