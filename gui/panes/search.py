"""The pane with the query, the filters and the results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QMenu, QStackedWidget, QVBoxLayout

from bowerbird.core.answers import Hit, Results
from bowerbird.core.questions import Example
from bowerbird.gui.desktop import copy_files
from bowerbird.gui.dialogs.example_part import PartDialog
from bowerbird.gui.dialogs.quick_look import QuickLook
from bowerbird.gui.query.filter_bar import FilterBar, result_summary
from bowerbird.gui.query.query_box import QueryBox
from bowerbird.gui.question import Question
from bowerbird.gui.results.empty_state import EmptyState
from bowerbird.gui.results.hit_actions import hit_menu, open_hit
from bowerbird.gui.results.hit_delegate import HitDelegate
from bowerbird.gui.results.hit_layout import EDGE
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.results.notice_line import NoticeLine
from bowerbird.gui.results.results_view import ResultsView
from bowerbird.gui.results.selection_bar import SelectionBar
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import single_shot

_SLOW_MS = 400  # an answer that takes longer is announced: the models of the first one have to be loaded


class SearchPane(QFrame):
    """The middle column of the window."""

    stretch = 1

    def __init__(self, session: SearchSession) -> None:
        """Follow the session's question and its results."""
        super().__init__()
        self.setObjectName("searchPane")
        self._session = session
        self._message = ""
        self._shown_question = Question()
        self._user_selected = False
        self._focus_awaited = False
        self.query = QueryBox(session)
        self.filters = FilterBar(session)
        self.notice = NoticeLine(session)
        self.model = HitModel(self)
        self.results = ResultsView(self.model, HitDelegate(session, self))
        self.selection = SelectionBar(session, self.results.select_current)
        self.empty_state = EmptyState(session)
        self._stack = QStackedWidget()
        self._slow_timer = single_shot(self, _SLOW_MS, self._show_waiting)
        self._place_widgets()
        self._connect_session()
        self._connect_widgets()
        self.setFocusProxy(self.query.edit)

    def fit(self, window_width: int) -> None:
        """Nothing to do: this column takes the space that the others leave."""

    def _place_widgets(self) -> None:
        self._stack.addWidget(self.results)
        self._stack.addWidget(self.empty_state)
        above = QVBoxLayout()
        above.setContentsMargins(EDGE, 0, 20, 0)
        above.setSpacing(12)
        for widget in (self.query, self.filters, self.notice, self.selection):
            above.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(20 - EDGE, 16, 0, 0)
        column.setSpacing(6)
        column.addLayout(above)
        column.addWidget(self._stack)

    def _connect_session(self) -> None:
        session, viewport = self._session, self.results.viewport()
        session.question_changed.connect(self._on_question)
        session.searching.connect(lambda: self._slow_timer.start())
        session.results_changed.connect(self._show_results)
        session.library.status_changed.connect(lambda _: self._show_notice())
        session.library.progress_changed.connect(lambda _: self.empty_state.explain())
        session.message_changed.connect(self._show_message)
        session.thumbnails.ready.connect(viewport.update)
        session.theme.changed.connect(viewport.update)

    def _connect_widgets(self) -> None:
        session, view = self._session, self.results
        self.query.left_downwards.connect(self._focus_results)
        self.query.entered.connect(self._open_top)
        self.query.pick_requested.connect(self.pick_examples)
        self.query.well.part_requested.connect(self._open_part)
        view.left_upwards.connect(self.query.edit.setFocus)
        view.hit_selected.connect(self._on_hit_selected)
        view.open_requested.connect(lambda hit: open_hit(session, hit))
        view.quick_look_requested.connect(self._open_quick_look)
        view.menu_requested.connect(self._open_menu)
        view.selection_changed.connect(self.selection.show_hits)
        view.trash_requested.connect(self.selection.move_to_trash)
        view.copy_requested.connect(self._copy)
        view.near_end.connect(session.load_more)

    def pick_examples(self) -> None:
        """Let the user choose files to search by."""
        names, _ = QFileDialog.getOpenFileNames(self, "Search by a file", str(Path.home()))
        if names:
            self._session.examples.add(tuple(Path(name) for name in names))

    def _open_part(self, example: Example) -> None:
        dialog = PartDialog(self._session, example, self.window())
        dialog.chosen.connect(lambda changed: self._session.examples.change(example, changed))
        dialog.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.query.fit(self.width())

    def _show_results(self, results: Results) -> None:
        """Show results. The same question again, with new files or a higher limit, keeps the scroll position."""
        self._slow_timer.stop()
        self.results.set_stale(not self._session.current)
        question, bar = self._session.question, self.results.verticalScrollBar()
        is_same = replace(question, limit=0) == replace(self._shown_question, limit=0)
        self._shown_question = question
        scroll_position = bar.value() if is_same else 0
        kept = self._session.hit if is_same and self._user_selected else None
        several = self.selection.hits if is_same and len(self.selection.hits) > 1 else ()
        self.model.set_hits(results.hits, weak_shown=is_same and self.model.weak_shown)
        self._select(kept)
        if several:
            self.results.select_hits(several)
        self.selection.show_hits(self.results.selected_hits())
        self._user_selected = kept is not None
        bar.setValue(scroll_position)
        self._stack.setCurrentWidget(self.results if self.model.rowCount() else self.empty_state)
        self.empty_state.explain()
        self.filters.show_summary(result_summary(question, results))
        self._show_notice()
        if self._focus_awaited:
            self._focus_results()

    def _select(self, kept: Hit | None) -> None:
        """Select ``kept`` if it is among the hits, else the best one."""
        rows = range(self.model.rowCount())
        best = next((row for row in rows if self.model.hit(row)), -1)
        row = self.model.row_of(kept)
        if row < 0 and best < 0:
            self._session.select_hit(None)
        else:
            self.results.select_row(row if row >= 0 else best)

    def _on_hit_selected(self, hit: Hit | None) -> None:
        self._user_selected = True
        self._session.select_hit(hit)

    def _show_notice(self) -> None:
        status = self._session.library.status
        self.notice.show_first((self._message, self._session.results.notice, *(status.notices if status else ())))

    def _show_message(self, sentence: str) -> None:
        self._message = sentence
        self._show_notice()

    def _on_question(self) -> None:
        self._focus_awaited = False
        self.results.set_stale(not self._session.current)

    def _show_waiting(self) -> None:
        self.filters.show_summary("Searching…")
        self.results.dim()

    def _focus_results(self) -> None:
        """Go to the results, once they answer what is typed: those of another question are not to be opened."""
        self._focus_awaited = not self._session.current
        if self.model.rowCount() and not self._focus_awaited:
            self.results.setFocus()

    def _open_top(self) -> None:
        """Open the top hit, if it was seen and matches well; else go to the results, where Enter opens any."""
        hit = self._session.hit
        self._focus_results()
        if self._session.current and not self._session.question.empty and hit and hit.strong:
            open_hit(self._session, hit)

    def _copy(self) -> None:
        copy_files([hit.path for hit in self.results.selected_hits()])

    def _open_quick_look(self, hit: Hit) -> None:
        self._user_selected = True  # what is looked at stays selected while files come in
        look = QuickLook(self._session, hit, self.window())
        look.arrow_pressed.connect(self.results.move_by)
        look.open()

    def _open_menu(self, hit: Hit, spot: QPoint) -> None:
        several = len(self.selection.hits) > 1
        menu = QMenu(self) if several else hit_menu(self._session, hit, self)
        self.selection.fill(menu, several=several)
        menu.exec(spot)
        menu.deleteLater()
