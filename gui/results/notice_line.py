"""A sentence beside the results: quiet, dismissible, sometimes with a way to do something about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, tool


class NoticeLine(QFrame):
    """One sentence. What was dismissed is not said again while the window is open."""

    def __init__(self, session: SearchSession) -> None:
        """Nothing to say yet."""
        super().__init__()
        self.setObjectName("notice")
        self._session = session
        self._dismissed: set[str] = set()
        self._text = label("", "small", wrap=True)
        self._models = button("Models…", session.wants_models, "link")
        self._close = tool("Dismiss this notice", self._dismiss, 12)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._models)
        row.addWidget(self._close)
        session.theme.changed.connect(self._draw)
        self._draw()
        self.hide()

    def say(self, sentences: tuple[str, ...]) -> None:
        """Say the first of these that was not dismissed; be silent if there is none."""
        text = next((one for one in sentences if one and one not in self._dismissed), "")
        self._text.setText(text)
        self._models.setVisible("model" in text.lower())
        self.setVisible(bool(text))

    @property
    def text(self) -> str:
        """What is being said."""
        return self._text.text()

    def _dismiss(self) -> None:
        self._dismissed.add(self._text.text())
        self.hide()

    def _draw(self) -> None:
        self._close.setIcon(self._session.theme.icon("close", self._session.theme.colours.muted))
