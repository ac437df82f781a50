"""The user's saved searches, as the window changes them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bowerbird.gui.bridge import Bridge


class SavedList(QObject):
    """Saves searches and forgets them."""

    changed = Signal()
    """A search was saved or forgotten."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        """``bridge`` leads to the library."""
        super().__init__(parent)
        self._bridge = bridge

    def add(self, name: str, question: str) -> None:
        """Save a question under a name."""
        self._bridge.call(lambda library: library.save_search(name, question), lambda _: self.changed.emit())

    def remove(self, name: str) -> None:
        """Forget a saved search."""
        self._bridge.call(lambda library: library.remove_saved(name), lambda _: self.changed.emit())
