from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fingerprint.features import random_features, rooted
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.local import LocalFeatures, local_features, mirrored
from raisonne.matching.geometry import (
    align,
    correspondences,
    project,
    similar_pairs,
)

SIZE = (640, 480)
CORNERS = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], float)


def some_points(seed: int, count: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return np.stack(
        [
            chance.uniform(0, 640, count),
            chance.uniform(0, 480, count),
            np.exp2(chance.uniform(2, 6, count)),
            chance.uniform(0, 360, count),
        ],
        axis=1,
    ).astype(np.float32)


def moved(points: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Points as they would be in a picture that was warped: with sizes and angles of their own."""
    here = points[:, :2].astype(float)
    direction = np.deg2rad(points[:, 3].astype(float))
    step = 0.01 * np.stack([np.cos(direction), np.sin(direction)], axis=1)
    there = project(transform, here)
    ahead = project(transform, here + step) - there
    aside = project(transform, here + step[:, ::-1] * (-1, 1)) - there
    area = np.abs(ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0])
    return np.column_stack(
        [
            there,
            points[:, 2] * np.sqrt(area) / 0.01,
            np.rad2deg(np.arctan2(ahead[:, 1], ahead[:, 0])) % 360,
        ]
    ).astype(np.float32)


def similarity(scale: float, degrees: float, across: float, down: float) -> np.ndarray:
    turn = np.deg2rad(degrees)
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    return np.array([[cosine, -sine, across], [sine, cosine, down], [0, 0, 1]])


def with_strangers(work: np.ndarray, count: int) -> np.ndarray:
    """The first so many points lie anywhere, as wrong pairs do."""
    return np.concatenate([some_points(999, count), work[count:]])


def error(found: np.ndarray, true: np.ndarray, around: np.ndarray = CORNERS) -> float:
    """How far the corners of a picture land from where they should."""
    return float(np.abs(project(found, around) - project(true, around)).max())


# --- Alignment -----------------------------------------------------------------------------------


@given(
    st.floats(0.2, 4),
    st.floats(0, 360),
    st.floats(-900, 900),
    st.floats(-900, 900),
    st.integers(0, 2**16),
)
@settings(max_examples=40, deadline=None)
def test_any_similarity_is_recovered_among_as_many_wrong_pairs(scale, degrees, across, down, seed):
    true = similarity(scale, degrees, across, down)
    query = some_points(seed, 60)
    found = align(query, with_strangers(moved(query, true), 30), SIZE)
    assert found is not None
    assert set(range(30, 60)) <= set(found.pairs.tolist())
    # Strangers that happen to lie right take part in the fit.
    assert error(found.transform, true, query[30:, :2]) < 0.02 * max(SIZE)


AFFINE = np.array([[1.3, 0.25, -40], [-0.1, 0.9, 25], [0, 0, 1]])
PERSPECTIVE = np.array([[1.0, 0.1, 10], [0.05, 1.1, -20], [4e-4, -2e-4, 1]])


@pytest.mark.parametrize("true", [np.eye(3), similarity(0.5, 30, 100, 50), AFFINE])
def test_clean_points_give_the_transform_itself(true):
    query = some_points(1, 80)
    found = align(query, moved(query, true), SIZE)
    assert found is not None
    assert found.pairs.tolist() == list(range(80))
    assert error(found.transform, true) < 0.1


def test_a_perspective_is_recovered_where_there_are_points_enough():
    query = some_points(2, 120)
    found = align(query, with_strangers(moved(query, PERSPECTIVE), 40), SIZE)
    assert found is not None
    assert error(found.transform, PERSPECTIVE) < 4
    assert set(range(40, 120)) <= set(found.pairs.tolist())


def test_few_points_are_not_bent_into_a_perspective():
    query = some_points(3, 8)
    found = align(query, moved(query, PERSPECTIVE), SIZE)
    assert found is not None
    assert found.transform[2].tolist() == [0, 0, 1]


def test_a_mirror_image_is_aligned_by_its_mirrored_features_only():
    plain = random_features(4, 60)
    picture = mirrored(plain)
    assert align(picture.points, plain.points, SIZE) is None
    found = align(mirrored(picture).points, plain.points, SIZE)
    assert found is not None
    assert error(found.transform, np.eye(3)) < 0.1


@pytest.mark.parametrize("count", range(4))
def test_fewer_than_four_pairs_carry_nothing(count):
    query = some_points(5, count)
    assert align(query, query, SIZE) is None


def placed(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    count = len(x)
    return np.stack([x, y, np.full(count, 9.0), np.zeros(count)], axis=1).astype(np.float32)


ALONG = np.linspace(0, 600, 20)
DEGENERATE = {
    "coincident": placed(np.full(20, 300.0), np.full(20, 200.0)),
    "collinear": placed(ALONG, np.full(20, 50.0)),
    "slanting": placed(ALONG, 0.7 * ALONG + 3),
    "nearly collinear": placed(ALONG, 50 + np.tile([0.0, 1.0], 10)),
    "two places": placed(np.tile([10.0, 600.0], 10), np.tile([10.0, 400.0], 10)),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_points_that_span_no_area_carry_nothing(name):
    assert align(DEGENERATE[name], DEGENERATE[name], SIZE) is None
    scattered = some_points(6, 20)
    scattered[:, 2:] = (9, 0)
    assert align(scattered, DEGENERATE[name], SIZE) is None


def test_wrong_pairs_alone_carry_next_to_nothing():
    for seed in range(20):
        found = align(some_points(seed, 40), some_points(seed + 500, 40), SIZE)
        assert found is None or len(found.pairs) < 8


@given(st.integers(0, 2**32), st.integers(4, 40))
@settings(max_examples=40, deadline=None)
def test_whatever_is_paired_the_answer_is_plausible(seed, count):
    chance = np.random.default_rng(seed)
    query, work = some_points(seed, count), some_points(seed + 1, count)
    # Points on a coarse grid often coincide and lie in rows.
    for points in (query, work):
        points[:, :2] = (points[:, :2] / 200).round() * 200
        points[:, 3] = chance.choice([0, 90], count)
    found = align(query, work, SIZE)
    if found is not None:
        assert np.isfinite(found.transform).all()
        assert len(found.pairs) >= 4
        assert np.linalg.det(found.transform[:2, :2]) > 0
        landed = project(found.transform, query[found.pairs, :2])
        assert (np.linalg.norm(landed - work[found.pairs, :2], axis=1) < 0.04 * 640).all()


def test_the_same_points_give_the_same_answer_to_the_last_bit():
    query = some_points(7, 100)
    work = with_strangers(moved(query, PERSPECTIVE), 50)
    one, other = align(query, work, SIZE), align(query, work, SIZE)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.transform, other.transform)
    assert np.array_equal(one.pairs, other.pairs)


# --- Behind the plane ----------------------------------------------------------------------------

BEHIND = np.array([[1, 0, 0], [0, 1, 0], [-1 / 300, 0, 1]], float)
"""Everything right of x = 300 lies behind."""


def test_points_behind_the_plane_land_nowhere():
    points = np.array([[0, 0], [150, 60], [300, 10], [500, 10]], float)
    sent = project(BEHIND, points)
    assert sent[:2].tolist() == [[0, 0], [300, 120]]
    assert np.isnan(sent[2:]).all()


def test_points_behind_the_plane_do_not_agree_and_disturb_nothing():
    features = random_features(8, 50)
    work = LocalFeatures(features.points.copy(), features.descriptors, SIZE)
    front = features.points[:, 0] < 250
    work.points[front, :2] = project(BEHIND, features.points[front, :2])
    agreeing = correspondences(features, work, BEHIND)
    assert len(agreeing) == front.sum()
    assert (agreeing[:, 0] < 250).all()


# --- Pairs ---------------------------------------------------------------------------------------


def test_descriptors_pair_with_themselves():
    descriptors = rooted(np.random.default_rng(0), 50).astype(np.float32)
    order = np.random.default_rng(1).permutation(50)
    pairs = similar_pairs(descriptors, descriptors[order])
    assert pairs[:, 0].tolist() == list(range(50))
    assert order[pairs[:, 1]].tolist() == list(range(50))


def test_what_looks_like_two_of_the_work_is_paired_with_neither():
    work = rooted(np.random.default_rng(2), 20).astype(np.float32)
    twice = np.concatenate([work, work[:5]])
    pairs = similar_pairs(work, twice)
    assert pairs[:, 0].tolist() == list(range(5, 20))


def test_no_point_of_the_work_is_paired_twice_and_the_nearest_wins():
    work = rooted(np.random.default_rng(3), 20).astype(np.float32)
    near = work[:5].copy()
    near[:, 0] += 9
    pairs = similar_pairs(np.concatenate([near, work]), work)
    assert sorted(pairs[:, 1]) == list(range(20))
    assert pairs[:, 0].tolist() == list(range(5, 25))


def test_strangers_are_not_paired():
    one, other = (rooted(np.random.default_rng(seed), 200).astype(np.float32) for seed in (4, 5))
    assert len(similar_pairs(one, other)) < 5


@pytest.mark.parametrize(("query", "work"), [(0, 50), (3, 50), (50, 0), (50, 3)])
def test_a_handful_of_descriptors_is_not_paired(query, work):
    some = rooted(np.random.default_rng(6), 50).astype(np.float32)
    assert similar_pairs(some[:query], some[:work]).shape == (0, 2)


# --- Two pictures --------------------------------------------------------------------------------


def test_corresponding_points_of_a_crop_are_the_same_places():
    whole = np.asarray(painting(3, 400, 300))
    crop = np.ascontiguousarray(whole[50:250, 80:330])
    true = similarity(1, 0, 80, 50)
    agreeing = correspondences(local_features(crop), local_features(whole), true)
    assert len(agreeing) > 60
    shift = agreeing[:, 2:] - agreeing[:, :2]
    assert np.abs(np.median(shift, axis=0) - (80, 50)).max() < 1
    assert np.abs(shift - (80, 50)).max() < 0.04 * 400


def test_strangers_have_next_to_no_corresponding_points():
    one, other = (local_features(np.asarray(painting(seed, 400, 300))) for seed in (1, 2))
    assert len(correspondences(one, other, np.eye(3))) < 5
