"""A button that shows an example: the part of a picture or page, or of a waveform, that is searched by."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QToolButton

from bowerbird.core.answers import Preview
from bowerbird.core.questions import Example, Query
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.jpeg import image_of
from bowerbird.gui.widgets.painting import draw_loudness, fill_rounded
from bowerbird.gui.wording import moment_of

_PREVIEW_SIDE = 480  # of the whole picture: a small part of it is to be seen, too


class ExampleButton(QToolButton):
    """Has the library decode the picture, in a child process: this one never opens the file."""

    def __init__(self, session: SearchSession, example: Example, size: QSize) -> None:
        """An icon of this size, in pixels."""
        super().__init__()
        self._session = session
        self.example = example
        self._image, self._waveform, self._length_s = QImage(), b"", 0.0
        self.setIconSize(size)
        session.theme.changed.connect(self._draw)
        self._draw()
        self._load()

    def show_example(self, example: Example) -> None:
        """Show another part of the file."""
        turned = moment_of(example) != moment_of(self.example)
        self.example = example
        self._draw()
        if turned:
            self._load()

    def _load(self) -> None:
        path, moment = self.example.path, moment_of(self.example)
        self._session.bridge.call(
            lambda library: library.preview(path, Query(), moment, _PREVIEW_SIDE), self._show, lambda _: None
        )

    def _show(self, preview: Preview) -> None:
        if shiboken6.isValid(self):  # else the example was removed meanwhile
            self._image = image_of(preview.image)
            self._waveform, self._length_s = preview.waveform, preview.duration_s or 0.0
            self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatio()
        pixmap = QPixmap(self.iconSize() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._paint(painter, QRectF(QRect(0, 0, self.iconSize().width(), self.iconSize().height())))
        painter.end()
        self.setIcon(QIcon(pixmap))

    def _paint(self, painter: QPainter, rect: QRectF) -> None:
        if self._image.isNull():
            (self._paint_waveform if self._waveform else self._paint_kind)(painter, rect)
            return
        part = QPixmap.fromImage(self._image.copy(_pixels(self.example, self._image.size())))
        fill_rounded(painter, rect, part, min(rect.height() / 5, 8))

    def _paint_kind(self, painter: QPainter, rect: QRectF) -> None:
        """What cannot be drawn, or is not yet."""
        from bowerbird.core.extractors import kind_of

        theme, side = self._session.theme, min(24.0, rect.height() * 0.6)
        icon = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
        theme.icon(kind_of(self.example.path) or "file", theme.colours.blue).paint(painter, icon.toAlignedRect())

    def _paint_waveform(self, painter: QPainter, rect: QRectF) -> None:
        """The part that is searched by in blue."""
        colours, whole = self._session.theme.colours, self._length_s or 1.0
        first = (self.example.start_s or 0.0) / whole
        last = self.example.end_s / whole if self.example.end_s is not None else 1.0
        draw_loudness(painter, rect, self._waveform, lambda at: colours.blue if first <= at <= last else colours.line)


def _pixels(example: Example, size: QSize) -> QRect:
    """The part of a picture of this size that is searched by."""
    x, y, width, height = example.box or (0.0, 0.0, 1.0, 1.0)
    return QRectF(x * size.width(), y * size.height(), width * size.width(), height * size.height()).toAlignedRect()
