"""The query box: what a key, the clipboard and a click ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.questions import Example, Liking
from bowerbird.core.types import Kind
from bowerbird.gui.desktop import url_of
from bowerbird.gui.query.query_box import QueryBox
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge


class CountingSession(SearchSession):
    """Notes each text that is set."""

    def set_text(self, text: str) -> None:
        self.texts = [*getattr(self, "texts", []), text]
        super().set_text(text)


@pytest.fixture
def session(session: SearchSession) -> CountingSession:
    owner = session.parent()
    assert owner is not None
    return CountingSession(session.bridge, session.theme, session.thumbnails, owner)


@pytest.fixture
def box(session: CountingSession, qtbot: QtBot) -> QueryBox:
    box = QueryBox(session)
    qtbot.addWidget(box)
    box.show()
    return box


def test_one_keystroke_puts_one_question(box: QueryBox, session: CountingSession) -> None:
    questions = list[Question]()
    session.question_changed.connect(questions.append)
    QTest.keyClicks(box.edit, "do")
    assert session.texts == ["d", "do"]
    assert [question.text for question in questions] == ["d", "do"]


def test_escape_empties_the_query_with_one_question(box: QueryBox, session: CountingSession) -> None:
    QTest.keyClicks(box.edit, "d")
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert session.texts == ["d", ""]


def test_a_question_from_elsewhere_is_shown_and_not_put_again(box: QueryBox, session: CountingSession) -> None:
    question = Question(text="dog", limit=360)
    session.ask(question)
    assert box.edit.text() == "dog"
    assert not hasattr(session, "texts")
    assert session.question == question


def test_down_goes_to_the_results_and_enter_asks_for_the_best(box: QueryBox, qtbot: QtBot) -> None:
    with qtbot.waitSignal(box.left_downwards):
        QTest.keyClick(box.edit, Qt.Key.Key_Down)
    with qtbot.waitSignal(box.entered):
        QTest.keyClick(box.edit, Qt.Key.Key_Return)


def test_chips_that_leave_too_little_room_for_words_are_pictures_alone(box: QueryBox, session: CountingSession) -> None:
    box.resize(750, box.height())
    box.fit(750)
    for number, named in ((1, True), (4, False)):
        session.ask(Question(text="flower", like=tuple(Example(Path(f"/{each}.jpg")) for each in range(number))))
        assert [bool(chip.body.text()) for chip in box.chips if chip.isVisibleTo(box)] == [named] * number


def test_an_example_has_a_chip_with_a_cross_that_removes_it(box: QueryBox, session: CountingSession) -> None:
    first, second = Example(Path("/a.jpg")), Example(Path("/b.wav"), 12.0, 17.5, liking=Liking.NOT_LIKE)
    session.ask(Question(like=(first, second)))
    assert [chip.body.accessibleName() for chip in box.chips] == [
        "Example, like: a.jpg",
        "Example, not like: b.wav 0:12–0:17",
    ]
    QTest.mouseClick(box.chips[0].remove, Qt.MouseButton.LeftButton)
    assert session.question.like == (second,)
    assert [chip.example for chip in box.chips] == [second]


def test_delete_on_a_chip_removes_its_example(box: QueryBox, session: CountingSession) -> None:
    session.ask(Question(like=(Example(Path("/a.jpg")),)))
    QTest.keyClick(box.chips[0].body, Qt.Key.Key_Delete)
    assert session.question.like == ()


def test_a_click_on_a_chip_opens_the_well_where_it_is_a_card(box: QueryBox, session: CountingSession) -> None:
    session.ask(Question(like=(Example(Path("/a.jpg")),)))
    folded = box.sizeHint().height()
    QTest.mouseClick(box.chips[0].body, Qt.MouseButton.LeftButton)
    assert box.well.isVisible() and box.well.cards[0].isVisible()
    assert box.chips[0].isHidden()
    QTest.mouseClick(box.hint, Qt.MouseButton.LeftButton)
    assert box.well.isHidden() and box.chips[0].isVisible()
    assert box.sizeHint().height() == folded


def test_chips_leave_room_for_words(box: QueryBox, session: CountingSession) -> None:
    box.resize(396, box.height())
    box.fit(396)
    session.ask(Question(like=tuple(Example(Path(f"/{number}.jpg")) for number in range(9))))
    assert sum(chip.isVisible() for chip in box.chips) == 1
    assert box.more.text() == "+8"
    assert box.edit.width() > 60
    QTest.mouseClick(box.more, Qt.MouseButton.LeftButton)
    assert len([card for card in box.well.cards if card.isVisible()]) == 9


def test_the_cross_clears_words_and_examples(box: QueryBox, session: CountingSession) -> None:
    assert not box.clear_button.isVisible()
    session.ask(Question("dog", like=(Example(Path("/a.jpg")),), kind=Kind.PHOTO))
    QTest.mouseClick(box.clear_button, Qt.MouseButton.LeftButton)
    assert session.question == Question(kind=Kind.PHOTO)
    assert box.edit.text() == ""


def test_escape_clears_the_words_and_once_more_the_examples(box: QueryBox, session: CountingSession) -> None:
    example = Example(Path("/a.jpg"))
    session.ask(Question("dog", like=(example,)))
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert session.question == Question(like=(example,))
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    assert session.question == Question()


def test_a_pasted_path_is_an_example_and_the_words_stay(
    box: QueryBox, session: CountingSession, tmp_path: Path
) -> None:
    path = tmp_path / "my photo.jpg"
    path.touch()
    QTest.keyClicks(box.edit, "dog ")
    for text in (str(path), f"'{path}'", f"{path}\n", url_of(str(path)).toString()):
        QGuiApplication.clipboard().setText(text)
        QTest.keyClick(box.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert (session.question.text, session.question.like) == ("dog ", (Example(path),)), text
        assert box.edit.text() == "dog "
        session.examples.remove(Example(path))


def test_a_path_of_no_file_is_text(box: QueryBox, session: CountingSession, tmp_path: Path) -> None:
    QGuiApplication.clipboard().setText(str(tmp_path / "none.jpg"))
    QTest.keyClick(box.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert session.question == Question(text=str(tmp_path / "none.jpg"))


def test_backspace_at_the_start_removes_the_last_example(box: QueryBox, session: CountingSession) -> None:
    first, second = Example(Path("/a.jpg")), Example(Path("/b.jpg"))
    session.ask(Question(text="x", like=(first, second)))
    QTest.keyClick(box.edit, Qt.Key.Key_Backspace)
    assert session.question == Question(text="", like=(first, second)), "the text comes first"
    QTest.keyClick(box.edit, Qt.Key.Key_Backspace)
    assert session.question.like == (first,)


def test_a_copied_file_is_pasted_as_an_example(box: QueryBox, session: CountingSession, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(box.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert session.question.like == (Example(path),)
    assert box.edit.text() == ""


def test_copied_text_is_pasted_as_text(box: QueryBox, session: CountingSession) -> None:
    QGuiApplication.clipboard().setText("two dogs")
    QTest.keyClick(box.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert session.texts == ["two dogs"]


def test_what_was_just_asked_is_offered_though_the_box_kept_the_focus(
    box: QueryBox, session: CountingSession, bridge: FakeBridge
) -> None:
    QTest.keyClicks(box.edit, "boats")
    bridge.library.recent = ("boats",)
    session._remember_timer.timeout.emit()
    QTest.keyClick(box.edit, Qt.Key.Key_Escape)
    QTest.keyClick(box.edit, Qt.Key.Key_Down)
    popup = box.edit.offers.popup()
    assert popup and popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert box.edit.text() == "boats"


def test_what_is_offered_opens_below_the_box_in_lines_as_of_menus(box: QueryBox, session: CountingSession) -> None:
    box.edit.offers.use_recent(("boats", "a dog on a beach"))
    QTest.mouseClick(box.edit, Qt.MouseButton.LeftButton)
    popup = box.edit.offers.popup()
    assert popup and popup.isVisible()
    assert popup.mapToGlobal(QPoint(0, 0)).y() >= box.mapToGlobal(QPoint(0, 0)).y() + box.height() - 1
    assert popup.verticalScrollBar().maximum() == 0
    layout = box.layout()
    assert layout and not layout.expandingDirections() & Qt.Orientation.Vertical, (
        "the results have the room that is left"
    )
    assert popup.sizeHintForRow(0) >= popup.fontMetrics().height() + 12, "as the lines of menus"
