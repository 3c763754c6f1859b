from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.evaluation.metrics import (
    clopper_pearson,
    count_above,
    micro_average_precision,
    threshold_at,
)

PREDICTIONS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40)


def test_average_precision_by_hand() -> None:
    # Ranked: true (1/1), false, true (2/3), false, true (3/5); one of four was never predicted.
    scores, correct = [0.9, 0.8, 0.7, 0.6, 0.5], [True, False, True, False, True]
    expected = (1 + 2 / 3 + 3 / 5) / 4
    assert micro_average_precision(scores, correct, 4) == pytest.approx(expected)


def test_the_order_of_predictions_does_not_matter() -> None:
    scores, correct = [0.5, 0.9, 0.6, 0.7, 0.8], [True, True, False, True, False]
    expected = (1 + 2 / 3 + 3 / 5) / 4
    assert micro_average_precision(scores, correct, 4) == pytest.approx(expected)


def test_equal_scores_are_ranked_worst_first() -> None:
    assert micro_average_precision([1, 1, 1, 1], [True, False, False, False], 1) == 0.25


def test_nothing_predicted_or_nothing_to_find_is_nothing() -> None:
    assert micro_average_precision([], [], 3) == 0
    assert micro_average_precision([0.5], [False], 0) == 0


@given(PREDICTIONS)
def test_average_precision_is_the_area_under_the_steps(predictions) -> None:
    scores, correct = zip(*predictions, strict=True)
    positives = sum(correct) + 2
    ranked = [truth for _, truth in sorted(predictions, key=lambda p: (-p[0], p[1]))]
    area = sum(sum(ranked[:n]) / n for n in range(1, len(ranked) + 1) if ranked[n - 1]) / positives
    assert micro_average_precision(scores, correct, positives) == pytest.approx(area)


@given(PREDICTIONS)
def test_only_the_order_of_scores_counts(predictions) -> None:
    scores, correct = zip(*predictions, strict=True)
    bent = [math.exp(score / 7) for score in scores]
    one, other = (micro_average_precision(s, correct, 50) for s in (scores, bent))
    assert one == pytest.approx(other)


@given(st.integers(1, 30), st.integers(0, 30))
def test_a_perfect_ranking_is_one(copies: int, strangers: int) -> None:
    scores = [2.0] * copies + [1.0] * strangers
    assert micro_average_precision(scores, [True] * copies + [False] * strangers, copies) == 1


def test_thresholds_by_hand() -> None:
    negatives = [0.1, 0.9, 0.4, -math.inf]
    assert threshold_at(negatives, 0) == 0.9
    assert threshold_at(negatives, 0.25) == 0.4
    assert threshold_at(negatives, 0.2) == 0.9
    assert threshold_at([], 0) == -math.inf
    assert count_above([0.95, 0.9, 0.5, -math.inf], 0.9) == 1


@given(
    st.lists(st.floats(0, 1) | st.just(-math.inf), min_size=1, max_size=60),
    st.floats(0, 1, exclude_max=True),
)
def test_no_more_negatives_pass_than_the_rate_allows(negatives, rate) -> None:
    threshold = threshold_at(negatives, rate)
    assert count_above(negatives, threshold) <= rate * len(negatives)
    lower = np.nextafter(threshold, -math.inf)
    assert threshold == -math.inf or count_above(negatives, lower) > rate * len(negatives) - 1


# Published values (Clopper and Pearson's tables as given by every statistics package).
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0, 0.30850), (10, 10, 0.69150, 1), (8, 10, 0.44390, 0.97479), (0, 500, 0, 0.00735)],
)
def test_intervals_are_the_published_ones(successes, trials, low, high) -> None:
    assert clopper_pearson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_no_trials_leave_everything_possible() -> None:
    assert clopper_pearson(0, 0) == (0, 1)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(case) -> None:
    successes, trials = case
    low, high = clopper_pearson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    wider = clopper_pearson(successes, trials, 0.999)
    assert wider[0] <= low + 1e-9
    assert wider[1] >= high - 1e-9
