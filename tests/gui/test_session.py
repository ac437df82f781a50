"""The session: what goes to the library when the question changes, and what comes back."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Results
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.questions import Example
from bowerbird.core.state import Event, EventKind
from bowerbird.core.types import Kind
from bowerbird.gui.question import FIRST_LIMIT
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge, photo
from tests.queries import typed, where


def _names(bridge: FakeBridge) -> list[str]:
    return [call[0] for call in bridge.library.calls]


def test_typing_sends_one_search_for_the_last_text(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.results_changed):
        for text in ("d", "do", "dog"):
            session.set_text(text)
    assert [query.text for _, query in bridge.library.calls] == ["dog*"]
    assert session.query.text == "dog*"


def test_without_text_and_examples_it_browses(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.results_changed):
        session.filter_kind(Kind.PHOTO)
    assert _names(bridge) == ["browse"]
    assert session.query.where == where("kind:photo")


def test_the_same_question_again_is_not_sent(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.results_changed):
        session.set_text("dog")
    session.set_text("dog")
    qtbot.wait(200)
    assert _names(bridge) == ["search"]


def test_a_filter_that_makes_no_sense_gives_a_message(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.message_changed) as message:
        session.set_text("kind:nonsense")
    assert "nonsense" in message.args[0]


def test_what_else_was_typed_is_answered(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.results_changed):
        session.set_text("dog place:nowhereland kind:photo")
    assert session.query == typed("dog kind:photo", limit=FIRST_LIMIT)


def test_a_failed_search_leaves_no_old_results(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    bridge.library.results = Results((photo("a.jpg"),))
    session.search()
    assert session.results.hits
    bridge.library.error = BowerbirdError("The disk is gone.")
    with qtbot.waitSignal(session.message_changed) as message:
        session.search()
    assert message.args == ["The disk is gone."]
    assert session.results.hits == ()


def test_results_are_of_the_question_only_once_they_are_there(session: SearchSession, qtbot: QtBot) -> None:
    session.search()
    assert session.current
    session.set_text("dog")
    assert not session.current
    qtbot.waitUntil(lambda: session.current)
    session.ask(session.question.with_higher_limit())
    assert session.current, "those that are there stay"


def test_only_a_new_question_is_announced(session: SearchSession, qtbot: QtBot) -> None:
    session.set_text("dog")
    with qtbot.waitSignal(session.searching):
        session.search()
    with qtbot.assertNotEmitted(session.searching):
        session.search()


def test_examples_are_added_once_and_removed(session: SearchSession) -> None:
    first, second = Path("/a.jpg"), Path("/b.jpg")
    session.examples.add((first, second))
    session.examples.add((second,))
    assert session.question.like == (Example(first), Example(second))
    session.examples.remove(Example(first))
    assert session.question.like == (Example(second),)


def test_more_results_are_asked_for_only_if_there_may_be_more(session: SearchSession) -> None:
    session.results = Results((photo("a.jpg"),))
    session.load_more()
    assert session.question.limit == FIRST_LIMIT
    session.results = Results((photo("a.jpg"),) * FIRST_LIMIT)
    session.load_more()
    assert session.question.limit == 3 * FIRST_LIMIT
    session.set_text("dog")
    assert session.question.limit == FIRST_LIMIT


def test_removing_a_folder_drops_its_filter_and_searches_at_once(session: SearchSession, bridge: FakeBridge) -> None:
    folder = Path("/photos")
    session.filter_folder(folder)
    session.remove_folder(folder)
    assert session.question.folder is None
    assert bridge.library.calls[0] == ("remove_folder", folder)
    assert "browse" in _names(bridge)


def test_many_new_files_are_one_search(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.results_changed, timeout=5000):
        for _ in range(20):
            bridge.event_received.emit(Event(EventKind.FILES))
    qtbot.wait(200)
    assert _names(bridge).count("browse") == 1
