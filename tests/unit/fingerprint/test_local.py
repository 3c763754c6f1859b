from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.local import (
    QUERY_POINTS,
    REGISTERED_POINTS,
    LocalFeatures,
    inverted,
    local_features,
    mirrored,
)
from raisonne.fingerprint.query_forms import query_forms
from raisonne.fingerprint.vocabulary import local_fingerprint

DIGEST = """
import hashlib
import os

import cv2
import numpy as np

from tests.unit.fingerprint.pictures import painting
from raisonne.fingerprint.query_forms import query_forms
from raisonne.fingerprint.vocabulary import local_fingerprint

cv2.setNumThreads(int(os.environ["THREADS"]))
digest = hashlib.sha256()
for width, height in ((640, 480), (96, 150)):
    pixels = np.asarray(painting(width, width, height))
    digest.update(local_fingerprint(pixels).value)
    query = query_forms(pixels)
    for array in (query.descriptors, query.lists, query.forms[3].points):
        digest.update(np.ascontiguousarray(array).tobytes())
print(digest.hexdigest())
"""


def pixels(seed: int = 0, width: int = 400, height: int = 300) -> np.ndarray:
    return np.asarray(painting(seed, width, height))


def same(one: LocalFeatures, other: LocalFeatures) -> bool:
    return (
        one.size == other.size
        and np.array_equal(one.points, other.points)
        and np.array_equal(one.descriptors, other.descriptors)
    )


def share_in(some: LocalFeatures, all_: LocalFeatures) -> float:
    """Share of points that others have too: placed, as large, turned and described alike."""
    away = np.linalg.norm(some.points[:, None, :2] - all_.points[:, :2], axis=2)
    octaves = np.abs(np.log2(some.points[:, None, 2] / all_.points[:, 2]))
    turn = np.abs((some.points[:, None, 3] - all_.points[:, 3] + 180) % 360 - 180)
    unlike = np.linalg.norm(
        some.descriptors[:, None].astype(float) - all_.descriptors.astype(float), axis=2
    )
    found = (away < 1) & (octaves < 0.1) & (turn < 5) & (unlike < 100)
    return float(found.any(axis=1).mean())


def digest_with(threads: int) -> str:
    count = str(threads)
    settings = dict.fromkeys(("THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), count)
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env=os.environ | settings | {"PYTHONPATH": paths},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_every_process_finds_the_same_whatever_its_threads():
    assert digest_with(1) == digest_with(4) != ""


def test_looking_twice_finds_the_same_in_the_same_order():
    assert same(local_features(pixels()), local_features(pixels()))


@pytest.mark.parametrize("limit", [1, 7, REGISTERED_POINTS, QUERY_POINTS])
def test_points_are_bounded_and_fewer_are_the_first_of_more(limit):
    few, many = local_features(pixels(), limit), local_features(pixels(), 10_000)
    assert len(few) == limit
    assert np.array_equal(few.points, many.points[:limit])
    assert np.array_equal(few.descriptors, many.descriptors[:limit])


def test_points_lie_on_the_picture_and_are_numbers_of_their_kind():
    for width, height in ((400, 300), (60, 45), (640, 90)):
        found = local_features(pixels(3, width, height))
        assert found.size == (width, height)
        assert (found.points.dtype, found.descriptors.dtype) == (np.float32, np.uint8)
        assert found.points.shape[1:] == (4,)
        assert found.descriptors.shape == (len(found), 128)
        assert (found.points[:, :2] > -1).all()
        assert (found.points[:, :2] < (width, height)).all()
        assert (found.points[:, 2] > 0).all()
        assert ((found.points[:, 3] >= 0) & (found.points[:, 3] < 360)).all()


def test_quiet_parts_of_a_picture_have_points_too():
    loud = pixels(0).copy()
    loud[:, 100:] = (loud[:, 100:] * 0.6 + 50).astype(np.uint8)
    found = local_features(loud, REGISTERED_POINTS)
    assert (found.points[:, 0] > 110).mean() > 0.5


def test_points_stay_with_what_they_show_when_the_picture_is_scaled():
    large = painting(2, 600, 450)
    found = local_features(np.asarray(large), 200)
    smaller = local_features(np.asarray(large.resize((300, 225), 4)), 10_000)
    doubled = smaller.points * np.array([2, 2, 2, 1], np.float32)
    away = np.linalg.norm(found.points[:, None, :2] - doubled[:, :2], axis=2)
    octaves = np.abs(np.log2(found.points[:, None, 2] / doubled[:, 2]))
    assert ((away < 3) & (octaves < 0.3)).any(axis=1).mean() > 0.8


def test_a_part_is_looked_at_alone_and_at_its_full_size():
    large = pixels(6, 640, 480).copy()
    large[300:420, 400:560] = pixels(7, 160, 120)
    part = np.zeros((480, 640), np.bool_)
    part[300:420, 400:560] = True
    found = local_features(large, where=part)
    across, down = found.points[:, :2].round().astype(int).T
    assert part[down, across].all()
    assert found.size == (640, 480)
    whole = local_features(large, 10_000).points
    x, y = whole[:, 0].round().astype(int), whole[:, 1].round().astype(int)
    assert len(found) > part[y.clip(0, 479), x.clip(0, 639)].sum()
    assert len(local_features(large, where=np.zeros_like(part))) == 0


FORMS = [
    (mirrored, lambda p: p[:, ::-1], 0.8),
    (inverted, lambda p: 255 - p, 0.97),
    (lambda f: inverted(mirrored(f)), lambda p: 255 - p[:, ::-1], 0.8),
]


@pytest.mark.parametrize(("permuted", "changed", "least"), FORMS)
@pytest.mark.parametrize("size", [(448, 336), (240, 180), (300, 401)])
def test_changed_features_are_those_of_the_changed_picture(permuted, changed, least, size):
    # Halving an even number of columns is not symmetric, which moves some points of a mirror image.
    plain = local_features(pixels(5, *size), REGISTERED_POINTS)
    looked = local_features(np.ascontiguousarray(changed(pixels(5, *size))), 10_000)
    assert share_in(permuted(plain), looked) > least
    assert share_in(plain, looked) < 0.05


@pytest.mark.parametrize("change", [mirrored, inverted])
def test_changing_twice_changes_nothing(change):
    plain = local_features(pixels())
    twice = change(change(plain))
    assert np.array_equal(twice.descriptors, plain.descriptors)
    assert np.allclose(twice.points, plain.points, atol=1e-3)


def test_the_order_of_changes_does_not_matter():
    plain = local_features(pixels())
    one, other = inverted(mirrored(plain)), mirrored(inverted(plain))
    assert np.array_equal(one.descriptors, other.descriptors)
    assert np.allclose(one.points, other.points, atol=1e-3)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((300, 400, 3), np.uint8),
        np.full((50, 50, 3), 255, np.uint8),
        np.broadcast_to(np.arange(256, dtype=np.uint8)[:, None, None], (256, 300, 3)).copy(),
    ],
)
def test_pictures_without_structure_have_no_points(picture):
    found = local_features(picture)
    assert (found.points.shape, found.descriptors.shape) == ((0, 4), (0, 128))
    assert len(mirrored(inverted(found))) == 0
    query = query_forms(picture)
    assert len(query.descriptors) == len(query.lists) == 0
    assert local_fingerprint(picture).quality == 0


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 500), (500, 1), (2, 3), (7, 7), (640, 3), (3, 640), (17, 640)]
)
def test_tiny_and_narrow_pictures_are_survived(shape):
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = local_features(noise)
    assert found.size == shape[::-1]
    assert len(found) <= QUERY_POINTS
    query_forms(noise)
    assert 0 <= (local_fingerprint(noise).quality or 0) <= 100
