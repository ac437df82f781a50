"""The examples of the question, as the window changes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bowerbird.core.questions import Example, Liking
from bowerbird.gui.example_set import ExampleSet
from bowerbird.gui.question import FIRST_LIMIT, Question

_A, _B = Example(Path("/a.jpg")), Example(Path("/b.wav"), 1.0, 2.0)


class Asked:
    """Asks at once."""

    def __init__(self, *like: Example) -> None:
        self.question = Question(text="dog", like=like, limit=7 * FIRST_LIMIT)

    def ask(self, question: Question) -> None:
        self.question = question


def test_files_are_added_once_and_the_list_begins_anew() -> None:
    asked = Asked(_A)
    ExampleSet(asked).add((_A.path, Path("/c.pdf")))
    assert asked.question == Question(text="dog", like=(_A, Example(Path("/c.pdf"))), limit=FIRST_LIMIT)


def test_one_is_removed_and_another_changed_where_it_stands() -> None:
    asked = Asked(_A, _B)
    less = replace(_A, liking=Liking.A_LITTLE)
    ExampleSet(asked).change(_A, less)
    assert asked.question.like == (less, _B)
    ExampleSet(asked).remove(less)
    assert asked.question.like == (_B,)


def test_one_that_becomes_another_is_there_once() -> None:
    asked = Asked(_A, _B)
    ExampleSet(asked).change(_B, _A)
    assert asked.question.like == (_A,)


def test_to_search_by_one_alone_drops_words_and_others() -> None:
    asked = Asked(_A)
    ExampleSet(asked).find_similar(_B.path, 1.0, 2.0)
    assert asked.question == Question(like=(_B,))
