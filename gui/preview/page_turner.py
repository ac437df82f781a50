"""Buttons that turn the pages of a previewed document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bowerbird.core.types import Locator
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.widgets import label, tool


class PageTurner(QWidget):
    """‹ page 4 of 12 ›, and links to other pages that match."""

    page_requested = Signal(object)
    """A ``Locator`` of the page."""

    def __init__(self, theme: Theme) -> None:
        """Hidden until there are pages."""
        super().__init__()
        self._theme = theme
        self._page, self._pages = 1, 1
        self._others: list[int] = []
        self._previous = tool("Previous page", lambda: self._turn(-1), 12)
        self._next = tool("Next page", lambda: self._turn(1), 12)
        self._position = label("", "small")
        self._other_pages = label("", "small")
        self._other_pages.setTextFormat(Qt.TextFormat.RichText)
        self._other_pages.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByKeyboard | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self._other_pages.linkActivated.connect(lambda page: self.page_requested.emit(Locator(page=int(page))))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(4)
        for widget in (self._previous, self._position, self._next):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._other_pages)
        theme.changed.connect(self._draw_icons)
        self._draw_icons()
        self.hide()

    def show_pages(self, page: int | None, pages: int | None, moments: tuple[Locator, ...]) -> None:
        """Show the number of the page and of all pages, and link to the pages in ``moments``; hide for one page."""
        self.setVisible(bool(page and pages and pages > 1))
        self._page, self._pages = page or 1, pages or 1
        self._position.setText(f"page {self._page} of {self._pages}")
        self._previous.setEnabled(self._page > 1)
        self._next.setEnabled(self._page < self._pages)
        self._others = [moment.page for moment in moments if moment.page and moment.page != page][:4]
        self._show_others()

    def _show_others(self) -> None:
        blue = self._theme.colours.blue
        style = f'style="color:{blue};text-decoration:none"'
        links = ", ".join(f'<a href="{other}" {style}>{other}</a>' for other in self._others)
        self._other_pages.setText(f"also on {links}" if links else "")

    def _turn(self, step: int) -> None:
        self.page_requested.emit(Locator(page=min(self._pages, max(1, self._page + step))))

    def _draw_icons(self) -> None:
        self._previous.setIcon(self._theme.icon("previous"))
        self._next.setIcon(self._theme.icon("next"))
        self._show_others()
