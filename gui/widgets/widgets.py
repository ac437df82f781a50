"""The small widgets, made in one line each. Names are those that the style sheet knows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, QTimer, SignalInstance
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QToolButton, QWidget

Act = Callable[[], object] | SignalInstance
Index = QModelIndex | QPersistentModelIndex
"""What Qt's models are asked about."""


def label(text: str = "", name: str = "", *, wrap: bool = False, centre: bool = False) -> QLabel:
    """A text that is no control."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    if centre:
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def button(text: str, act: Act, name: str = "") -> QPushButton:
    """A button; ``primary`` is the one meant most, ``link`` and ``attention`` look like text."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.clicked.connect(act)
    if name in ("link", "attention"):
        made.setFlat(True)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def tool(says: str, act: Act, side: int = 16) -> QToolButton:
    """A button with an icon, which its owner draws; ``says`` is what it does."""
    made = QToolButton()
    made.setToolTip(says)
    made.setAccessibleName(says)
    made.setIconSize(QSize(side, side))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(act)
    return made


def scrolling(inside: QWidget) -> QScrollArea:
    """Scrolls what is in it up and down; not itself a stop for Tab."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setWidget(inside)
    return made


def once(owner: QObject, wait_ms: int, act: Callable[[], object]) -> QTimer:
    """A timer that, each time it is started, does this once."""
    made = QTimer(owner)
    made.setSingleShot(True)
    made.setInterval(wait_ms)
    made.timeout.connect(act)
    return made


def remove(widget: QWidget) -> None:
    """Away at once for the eye, deleted when Qt is ready."""
    widget.hide()
    widget.deleteLater()
