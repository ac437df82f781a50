"""Shows a file large: its picture, its text with the matches highlighted, or a player."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import (
    QColor,
    QImage,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QTextBrowser, QTextEdit, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Kind
from bowerbird.gui.preview.media_view import MediaView
from bowerbird.gui.preview.picture_view import PictureView
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.jpeg import image_of
from bowerbird.gui.widgets.marked_text import utf16
from bowerbird.gui.widgets.widgets import label

_CONTEXT_PX = 48  # of text above the match that is scrolled to
_MAX_HIGHLIGHTS = 500


class PassageView(QTextBrowser):
    """A text with its matches highlighted, scrolled to the best one."""

    def __init__(self, session: SearchSession, max_height: int) -> None:
        """Empty; as high as its text, but at most ``max_height`` pixels."""
        super().__init__()
        self.setObjectName("passage")
        self.setAcceptDrops(False)
        self._session, self._max_height = session, max_height
        self._preview: Preview | None = None
        self.setAccessibleName("Text of the file")
        self.setTabChangesFocus(True)
        self.setOpenLinks(False)
        session.theme.changed.connect(self._highlight)

    def limit(self, max_height: int) -> None:
        """Be at most this high from now on, in pixels."""
        self._max_height = max_height
        self._fit_height()

    def show_text(self, preview: Preview) -> None:
        """Show the text of a preview."""
        self._preview = preview
        self.setPlainText(preview.text)
        self._highlight()
        self._fit_height()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._position(preview.focus))
        self.setTextCursor(cursor)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.cursorRect(cursor).top() - _CONTEXT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(min(self._max_height, round(self.document().size().height()) + 20))

    def _position(self, offset: int) -> int:
        """An offset in the preview's text as a position in Qt's document."""
        text = self._preview.text if self._preview else ""
        return min(utf16(text, offset), max(0, self.document().characterCount() - 1))

    def _highlight(self) -> None:
        colours = self._session.theme.colours
        highlight = QTextCharFormat()
        highlight.setBackground(QColor(colours.strawwash))
        highlight.setForeground(QColor(colours.straw))
        spans = self._preview.marks if self._preview else ()
        self.setExtraSelections([self._selection(start, end, highlight) for start, end in spans[:_MAX_HIGHLIGHTS]])

    def _selection(self, start: int, end: int, text_format: QTextCharFormat) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._position(start))
        cursor.setPosition(self._position(end), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor, selection.format = cursor, text_format
        return selection


class FilePreview(QWidget):
    """Shows a picture, a text, a player, or why there is nothing to show; below a page or photo its text."""

    def __init__(self, session: SearchSession, *, picture_height: int, text_height: int, wide: bool = False) -> None:
        """Empty; pictures and texts take at most these heights, in pixels. ``wide``: what is said stands beside."""
        super().__init__()
        self._session = session
        self._picture = PictureView(session.theme, picture_height)
        self._text = PassageView(session, text_height)
        self.media = MediaView(session, picture_height=picture_height, text_height=text_height)
        self._problem = label("", "muted", wrap=True)
        self._widgets = (self._picture, self._text, self.media, self._problem, *self.media.detached)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(_column(self._widgets[:-3] if wide else self._widgets), 3)
        self._beside: QWidget | None = None
        if wide:
            self._beside = QWidget()
            self._beside.setLayout(_column(self.media.detached))
            row.addWidget(self._beside, 2)
        self.clear()

    def limit(self, height: int) -> None:
        """Pictures and texts take at most this height from now on, in pixels."""
        self._picture.limit(height)
        self._text.limit(height)
        self.media.limit(height)

    def clear(self) -> None:
        """Show nothing, and stop playing."""
        self.media.stop()
        for widget in self._widgets:
            widget.hide()
        self._fit_beside()

    def _fit_beside(self) -> None:
        """What stands beside takes room only if there is anything."""
        if self._beside:
            self._beside.setHidden(all(widget.isHidden() for widget in self.media.detached))

    def show_thumbnail(self, hit: Hit) -> None:
        """Show the small picture of a photo or clip, until the file itself is decoded."""
        self.clear()
        pixmap = self._session.thumbnails.get(hit.thumbnail) if hit.thumbnail else None
        if pixmap and hit.kind in (Kind.PHOTO, Kind.CLIP):
            self._picture.show_image(pixmap.toImage())
            self._picture.show()

    def show_preview(self, hit: Hit, preview: Preview, image: QImage) -> None:
        """Show a decoded file; if it is playing already, it plays on."""
        if preview.kind in (Kind.RECORDING, Kind.CLIP):
            for widget in (self._picture, self._text, self._problem):
                widget.hide()
            self.media.show()
            self.media.show_media(hit, preview, image)
            self._fit_beside()
            return
        self.clear()
        has_text = bool(preview.text)
        self._picture.setVisible(not image.isNull())
        self._text.setVisible(has_text)
        self._problem.setVisible(image.isNull() and not has_text)
        if not image.isNull():
            self._picture.show_image(image, preview.boxes)
        if has_text:
            self._text.show_text(preview)
        self._problem.setText(preview.problem or "There is nothing to show of this file.")


def _column(widgets: Sequence[QWidget]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return column


def decoded(preview: Preview) -> tuple[Preview, QImage]:
    """A preview with its JPEG decoded. Takes a while: call it in a thread other than the UI's."""
    return preview, image_of(preview.image)


def preview_side(size: QSize, pixel_ratio: float) -> int:
    """The longer side, in the screen's pixels, of a picture that fills a widget of this size."""
    return round(max(size.width(), size.height()) * pixel_ratio)
