"""What the window knows from the last time: its size and place, and what was asked; kept in the library's folder."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from bowerbird.core.paths import LibraryPaths, write_whole

if TYPE_CHECKING:
    from bowerbird.gui.question import Question

log = logging.getLogger(__name__)

_TITLE_BAR = 36  # pixels above a window that are its frame's; Qt knows them only once it is shown


@dataclass(frozen=True, slots=True)
class Remembered:
    """One state of the window. Anything that is missing or makes no sense is as at the first start.

    It is needed before the window is shown: what questions are made of is imported later.
    """

    area: QRect | None = None
    maximized: bool = False
    table: dict[str, Any] = field(default_factory=dict)

    def question(self) -> Question:
        """What was asked, without examples: their files may be gone, and what was pasted is."""
        from bowerbird.gui.question import Question

        try:
            return _question_of(self.table)
        except (ValueError, TypeError, KeyError):
            return Question()


def load(directory: Path) -> Remembered:
    """What was saved in a library's folder."""
    try:
        table = json.loads(LibraryPaths(directory).window.read_text("utf-8"))
        area = QRect(*table["area"])
        return Remembered(area if area.isValid() else None, bool(table["maximized"]), dict(table["question"]))
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.info("nothing is remembered of the window: %s", error)
        return Remembered()


def save(directory: Path, window: QMainWindow, question: Question) -> None:
    """Keep the state of a window for the next start."""
    area = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
    table = {"area": area.getRect(), "maximized": window.isMaximized(), "question": _table_of(question)}
    try:
        write_whole(LibraryPaths(directory).window, json.dumps(table).encode())
    except OSError as error:
        log.info("the window is not remembered: %s", error)


def place(window: QMainWindow, last: Remembered, size: QSize) -> None:
    """Give a window the area that it had, or this size in the middle, as far as a screen that is there has room."""
    middle = last.area.center() if last.area else None
    screen = (QGuiApplication.screenAt(middle) if middle else None) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    area = last.area if last.area and room.contains(last.area.center()) else QRect(QPoint(), size)
    if area is not last.area:
        area.moveCenter(room.center())
    window.setGeometry(fitted(area, room.adjusted(0, _TITLE_BAR, 0, 0)))


def fitted(area: QRect, room: QRect) -> QRect:
    """An area made no larger than another one, and moved into it."""
    inside = QRect(area.topLeft(), area.size().boundedTo(room.size()))
    inside.moveLeft(min(max(inside.left(), room.left()), room.right() - inside.width() + 1))
    inside.moveTop(min(max(inside.top(), room.top()), room.bottom() - inside.height() + 1))
    return inside


def _table_of(question: Question) -> dict[str, Any]:
    period = question.period
    return {
        "text": question.text,
        "kind": question.kind,
        "folder": str(question.folder) if question.folder else None,
        "period": [period.name, *(day.isoformat() if day else None for day in (period.after, period.before))],
        "apart": question.apart,
        "order": question.order,
    }


def _question_of(table: dict[str, Any]) -> Question:
    from bowerbird.core.questions import Order
    from bowerbird.core.types import Kind
    from bowerbird.gui.question import Period, Question, periods

    name, *days = table["period"]
    after, before = (date.fromisoformat(day) if day else None for day in days)
    named = {period.name: period for period in periods(date.today())}  # today is another day now
    return Question(
        text=str(table["text"]),
        kind=Kind(table["kind"]) if table["kind"] else None,
        folder=Path(table["folder"]) if table["folder"] else None,
        period=named.get(name) or Period(str(name), after, before),
        apart=bool(table["apart"]),
        order=Order(table.get("order", Order.BEST)),
    )
