"""The columns of the window, from left to right. A new pane is one file and one line here."""

from __future__ import annotations

from bowerbird.gui.panes.folders import FoldersPane
from bowerbird.gui.panes.preview import PreviewPane
from bowerbird.gui.panes.search import SearchPane

PANES = (FoldersPane, SearchPane, PreviewPane)
