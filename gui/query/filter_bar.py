"""The filters set with the mouse, and the number of results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bowerbird.core.answers import Results
from bowerbird.core.questions import Order
from bowerbird.core.search.query import TypedFilter
from bowerbird.core.types import Kind
from bowerbird.gui.question import ANY_TIME, Period, Question, between, periods
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.flow import FlowLayout
from bowerbird.gui.widgets.widgets import add_action, remove, restyle, tool
from bowerbird.gui.wording import KIND_NAMES, ORDER_NAMES, count, explained, name_of, number, rounded, shown


class FilterBar(QWidget):
    """Chips that open menus, and a summary of the results at the right."""

    def __init__(self, session: SearchSession) -> None:
        """Follow this session's filters."""
        super().__init__()
        self._session = session
        self._kind = self._chip("Kind of file", self._fill_kind_menu)
        self._time = self._chip("Time", self._fill_time_menu)
        self._folder = self._chip("Folder", self._fill_folder_menu)
        self._order = self._chip("Order", self._fill_order_menu)
        self._clear = tool("Clear filters", lambda: session.ask(session.question.unfiltered()))
        self._clear.setObjectName("chip")
        self._clear.setText("Clear filters")
        self._apart = tool("Each file of a shot is a result of its own; a click has them as one again", self._join)
        self._apart.setObjectName("chip")
        self._apart.setProperty("active", True)
        self._apart.setText("Apart ×")
        self._typed: dict[TypedFilter, QToolButton] = {}
        self._summary = _Summary()
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(8)
        self._flow = FlowLayout()
        for widget in (self._kind, self._time, self._folder, self._order, self._apart, self._clear):
            self._flow.addWidget(widget)
        row.addLayout(self._flow)
        row.addWidget(self._summary, 1)
        session.question_changed.connect(self._show_question)
        session.results_changed.connect(lambda _: self._show_typed())
        self._show_question(session.question)

    def show_summary(self, text: str) -> None:
        """Show how many results there are."""
        self._summary.show_summary(text)

    @property
    def summary(self) -> str:
        """What is shown of the results as far as there is room."""
        return self._summary.toolTip()

    def _show_typed(self) -> None:
        """A chip for each filter in the text of the last answer."""
        filters = self._session.typed.filters
        for gone in [each for each in self._typed if each not in filters]:
            remove(self._typed.pop(gone))
        for each in filters:
            if each not in self._typed:
                self._typed[each] = self._typed_chip(each)
                self._flow.addWidget(self._typed[each])

    def _typed_chip(self, typed: TypedFilter) -> QToolButton:
        chip = tool(f"{typed.text}: {explained(typed.where)}", lambda: self._session.remove_typed(typed))
        chip.setObjectName("chip")
        chip.setProperty("active", True)
        chip.setText(f"{chip.fontMetrics().elidedText(shown(typed.text), Qt.TextElideMode.ElideMiddle, 180)} ×")
        chip.setToolTip(f"{explained(typed.where)}\nA click takes it away")
        return chip

    def _chip(self, name: str, fill: Callable[[QMenu], None]) -> QToolButton:
        """A button named ``name`` with a menu, which ``fill`` fills each time it opens."""
        chip = QToolButton()
        chip.setObjectName("chip")
        chip.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setAccessibleDescription(name)
        menu = QMenu(chip)
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda: fill(menu))
        chip.setMenu(menu)
        return chip

    def _fill_kind_menu(self, menu: QMenu) -> None:
        current, status = self._session.question.kind, self._session.library.status
        counts = status.counts if status else {}
        _add_choice(menu, "Everything", current is None, lambda: self._session.filter_kind(None))
        for kind in Kind:
            if counts.get(kind) or kind in (Kind.PHOTO, Kind.DOCUMENT):
                _add_choice(menu, KIND_NAMES[kind], kind is current, partial(self._session.filter_kind, kind))
        menu.addSeparator()
        together = not self._session.question.apart
        _add_choice(menu, "RAW, clip and bursts of a shot as one", together, lambda: self._session.tell_apart(together))

    def _fill_time_menu(self, menu: QMenu) -> None:
        current = self._session.question.period
        for period in periods(date.today()):
            _add_choice(menu, period.name, period == current, partial(self._session.filter_period, period))
        menu.addSeparator()
        add_action(menu, "Choose dates…", self._choose_dates)

    def _fill_folder_menu(self, menu: QMenu) -> None:
        current = self._session.question.folder
        _add_choice(menu, "Anywhere", current is None, lambda: self._session.filter_folder(None))
        for folder in self._session.library.folders:
            _add_choice(menu, name_of(folder), folder == current, partial(self._session.filter_folder, folder))

    def _fill_order_menu(self, menu: QMenu) -> None:
        for order, name in _orders(self._session.question).items():
            _add_choice(menu, name, order is self._session.question.order, partial(self._session.sort, order))

    def _join(self) -> None:
        self._session.tell_apart(False)

    def _choose_dates(self) -> None:
        dialog = DatesDialog(self._session.question.period, self)
        if dialog.exec():
            self._session.filter_period(dialog.period())

    def _show_question(self, question: Question) -> None:
        kind, period, folder = question.kind, question.period, question.folder
        _set_chip(self._kind, KIND_NAMES[kind] if kind else "Any kind", active=kind is not None)
        _set_chip(self._time, period.name, active=period != ANY_TIME)
        _set_chip(self._order, _orders(question)[question.order], active=question.order is not Order.BEST)
        _set_chip(self._folder, name_of(folder) if folder else "Anywhere", active=folder is not None)
        for typed, chip in self._typed.items():
            chip.setVisible(typed.text in question.text)
        self._apart.setVisible(question.apart)
        self._clear.setVisible(question.filtered)


def _orders(question: Question) -> dict[Order, str]:
    """The orders to choose from, with their names: without a question the newest files are the best."""
    if not question.empty:
        return ORDER_NAMES
    names = ORDER_NAMES | {Order.BEST: ORDER_NAMES[Order.NEWEST]}
    return {
        order: name
        for order, name in names.items()
        if order in (Order.BEST, question.order) or name != names[Order.BEST]
    }


def _add_choice(menu: QMenu, text: str, checked: bool, choose: Callable[[], None]) -> None:
    action = add_action(menu, text, choose)
    action.setCheckable(True)
    action.setChecked(checked)


def _set_chip(chip: QToolButton, text: str, *, active: bool) -> None:
    chip.setText(chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 180))
    chip.setAccessibleName(f"{chip.accessibleDescription()}: {text}")
    chip.setProperty("active", active)
    restyle(chip)


class _Summary(QLabel):
    """The whole summary, or without the time it took, or nothing, as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_summary(self, text: str) -> None:
        self.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        whole, metrics = self.toolTip(), self.fontMetrics()
        texts = (whole, whole.partition(" in ")[0], "")
        self.setText(next(text for text in texts if metrics.horizontalAdvance(text) <= self.width() or not text))


class DatesDialog(QDialog):
    """Lets the user choose the first and the last day of a period."""

    def __init__(self, period: Period, parent: QWidget) -> None:
        """Start with this period."""
        super().__init__(parent)
        self.setWindowTitle("From when to when")
        self._first = _date_edit(period.after or date.today().replace(month=1, day=1))
        self._last = _date_edit(period.before or date.today())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("&From", self._first)
        form.addRow("&To", self._last)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)

    def period(self) -> Period:
        """The chosen days."""
        return between(_day(self._first), _day(self._last))


def _date_edit(day: date) -> QDateEdit:
    edit = QDateEdit(QDate(day.year, day.month, day.day))
    edit.setCalendarPopup(True)
    edit.setDisplayFormat("d MMMM yyyy")
    return edit


def _day(edit: QDateEdit) -> date:
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def result_summary(question: Question, results: Results) -> str:
    """23 results in 41 ms, or in 2.1 s; without text and examples, how many files are listed.

    Of more than are listed it says how many there are: the newest 120 of 2,163 files, 120 of about 2,100 results.
    """
    if question.empty:
        files = sum(1 + len(hit.parts) for hit in results.hits)
        more = results.total > files
        which = "newest" if question.order in (Order.BEST, Order.NEWEST) else "first"
        return f"the {which} {number(files)} of {count(results.total, 'file')}" if more else count(files, "file")
    strong, took_ms = sum(hit.strong for hit in results.hits), results.took.total
    if not strong:
        return "no good match"
    took = f"{took_ms:.0f} ms" if took_ms < 1000 else f"{took_ms / 1000:.1f} s"
    if strong == len(results.hits) and results.total > strong:
        return f"{number(strong)} of about {count(rounded(results.total), 'result')} in {took}"
    return f"{count(strong, 'result')} in {took}"
