"""A dialog that shows the selected hit as large as the window allows, until Space or Escape."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.gui.preview.preview import FilePreview, decoded, preview_side
from bowerbird.gui.results.hit_actions import open_hit
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, scroll_area
from bowerbird.gui.widgets.wrapped import WrappedText
from bowerbird.gui.wording import name_of

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_LEAST_WIDTH = 720  # as far as the window is that wide
_AROUND = 104  # pixels that margins, name and buttons take of the dialog's height


class QuickLook(QDialog):
    """The preview of the session's selected hit, large; it follows the selection, which arrows move."""

    arrow_pressed = Signal(Qt.Key)
    """The hit beside the selected one is wanted."""

    def __init__(self, session: SearchSession, hit: Hit, parent: QWidget) -> None:
        """For this hit, sized by the window ``parent``."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._session, self._hit = session, hit
        width = parent.width()
        self.resize(max(width * 4 // 5, min(width - 24, _LEAST_WIDTH)), parent.height() * 9 // 10)
        height = self.height() - _AROUND
        self.preview = FilePreview(session, picture_height=height, text_height=height, wide=True)
        self._name = WrappedText(name="title")
        self._place_widgets()
        session.playing_elsewhere.emit()
        session.hit_changed.connect(self._on_hit)
        self._show_hit(hit)
        self.setFocus()

    def _place_widgets(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        for widget in (
            button("Open", lambda: open_hit(self._session, self._hit), "primary"),
            button("Close", self.reject),
        ):
            widget.installEventFilter(self)
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(scroll_area(self.preview), 1)
        column.addLayout(row)

    def _on_hit(self, hit: Hit | None) -> None:
        """Another hit is selected, or the same one found again while files come in, which plays on."""
        if hit is not None and (hit.path, hit.moment) != (self._hit.path, self._hit.moment):
            self._show_hit(hit)

    def _show_hit(self, hit: Hit) -> None:
        self._hit = hit
        self.setWindowTitle(name_of(hit.path))
        self._name.setText(name_of(hit.path))
        self.preview.show_thumbnail(hit)
        query, max_side = self._session.query, preview_side(self.size(), self.devicePixelRatio())
        self._session.bridge.latest(
            "quick look",
            lambda library: decoded(library.preview(hit.path, query, hit.moment, max_side)),
            lambda result: self._show_preview(hit, *result),
        )

    def _show_preview(self, hit: Hit, preview: Preview, image: QImage) -> None:
        if self.isVisible() and hit is self._hit:
            self.preview.show_preview(hit, preview, image)

    def done(self, result: int) -> None:
        self._session.hit_changed.disconnect(self._on_hit)
        self._session.bridge.forget("quick look")
        self.preview.clear()
        super().done(result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.limit(max(80, self.height() - _AROUND))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows on a button are for the hits as well."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() == Qt.Key.Key_Space and ctrl:
            self.preview.media.player.toggle()
        elif event.key() == Qt.Key.Key_Space:
            self.reject()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self.preview.media.play_neighbour(steps[Qt.Key(event.key())])
        elif event.key() in _ARROWS:
            self.arrow_pressed.emit(Qt.Key(event.key()))
        else:
            super().keyPressEvent(event)
