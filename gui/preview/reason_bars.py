"""Why a hit is there: each reason in words, with a bar as long as it is strong."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.core.answers import Reason
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage
from bowerbird.gui.wording import shown

_LINE = 24
_BAR = 92


class ReasonBars(QWidget):
    """Painted in one piece: a few lines of words and bars."""

    def __init__(self, theme: Theme) -> None:
        """No reasons yet."""
        super().__init__()
        self._theme = theme
        self._reasons: tuple[Reason, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_reasons(self, reasons: tuple[Reason, ...]) -> None:
        """Show these."""
        self._reasons = reasons[:6]
        told = "; ".join(f"{reason.text}, {round(reason.strength * 100)} percent" for reason in self._reasons)
        self.setAccessibleName(f"Why this is here: {told}")
        self.setToolTip("\n".join(shown(reason.text) for reason in self._reasons))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _LINE * len(self._reasons))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, reason in enumerate(self._reasons):
            self._one(painter, QRect(0, number * _LINE, self.width(), _LINE), reason)

    def _one(self, painter: QPainter, line: QRect, reason: Reason) -> None:
        colours, font = self._theme.colours, sized(self._theme.font, 12)
        rise = (line.height() - QFontMetrics(font).height()) // 2
        words = QRect(line.left() + 2, line.top() + rise, line.width() - _BAR - 18, line.height())
        passage = Passage(shown(reason.text), reason.marks, font, colours.ink)
        marked_text.draw(painter, words, passage, colours)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(line.right() - _BAR, line.center().y() - 2, _BAR, 5)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(bar, 2.5, 2.5)
        bar.setWidth(max(5.0, bar.width() * min(1.0, reason.strength)))
        painter.setBrush(QColor(colours.blue))
        painter.drawRoundedRect(bar, 2.5, 2.5)
