from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.questions import Liking
from bowerbird.core.search import ranking
from bowerbird.core.search.alignment import align
from bowerbird.core.search.ranking import Asked, Evidence, Source


def test_evidence_of_several_sources_adds_up_and_the_best_of_one_counts() -> None:
    both, single = ranking.rank(
        [
            Evidence(1, 10, Source.MEANING, 2.0),
            Evidence(1, 11, Source.MEANING, 1.0),
            Evidence(1, 11, Source.WORDS, 1.5),
            Evidence(2, 20, Source.MEANING, 3.0),
        ]
    )
    assert (both.key, both.total, single.key) == (1, 3.5, 2)
    assert list(ranking.best_segments(both)) == [11, 10]


def test_of_what_is_compared_as_a_vector_the_strongest_counts() -> None:
    """Writing in a photo that has little to do with the sentence makes no photo better than another."""
    matches = [
        Evidence(1, 10, Source.LOOKS, 2.0),
        Evidence(1, 11, Source.MEANING, 1.5),
        Evidence(1, 11, Source.WORDS, 1.0),
        Evidence(1, None, Source.NAME, 0.5),
        Evidence(2, 20, Source.LOOKS, 3.6),
    ]
    assert [(candidate.key, candidate.total) for candidate in ranking.rank(matches)] == [(2, 3.6), (1, 3.5)]


def test_the_mean_of_spaces_takes_what_one_of_them_does_not_list_for_its_weakest() -> None:
    one = [Evidence(1, 10, Source.LOOKS, 4.0), Evidence(2, 20, Source.LOOKS, 1.0)]
    other = [Evidence(2, 20, Source.LOOKS, 3.0), Evidence(3, 30, Source.LOOKS, 2.0)]
    means = {match.key: match.strength for match in ranking.mean([one, other])}
    assert means == {1: 3.0, 2: 2.0, 3: 1.5}
    assert ranking.mean([one]) == one
    assert ranking.mean([[], []]) == []


def test_scores_fall_with_rank_and_stay_between_0_and_1() -> None:
    candidates = ranking.rank(
        Evidence(key, key, Source.MEANING, strength) for key, strength in ((1, 0.1), (2, 9.0), (3, 4.0))
    )
    scores = [candidate.score for candidate in candidates]
    assert [candidate.key for candidate in candidates] == [2, 3, 1]
    assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)


def test_a_cosine_counts_by_how_far_it_stands_out_of_unrelated_ones() -> None:
    assert ranking.from_cosine(0.1, (0.1, 0.05)) == 0
    assert ranking.from_cosine(0.0, (0.1, 0.05)) == 0
    assert ranking.from_cosine(0.5, (0.0, 0.25)) == ranking.from_cosine(0.75, (0.25, 0.25)) == 2


def test_rare_words_tell_more() -> None:
    assert ranking.information([1], 1000) > ranking.information([400], 1000)
    assert ranking.from_bm25(3.0, ranking.information([1, 2], 1000)) < ranking.WORDS_WEIGHT
    assert ranking.from_bm25(3.0, 0.0) == 0


def test_a_text_with_all_the_words_is_a_match_and_the_better_the_better_it_matches() -> None:
    some = [ranking.from_bm25(score, 4.0) for score in (0.1, 1.0, 4.0, 8.0)]
    every = [ranking.from_bm25(score, 4.0, has_all=True) for score in (0.1, 1.0, 4.0, 8.0)]
    assert all(ranking.logistic(strength) >= ranking.STRONG for strength in every)
    assert every == sorted(set(every)) and all(a >= b for a, b in zip(every, some, strict=True))


def test_what_is_asked_for_word_by_word_alone_makes_a_match() -> None:
    alone = (ranking.ALL_WORDS, ranking.EXACT, ranking.NAME_WEIGHT, ranking.LISTED)
    assert all(ranking.logistic(strength) >= ranking.STRONG for strength in alone)


def test_an_excerpt_is_aligned_where_its_moments_come_in_order() -> None:
    background = (0.0, 0.1)
    moments = np.eye(6, dtype=np.float32)  # of the file; each like itself alone
    strength, at = align(moments @ moments[2:5].T, background)
    assert (strength, at) == (pytest.approx(10.0), 2)
    backwards, _ = align(moments @ moments[4:1:-1].T, background)
    assert backwards == pytest.approx(10.0 / 3)
    skipping, at = align(moments @ moments[[1, 3, 5]].T, background)
    assert (skipping, at) == (pytest.approx(10.0), 1)


def test_of_one_part_its_own_evidence_counts() -> None:
    assert ranking.all_of([(2.5, 0.5)]) == 2.5
    assert ranking.all_of([]) == 0


def test_what_answers_all_parts_comes_before_what_answers_one_the_better() -> None:
    both, one, neither = (ranking.all_of([(a, 1.0), (b, 1.0)]) for a, b in ((4.0, 4.0), (50.0, 0.5), (0.0, 0.0)))
    assert both > one > neither
    assert ranking.all_of([(80.0, 1.0), (80.0, 1.0)]) > 70, "two certainties are one"


def test_what_counts_less_costs_less_where_it_is_lacking() -> None:
    lacking = {weight: ranking.all_of([(6.0, 1.0), (0.0, weight)]) for weight in (0.5, 1.0)}
    assert lacking[0.5] > lacking[1.0]
    assert ranking.all_of([(6.0, 0.5), (0.0, 0.5)]) == pytest.approx(lacking[1.0]), "of equal weights each is whole"


def test_words_and_an_example_are_both_to_be_answered() -> None:
    evidence = [
        Evidence(1, 10, Source.MEANING, 4.0),
        Evidence(1, 10, Source.EXAMPLE, 4.0),
        Evidence(2, 20, Source.EXAMPLE, 12.0),
        Evidence(3, 30, Source.MEANING, 9.0),
    ]
    assert [each.key for each in ranking.rank(evidence, Asked(True, (Liking.LIKE,)))] == [1, 2, 3]


def test_what_is_like_what_is_not_meant_sinks_and_alone_is_no_answer() -> None:
    evidence = [
        Evidence(1, 10, Source.MEANING, 5.0),
        Evidence(1, 10, Source.EXAMPLE, 9.0),
        Evidence(2, 20, Source.MEANING, 4.0),
        Evidence(2, 20, Source.EXAMPLE, 1.0),
        Evidence(3, 30, Source.EXAMPLE, 9.0),
    ]
    second, first = sorted(ranking.rank(evidence, Asked(True, (Liking.NOT_LIKE,))), key=lambda each: each.key)
    assert first.total == 4.0 - ranking.DISLIKED
    assert second.total == 5.0 - 9 * ranking.DISLIKED - 4.0, "nearer to that than to what is meant"
    assert Source.EXAMPLE not in second.best, "which is no reason for a hit"
