"""The cache of small pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from bowerbird.gui.widgets.thumbnails import Thumbnails
from tests.gui.sample_files import landscape


@pytest.fixture
def thumbnails(owner: QObject) -> Iterator[Thumbnails]:
    cache = Thumbnails(owner)
    yield cache
    cache.close()


def test_a_picture_is_loaded_in_the_background_and_kept_small(
    thumbnails: Thumbnails, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "large.jpg"
    landscape(1, (1600, 800)).save(path)
    with qtbot.waitSignal(thumbnails.ready):
        assert thumbnails.get(path) is None
    pixmap = thumbnails.get(path)
    assert pixmap is not None
    assert (pixmap.width(), pixmap.height()) == (640, 320)


def test_a_file_that_is_no_picture_is_tried_once(thumbnails: Thumbnails, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("no picture")
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.get(path)
    with qtbot.assertNotEmitted(thumbnails.ready, wait=200):
        assert thumbnails.get(path) is None


def test_what_cannot_be_read_is_said_once_and_loaded_when_it_is_there(
    thumbnails: Thumbnails, tmp_path: Path, qtbot: QtBot
) -> None:
    path, said = tmp_path / "missing.jpg", list[Path]()
    thumbnails.unreadable.connect(said.append)
    for _ in range(2):
        with qtbot.waitSignal(thumbnails.ready):
            thumbnails.get(path)
        thumbnails.load_again()
    assert said == [path]
    landscape(1, (40, 20)).save(path)
    with qtbot.waitSignal(thumbnails.ready):
        assert thumbnails.get(path) is None
    assert thumbnails.get(path) is not None


def test_a_closed_cache_loads_nothing(thumbnails: Thumbnails, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "small.png"
    landscape(1, (40, 20)).save(path)
    thumbnails.close()
    with qtbot.assertNotEmitted(thumbnails.ready, wait=200):
        assert thumbnails.get(path) is None
