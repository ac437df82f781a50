"""Names of filters and their values, offered as one types; and the last questions, while nothing is typed."""

from __future__ import annotations

import re

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from bowerbird.core.catalog.filters.table import FILTERS, NAMES

_BEGUN = re.compile(r"(?:^|[\s(])-?(?:(?P<name>[^\W\d_]+):)?(?P<start>[^\s()\":]*)$")
_SHORTEST = 3  # letters of a name: with fewer, every other word would look like the beginning of one
_GAP = 4  # pixels between the line and what is offered under it


def suggestions(before: str) -> tuple[str, list[str]]:
    """What the last word of the text before the cursor may become: how it begins, and what else may stand there."""
    match = _BEGUN.search(before)
    if not match:
        return "", []
    name, start = (match["name"] or "").lower(), match["start"]
    if name:
        values = NAMES[name].values if name in NAMES else ()
        quoted = (f'"{value}"' if " " in value else value for value in values)
        return start, [
            value for value in quoted if value.strip('"').lower().startswith(start.lower()) and value != start
        ]
    begun = [f"{each}:" for each in FILTERS if each.startswith(start.lower()) and each != start.lower()]
    return start, begun if len(start) >= _SHORTEST else []


class FilterCompleter(QCompleter):
    """Offers ``suggestions`` under a line; the one chosen takes the place of what was begun."""

    def __init__(self, edit: QLineEdit) -> None:
        """Follow what is typed there."""
        super().__init__(edit)
        self._edit, self._model = edit, QStringListModel(self)
        self._recent: tuple[str, ...] = ()
        self.setModel(self._model)
        self.setWidget(edit)
        if popup := self.popup():
            popup.setObjectName("offers")
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        edit.textEdited.connect(self._offer)
        self.activated.connect(self._take)

    def takes(self, key: int) -> bool:
        """Whether a key is for the list of offers, which is to be closed, or of which one is chosen."""
        popup = self.popup()
        if popup is None or not popup.isVisible():
            return False
        chosen = popup.currentIndex().isValid()
        return key == Qt.Key.Key_Escape or (chosen and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter))

    def use_recent(self, questions: tuple[str, ...]) -> None:
        """Offer these while nothing is typed."""
        self._recent = questions

    def offer_recent(self) -> bool:
        """Show the last questions, if there are any and nothing is typed; whether they are shown."""
        if self._edit.text() or not self._recent:
            return False
        self._model.setStringList(list(self._recent))
        self._open()
        return True

    def _offer(self) -> None:
        _, offers = suggestions(self._before())
        self._model.setStringList(offers)
        if offers:
            self._open()
        elif popup := self.popup():
            popup.hide()

    def _open(self) -> None:
        self.complete(self._edit.rect().adjusted(0, 0, 0, _GAP))

    def _take(self, chosen: str) -> None:
        if not self._edit.text():
            self._edit.insert(chosen)
            return
        start, at = suggestions(self._before())[0], self._edit.cursorPosition()
        done = not chosen.endswith(":") and not self._edit.text()[at:].startswith(" ")
        self._edit.setSelection(at - len(start), len(start))
        self._edit.insert(f"{chosen} " if done else chosen)

    def _before(self) -> str:
        return self._edit.text()[: self._edit.cursorPosition()]
