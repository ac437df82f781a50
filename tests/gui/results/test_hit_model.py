"""The model of hits, and the dividers between their groups."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bowerbird.gui.desktop import paths_of
from bowerbird.gui.results.hit_model import Divider, HitModel, spoken
from tests.gui.fakes import photo


def test_weak_hits_wait_behind_a_divider(qapp: QApplication) -> None:
    model = HitModel()
    model.set_hits([photo("a.jpg"), photo("b.jpg", strong=False), photo("c.jpg", strong=False)], weak_shown=False)
    assert model.rowCount() == 2
    assert model.hit(1) is None
    assert model.divider(1) == Divider("Nothing else matches well", "Show 2 weaker results")
    model.toggle_weak()
    assert model.rowCount() == 4
    assert model.divider(1) == Divider("Nothing else matches well", "Hide them")
    model.toggle_weak()
    assert model.rowCount() == 2


def test_weak_hits_alone_are_shown_and_called_weak(qapp: QApplication) -> None:
    model = HitModel()
    model.set_hits([photo("b.jpg", strong=False)], weak_shown=False)
    assert [model.hit(row) is None for row in range(model.rowCount())] == [True, False]
    assert model.divider(0) == Divider("Nothing matches well. These come closest.")


def test_files_that_are_named_so_lead_and_the_others_follow_under_a_line(qapp: QApplication) -> None:
    model, named = HitModel(), photo("a.jpg", named=True)
    model.set_hits([named, photo("b.jpg"), photo("c.jpg", strong=False)], weak_shown=False)
    rows = [hit.path.name if (hit := model.hit(row)) else model.divider(row) for row in range(model.rowCount())]
    shown = Divider("Nothing else matches well", "Show 1 weaker result")
    assert rows == ["a.jpg", Divider("Other files that match"), "b.jpg", shown]
    model.set_hits([named], weak_shown=False)
    assert model.rowCount() == 1


def test_the_same_hits_again_reset_nothing(qtbot: QtBot) -> None:
    model, hits = HitModel(), [photo("a.jpg"), photo("b.jpg", strong=False)]
    model.set_hits(hits, weak_shown=False)
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_hits(hits, weak_shown=False)
    with qtbot.waitSignal(model.modelReset):
        model.set_hits(hits[:1], weak_shown=False)


def test_a_hit_is_found_again_by_its_file(qapp: QApplication) -> None:
    model = HitModel()
    model.set_hits([photo("b.jpg"), photo("a.jpg")], weak_shown=False)
    assert model.row_of(photo("a.jpg", strong=False)) == 1
    assert model.row_of(photo("c.jpg")) == -1
    assert model.row_of(None) == -1


def test_hits_can_be_dragged_as_files_and_the_divider_cannot(qapp: QApplication) -> None:
    model = HitModel()
    model.set_hits([photo("a.jpg"), photo("b.jpg", strong=False)], weak_shown=False)
    assert model.flags(model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(model.index(1)) & Qt.ItemFlag.ItemIsDragEnabled
    assert paths_of(model.mimeData([model.index(0), model.index(1)])) == (photo("a.jpg").path,)


def test_screen_readers_get_the_reason() -> None:
    assert spoken(photo("a.jpg")) == "a.jpg, photo, looks like: dog"
