"""Shows why a hit was found: each reason as a text, with a bar for its strength."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.core.answers import Reason
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage
from bowerbird.gui.wording import shown

_LINE_HEIGHT = 24
_BAR_WIDTH = 92
_MAX_REASONS = 6


class ReasonBars(QWidget):
    """A few lines, painted as one widget."""

    def __init__(self, theme: Theme) -> None:
        """No reasons yet."""
        super().__init__()
        self._theme = theme
        self._reasons: tuple[Reason, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_reasons(self, reasons: tuple[Reason, ...]) -> None:
        """Replace the reasons; the strongest come first, and a few of them are shown."""
        self._reasons = reasons[:_MAX_REASONS]
        spoken = "; ".join(f"{reason.text}, {round(reason.strength * 100)} percent" for reason in self._reasons)
        self.setAccessibleName(f"Why this is here: {spoken}")
        self.setToolTip("\n".join(shown(reason.text) for reason in self._reasons))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _LINE_HEIGHT * len(self._reasons))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, reason in enumerate(self._reasons):
            self._draw_reason(painter, QRect(0, number * _LINE_HEIGHT, self.width(), _LINE_HEIGHT), reason)

    def _draw_reason(self, painter: QPainter, line: QRect, reason: Reason) -> None:
        colours, font = self._theme.colours, sized(self._theme.font, 12)
        margin = (line.height() - QFontMetrics(font).height()) // 2
        text_rect = QRect(line.left() + 2, line.top() + margin, line.width() - _BAR_WIDTH - 18, line.height())
        passage = Passage(shown(reason.text), reason.marks, font, colours.ink)
        marked_text.draw(painter, text_rect, passage, colours)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(line.right() - _BAR_WIDTH, line.center().y() - 2, _BAR_WIDTH, 5)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(bar, 2.5, 2.5)
        bar.setWidth(max(5.0, bar.width() * min(1.0, reason.strength)))
        painter.setBrush(QColor(colours.blue))
        painter.drawRoundedRect(bar, 2.5, 2.5)
