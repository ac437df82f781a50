"""A file shown large: its picture, or its text with the matching passage marked."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QTextEdit, QVBoxLayout, QWidget

from bowerbird.core.types import Hit, Kind, Preview
from bowerbird.gui.desk import Desk
from bowerbird.gui.hit_delegate import fill_rounded
from bowerbird.gui.marked_text import utf16
from bowerbird.gui.parts import label

_RADIUS = 10


class PictureView(QWidget):
    """A picture with round corners, as high as its width asks for, within a limit."""

    def __init__(self, highest: int) -> None:
        """Never higher than ``highest``."""
        super().__init__()
        self._highest = highest
        self._picture = self._sharp = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage) -> None:
        """Show this one."""
        self._picture, self._sharp = QPixmap.fromImage(image), QPixmap()
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._picture.isNull():
            high = self._picture.height() * self.width() // max(1, self._picture.width())
            self.setFixedHeight(max(40, min(self._highest, high)))

    def _sharpened(self, size: QSize) -> QPixmap:
        """The picture at this size, made once."""
        if self._sharp.size() != size:
            self._sharp = self._picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._sharp

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        sharp = self._sharpened(size * self.devicePixelRatio())
        place = QRectF(left, top, size.width(), size.height())
        fill_rounded(painter, place, sharp, _RADIUS)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.AlternateBase), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)


class PassageView(QTextBrowser):
    """A text, its matches on straw, scrolled to the one that matters."""

    def __init__(self, desk: Desk, highest: int) -> None:
        """Empty; never higher than ``highest``."""
        super().__init__()
        self.setObjectName("passage")
        self.setAcceptDrops(False)
        self._desk, self._highest = desk, highest
        self._preview: Preview | None = None
        self.setAccessibleName("Text of the file")
        self.setTabChangesFocus(True)
        self.setOpenLinks(False)
        desk.theme.changed.connect(self._mark)

    def show_text(self, preview: Preview) -> None:
        """Show this one."""
        self._preview = preview
        self.setPlainText(preview.text)
        self._mark()
        self._fit()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._place(preview.focus))
        self.setTextCursor(cursor)
        spot = self.cursorRect(cursor).top()
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + spot - 48)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """No higher than the text asks for."""
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(min(self._highest, round(self.document().size().height()) + 20))

    def _place(self, offset: int) -> int:
        text = self._preview.text if self._preview else ""
        return min(utf16(text, offset), max(0, self.document().characterCount() - 1))

    def _mark(self) -> None:
        colours = self._desk.theme.colours
        form = QTextCharFormat()
        form.setBackground(QColor(colours.strawwash))
        form.setForeground(QColor(colours.straw))
        spans = self._preview.marks if self._preview else ()
        self.setExtraSelections([self._selection(a, b, form) for a, b in spans[:500]])

    def _selection(self, start: int, end: int, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._place(start))
        cursor.setPosition(self._place(end), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor, selection.format = cursor, form
        return selection


class FilePreview(QWidget):
    """Chooses between picture, text and a sentence. A page of a document is shown with its text below."""

    def __init__(self, desk: Desk, *, picture: int, text: int) -> None:
        """``picture`` and ``text`` are the heights they may take."""
        super().__init__()
        self._desk = desk
        self._picture = PictureView(picture)
        self._text = PassageView(desk, text)
        self._problem = label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._picture, self._text, self._problem):
            column.addWidget(part)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        for part in (self._picture, self._text, self._problem):
            part.hide()

    def show_thumbnail(self, hit: Hit) -> None:
        """Until the file itself is read, the small picture will do."""
        pixmap = self._desk.thumbnails.get(hit.thumbnail) if hit.thumbnail else None
        if pixmap and hit.kind is Kind.PHOTO:
            self.clear()
            self._picture.show_image(pixmap.toImage())
            self._picture.show()

    def show_preview(self, preview: Preview, image: QImage) -> None:
        """Show this file."""
        words = bool(preview.text) and preview.kind is not Kind.PHOTO
        self._picture.setVisible(not image.isNull())
        self._text.setVisible(words)
        self._problem.setVisible(image.isNull() and not words)
        if not image.isNull():
            self._picture.show_image(image)
        if words:
            self._text.show_text(preview)
        self._problem.setText(preview.problem or "There is nothing to show of this file.")


def decoded(preview: Preview) -> tuple[Preview, QImage]:
    """A preview with its picture unpacked; for threads other than the window's."""
    return preview, QImage.fromData(QByteArray(preview.image)) if preview.image else QImage()


def preview_side(size: QSize, ratio: float) -> int:
    """How large a picture to ask for."""
    return round(max(size.width(), size.height()) * ratio)
