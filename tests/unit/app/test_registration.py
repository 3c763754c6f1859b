from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from raisonne.app.registration import nudge

pytestmark = pytest.mark.engines

ALL = np.ones((300, 400), np.bool_)


def structure(seed: int) -> NDArray[np.float32]:
    coarse = np.random.default_rng(seed).random((12, 16), np.float32)
    return np.asarray(cv2.resize(coarse, (400, 300), interpolation=cv2.INTER_CUBIC))


@pytest.mark.parametrize("shift", [(0.0, 0.0), (3.0, -2.0), (-6.5, 4.0)])
def test_a_small_offset_is_found(shift: tuple[float, float]) -> None:
    target = structure(1)
    move = np.array([(1.01, 0.005, shift[0]), (-0.005, 0.99, shift[1]), (0, 0, 1)])
    moving = cv2.warpAffine(target, move[:2], (400, 300), borderMode=cv2.BORDER_REPLICATE)
    found = nudge(target, np.asarray(moving), ALL)
    assert found is not None
    assert found == pytest.approx(move, abs=0.3)


def test_a_large_offset_is_another_alignment() -> None:
    target = structure(2)
    assert nudge(target, np.roll(target, 60, axis=1), ALL) is None


def test_where_nothing_can_be_laid_on_one_another_nothing_is_moved() -> None:
    flat = np.full((300, 400), 0.5, np.float32)
    assert nudge(flat, flat, ALL) is None
    assert nudge(structure(3), structure(3), ~ALL) is None
    assert nudge(np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32), ALL[:1, :1]) is None
