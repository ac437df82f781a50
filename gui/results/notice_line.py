"""A sentence above the results that can be dismissed, with a button where there is something to do about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, tool


class NoticeLine(QFrame):
    """Shows one sentence at a time. A dismissed one does not come back while the window is open."""

    def __init__(self, session: SearchSession) -> None:
        """Hidden, without a sentence."""
        super().__init__()
        self.setObjectName("notice")
        self._session = session
        self._dismissed: set[str] = set()
        self._text = label("", "small", wrap=True)
        self._models = button("Models…", session.models_requested, "link")
        self._close = tool("Dismiss this notice", self._dismiss, 12)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._models)
        row.addWidget(self._close)
        session.theme.changed.connect(self._draw_icon)
        self._draw_icon()
        self.hide()

    def show_first(self, sentences: tuple[str, ...]) -> None:
        """Show the first sentence that is not empty and was not dismissed; hide if there is none."""
        text = next((sentence for sentence in sentences if sentence and sentence not in self._dismissed), "")
        self._text.setText(text)
        self._models.setVisible("model" in text.lower())
        self.setVisible(bool(text))

    @property
    def text(self) -> str:
        """The sentence shown."""
        return self._text.text()

    def _dismiss(self) -> None:
        self._dismissed.add(self._text.text())
        self.hide()

    def _draw_icon(self) -> None:
        self._close.setIcon(self._session.theme.icon("close", self._session.theme.colours.muted))
