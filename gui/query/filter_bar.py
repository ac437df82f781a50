"""The filters set with the mouse, and how many results there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bowerbird.core.types import Kind
from bowerbird.gui.question import ANY_TIME, Period, Question, between, periods
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import label, tool
from bowerbird.gui.wording import KIND_NAMES, count, name_of


class FilterBar(QWidget):
    """Three chips that open menus, and the count at the right."""

    def __init__(self, session: SearchSession) -> None:
        """Show this session's filters."""
        super().__init__()
        self._session = session
        self._said = ""
        self._kind = self._chip("Kind of file", self._kind_menu)
        self._time = self._chip("Time", self._time_menu)
        self._place = self._chip("Folder", self._folder_menu)
        self._clear = tool("Clear filters", lambda: session.ask(session.question.unfiltered()))
        self._clear.setObjectName("chip")
        self._clear.setText("Clear filters")
        self._count = label("", "muted")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(8)
        for part in (self._kind, self._time, self._place, self._clear):
            row.addWidget(part)
        row.addWidget(self._count, 1)
        session.question_changed.connect(self._follow)
        self._follow(session.question)

    def say(self, text: str) -> None:
        """Say how many results there are."""
        self._said = text
        self._count.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Say all of it, or how many, or nothing, as there is room."""
        room, metrics = self._count.width(), self._count.fontMetrics()
        told = (self._said, self._said.partition(" in ")[0], "")
        self._count.setText(next(text for text in told if metrics.horizontalAdvance(text) <= room or not text))

    def _chip(self, name: str, fill: Callable[[QMenu], None]) -> QToolButton:
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

    def _kind_menu(self, menu: QMenu) -> None:
        present = self._session.status.counts if self._session.status else {}
        offered = [kind for kind in Kind if present.get(kind) or kind in (Kind.PHOTO, Kind.DOCUMENT)]
        self._choice(menu, "Everything", self._session.question.kind is None, lambda: self._session.show_kind(None))
        for kind in offered:
            self._kind_choice(menu, kind)

    def _kind_choice(self, menu: QMenu, kind: Kind) -> None:
        chosen = self._session.question.kind is kind
        self._choice(menu, KIND_NAMES[kind], chosen, lambda: self._session.show_kind(kind))

    def _time_menu(self, menu: QMenu) -> None:
        for period in periods(date.today()):
            self._period_choice(menu, period)
        menu.addSeparator()
        menu.addAction("Choose dates…", self._choose_dates)

    def _period_choice(self, menu: QMenu, period: Period) -> None:
        chosen = self._session.question.period == period
        self._choice(menu, period.name, chosen, lambda: self._session.show_period(period))

    def _folder_menu(self, menu: QMenu) -> None:
        self._choice(menu, "Anywhere", self._session.question.folder is None, lambda: self._session.show_folder(None))
        for folder in self._session.folders:
            self._folder_choice(menu, folder)

    def _folder_choice(self, menu: QMenu, folder: Path) -> None:
        chosen = self._session.question.folder == folder
        self._choice(menu, name_of(folder), chosen, lambda: self._session.show_folder(folder))

    def _choice(self, menu: QMenu, text: str, chosen: bool, act: Callable[[], None]) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda: act())

    def _choose_dates(self) -> None:
        dialog = DatesDialog(self._session.question.period, self)
        if dialog.exec():
            self._session.show_period(dialog.period())

    def _follow(self, question: Question) -> None:
        self._say(self._kind, KIND_NAMES[question.kind] if question.kind else "Any kind", question.kind is not None)
        self._say(self._time, question.period.name, question.period != ANY_TIME)
        folder = question.folder
        self._say(self._place, name_of(folder) if folder else "Anywhere", folder is not None)
        self._clear.setVisible(question.filtered)

    def _say(self, chip: QToolButton, text: str, active: bool) -> None:
        chip.setText(chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 180))
        chip.setAccessibleName(f"{chip.accessibleDescription()}: {text}")
        chip.setProperty("active", active)
        chip.style().unpolish(chip)
        chip.style().polish(chip)


class DatesDialog(QDialog):
    """From which day to which."""

    def __init__(self, period: Period, parent: QWidget) -> None:
        """Begin with this period."""
        super().__init__(parent)
        self.setWindowTitle("From when to when")
        self._first = _date_edit(period.after or date.today().replace(month=1, day=1))
        last = period.before or date.today()
        self._last = _date_edit(last)
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
        """The days chosen."""
        return between(_day(self._first), _day(self._last))


def _date_edit(day: date) -> QDateEdit:
    edit = QDateEdit(QDate(day.year, day.month, day.day))
    edit.setCalendarPopup(True)
    edit.setDisplayFormat("d MMMM yyyy")
    return edit


def _day(edit: QDateEdit) -> date:
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def found(question: Question, shown: int, strong: int, took_ms: float, limit: int) -> str:
    """23 results in 41 ms, or in 2.1 s; when nothing was asked, how many files are shown."""
    if question.empty:
        return f"the newest {count(shown, 'file')}" if shown >= limit else count(shown, "file")
    if not strong:
        return "no good match"
    took = f"{took_ms:.0f} ms" if took_ms < 1000 else f"{took_ms / 1000:.1f} s"
    return f"{count(strong, 'result')} in {took}"
