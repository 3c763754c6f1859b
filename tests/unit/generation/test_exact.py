from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.generation.exact import cosine, cosines, interpolate, sine, sines, smooth

TURNS = st.floats(-50.0, 50.0)


@given(TURNS)
def test_sine_is_the_sine_of_turns(turns: float) -> None:
    assert sine(turns) == pytest.approx(math.sin(turns * math.tau), abs=1e-10)
    assert cosine(turns) == pytest.approx(math.cos(turns * math.tau), abs=1e-10)


@given(st.lists(TURNS, min_size=1, max_size=20))
def test_arrays_give_the_same_bits_as_numbers(turns: list[float]) -> None:
    assert sines(np.array(turns)).tolist() == [sine(t) for t in turns]
    assert cosines(np.array(turns)).tolist() == [cosine(t) for t in turns]


def test_quarter_turns_are_exact() -> None:
    assert (sine(0.0), sine(0.5)) == (0.0, 0.0)
    assert cosine(0.25) == 0.0
    assert sine(0.25) == pytest.approx(1.0, abs=1e-11)


def test_interpolate_is_linear_between_knots_and_constant_beyond() -> None:
    knots, values = np.array([0.0, 1.0, 3.0]), np.array([0.0, 10.0, 0.0])
    read = interpolate(np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 9.0]), knots, values)
    assert read.tolist() == [0.0, 0.0, 5.0, 10.0, 5.0, 0.0]


def test_smooth_is_flat_at_both_ends() -> None:
    assert smooth(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
