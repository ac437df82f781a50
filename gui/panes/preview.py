"""The pane that shows the selected hit: a preview, what can be done with it, and why it was found."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Kind, Locator
from bowerbird.core.words import clock
from bowerbird.gui.desktop import copy_path
from bowerbird.gui.preview.page_turner import PageTurner
from bowerbird.gui.preview.preview import FilePreview, decoded
from bowerbird.gui.preview.reason_bars import ReasonBars
from bowerbird.gui.results.hit_actions import open_hit
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.flow import FlowLayout
from bowerbird.gui.widgets.widgets import button, label, remove, restyle, scroll_area, single_shot, tool
from bowerbird.gui.widgets.wrapped import WrappedText
from bowerbird.gui.wording import breadcrumb, name_of, part_rows, shown

WIDTH = 348
_NARROW_WIDTH = 280
_WIDE_WINDOW, _LEAST_WINDOW = 1180, 720
_MAX_COPIES, _MAX_PARTS = 5, 8
_PREVIEW_DELAY_MS = 90  # while the selection moves on faster than this, no file is decoded


class PreviewPane(QFrame):
    """The right column of the window."""

    stretch = 0

    def __init__(self, session: SearchSession) -> None:
        """Follow the session's selected hit."""
        super().__init__()
        self.setObjectName("previewPane")
        self._session = session
        self._moment: Locator | None = None
        self._hit: Hit | None = None
        self.preview = FilePreview(session, picture_height=300, text_height=252)
        self._page_turner = PageTurner(session.theme)
        self._name, self._folder = WrappedText(name="title"), WrappedText(name="small")
        self._reasons_title = label("Why this is here", "section")
        self._reasons = ReasonBars(session.theme)
        self._details = QGridLayout()
        self._content = QWidget()
        self._scroll_area = scroll_area(self._content)
        self._hint = label("The file you choose is shown here.", "muted", wrap=True, centre=True)
        self._preview_timer = single_shot(self, _PREVIEW_DELAY_MS, self._load_preview)
        self._place_widgets()
        self._page_turner.page_requested.connect(self._turn_to)
        session.hit_changed.connect(self._show_hit)
        session.playing_elsewhere.connect(self.preview.media.player.pause)
        session.theme.changed.connect(self._draw_icon)
        self._draw_icon()
        self._show_hit(None)

    def fit(self, window_width: int) -> None:
        """Take the width that suits the window's, in pixels; in a very narrow one only Quick Look shows a file."""
        narrow = _NARROW_WIDTH if window_width >= _LEAST_WINDOW else 0
        self.setFixedWidth(WIDTH if window_width >= _WIDE_WINDOW else narrow)
        self.setEnabled(self.width() > 0)  # or Tab would go through what nobody sees

    def _place_widgets(self) -> None:
        column = QVBoxLayout(self._content)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        column.addWidget(self.preview)
        column.addWidget(self._page_turner)
        column.addSpacing(8)
        column.addWidget(self._name)
        column.addWidget(self._folder)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        column.addSpacing(12)
        for widget in self.preview.media.detached:
            column.addWidget(widget)
            column.addSpacing(4)
        column.addWidget(self._reasons_title)
        column.addWidget(self._reasons)
        column.addSpacing(8)
        self._details.setHorizontalSpacing(16)
        self._details.setVerticalSpacing(7)
        self._details.setColumnStretch(1, 1)
        column.addLayout(self._details)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll_area)
        outer.addWidget(self._hint)

    def _buttons(self) -> FlowLayout:
        self._play_button = button("Play", self._play_best_moment, "primary")
        self._open_button = self._hit_button("Open", lambda hit: open_hit(self._session, hit))
        reveal = self._hit_button("Show in folder", lambda hit: self._session.show_in_folder(hit.path))
        similar = self._hit_button("Find similar", lambda hit: self._session.examples.find_similar(hit.path))
        self._copy_button = tool("Copy path", lambda: self._with_hit(lambda hit: copy_path(hit.path)))
        line = FlowLayout()
        for widget in (self._play_button, self._open_button, reveal, similar, self._copy_button):
            line.addWidget(widget)
        return line

    def _hit_button(self, text: str, action: Callable[[Hit], None]) -> QPushButton:
        return button(text, lambda: self._with_hit(action))

    def _with_hit(self, action: Callable[[Hit], None]) -> None:
        if self._session.hit:
            action(self._session.hit)

    def _draw_icon(self) -> None:
        self._copy_button.setIcon(self._session.theme.icon("copy"))

    # the hit

    def _show_hit(self, hit: Hit | None) -> None:
        self._scroll_area.setVisible(hit is not None)
        self._hint.setVisible(hit is None)
        self._session.bridge.forget("preview")
        if hit is None:
            self._preview_timer.stop()
            self._hit = None
            self.preview.clear()
            return
        is_same = self._hit is not None and (self._hit.path, self._hit.moment) == (hit.path, hit.moment)
        self._hit, self._moment = hit, hit.moment
        self._show_texts(hit)
        self._show_buttons(hit)
        if not is_same:  # else the results were only refreshed: what is shown stays, and what plays plays on
            self.preview.show_thumbnail(hit)
        self._preview_timer.start()

    def _show_texts(self, hit: Hit) -> None:
        self._name.setText(name_of(hit.path))
        self._folder.setText(breadcrumb(hit.path, self._session.library.folders))
        self._reasons_title.setVisible(bool(hit.reasons))
        self._reasons.setVisible(bool(hit.reasons))
        self._reasons.show_reasons(hit.reasons)

    def _show_buttons(self, hit: Hit) -> None:
        """Show Play for what can be played; the preferred button is Play for recordings and clips, else Open."""
        playable = hit.kind in (Kind.RECORDING, Kind.CLIP)
        moves = bool(hit.properties.clip_bytes)
        at_s = hit.moment.start_s if hit.moment else None
        self._play_button.setVisible(playable or moves)
        self._play_button.setText("Play the clip" if moves else f"Play from {clock(at_s)}" if at_s else "Play")
        self._play_button.setObjectName("primary" if playable else "")
        restyle(self._play_button)
        self._open_button.setObjectName("" if playable else "primary")
        restyle(self._open_button)

    def _load_preview(self) -> None:
        hit, query, moment = self._session.hit, self._session.query, self._moment
        if hit is None:
            return
        max_side = round(WIDTH * 2 * self.devicePixelRatio())
        self._session.bridge.latest(
            "preview",
            lambda library: decoded(library.preview(hit.path, query, moment, max_side)),
            lambda result: self._show_preview(hit, *result),
        )

    def _show_preview(self, hit: Hit, preview: Preview, image: QImage) -> None:
        self.preview.show_preview(hit, preview, image)
        self._page_turner.show_pages(preview.page, preview.pages, hit.moments)
        copies = tuple(("Copy", shown(str(path))) for path in hit.copies[:_MAX_COPIES])
        self._show_details((*preview.details, *part_rows(hit, _MAX_PARTS), *copies))

    def _show_details(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Replace the table of details, each with a name and a value."""
        while item := self._details.takeAt(0):
            if widget := item.widget():
                remove(widget)
        top = Qt.AlignmentFlag.AlignTop
        for number, (name, value) in enumerate(rows):
            self._details.addWidget(label(name, "muted"), number, 0, top)
            self._details.addWidget(WrappedText(value), number, 1)

    def _play_best_moment(self) -> None:
        moments = self.preview.media.moments()
        self.preview.media.play_from(moments[0] if moments else 0.0)

    def _turn_to(self, page: Locator) -> None:
        self._moment = page
        self._load_preview()
