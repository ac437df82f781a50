"""Time axes of a recording or clip: a click seeks, a drag selects a part, the arrow keys step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.core.types import Locator
from bowerbird.core.words import clock
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.painting import draw_loudness, fill_rounded

_STEP_S = 5.0
_DRAG_PX = 6  # a shorter movement is a click
_SCENE_WIDTH = 64
_SCENE_GAP = 3
_SAME_SCENE_S = 0.01  # seeking to a scene's start may end this much earlier


class TimeBar(QWidget):
    """A bar on which time runs from left to right. Base of the waveform and the filmstrip, which paint it."""

    seek_requested = Signal(float)
    """A time in seconds."""
    part_selected = Signal(float, float)
    """Start and end of a part in seconds; both 0 if the selection was removed."""

    def __init__(self, theme: Theme, height: int) -> None:
        """A bar of this height, in pixels."""
        super().__init__()
        self._theme = theme
        self._length_s, self._at_s = 1.0, 0.0
        self._moments: tuple[float, ...] = ()
        self._pressed_x: float | None = None
        self._part_s: tuple[float, float] | None = None
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click to go there, drag to choose a part")
        theme.changed.connect(self.update)

    def show_length(self, length_s: float, moments: Sequence[float]) -> None:
        """Show a file of this length with these moments marked, all in seconds."""
        self._length_s, self._moments, self._part_s = max(length_s, 0.1), tuple(moments), None
        self.update()

    def select_part(self, first_s: float, last_s: float) -> None:
        """Mark a part, in seconds; none if it has no length."""
        self._part_s = (first_s, last_s) if last_s > first_s else None
        self.update()

    def follow(self, at_s: float) -> None:
        """Show the playing position, in seconds."""
        self._at_s = at_s
        self.setAccessibleName(f"At {clock(at_s)} of {clock(self._length_s)}")
        self.update()

    # pixels and seconds

    def time_at(self, x: float) -> float:
        """The time in seconds at a horizontal position."""
        return min(1.0, max(0.0, x / max(1, self.width()))) * self._length_s

    def x_of(self, time_s: float) -> float:
        """The horizontal position of a time."""
        return min(1.0, time_s / self._length_s) * self.width()

    # keys and mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_x, self._part_s = event.position().x(), None
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_x is not None and abs(event.position().x() - self._pressed_x) > _DRAG_PX:
            first, last = sorted((self.time_at(self._pressed_x), self.time_at(event.position().x())))
            self._part_s = first, last
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_x = None
        if self._part_s is None:
            self.seek_requested.emit(self.time_at(event.position().x()))
        self.part_selected.emit(*(self._part_s or (0.0, 0.0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -_STEP_S, Qt.Key.Key_Right: _STEP_S}
        if step := steps.get(Qt.Key(event.key())):
            self.seek_requested.emit(min(self._length_s, max(0.0, self._at_s + step)))
        else:
            super().keyPressEvent(event)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        colours = self._theme.colours
        self.paint_content(painter)
        if self._part_s:
            first, last = (self.x_of(time_s) for time_s in self._part_s)
            wash = QColor(colours.blue)
            wash.setAlpha(56)
            painter.fillRect(QRectF(first, 0, max(2.0, last - first), self.height()), wash)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.blue), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def paint_content(self, painter: QPainter) -> None:
        """Paint what the subclass shows over time; selection and focus are painted above it."""
        raise NotImplementedError


class Waveform(TimeBar):
    """Shows how loud a recording is over time."""

    def __init__(self, theme: Theme) -> None:
        """Silence until ``show_loudness``."""
        super().__init__(theme, 64)
        self._loudness = b""

    def show_loudness(self, loudness: bytes) -> None:
        """Show loudness values of 0…255, evenly spaced over the length."""
        self._loudness = loudness
        self.update()

    def paint_content(self, painter: QPainter) -> None:
        colours, played = self._theme.colours, self._at_s / self._length_s
        rect = QRectF(self.rect()).adjusted(0, 7, 0, -7)
        draw_loudness(painter, rect, self._loudness, lambda at: colours.blue if at < played else colours.muted)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.straw))
        for moment in self._moments:
            painter.drawRoundedRect(QRectF(min(self.x_of(moment), self.width() - 4), 0, 4, 7), 2, 2)


class Filmstrip(TimeBar):
    """Shows pictures of a clip's scenes, all equally wide, with a frame round the one being played."""

    def __init__(self, theme: Theme) -> None:
        """A single scene until ``show_scenes``."""
        super().__init__(theme, 46)
        self._starts_s: tuple[float, ...] = (0.0,)
        self._pictures: dict[int, QPixmap] = {}

    def show_scenes(self, scenes: Sequence[Locator]) -> tuple[Locator, ...]:
        """Lay out as many scenes as there is room for, evenly picked; returns them, to be given pictures."""
        by_start = {scene.start_s or 0.0: scene for scene in reversed(scenes)}
        starts = sorted(by_start)
        count = max(1, min(len(starts), self.width() // _SCENE_WIDTH))
        picked = [starts[number * len(starts) // count] for number in range(count)] if starts else []
        self._starts_s = tuple(picked) or (0.0,)
        self._pictures.clear()
        self.update()
        return tuple(by_start[start_s] for start_s in picked)

    def show_picture(self, number: int, image: QImage) -> None:
        """Show the picture of a scene, numbered as ``show_scenes`` returned them."""
        self._pictures[number] = QPixmap.fromImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def time_at(self, x: float) -> float:
        number = min(len(self._starts_s) - 1, max(0, int(x // self._scene_width())))
        start_s, end_s = self._bounds(number)
        share = (x - number * self._scene_width()) / self._scene_width()
        # A click seeks to the start of a scene; a drag selects within scenes.
        return start_s + (end_s - start_s) * min(1.0, max(0.0, share)) if self._pressed_x is not None else start_s

    def x_of(self, time_s: float) -> float:
        number = self._scene_at(time_s)
        start_s, end_s = self._bounds(number)
        return (number + min(1.0, (time_s - start_s) / max(0.01, end_s - start_s))) * self._scene_width()

    def _bounds(self, number: int) -> tuple[float, float]:
        following = self._starts_s[number + 1 : number + 2]
        return self._starts_s[number], following[0] if following else self._length_s

    def _scene_width(self) -> float:
        return self.width() / len(self._starts_s)

    def _scene_at(self, time_s: float) -> int:
        return max(0, sum(start_s <= time_s + _SAME_SCENE_S for start_s in self._starts_s) - 1)

    def paint_content(self, painter: QPainter) -> None:
        colours, current = self._theme.colours, self._scene_at(self._at_s)
        for number in range(len(self._starts_s)):
            left, width = number * self._scene_width() + 1, self._scene_width() - _SCENE_GAP
            rect = QRectF(left, 1, width, self.height() - 2)
            if number in self._pictures:
                fill_rounded(painter, rect, self._pictures[number], 5)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.panel))
                painter.drawRoundedRect(rect, 5, 5)
            if number == current:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(colours.straw), 2))
                painter.drawRoundedRect(rect, 5, 5)
