"""Paints a hit: its picture or text, its place in the file, its name, and the reason it was found."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from bowerbird.core.answers import Hit
from bowerbird.core.types import Kind
from bowerbird.gui.results.hit_model import HIT_ROLE, HitModel
from bowerbird.gui.session import SearchSession
from bowerbird.gui.theme import sized
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage
from bowerbird.gui.widgets.painting import fill_rounded
from bowerbird.gui.widgets.widgets import Index
from bowerbird.gui.wording import caption, name_of, place_of, shot_of, shown

CAPTION = 44
"""Height of the two lines under a picture, in pixels."""
_PICTURE_CACHE_KB = 64 * 1024  # a few screens of scaled pictures
_RADIUS = 10


class HitDelegate(QStyledItemDelegate):
    """Paints hits, and the dividers between their groups."""

    def __init__(self, session: SearchSession, parent: QObject) -> None:
        """Take colours and pictures from the session."""
        super().__init__(parent)
        QPixmapCache.setCacheLimit(_PICTURE_CACHE_KB)
        self._session = session

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        hit = index.data(HIT_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if isinstance(hit, Hit):
            hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
            self._draw_hit(painter, option.rect, hit, selected, hovered)
        else:
            self._draw_divider(painter, option.rect, index, selected)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(220, 168 + CAPTION)

    def _draw_hit(self, painter: QPainter, rect: QRect, hit: Hit, selected: bool, hovered: bool) -> None:
        picture = rect.adjusted(0, 0, 0, -CAPTION)
        if hit.snippet and hit.kind not in (Kind.PHOTO, Kind.CLIP):
            self._draw_text_card(painter, picture, hit)
        elif hit.thumbnail and (pixmap := self._session.thumbnails.get(hit.thumbnail)):
            self._draw_picture(painter, picture, pixmap, hit)
        else:
            self._draw_icon_card(painter, picture, hit)
        if badge := " · ".join(filter(None, (place_of(hit.moment), shot_of(hit)))):
            self._draw_badge(painter, picture, badge, hit.kind)
        if selected or hovered:
            self._draw_ring(painter, picture, selected)
        self._draw_caption(painter, rect.adjusted(0, picture.height() + 7, 0, 0), hit)

    def _draw_picture(self, painter: QPainter, rect: QRect, pixmap: QPixmap, hit: Hit) -> None:
        is_page = hit.kind is not Kind.PHOTO and hit.kind is not Kind.CLIP
        rounded = _rounded(pixmap, rect.size(), painter.device().devicePixelRatioF(), top=is_page)
        painter.drawPixmap(rect.topLeft(), rounded)
        if is_page:
            self._draw_border(painter, rect)

    def _draw_card(self, painter: QPainter, rect: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._session.theme.colours.card))
        painter.drawRoundedRect(QRectF(rect), _RADIUS, _RADIUS)
        self._draw_border(painter, rect)

    def _draw_border(self, painter: QPainter, rect: QRect) -> None:
        painter.setPen(QPen(QColor(self._session.theme.colours.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)

    def _draw_text_card(self, painter: QPainter, rect: QRect, hit: Hit) -> None:
        self._draw_card(painter, rect)
        colours, font = self._session.theme.colours, self._session.theme.font
        inner = rect.adjusted(16, 14, -16, -10)
        title = shown(hit.properties.title) or shown(hit.path.stem)
        used = marked_text.draw(painter, inner, Passage(title, (), sized(font, 13, bold=True), colours.ink), colours)
        inner.setTop(inner.top() + used + 7)
        small = sized(font, 11)
        height = inner.height() - (26 if place_of(hit.moment) else 0)
        lines = max(1, int(height / (QFontMetrics(small).height() * 1.12)))
        marked_text.draw(painter, inner, Passage(hit.snippet, hit.marks, small, colours.muted, lines), colours)

    def _draw_icon_card(self, painter: QPainter, rect: QRect, hit: Hit) -> None:
        self._draw_card(painter, rect)
        colours = self._session.theme.colours
        side = 28
        box = QRect(rect.center() - QPoint(side // 2, side // 2 + 8), QSize(side, side))
        self._session.theme.icon(_icon_of(hit.kind), colours.muted).paint(painter, box)
        painter.setFont(sized(self._session.theme.font, 11, bold=True))
        painter.setPen(QColor(colours.muted))
        suffix = shown(hit.path.suffix.lstrip(".").upper()[:8])
        painter.drawText(rect.adjusted(0, side + 22, 0, 0), Qt.AlignmentFlag.AlignCenter, suffix)

    def _draw_badge(self, painter: QPainter, rect: QRect, text: str, kind: Kind | None) -> None:
        font = sized(self._session.theme.font, 11)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 16 - 37)
        width = metrics.horizontalAdvance(text)
        box = QRect(rect.left() + 8, rect.bottom() - 27, width + 37, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 21, 24, 210))
        painter.drawRoundedRect(box, 6, 6)
        self._session.theme.icon(_icon_of(kind), "#ffffff").paint(painter, QRect(box.left() + 8, box.top() + 4, 12, 12))
        painter.setFont(font)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box.adjusted(26, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_ring(self, painter: QPainter, rect: QRect, selected: bool) -> None:
        colours = self._session.theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.blue if selected else colours.line), 3 if selected else 2))
        painter.drawRoundedRect(QRectF(rect).adjusted(-3.5, -3.5, 3.5, 3.5), _RADIUS + 3, _RADIUS + 3)

    def _draw_caption(self, painter: QPainter, rect: QRect, hit: Hit) -> None:
        colours, font = self._session.theme.colours, sized(self._session.theme.font, 13, bold=True)
        name = QFontMetrics(font).elidedText(name_of(hit.path), Qt.TextElideMode.ElideMiddle, rect.width())
        used = marked_text.draw(painter, rect, Passage(name, (), font, colours.ink), colours)
        reason = hit.reasons[0] if hit.reasons else None
        small = sized(self._session.theme.font, 12)
        text, marks = (reason.text, reason.marks) if reason else (caption(hit), ())
        below = rect.adjusted(0, used + 3, 0, 0)
        marked_text.draw(painter, below, Passage(shown(text), marks, small, colours.muted), colours)

    def _draw_divider(self, painter: QPainter, rect: QRect, index: Index, selected: bool) -> None:
        colours, font = self._session.theme.colours, self._session.theme.font
        model = index.model()
        divider = model.divider(index.row()) if isinstance(model, HitModel) else None
        text, action = (divider.text, divider.action) if divider else ("", "")
        plain, bold = QFontMetrics(font), QFontMetrics(sized(font, 13, bold=True))
        gap = 12 if action else 0
        width = plain.horizontalAdvance(text) + gap + bold.horizontalAdvance(action)
        left, middle = rect.center().x() - width // 2, rect.center().y()
        painter.setPen(QColor(colours.line))
        painter.drawLine(rect.left(), middle, left - 12, middle)
        painter.drawLine(left + width + 12, middle, rect.right(), middle)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRect(left, rect.top(), width, rect.height()), align, text)
        painter.setFont(sized(font, 13, bold=True))
        painter.setPen(QColor(colours.blue))
        start = left + plain.horizontalAdvance(text) + gap
        painter.drawText(QRect(start, rect.top(), width, rect.height()), align, action)
        if selected and action:
            painter.drawLine(start, middle + 10, left + width, middle + 10)


def _icon_of(kind: Kind | None) -> str:
    return kind.value if kind else "file"


def _rounded(pixmap: QPixmap, size: QSize, pixel_ratio: float, *, top: bool) -> QPixmap:
    """A picture scaled to ``size`` with round corners; cached, since hits are repainted often."""
    key = f"{pixmap.cacheKey()} {size.width()} {size.height()} {pixel_ratio} {top}"
    rounded = QPixmap()
    if not QPixmapCache.find(key, rounded):
        rounded = QPixmap(size * pixel_ratio)
        rounded.setDevicePixelRatio(pixel_ratio)
        rounded.fill(Qt.GlobalColor.transparent)
        painter = QPainter(rounded)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        fill_rounded(painter, QRectF(0, 0, size.width(), size.height()), pixmap, _RADIUS, top=top)
        painter.end()
        QPixmapCache.insert(key, rounded)
    return rounded
