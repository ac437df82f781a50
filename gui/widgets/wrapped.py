"""A text that breaks within words too: names and paths may be longer than a line, and labels break at spaces only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser

_LEAST_WIDTH = 40


class WrappedText(QTextBrowser):
    """As high as its text is in the width that it is given; to be selected with the mouse."""

    def __init__(self, text: str = "", name: str = "plain") -> None:
        """``name`` is the style it has: that of a label of this name."""
        super().__init__()
        self.setObjectName(name)
        self.setProperty("wrapped", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Replace the text, which is plain."""
        self.setPlainText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def text(self) -> str:
        """The text as it was set."""
        return self.toPlainText()

    def heightForWidth(self, width: int) -> int:
        self.ensurePolished()
        layout = self.document().clone()
        layout.setTextWidth(width)
        return max(self.fontMetrics().height(), round(layout.size().height()))

    def sizeHint(self) -> QSize:
        width = max(_LEAST_WIDTH, self.width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # what it stands in scrolls
