"""What is said where there are no results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bowerbird.core.questions import Query
from bowerbird.core.state import Event, EventKind, Folder, FolderState, Progress, Status
from bowerbird.gui.panes.search import SearchPane
from bowerbird.gui.question import Question
from bowerbird.gui.results.empty_state import reason
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge, empty_status

_NEW = replace(empty_status(), folders=(Folder(Path("/p"), FolderState.INDEXING),))
_READ = replace(empty_status(), folders=(Folder(Path("/p"), FolderState.READY),))


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (_NEW, "Reading your folders"),
        (replace(_READ, progress=Progress(done=0, total=452)), "Reading your folders"),
        (replace(_READ, progress=Progress(done=0, total=452, paused=True)), "Reading is paused"),
        (_READ, "Nothing here yet"),
    ],
)
def test_what_is_still_to_be_read_is_said(status: Status, title: str) -> None:
    assert reason(Question(), Query(), status)[0] == title


def test_it_follows_the_progress(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    pane = SearchPane(session)
    qtbot.addWidget(pane)
    pane.show()
    session.library.status = _READ
    session.search()
    assert pane.empty_state._title.text() == "Nothing here yet"
    bridge.event_received.emit(Event(EventKind.PROGRESS, Progress(done=0, total=452)))
    assert pane.empty_state._title.text() == "Reading your folders"
