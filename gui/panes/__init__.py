"""The columns of the window, from left to right. A new pane is one file and one line here."""

from __future__ import annotations

from bowerbird.gui.panes.what import WhatPane
from bowerbird.gui.panes.where import WherePane
from bowerbird.gui.panes.why import WhyPane

PANES = (WherePane, WhatPane, WhyPane)
