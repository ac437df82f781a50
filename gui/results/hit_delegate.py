"""Draws one hit: its picture or its words, where in the file it is, its name, and why it is there."""

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
from bowerbird.gui.wording import caption, name_of, place_of, shown

CAPTION = 44  # the two lines under a picture
_ROOM_KB = 64 * 1024  # a few screens of pictures cut to size
_RADIUS = 10


class HitDelegate(QStyledItemDelegate):
    """Paints hits and the parting line."""

    def __init__(self, session: SearchSession, parent: QObject) -> None:
        """Colours and pictures come from the session."""
        super().__init__(parent)
        QPixmapCache.setCacheLimit(_ROOM_KB)
        self._session = session

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        state, place = option.state, option.rect
        hit = index.data(HIT_ROLE)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if isinstance(hit, Hit):
            self._hit(painter, place, hit, chosen, bool(state & QStyle.StateFlag.State_MouseOver))
        else:
            self._parting(painter, place, index, chosen)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(220, 168 + CAPTION)

    def _hit(self, painter: QPainter, place: QRect, hit: Hit, chosen: bool, hovered: bool) -> None:
        picture = place.adjusted(0, 0, 0, -CAPTION)
        if hit.snippet and hit.kind not in (Kind.PHOTO, Kind.CLIP):
            self._words(painter, picture, hit)
        elif hit.thumbnail and (pixmap := self._session.thumbnails.get(hit.thumbnail)):
            self._picture(painter, picture, pixmap, hit)
        else:
            self._blank(painter, picture, hit)
        if badge := place_of(hit.moment):
            self._badge(painter, picture, badge, hit.kind)
        if chosen or hovered:
            self._ring(painter, picture, chosen)
        self._caption(painter, place.adjusted(0, picture.height() + 7, 0, 0), hit)

    def _picture(self, painter: QPainter, place: QRect, pixmap: QPixmap, hit: Hit) -> None:
        page = hit.kind is not Kind.PHOTO and hit.kind is not Kind.CLIP
        painter.drawPixmap(place.topLeft(), _rounded(pixmap, place.size(), painter.device().devicePixelRatioF(), page))
        if page:
            self._edge(painter, place)

    def _card(self, painter: QPainter, place: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._session.theme.colours.card))
        painter.drawRoundedRect(QRectF(place), _RADIUS, _RADIUS)
        self._edge(painter, place)

    def _edge(self, painter: QPainter, place: QRect) -> None:
        painter.setPen(QPen(QColor(self._session.theme.colours.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)

    def _words(self, painter: QPainter, place: QRect, hit: Hit) -> None:
        self._card(painter, place)
        colours, font = self._session.theme.colours, self._session.theme.font
        inner = place.adjusted(16, 14, -16, -10)
        title = shown(hit.properties.title) or shown(hit.path.stem)
        used = marked_text.draw(painter, inner, Passage(title, (), sized(font, 13, bold=True), colours.ink), colours)
        inner.setTop(inner.top() + used + 7)
        small = sized(font, 11)
        room = inner.height() - (26 if place_of(hit.moment) else 0)
        lines = max(1, int(room / (QFontMetrics(small).height() * 1.12)))
        marked_text.draw(painter, inner, Passage(hit.snippet, hit.marks, small, colours.muted, lines), colours)

    def _blank(self, painter: QPainter, place: QRect, hit: Hit) -> None:
        self._card(painter, place)
        colours = self._session.theme.colours
        side = 28
        box = QRect(place.center() - QPoint(side // 2, side // 2 + 8), QSize(side, side))
        self._session.theme.icon(_icon_of(hit.kind), colours.muted).paint(painter, box)
        painter.setFont(sized(self._session.theme.font, 11, bold=True))
        painter.setPen(QColor(colours.muted))
        suffix = shown(hit.path.suffix.lstrip(".").upper()[:8])
        painter.drawText(place.adjusted(0, side + 22, 0, 0), Qt.AlignmentFlag.AlignCenter, suffix)

    def _badge(self, painter: QPainter, place: QRect, text: str, kind: Kind | None) -> None:
        font = sized(self._session.theme.font, 11)
        width = QFontMetrics(font).horizontalAdvance(text)
        box = QRect(place.left() + 8, place.bottom() - 27, width + 37, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 21, 24, 210))
        painter.drawRoundedRect(box, 6, 6)
        self._session.theme.icon(_icon_of(kind), "#ffffff").paint(painter, QRect(box.left() + 8, box.top() + 4, 12, 12))
        painter.setFont(font)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box.adjusted(26, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _ring(self, painter: QPainter, place: QRect, chosen: bool) -> None:
        colours = self._session.theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.blue if chosen else colours.line), 3 if chosen else 2))
        painter.drawRoundedRect(QRectF(place).adjusted(-3.5, -3.5, 3.5, 3.5), _RADIUS + 3, _RADIUS + 3)

    def _caption(self, painter: QPainter, place: QRect, hit: Hit) -> None:
        colours, font = self._session.theme.colours, sized(self._session.theme.font, 13, bold=True)
        name = QFontMetrics(font).elidedText(name_of(hit.path), Qt.TextElideMode.ElideMiddle, place.width())
        used = marked_text.draw(painter, place, Passage(name, (), font, colours.ink), colours)
        reason = hit.reasons[0] if hit.reasons else None
        small = sized(self._session.theme.font, 12)
        text, marks = (reason.text, reason.marks) if reason else (caption(hit), ())
        below = place.adjusted(0, used + 3, 0, 0)
        marked_text.draw(painter, below, Passage(shown(text), marks, small, colours.muted), colours)

    def _parting(self, painter: QPainter, place: QRect, index: Index, chosen: bool) -> None:
        colours, font = self._session.theme.colours, self._session.theme.font
        model = index.model()
        said, offer = model.line if isinstance(model, HitModel) else ("", "")
        plain, bold = QFontMetrics(font), QFontMetrics(sized(font, 13, bold=True))
        gap = 12 if offer else 0
        width = plain.horizontalAdvance(said) + gap + bold.horizontalAdvance(offer)
        left, middle = place.center().x() - width // 2, place.center().y()
        painter.setPen(QColor(colours.line))
        painter.drawLine(place.left(), middle, left - 12, middle)
        painter.drawLine(left + width + 12, middle, place.right(), middle)
        across = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRect(left, place.top(), width, place.height()), across, said)
        painter.setFont(sized(font, 13, bold=True))
        painter.setPen(QColor(colours.blue))
        start = left + plain.horizontalAdvance(said) + gap
        painter.drawText(QRect(start, place.top(), width, place.height()), across, offer)
        if chosen and offer:
            painter.drawLine(start, middle + 10, left + width, middle + 10)


def _icon_of(kind: Kind | None) -> str:
    return kind.value if kind else "file"


def _rounded(pixmap: QPixmap, size: QSize, sharpness: float, top: bool) -> QPixmap:
    """A picture cut to size with round corners, kept: the grid is painted far oftener than its pictures change."""
    key = f"{pixmap.cacheKey()} {size.width()} {size.height()} {sharpness} {top}"
    made = QPixmap()
    if not QPixmapCache.find(key, made):
        made = QPixmap(size * sharpness)
        made.setDevicePixelRatio(sharpness)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        fill_rounded(painter, QRectF(0, 0, size.width(), size.height()), pixmap, _RADIUS, top=top)
        painter.end()
        QPixmapCache.insert(key, made)
    return made
