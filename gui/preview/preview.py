"""A file shown large: its picture, or its text with the matching passage marked."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import (
    QColor,
    QImage,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Kind
from bowerbird.gui.preview.media_view import MediaView
from bowerbird.gui.preview.picture_view import PictureView
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.marked_text import utf16
from bowerbird.gui.widgets.widgets import label


class PassageView(QTextBrowser):
    """A text, its matches on straw, scrolled to the one that matters."""

    def __init__(self, session: SearchSession, highest: int) -> None:
        """Empty; never higher than ``highest``."""
        super().__init__()
        self.setObjectName("passage")
        self.setAcceptDrops(False)
        self._session, self._highest = session, highest
        self._preview: Preview | None = None
        self.setAccessibleName("Text of the file")
        self.setTabChangesFocus(True)
        self.setOpenLinks(False)
        session.theme.changed.connect(self._mark)

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
        colours = self._session.theme.colours
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
    """Chooses between picture, text, player and a sentence. A page of a document is shown with its text below."""

    def __init__(self, session: SearchSession, *, picture: int, text: int) -> None:
        """``picture`` and ``text`` are the heights they may take."""
        super().__init__()
        self._session = session
        self._picture = PictureView(picture)
        self._text = PassageView(session, text)
        self.media = MediaView(session, picture=picture, text=text)
        self._problem = label("", "muted", wrap=True)
        self._parts = (self._picture, self._text, self.media, *self.media.apart, self._problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in self._parts:
            column.addWidget(part)
        self.clear()

    def clear(self) -> None:
        """Show nothing, and play nothing."""
        self.media.stop()
        for part in self._parts:
            part.hide()

    def show_thumbnail(self, hit: Hit) -> None:
        """Until the file itself is read, the small picture will do."""
        self.clear()
        pixmap = self._session.thumbnails.get(hit.thumbnail) if hit.thumbnail else None
        if pixmap and hit.kind in (Kind.PHOTO, Kind.CLIP):
            self._picture.show_image(pixmap.toImage())
            self._picture.show()

    def show_preview(self, hit: Hit, preview: Preview, image: QImage) -> None:
        """Show this file. One that is playing plays on."""
        if preview.kind in (Kind.RECORDING, Kind.CLIP):
            for part in (self._picture, self._text, self._problem):
                part.hide()
            self.media.show()
            self.media.show_media(hit, preview, image)
            return
        self.clear()
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
