from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.fingerprint.local import LocalFeatures
from raisonne.fingerprint.query_forms import QueryForms
from raisonne.index.local_space import LocalHits
from raisonne.matching.voting import Candidate, count_votes

POINTS = 40
NEAR, FAR = 100.0**2, 300.0**2

Hit = tuple[int, int, int, float, float, float]
"""Point, form, slot, change of scale, turn in degrees, squared distance."""


def query() -> QueryForms:
    """Points of size 10 and angle 0; each row of what is looked up is a point in a form."""
    points = np.tile(np.array([5, 5, 10, 0], np.float32), (POINTS, 1))
    features = LocalFeatures(points, np.zeros((POINTS, 128), np.uint8), (100, 100))
    return QueryForms(
        forms=(features,) * 4,
        descriptors=np.zeros((4 * POINTS, 128), np.float32),
        lists=np.zeros((4 * POINTS, 4), np.int64),
        row=np.tile(np.arange(POINTS), 4),
        form=np.repeat(np.arange(4), POINTS),
    )


def hits_of(hits: list[Hit], farthest: float = FAR) -> LocalHits:
    point, form, slot, scale, turn, distance = (
        np.array(column) for column in zip(*hits, strict=True)
    )
    return LocalHits(
        row=form * POINTS + point,
        slot=slot,
        size=(10 * scale).astype(np.float32),
        angle=(turn % 360).astype(np.float32),
        distance=distance.astype(np.float32),
        farthest=np.full(len(hits), farthest, np.float32),
    )


def voted(
    hits: list[Hit], *, most: int = 9, counted: np.ndarray | None = None, farthest: float = FAR
) -> list[Candidate]:
    votes = np.ones(POINTS, np.bool_) if counted is None else counted
    return count_votes(query(), hits_of(hits, farthest), votes, most)


def consistent(slot: int, count: int, form: int = 0, first: int = 0) -> list[Hit]:
    """Points that all say: half as large, turned by 60 degrees."""
    return [(first + point, form, slot, 0.5, 60.0, NEAR) for point in range(count)]


def test_points_that_agree_outweigh_as_many_that_do_not():
    scattered = [(point, 0, 7, 2.0 ** (point % 5 - 2), 73.0 * point, NEAR) for point in range(10)]
    first, second = voted(scattered + consistent(3, 10))
    assert (first.slot, second.slot) == (3, 7)
    assert first.votes > 2 * second.votes


def test_more_points_are_more_votes():
    found = voted(consistent(1, 5) + consistent(2, 9) + consistent(3, 7))
    assert [candidate.slot for candidate in found] == [2, 3, 1]
    assert found[0].votes == pytest.approx(9 / 5 * found[2].votes)


def test_a_point_votes_once_however_many_of_the_work_look_like_it():
    once, often = voted(consistent(1, 4)), voted(consistent(1, 4) * 5)
    assert often[0].votes == pytest.approx(once[0].votes)


def test_points_that_are_set_aside_have_no_vote():
    counted = np.arange(POINTS) >= 6
    found = voted(consistent(1, 10) + consistent(2, 6), counted=counted)
    assert [candidate.slot for candidate in found] == [1]
    assert found[0].votes == pytest.approx(0.4 * voted(consistent(1, 10))[0].votes)


def test_forms_of_one_work_are_voted_for_apart():
    found = voted(consistent(1, 8) + consistent(1, 5, form=1) + consistent(1, 3, form=2))
    assert [(c.slot, c.form) for c in found] == [(1, 0), (1, 1), (1, 2)]


@pytest.mark.parametrize("turn", [0, 14.9, 15.1, 345, 359.9, 180])
@pytest.mark.parametrize("scale", [0.7, 0.71, 1.0, 1.41, 1.42])
def test_a_change_on_the_edge_of_two_cells_loses_little(turn, scale):
    chance = np.random.default_rng(0)
    around = [
        (
            point,
            0,
            1,
            scale * 2 ** chance.normal(0, 0.1),
            turn + chance.normal(0, 5),
            NEAR,
        )
        for point in range(20)
    ]
    middle = [(point, 0, 1, 1.0, 30.0, NEAR) for point in range(20)]
    assert voted(around)[0].votes > 0.6 * voted(middle)[0].votes


def test_what_is_nearer_than_the_rest_weighs_more():
    near = [(point, 0, 1, 1.0, 0.0, 50.0**2) for point in range(10)]
    middling = [(point, 0, 2, 1.0, 0.0, 250.0**2) for point in range(10)]
    first, second = voted(near + middling)
    assert first.slot == 1
    assert first.votes > 3 * second.votes


def test_what_all_have_says_little_and_what_is_beyond_doubt_still_something():
    alike = voted(consistent(1, 10), farthest=NEAR)[0].votes
    telling = voted(consistent(1, 10))[0].votes
    assert 0 < alike < 0.3 * telling
    equal = [(point, 0, 1, 1.0, 0.0, 0.0) for point in range(10)]
    assert voted(equal, farthest=0)[0].votes > 1
    far = [(point, 0, 1, 1.0, 0.0, FAR) for point in range(10)]
    assert voted(far) == []


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_extreme_changes_of_scale_are_counted_at_the_end(scale):
    hits = [(point, 0, 1, scale, 0.0, NEAR) for point in range(10)]
    assert voted(hits)[0].votes >= voted(consistent(1, 10))[0].votes * 0.99


def test_nothing_found_is_no_candidate():
    nothing = np.empty(0)
    whole = np.empty(0, np.intp)
    empty = LocalHits(whole, whole, *(nothing.astype(np.float32),) * 4)
    assert count_votes(query(), empty, np.ones(POINTS, np.bool_), 5) == []
    assert voted(consistent(1, 5), counted=np.zeros(POINTS, np.bool_)) == []


HITS = st.tuples(
    st.integers(0, POINTS - 1),
    st.integers(0, 3),
    st.sampled_from([0, 1, 2, 3, 2**40]),
    st.floats(0.01, 100),
    st.floats(0, 359),
    st.floats(0, FAR),
)


@given(st.lists(HITS, min_size=1, max_size=60), st.integers(1, 10), st.randoms())
def test_candidates_are_few_ordered_and_do_not_depend_on_the_order_of_hits(hits, most, chance):
    hits = sorted(hits, key=lambda hit: hit[5])
    found = voted(hits, most=most)
    assert len(found) <= most
    assert len({(c.slot, c.form) for c in found}) == len(found)
    votes = [c.votes for c in found]
    assert votes == sorted(votes, reverse=True)
    shuffled = hits.copy()
    chance.shuffle(shuffled)
    # The hits of one point come nearest first.
    again = [c.votes for c in voted(sorted(shuffled, key=lambda hit: hit[:2] + hit[5:]), most=most)]
    assert again == pytest.approx(votes)
