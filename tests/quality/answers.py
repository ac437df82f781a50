"""How well "nothing here matches" is to be believed: answers that are taken for such, and others that are not.

Asks XQuAD's questions (Artetxe et al. 2020) of a library with its paragraphs in four languages and Cranfield's
abstracts. Of each, the answer is real if its own paragraph is a match; nothing is to be found if what is left of the
hits without its article, in any language, has none. Beside them captions of photos, which nothing in the library
answers. ``_CENTRE`` in core/search/ranking.py and the backgrounds of the starter pack's text models were chosen so:
the backgrounds by the questions about every other article, in the order of their names, so that nine in ten of those
without an answer find nothing, and three in a hundred with one lose it at the most. The other articles judge them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bowerbird.core.library import Library
from tests.quality.sets import LANGUAGES, Question, captions, some, xquad_questions

NAME = "absent:"
"""What the names of these figures begin with."""
_ASKED = 150  # captions, and questions of each language
_HITS = 60  # an article has five paragraphs, in four languages


def measure(library: Library, data: Path, most: int) -> dict[str, float]:
    """By name: the shares of questions whose answer is no match, and of those that find nothing without it.

    Of each language 150 questions, or ``most`` if that is less.
    """
    figures, number = dict[str, float](), min(most, _ASKED)
    for language in LANGUAGES:
        lost, quiet = _shares(library, some(xquad_questions(data, language), number))
        figures |= {f"{NAME} XQuAD {language} lost": lost, f"{NAME} XQuAD {language} quiet": quiet}
    absent = some(captions(data), number)
    loud = sum(any(hit.strong for hit in library.search(each.query).hits) for each in absent)
    return figures | {f"{NAME} captions quiet": 1 - loud / len(absent)}


def _shares(library: Library, questions: Sequence[Question]) -> tuple[float, float]:
    lost = quiet = 0
    for question in questions:
        strong = [hit for hit in library.search(replace(question.query, limit=_HITS)).hits if hit.strong]
        lost += not any(hit.path.name in question.grades for hit in strong)
        quiet += not any(article(hit.path.name) != article(next(iter(question.grades))) for hit in strong)
    return lost / len(questions), quiet / len(questions)


def article(name: str) -> str:
    """The article that a paragraph is of, in whatever language: the second part of its file's name."""
    return "".join(name.split("-")[1:2])
