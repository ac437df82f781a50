"""Why: the hit looked at, shown large, and the reasons it is there."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bowerbird.core.types import Hit, Locator, Preview
from bowerbird.gui.desk import Desk
from bowerbird.gui.desktop import copy_path, show_in_folder
from bowerbird.gui.hit_actions import open_hit
from bowerbird.gui.page_turner import PageTurner
from bowerbird.gui.preview import FilePreview, decoded
from bowerbird.gui.reason_bars import ReasonBars
from bowerbird.gui.wording import breadcrumb, name_of, shown

WIDTH = 348
_PAUSE_MS = 90  # while the arrow keys run along the hits, none is read


class WhyPane(QFrame):
    """The right column."""

    stretch = 0

    def __init__(self, desk: Desk) -> None:
        """Show the desk's hit."""
        super().__init__(objectName="why")
        self._desk = desk
        self._moment: Locator | None = None
        self._preview = FilePreview(desk, picture=300, text=252)
        self._turner = PageTurner(desk.theme)
        self._name = label("", "title", wrap=True)
        self._where = label("", "small", wrap=True)
        self._because = label("Why this is here", "section")
        self._reasons = ReasonBars(desk.theme)
        self._details = QGridLayout()
        self._inside = QWidget()
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._place()
        self._listen()
        self._show(None)

    def fit(self, window: int) -> None:
        """Take the width that suits a window of this width."""
        self.setFixedWidth(WIDTH if window >= 1180 else 280)

    def _place(self) -> None:
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        for part in (self._preview, self._turner, self._name, self._where):
            column.addWidget(part)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        column.addSpacing(12)
        column.addWidget(self._because)
        column.addWidget(self._reasons)
        column.addSpacing(8)
        self._details.setHorizontalSpacing(16)
        self._details.setVerticalSpacing(7)
        self._details.setColumnStretch(1, 1)
        column.addLayout(self._details)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(_scrolling(self._inside))

    def _buttons(self) -> QVBoxLayout:
        opening = QPushButton("Open", objectName="primary", clicked=self._open)
        reveal = QPushButton("Show in folder", clicked=lambda: self._desk.hit and show_in_folder(self._desk.hit.path))
        similar = QPushButton("Find similar", clicked=self._find_similar)
        self._copy = QToolButton(toolTip="Copy path", clicked=lambda: self._desk.hit and copy_path(self._desk.hit.path))
        self._copy.setAccessibleName("Copy path")
        self._copy.setIconSize(QSize(16, 16))
        first, second = QHBoxLayout(), QHBoxLayout()
        for line, parts in ((first, (opening, reveal)), (second, (similar, self._copy))):
            line.setSpacing(8)
            for part in parts:
                line.addWidget(part)
            line.addStretch(1)
        both = QVBoxLayout()
        both.setSpacing(8)
        both.addLayout(first)
        both.addLayout(second)
        return both

    def _listen(self) -> None:
        self._timer.timeout.connect(self._ask)
        self._turner.turned.connect(self._turn)
        self._desk.hit_changed.connect(self._show)
        self._desk.theme.changed.connect(self._draw_icons)
        self._draw_icons()

    def _draw_icons(self) -> None:
        self._copy.setIcon(self._desk.theme.icon("copy"))

    # the hit

    def _show(self, hit: Hit | None) -> None:
        self._inside.setVisible(hit is not None)
        self._desk.bridge.forget("preview")
        if hit is None:
            self._timer.stop()
            return
        self._moment = hit.moment
        self._name.setText(_breakable(name_of(hit.path)))
        self._where.setText(breadcrumb(hit.path, self._desk.folders))
        self._because.setVisible(bool(hit.reasons))
        self._reasons.setVisible(bool(hit.reasons))
        self._reasons.show_reasons(hit.reasons)
        self._preview.show_thumbnail(hit)
        self._timer.start()

    def _ask(self) -> None:
        hit, query, moment = self._desk.hit, self._desk.query, self._moment
        if hit is None:
            return
        side = round(WIDTH * 2 * self.devicePixelRatio())
        self._desk.bridge.latest(
            "preview",
            lambda library: decoded(library.preview(hit.path, query, moment, side)),
            lambda answer: self._show_preview(hit, *answer),
        )

    def _show_preview(self, hit: Hit, preview: Preview, image: QImage) -> None:
        self._preview.show_preview(preview, image)
        self._turner.show_pages(preview.page, preview.pages, hit.moments)
        self._show_details((*preview.details, *(("Copy", shown(str(path))) for path in hit.copies[:5])))

    def _show_details(self, rows: tuple[tuple[str, str], ...]) -> None:
        while item := self._details.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for number, (name, value) in enumerate(rows):
            told = label(_breakable(value), wrap=True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            top = Qt.AlignmentFlag.AlignTop
            self._details.addWidget(label(name, "muted"), number, 0, top)
            self._details.addWidget(told, number, 1, top)

    def _turn(self, moment: Locator) -> None:
        self._moment = moment
        self._ask()

    def _open(self) -> None:
        if self._desk.hit:
            open_hit(self._desk, self._desk.hit)

    def _find_similar(self) -> None:
        if self._desk.hit:
            self._desk.find_similar(self._desk.hit.path)


def _breakable(name: str) -> str:
    """Names have no spaces to break at: let them break after what joins their parts."""
    return re.sub(r"([_./-](?=[!-~])|[0-9A-Za-z]{20}(?=[0-9A-Za-z]))", "\\1\u200b", name)


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    area.setWidget(inside)
    return area
