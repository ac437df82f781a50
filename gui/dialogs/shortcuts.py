"""A dialog that lists the keyboard shortcuts and the typed filters."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from bowerbird.core.catalog.filters.table import FILTERS, SYNTAX
from bowerbird.gui.widgets.widgets import button, fit_to_screen, label, scroll_area

_KEYS = (
    ("Ctrl+L, Ctrl+F or /", "Search"),
    ("Alt+Left, Alt+Right", "The question before, and the one after it"),
    ("Escape twice", "Clear the words, then the examples"),
    ("Down, Up", "From the query to the results and back"),
    ("Arrows", "Along the results"),
    ("Enter", "Open the chosen file; from the query, the first one"),
    ("Space", "Look at it large; arrows go on to the next"),
    ("Shift+arrows, Ctrl+A, Escape", "Select several, all, one again"),
    ("Ctrl+C", "Copy the selected files"),
    ("Delete", "Move the selected files to the trash"),
    ("Ctrl+Space", "Play or pause a recording or clip"),
    ("Alt+Down, Alt+Up", "The next moment that matches, the one before"),
    ("Ctrl+M", "Find files similar to the chosen one"),
    ("Ctrl+V", "Search by a copied file or picture"),
    ("Ctrl+O", "Choose a file to search by"),
    ("Ctrl+E", "Open the examples, or fold them"),
    ("Delete on an example", "Search by it no more"),
    ("Ctrl+S", "Save this search"),
    ("Down in the empty box", "The last questions"),
    ("Ctrl+Shift+C", "Copy the chosen file's path"),
    ("Ctrl+Shift+O", "Add a folder"),
    ("Ctrl+,", "Settings"),
    ("Ctrl+Q", "Quit"),
    ("F1 or ?", "This list"),
)
_WORDS = (*((each.typed, each.prose) for each in FILTERS.values()), *SYNTAX)


class ShortcutsDialog(QDialog):
    """Two tables."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Fill the tables."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and words")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        area = scroll_area(_tables())
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # keys scroll it where the screen is low
        column.addWidget(area, 1)
        column.addWidget(button("Close", self.accept), 0, Qt.AlignmentFlag.AlignRight)
        fit_to_screen(self, 880, 960)


def _tables() -> QWidget:
    tables = QWidget()
    column = QVBoxLayout(tables)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for title, rows in (("Keys", _KEYS), ("Words you can type", _WORDS)):
        column.addWidget(label(title, "title"))
        column.addLayout(_grid(rows))
        column.addSpacing(12)
    return tables


def _grid(rows: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    for number, (left, right) in enumerate(rows):
        grid.addWidget(label(left, "strong"), number, 0)
        grid.addWidget(label(right, "muted", wrap=True), number, 1)
    return grid
