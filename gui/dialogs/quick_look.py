"""A hit shown as large as the window allows, until Space or Escape."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.gui.preview.preview import FilePreview, decoded, preview_side
from bowerbird.gui.results.hit_actions import open_hit
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, scrolling
from bowerbird.gui.wording import name_of


class QuickLook(QDialog):
    """One file, large."""

    def __init__(self, session: SearchSession, hit: Hit, parent: QWidget) -> None:
        """Show this hit."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._hit = session, hit
        self.setWindowTitle(name_of(hit.path))
        room = parent.size()
        self.resize(room.width() * 4 // 5, room.height() * 9 // 10)
        high = self.height() - 96
        self._preview = FilePreview(session, picture=high, text=high)
        self._place()
        self._preview.show_thumbnail(hit)
        self._ask()

    def _place(self) -> None:
        opening = button("Open", lambda: open_hit(self._session, self._hit), "primary")
        closing = button("Close", self.reject)
        row = QHBoxLayout()
        row.addWidget(label(name_of(self._hit.path), "title"), 1)
        row.addWidget(opening)
        row.addWidget(closing)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(scrolling(self._preview), 1)
        column.addLayout(row)
        closing.setFocus()

    def _ask(self) -> None:
        hit, query = self._hit, self._session.query
        side = preview_side(QSize(self.width(), self.height()), self.devicePixelRatio())
        self._session.bridge.latest(
            "look",
            lambda library: decoded(library.preview(hit.path, query, hit.moment, side)),
            lambda answer: self._show(*answer),
        )

    def _show(self, preview: Preview, image: QImage) -> None:
        if self.isVisible():
            self._preview.show_preview(self._hit, preview, image)

    def done(self, result: int) -> None:
        self._preview.clear()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() == Qt.Key.Key_Space and ctrl:
            self._preview.media.player.toggle()
        elif event.key() == Qt.Key.Key_Space:
            self.reject()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self._preview.media.next_moment(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
