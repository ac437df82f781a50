"""What: the query, the filters and the results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QStackedWidget, QVBoxLayout

from bowerbird.core.answers import Hit, Results
from bowerbird.gui.dialogs.quick_look import QuickLook
from bowerbird.gui.query.filter_bar import FilterBar, found
from bowerbird.gui.query.query_box import QueryBox
from bowerbird.gui.question import Question
from bowerbird.gui.results.empty_state import EmptyState
from bowerbird.gui.results.hit_actions import hit_menu, open_hit
from bowerbird.gui.results.hit_delegate import HitDelegate
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.results.notice_line import NoticeLine
from bowerbird.gui.results.results_view import EDGE, ResultsView
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import once

_SLOW_MS = 400  # an answer that takes longer is announced: the models of the first one have to be loaded


class SearchPane(QFrame):
    """The middle column."""

    stretch = 1

    def __init__(self, session: SearchSession) -> None:
        """Show the session's question and its results."""
        super().__init__()
        self.setObjectName("what")
        self._session = session
        self._said = ""
        self._answered = Question()
        self._own_choice = False
        self.query = QueryBox(session)
        self.filters = FilterBar(session)
        self.notice = NoticeLine(session)
        self.model = HitModel(self)
        self.results = ResultsView(self.model, HitDelegate(session, self))
        self.empty = EmptyState(session)
        self._stack = QStackedWidget()
        self._slow = once(self, _SLOW_MS, lambda: self.filters.say("Searching…"))
        self._place()
        self._listen()
        self.setFocusProxy(self.query.edit)

    def fit(self, window: int) -> None:
        """Nothing to do: this column takes what is left."""

    def _place(self) -> None:
        self._stack.addWidget(self.results)
        self._stack.addWidget(self.empty)
        above = QVBoxLayout()
        above.setContentsMargins(EDGE, 0, 20, 0)
        above.setSpacing(12)
        for part in (self.query, self.filters, self.notice):
            above.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(20 - EDGE, 16, 0, 0)
        column.setSpacing(6)
        column.addLayout(above)
        column.addWidget(self._stack)

    def _listen(self) -> None:
        session, view = self._session, self.results
        session.searching.connect(lambda: self._slow.start())
        session.results_changed.connect(self._show)
        session.status_changed.connect(lambda _: self._notice())
        session.said.connect(self._say)
        session.thumbnails.ready.connect(view.viewport().update)
        session.theme.changed.connect(view.viewport().update)
        self.query.down.connect(self._to_results)
        self.query.pick_wanted.connect(self.pick_example)
        view.left_above.connect(self.query.edit.setFocus)
        view.looked.connect(self._look)
        view.opened.connect(lambda hit: open_hit(session, hit))
        view.peeked.connect(self._peek)
        view.menu_wanted.connect(self._menu)
        view.near_end.connect(session.more)

    def pick_example(self) -> None:
        """Choose files to search by."""
        names, _ = QFileDialog.getOpenFileNames(self, "Search by a file", str(Path.home()))
        if names:
            self._session.add_examples(tuple(Path(name) for name in names))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.query.fit(self.width())

    def _show(self, results: Results) -> None:
        self._slow.stop()
        question = self._session.question
        same = replace(question, limit=0) == replace(self._answered, limit=0)
        self._answered = question
        scrolled = self.results.verticalScrollBar().value()
        kept = self._session.hit if same and self._own_choice else None
        self.model.show(results.hits, weak=same and self.model.weak_shown)
        self._choose(self.model.row_of(kept))
        self._own_choice = kept is not None
        self.results.verticalScrollBar().setValue(scrolled if same else 0)
        self._stack.setCurrentWidget(self.results if self.model.rowCount() else self.empty)
        self.empty.explain()
        strong = self.model.strong_count
        self.filters.say(found(question, len(results.hits), strong, results.took.total, question.limit))
        self._notice()

    def _choose(self, row: int) -> None:
        """The hit looked at stays; otherwise it is the best one."""
        first = next((at for at in range(self.model.rowCount()) if self.model.hit(at)), -1)
        if row >= 0 or first >= 0:
            self.results.choose(row if row >= 0 else first)
        else:
            self._session.look_at(None)

    def _look(self, hit: Hit | None) -> None:
        self._own_choice = True
        self._session.look_at(hit)

    def _notice(self) -> None:
        status = self._session.status
        self.notice.say((self._said, self._session.results.notice, *(status.notices if status else ())))

    def _say(self, sentence: str) -> None:
        self._said = sentence
        self._notice()

    def _to_results(self) -> None:
        if self.model.rowCount():
            self.results.setFocus()

    def _peek(self, hit: Hit) -> None:
        QuickLook(self._session, hit, self.window()).exec()

    def _menu(self, hit: Hit, spot: QPoint) -> None:
        menu = hit_menu(self._session, hit, self)
        menu.exec(spot)
        menu.deleteLater()
