"""The star in the query box: saves the question under a name."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QLineEdit, QToolButton

from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import describe, on_click

_SAVE, _BY_EXAMPLE = "Save this search (Ctrl+S)", "A search by an example cannot be saved"


class SaveButton(QToolButton):
    """There while there is something to save: words or filters."""

    def __init__(self, session: SearchSession) -> None:
        """Follow this session's question."""
        super().__init__()
        self._session = session
        describe(self, _SAVE)
        on_click(self, self.save)
        session.question_changed.connect(self._show_question)
        session.theme.changed.connect(self._draw)
        self._show_question(session.question)
        self._draw()

    def save(self) -> None:
        """Ask for a name, and save the question under it."""
        question = self._session.question.as_typed()
        if not self.isEnabled() or not question:
            return
        name, chosen = QInputDialog.getText(
            self.window(), "Save this search", f"A name for “{question}”", QLineEdit.EchoMode.Normal, question[:40]
        )
        if chosen and name.strip():
            self._session.saved.add(name, question)

    def _show_question(self, question: Question) -> None:
        self.setVisible(bool(question.as_typed() or question.like))
        self.setEnabled(not question.like)
        describe(self, _BY_EXAMPLE if question.like else _SAVE)

    def _draw(self) -> None:
        self.setIcon(self._session.theme.icon("star", self._session.theme.colours.muted))
