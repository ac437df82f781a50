"""A dialog that shows a hit as large as the window allows, until Space or Escape."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.gui.preview.preview import FilePreview, decoded, preview_side
from bowerbird.gui.results.hit_actions import open_hit
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, scroll_area
from bowerbird.gui.wording import name_of


class QuickLook(QDialog):
    """The preview of one file, large."""

    def __init__(self, session: SearchSession, hit: Hit, parent: QWidget) -> None:
        """For this hit, sized by the window ``parent``."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._hit = session, hit
        self.setWindowTitle(name_of(hit.path))
        self.resize(parent.width() * 4 // 5, parent.height() * 9 // 10)
        height = self.height() - 96
        self._preview = FilePreview(session, picture_height=height, text_height=height)
        self._place_widgets()
        self._preview.show_thumbnail(hit)
        self._load_preview()

    def _place_widgets(self) -> None:
        open_button = button("Open", lambda: open_hit(self._session, self._hit), "primary")
        close_button = button("Close", self.reject)
        row = QHBoxLayout()
        row.addWidget(label(name_of(self._hit.path), "title"), 1)
        row.addWidget(open_button)
        row.addWidget(close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(scroll_area(self._preview), 1)
        column.addLayout(row)
        close_button.setFocus()

    def _load_preview(self) -> None:
        hit, query = self._hit, self._session.query
        max_side = preview_side(QSize(self.width(), self.height()), self.devicePixelRatio())
        self._session.bridge.latest(
            "quick look",
            lambda library: decoded(library.preview(hit.path, query, hit.moment, max_side)),
            lambda result: self._show_preview(*result),
        )

    def _show_preview(self, preview: Preview, image: QImage) -> None:
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
            self._preview.media.play_neighbour(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
