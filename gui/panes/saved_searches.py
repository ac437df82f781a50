"""The saved searches in the left pane, with how many files each finds now."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QButtonGroup, QMenu, QVBoxLayout, QWidget

from bowerbird.core.state import SavedSearchState
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.nav_row import NavRow
from bowerbird.gui.widgets.widgets import add_action, label, on_click, remove, single_shot
from bowerbird.gui.wording import number, shown

_COUNT_MS = 3000  # counts are brought up to date no more often than this while files come in


class SavedSearches(QWidget):
    """A title and a row for each; hidden while there are none."""

    def __init__(self, session: SearchSession) -> None:
        """Follow what is saved, and the files that come and go."""
        super().__init__()
        self._session = session
        self._rows: dict[str, NavRow] = {}
        self._questions: dict[str, str] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)  # none is chosen while something else is asked
        self._loaded = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 12)
        self._column.setSpacing(0)
        title = label("Saved", "section")
        title.setContentsMargins(8, 0, 0, 4)
        self._column.addWidget(title)
        self._count_timer = single_shot(self, _COUNT_MS, self.refresh)
        session.saved.changed.connect(self.refresh)
        session.library.status_changed.connect(self._load_once)
        session.library.content_changed.connect(self._count_later)
        session.question_changed.connect(self._show_question)
        self.hide()

    def refresh(self) -> None:
        """Ask the library for them."""
        self._session.bridge.latest("saved", lambda library: library.saved_searches(), self._show)

    def _load_once(self) -> None:
        """With the first status: the library is open."""
        if not self._loaded:
            self._loaded = True
            self.refresh()

    def _count_later(self) -> None:
        if not self._count_timer.isActive():
            self._count_timer.start()

    def _show(self, searches: tuple[SavedSearchState, ...]) -> None:
        self._questions = {search.name: search.question for search in searches}
        for gone in [name for name in self._rows if name not in self._questions]:
            remove(self._rows.pop(gone))
        for search in searches:
            row = self._rows.get(search.name) or self._add_row(search.name)
            row.set_figure(_figure(search))
            row.setToolTip(shown(search.question))
        self.setVisible(bool(searches))
        self._show_question(self._session.question)

    def _add_row(self, name: str) -> NavRow:
        above = self._rows[next(reversed(self._rows))] if self._rows else _focusable_before(self)
        row = self._rows[name] = NavRow(self._session.theme, shown(name), icon="star")
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda spot: self._open_menu(name, row.mapToGlobal(spot)))
        self._group.addButton(row)
        on_click(row, lambda: self._ask(name))
        self._column.addWidget(row)
        QWidget.setTabOrder(above, row)  # else Tab comes to it after all else in the window
        return row

    def _ask(self, name: str) -> None:
        self._session.ask(Question(self._questions[name], apart=self._session.question.apart))
        self._show_question(self._session.question)

    def _show_question(self, question: Question) -> None:
        asked = question.as_typed()
        for name, row in self._rows.items():
            row.setChecked(self._questions[name] == asked)

    def _open_menu(self, name: str, spot: QPoint) -> None:
        menu = QMenu(self)
        add_action(menu, "Search", lambda: self._ask(name))
        add_action(menu, "Forget it", lambda: self._session.saved.remove(name))
        menu.exec(spot)
        menu.deleteLater()


def _focusable_before(widget: QWidget) -> QWidget:
    """What Tab leaves for ``widget``, or that itself if there is nothing else."""
    before = widget.previousInFocusChain()
    while before and before != widget and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain()
    return before or widget


def _figure(search: SavedSearchState) -> str:
    if search.files is None:
        return "?"
    return number(search.files) + ("+" if search.more else "")
