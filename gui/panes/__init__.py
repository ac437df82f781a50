"""The columns of the window, from left to right. To add a pane, add a module here and its class to ``PANES``."""

from __future__ import annotations

from bowerbird.gui.panes.folders import FoldersPane
from bowerbird.gui.panes.preview import PreviewPane
from bowerbird.gui.panes.search import SearchPane

PANES = (FoldersPane, SearchPane, PreviewPane)
