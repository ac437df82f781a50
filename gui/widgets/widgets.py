"""Small widgets, each created in one line. Their object names are those that the style sheet selects by."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, QTimer, SignalInstance
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QPushButton, QScrollArea, QToolButton, QWidget

Action = Callable[[], object] | SignalInstance
"""What a button does: something to call, or a signal to emit, without arguments."""
Index = QModelIndex | QPersistentModelIndex
"""Either kind of index that Qt passes to models and delegates."""


def label(text: str = "", name: str = "", *, wrap: bool = False, centre: bool = False) -> QLabel:
    """A plain text; ``name`` is the style it has."""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setObjectName(name)
    widget.setWordWrap(wrap)
    if centre:
        widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return widget


def button(text: str, action: Action, name: str = "") -> QPushButton:
    """A button with a text. Named ``primary`` it is the preferred one; ``link`` and ``attention`` look like text."""
    widget = QPushButton(text)
    widget.setObjectName(name)
    on_click(widget, action)
    if name in ("link", "attention"):
        widget.setFlat(True)
        widget.setCursor(Qt.CursorShape.PointingHandCursor)
    return widget


def tool(description: str, action: Action, icon_px: int = 16) -> QToolButton:
    """A button with an icon, which its owner sets. ``description`` is its tool tip and accessible name."""
    widget = QToolButton()
    describe(widget, description)
    widget.setIconSize(QSize(icon_px, icon_px))
    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    on_click(widget, action)
    return widget


def on_click(widget: QAbstractButton, action: Action) -> None:
    """Run ``action`` at each click.

    Never connect an action to ``clicked`` itself: PySide gives a slot as many of the signal's arguments as it takes, so
    that an optional first parameter would receive Qt's ``checked``.
    """
    call = action.emit if isinstance(action, SignalInstance) else action
    widget.clicked.connect(lambda: call())


def scroll_area(content: QWidget) -> QScrollArea:
    """Scrolls ``content`` vertically; not itself a stop for Tab."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def single_shot(owner: QObject, wait_ms: int, action: Callable[[], object]) -> QTimer:
    """A timer that runs ``action`` once, ``wait_ms`` after each ``start``."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(wait_ms)
    timer.timeout.connect(action)
    return timer


def remove(widget: QWidget) -> None:
    """Hide at once and delete when Qt is ready."""
    widget.hide()
    widget.deleteLater()


def describe(widget: QAbstractButton, description: str) -> None:
    """Set the tool tip and the accessible name of a button without a text."""
    widget.setToolTip(description)
    widget.setAccessibleName(description)


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again, after a property that it selects by has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
