"""Chooses a part of a picture: a frame drawn with the mouse, or moved with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen

from bowerbird.core.questions import Box
from bowerbird.gui.preview.picture_view import PictureView
from bowerbird.gui.theme import Theme

_STEP = 0.04  # of the picture's side, with each arrow key
_LEAST = 0.04  # of the picture's side: a smaller frame is a click, which chooses all
_WHOLE = QRectF(0, 0, 1, 1)
_FIRST = QRectF(0.25, 0.25, 0.5, 0.5)  # what an arrow key begins with
_SHADE = 120  # of 255: how much is hidden of what is not chosen


class CropView(PictureView):
    """A picture with a frame on it, in fractions of its sides."""

    box_changed = Signal()

    def __init__(self, theme: Theme, max_height: int) -> None:
        """No picture yet, all of it chosen."""
        super().__init__(theme, max_height)
        self._chosen = _WHOLE
        self._pressed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._describe()

    @property
    def box(self) -> Box | None:
        """The chosen part: left, top, width and height, as fractions of the picture's sides; None for all of it."""
        return None if self._chosen == _WHOLE else _sides(self._chosen)

    def choose(self, box: Box | None) -> None:
        """Choose a part, or all."""
        self._chosen = QRectF(*box) if box else _WHOLE
        self._describe()
        self.update()
        self.box_changed.emit()

    def _describe(self) -> None:
        x, y, width, height = (round(100 * side) for side in _sides(self._chosen))
        part = f"from {x} to {x + width} % across, from {y} to {y + height} % down" if self.box else "all of it"
        self.setAccessibleName(f"Chosen part of the picture: {part}")
        self.setAccessibleDescription("Arrow keys move the frame, with Shift they change its size")

    # keys and mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._place_of(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            frame = QRectF(self._pressed, self._place_of(event)).normalized()
            chosen = min(frame.width(), frame.height()) >= _LEAST
            self.choose(_sides(frame) if chosen else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        across = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}.get(key, 0.0)
        down = {Qt.Key.Key_Up: -_STEP, Qt.Key.Key_Down: _STEP}.get(key, 0.0)
        if not across and not down:
            super().keyPressEvent(event)
            return
        frame = _FIRST if self.box is None else self._chosen
        grow = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.choose(_sides((_grown if grow else _moved)(frame, across, down)))

    def _place_of(self, event: QMouseEvent) -> QPointF:
        """Where on the picture the mouse is, in fractions of its sides."""
        rect = self.picture_rect()
        x = (event.position().x() - rect.x()) / max(1.0, rect.width())
        y = (event.position().y() - rect.y()) / max(1.0, rect.height())
        return QPointF(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.box is not None:
            self._paint_frame(painter, self.picture_rect())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.colours.blue), 1.5))
            painter.drawRoundedRect(self.picture_rect().adjusted(1, 1, -1, -1), 9, 9)

    def _paint_frame(self, painter: QPainter, rect: QRectF) -> None:
        x, y, width, height = _sides(self._chosen)
        frame = QRectF(
            rect.x() + x * rect.width(), rect.y() + y * rect.height(), width * rect.width(), height * rect.height()
        )
        outside = QPainterPath()
        outside.addRoundedRect(rect, 10, 10)
        inside = QPainterPath()
        inside.addRect(frame)
        painter.fillPath(outside - inside, QColor(0, 0, 0, _SHADE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawRect(frame)


def _sides(frame: QRectF) -> Box:
    x, y, width, height = (round(side, 4) for side in (frame.x(), frame.y(), frame.width(), frame.height()))
    return x, y, width, height


def _moved(frame: QRectF, across: float, down: float) -> QRectF:
    x = min(1.0 - frame.width(), max(0.0, frame.x() + across))
    y = min(1.0 - frame.height(), max(0.0, frame.y() + down))
    return QRectF(x, y, frame.width(), frame.height())


def _grown(frame: QRectF, across: float, down: float) -> QRectF:
    """Its right and lower edges moved."""
    width = min(1.0 - frame.x(), max(_LEAST, frame.width() + across))
    height = min(1.0 - frame.y(), max(_LEAST, frame.height() + down))
    return QRectF(frame.x(), frame.y(), width, height)
