"""Small widgets, each created in one line. Their object names are those that the style sheet selects by."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, SignalInstance
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QMenu, QPushButton, QScrollArea, QToolButton, QWidget

from bowerbird.gui.widgets.painting import draw_focus_ring

Action = Callable[[], object] | SignalInstance
"""What a button does: something to call, or a signal to emit, without arguments."""
_MOST = 0.88  # of a screen, for a dialog: it has a frame
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


class _Button(QPushButton):
    """The preferred one is blue, where a blue frame would not show the focus: it has a ring inside."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.objectName() == "primary":
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ring = self.palette().color(QPalette.ColorRole.HighlightedText).name()
            draw_focus_ring(painter, QRectF(self.rect()).adjusted(3.5, 3.5, -3.5, -3.5), 5, ring)


def button(text: str, action: Action, name: str = "") -> QPushButton:
    """A button with a text. Named ``primary`` it is the preferred one; ``link`` and ``attention`` look like text."""
    widget = _Button(text)
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

    Never connect an action to ``clicked`` or ``triggered`` itself: PySide gives a slot as many of the signal's
    arguments as it takes, so that an optional first parameter would receive Qt's ``checked``.
    """
    call = action.emit if isinstance(action, SignalInstance) else action
    widget.clicked.connect(lambda: call())


def add_action(menu: QMenu, text: str, action: Action) -> QAction:
    """An entry at the end of a menu that runs ``action``; see ``on_click``."""
    entry = menu.addAction(text)
    call = action.emit if isinstance(action, SignalInstance) else action
    entry.triggered.connect(lambda: call())
    return entry


def scroll_area(content: QWidget) -> QScrollArea:
    """Scrolls ``content`` vertically; not itself a stop for Tab."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def fit_to_screen(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog this size in pixels, or what its screen has room for: what does not fit is scrolled."""
    room = dialog.screen().availableSize()
    dialog.resize(min(width, round(_MOST * room.width())), min(height, round(_MOST * room.height())))


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
