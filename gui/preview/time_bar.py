"""The length of a recording or clip as a bar: click to go there, drag to choose a part, keys to step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.core.types import Locator
from bowerbird.core.words import clock
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.painting import fill_rounded

_STEP_S = 5.0
_DRAG = 6  # pixels: less is a click
_TILE = 64
_GAP = 3


class TimeBar(QWidget):
    """What a waveform and a filmstrip share: time runs from left to right."""

    sought = Signal(float)
    chosen = Signal(float, float)
    """A part was chosen, in seconds; of no length: none."""

    def __init__(self, theme: Theme, height: int) -> None:
        """Nothing to show yet."""
        super().__init__()
        self._theme = theme
        self._length_s, self._at_s = 1.0, 0.0
        self._moments: tuple[float, ...] = ()
        self._pressed: float | None = None
        self._part: tuple[float, float] | None = None
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click to go there, drag to choose a part")
        theme.changed.connect(self.update)

    def show_length(self, length_s: float, moments: Sequence[float]) -> None:
        """Stand for a file of this length, with these moments marked."""
        self._length_s, self._moments, self._part = max(length_s, 0.1), tuple(moments), None
        self.update()

    def follow(self, at_s: float) -> None:
        """The place now played."""
        self._at_s = at_s
        self.setAccessibleName(f"At {clock(at_s)} of {clock(self._length_s)}")
        self.update()

    # places and times

    def time_at(self, x: float) -> float:
        """The time at a place."""
        return min(1.0, max(0.0, x / max(1, self.width()))) * self._length_s

    def place_of(self, time_s: float) -> float:
        """The place of a time."""
        return min(1.0, time_s / self._length_s) * self.width()

    # keys and mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._part = event.position().x(), None
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and abs(event.position().x() - self._pressed) > _DRAG:
            first, last = sorted((self.time_at(self._pressed), self.time_at(event.position().x())))
            self._part = first, last
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if self._part is None:
            self.sought.emit(self.time_at(event.position().x()))
        self.chosen.emit(*(self._part or (0.0, 0.0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -_STEP_S, Qt.Key.Key_Right: _STEP_S}
        if step := steps.get(Qt.Key(event.key())):
            self.sought.emit(min(self._length_s, max(0.0, self._at_s + step)))
        else:
            super().keyPressEvent(event)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        colours = self._theme.colours
        self.paint_time(painter)
        if self._part:
            first, last = (self.place_of(time_s) for time_s in self._part)
            wash = QColor(colours.blue)
            wash.setAlpha(56)
            painter.fillRect(QRectF(first, 0, max(2.0, last - first), self.height()), wash)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.blue), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def paint_time(self, painter: QPainter) -> None:
        """What the time looks like."""


class Waveform(TimeBar):
    """How loud it is."""

    def __init__(self, theme: Theme) -> None:
        """Silent."""
        super().__init__(theme, 64)
        self._loudness = b""

    def show_loudness(self, loudness: bytes) -> None:
        """Values of 0…255, evenly spaced."""
        self._loudness = loudness
        self.update()

    def paint_time(self, painter: QPainter) -> None:
        colours, middle = self._theme.colours, self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        for x in range(0, self.width(), 3):
            low = x * len(self._loudness) // max(1, self.width())
            high = max(low + 1, (x + 3) * len(self._loudness) // max(1, self.width()))
            loud = max(self._loudness[low:high], default=0) / 255
            tall = max(2.0, (self.height() - 14) * loud**1.5)
            painter.setBrush(QColor(colours.blue if self.time_at(x) < self._at_s else colours.muted))
            painter.drawRoundedRect(QRectF(x, middle - tall / 2, 2, tall), 1, 1)
        painter.setBrush(QColor(colours.straw))
        for moment in self._moments:
            painter.drawRoundedRect(QRectF(min(self.place_of(moment), self.width() - 4), 0, 4, 7), 2, 2)


class Filmstrip(TimeBar):
    """Pictures of a clip's scenes, the present one framed."""

    def __init__(self, theme: Theme) -> None:
        """No scenes yet."""
        super().__init__(theme, 46)
        self._scenes: tuple[float, ...] = (0.0,)
        self._pictures: dict[int, QPixmap] = {}

    def show_scenes(self, scenes: Sequence[Locator]) -> tuple[float, ...]:
        """Lay out as many scenes as there is room for; their times, for which pictures are wanted."""
        starts = sorted({one.start_s or 0.0 for one in scenes}) or [0.0]
        room = max(1, min(len(starts), self.width() // _TILE))
        self._scenes = tuple(starts[number * len(starts) // room] for number in range(room))
        self._pictures.clear()
        self.update()
        return self._scenes

    def show_picture(self, number: int, image: QImage) -> None:
        """The picture of a scene."""
        self._pictures[number] = QPixmap.fromImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def time_at(self, x: float) -> float:
        number = min(len(self._scenes) - 1, max(0, int(x // self._wide())))
        begins = self._scenes[number]
        ends = self._scenes[number + 1] if number + 1 < len(self._scenes) else self._length_s
        within = (x - number * self._wide()) / self._wide()
        # A click goes to the beginning of a scene; while dragging, all of it counts.
        return begins + (ends - begins) * min(1.0, max(0.0, within)) if self._pressed is not None else begins

    def place_of(self, time_s: float) -> float:
        number = self._scene_of(time_s)
        begins = self._scenes[number]
        ends = self._scenes[number + 1] if number + 1 < len(self._scenes) else self._length_s
        return (number + min(1.0, (time_s - begins) / max(0.01, ends - begins))) * self._wide()

    def _wide(self) -> float:
        return self.width() / len(self._scenes)

    def _scene_of(self, time_s: float) -> int:
        return max(0, sum(start <= time_s + 0.01 for start in self._scenes) - 1)

    def paint_time(self, painter: QPainter) -> None:
        colours, now = self._theme.colours, self._scene_of(self._at_s)
        for number in range(len(self._scenes)):
            place = QRectF(number * self._wide() + 1, 1, self._wide() - _GAP, self.height() - 2)
            if number in self._pictures:
                fill_rounded(painter, place, self._pictures[number], 5)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.panel))
                painter.drawRoundedRect(place, 5, 5)
            if number == now:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(colours.straw), 2))
                painter.drawRoundedRect(place, 5, 5)
