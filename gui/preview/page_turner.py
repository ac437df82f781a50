"""Turns the pages of a previewed document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bowerbird.core.types import Locator
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.widgets import label, tool


class PageTurner(QWidget):
    """‹ page 4 of 12 ›, and the other pages that match."""

    turned = Signal(object)

    def __init__(self, theme: Theme) -> None:
        """Hidden until there are pages."""
        super().__init__()
        self._theme = theme
        self._page, self._pages = 1, 1
        self._back = tool("Previous page", lambda: self._turn(-1), 12)
        self._on = tool("Next page", lambda: self._turn(1), 12)
        self._said = label("", "small")
        self._also = label("", "small")
        self._also.setTextFormat(Qt.TextFormat.RichText)
        self._also.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByKeyboard | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self._also.linkActivated.connect(lambda page: self.turned.emit(Locator(page=int(page))))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(4)
        for part in (self._back, self._said, self._on):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._also)
        theme.changed.connect(self._draw)
        self._draw()
        self.hide()

    def show_pages(self, page: int | None, pages: int | None, moments: tuple[Locator, ...]) -> None:
        """Stand at this page of so many."""
        self.setVisible(bool(page and pages and pages > 1))
        self._page, self._pages = page or 1, pages or 1
        self._said.setText(f"page {self._page} of {self._pages}")
        self._back.setEnabled(self._page > 1)
        self._on.setEnabled(self._page < self._pages)
        others = [moment.page for moment in moments if moment.page and moment.page != page][:4]
        blue = self._theme.colours.blue
        style = f'style="color:{blue};text-decoration:none"'
        links = ", ".join(f'<a href="{other}" {style}>{other}</a>' for other in others)
        self._also.setText(f"also on {links}" if others else "")

    def _turn(self, step: int) -> None:
        self.turned.emit(Locator(page=min(self._pages, max(1, self._page + step))))

    def _draw(self) -> None:
        self._back.setIcon(self._theme.icon("previous"))
        self._on.setIcon(self._theme.icon("next"))
