"""Going back and forward through what was asked."""

from __future__ import annotations

from bowerbird.gui.history import History
from bowerbird.gui.question import Question


def _typed(history: History, text: str) -> None:
    for end in range(1, len(text) + 1):
        history.visit(Question(text[:end]), typing=True)


def test_what_is_typed_without_a_pause_is_one_question() -> None:
    history = History()
    _typed(history, "dog")
    assert history.step(-1) == Question()
    assert history.step(1) == Question("dog")


def test_after_a_pause_another_question_is_typed() -> None:
    history = History()
    _typed(history, "dog")
    history.settle()
    _typed(history, "cat")
    assert [history.step(-1).text for _ in range(3)] == ["dog", "", ""]
    assert [history.step(1).text for _ in range(3)] == ["dog", "cat", "cat"]


def test_a_new_question_forgets_what_lay_ahead() -> None:
    history = History()
    for text in ("dog", "cat"):
        history.visit(Question(text), typing=False)
    history.step(-1)
    history.visit(Question("bird"), typing=False)
    assert history.step(1).text == "bird"
    assert history.step(-1).text == "dog"


def test_typing_after_going_back_does_not_replace_what_was_gone_back_to() -> None:
    history = History()
    _typed(history, "dog")
    history.settle()
    _typed(history, "cat")
    history.step(-1)
    _typed(history, "bird")
    assert history.step(-1).text == "dog"


def test_more_results_of_a_question_are_not_another_question() -> None:
    history = History()
    history.visit(Question("dog"), typing=False)
    history.visit(Question("dog", limit=360), typing=False)
    assert history.step(-1) == Question()
