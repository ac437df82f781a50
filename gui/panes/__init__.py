"""The columns of the window, from left to right. A new pane is one file and one line here."""

from __future__ import annotations

from bowerbird.gui.panes.folders import WherePane
from bowerbird.gui.panes.preview import WhyPane
from bowerbird.gui.panes.search import WhatPane

PANES = (WherePane, WhatPane, WhyPane)
