"""Why: the hit looked at, shown large, and the reasons it is there."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Kind, Locator
from bowerbird.core.words import clock
from bowerbird.gui.desktop import copy_path, show_in_folder
from bowerbird.gui.preview.page_turner import PageTurner
from bowerbird.gui.preview.preview import FilePreview, decoded
from bowerbird.gui.preview.reason_bars import ReasonBars
from bowerbird.gui.results.hit_actions import open_hit
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.flow import FlowLayout
from bowerbird.gui.widgets.widgets import button, label, once, remove, scrolling, tool
from bowerbird.gui.wording import breadcrumb, name_of, shown

WIDTH = 348
_PAUSE_MS = 90  # while the arrow keys run along the hits, none is read


class PreviewPane(QFrame):
    """The right column."""

    stretch = 0

    def __init__(self, session: SearchSession) -> None:
        """Show the session's hit."""
        super().__init__()
        self.setObjectName("why")
        self._session = session
        self._moment: Locator | None = None
        self._shown: Hit | None = None
        self.preview = FilePreview(session, picture=300, text=252)
        self._turner = PageTurner(session.theme)
        self._name = label("", "title", wrap=True)
        self._where = label("", "small", wrap=True)
        self._because = label("Why this is here", "section")
        self._reasons = ReasonBars(session.theme)
        self._details = QGridLayout()
        self._inside = QWidget()
        self._hint = label("The file you choose is shown here.", "muted", wrap=True, centre=True)
        self._timer = once(self, _PAUSE_MS, self._ask)
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
        column.addWidget(self.preview)
        column.addWidget(self._turner)
        column.addSpacing(8)
        column.addWidget(self._name)
        column.addWidget(self._where)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        column.addSpacing(12)
        for part in self.preview.media.apart:
            column.addWidget(part)
            column.addSpacing(4)
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
        self._scroll = scrolling(self._inside)
        outer.addWidget(self._scroll)
        outer.addWidget(self._hint)

    def _buttons(self) -> FlowLayout:
        self._play = button("Play", self._play_moment, "primary")
        self._open = button("Open", lambda: self._with_hit(lambda hit: open_hit(self._session, hit)), "primary")
        reveal = button("Show in folder", lambda: self._with_hit(lambda hit: show_in_folder(hit.path)))
        similar = button("Find similar", lambda: self._with_hit(lambda hit: self._session.find_similar(hit.path)))
        self._copy = tool("Copy path", lambda: self._with_hit(lambda hit: copy_path(hit.path)))
        line = FlowLayout()
        for part in (self._play, self._open, reveal, similar, self._copy):
            line.addWidget(part)
        return line

    def _listen(self) -> None:
        self._turner.turned.connect(self._turn)
        self._session.hit_changed.connect(self._show)
        self._session.theme.changed.connect(self._draw_icons)
        self._draw_icons()

    def _draw_icons(self) -> None:
        self._copy.setIcon(self._session.theme.icon("copy"))

    # the hit

    def _show(self, hit: Hit | None) -> None:
        self._scroll.setVisible(hit is not None)
        self._hint.setVisible(hit is None)
        self._session.bridge.forget("preview")
        if hit is None:
            self._timer.stop()
            self._shown = None
            self.preview.clear()
            return
        again = self._shown is not None and (self._shown.path, self._shown.moment) == (hit.path, hit.moment)
        self._shown, self._moment = hit, hit.moment
        self._name.setText(_breakable(name_of(hit.path)))
        self._where.setText(breadcrumb(hit.path, self._session.folders))
        self._because.setVisible(bool(hit.reasons))
        self._reasons.setVisible(bool(hit.reasons))
        self._reasons.show_reasons(hit.reasons)
        self._offer(hit)
        if not again:  # else the results were refreshed: what is shown stays, what plays plays on
            self.preview.show_thumbnail(hit)
        self._timer.start()

    def _ask(self) -> None:
        hit, query, moment = self._session.hit, self._session.query, self._moment
        if hit is None:
            return
        side = round(WIDTH * 2 * self.devicePixelRatio())
        self._session.bridge.latest(
            "preview",
            lambda library: decoded(library.preview(hit.path, query, moment, side)),
            lambda answer: self._show_preview(hit, *answer),
        )

    def _show_preview(self, hit: Hit, preview: Preview, image: QImage) -> None:
        self.preview.show_preview(hit, preview, image)
        self._turner.show_pages(preview.page, preview.pages, hit.moments)
        self._show_details((*preview.details, *(("Copy", shown(str(path))) for path in hit.copies[:5])))

    def _show_details(self, rows: tuple[tuple[str, str], ...]) -> None:
        while item := self._details.takeAt(0):
            if widget := item.widget():
                remove(widget)
        for number, (name, value) in enumerate(rows):
            told = label(_breakable(value), wrap=True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            top = Qt.AlignmentFlag.AlignTop
            self._details.addWidget(label(name, "muted"), number, 0, top)
            self._details.addWidget(told, number, 1, top)

    def _offer(self, hit: Hit) -> None:
        """Of a recording or clip, playing is meant most."""
        played = hit.kind in (Kind.RECORDING, Kind.CLIP)
        at_s = hit.moment.start_s if hit.moment else None
        self._play.setVisible(played)
        self._play.setText(f"Play from {clock(at_s)}" if at_s else "Play")
        self._open.setObjectName("" if played else "primary")
        self._open.style().polish(self._open)

    def _play_moment(self) -> None:
        moments = self.preview.media.moments()
        self.preview.media.play_from(moments[0] if moments else 0.0)

    def _turn(self, moment: Locator) -> None:
        self._moment = moment
        self._ask()

    def _with_hit(self, act: Callable[[Hit], None]) -> None:
        if self._session.hit:
            act(self._session.hit)


def _breakable(name: str) -> str:
    """Names have no spaces to break at: let them break after what joins their parts."""
    return re.sub(r"([_./-](?=[!-~])|[0-9A-Za-z]{20}(?=[0-9A-Za-z]))", "\\1\u200b", name)
