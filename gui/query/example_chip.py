"""An example as a chip in the query box, while the well is folded."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from bowerbird.core.questions import Example, Liking
from bowerbird.gui.query.example_button import ExampleButton
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import describe, on_click, restyle, tool
from bowerbird.gui.wording import LIKING_NAMES, name_of, part_of, shown

_THUMB_PX = 28
_NAME_WIDTH = 92


class ExampleChip(QFrame):
    """A click opens the well; the cross, Delete and Backspace remove the example."""

    opened = Signal()

    def __init__(self, session: SearchSession, example: Example) -> None:
        """Show this example, which is in the session's question."""
        super().__init__()
        self.setObjectName("example")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._session, self._narrow = session, False
        self.example = example
        self.body = ExampleButton(session, example, QSize(_THUMB_PX, _THUMB_PX))
        self.body.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        on_click(self.body, self.opened)
        self.remove = tool("", self._remove, 10)
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does it: Tab has a stop less
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        row.addWidget(self.body)
        row.addWidget(self.remove)
        session.theme.changed.connect(self._draw_icon)
        self._draw_icon()
        self.show_example(example)

    def show_example(self, example: Example) -> None:
        """Show another part of the file, or that it counts otherwise."""
        self.example = example
        self.body.show_example(example)
        name, part, counts = name_of(example.path), part_of(example), LIKING_NAMES[example.liking].lower()
        what = name if example.start_s is None else part  # the picture shows the part
        text = "" if self._narrow else " ".join(filter(None, ("" if counts == "like" else counts, what)))
        metrics = self.body.fontMetrics()
        self.body.setText(f" {metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)}" if text else "")
        self.body.setAccessibleName(" ".join(filter(None, (f"Example, {counts}: {name}", part))))
        self.body.setToolTip(f"{shown(str(example.path))}\n{counts} {part or 'this'}; click to change that")
        describe(self.remove, f"Search by {name} no more")
        self.setProperty("liking", "not" if example.liking is Liking.NOT_LIKE else "")
        restyle(self)

    def narrow(self, narrow: bool) -> None:
        """Show the picture alone, or with a name."""
        self._narrow = narrow
        style = Qt.ToolButtonStyle
        self.body.setToolButtonStyle(style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon)
        self.show_example(self.example)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        else:
            super().keyPressEvent(event)

    def _draw_icon(self) -> None:
        self.remove.setIcon(self._session.theme.icon("close", self._session.theme.colours.muted))

    def _remove(self) -> None:
        self._session.examples.remove(self.example)
