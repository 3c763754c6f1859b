from __future__ import annotations

import numpy as np

from raisonne.generation.dice import Dice
from raisonne.generation.paint import (
    Cloudy,
    Noise,
    fade,
    flat,
    gradient,
    mottle,
    soft_box,
    soft_ellipse,
    toned,
    veil,
)
from raisonne.generation.raster import Region
from raisonne.generation.scene import Grid


def grid_of(left: int, top: int, right: int, bottom: int) -> Grid:
    return Region(left, top, right, bottom).grid(100.0)


WHOLE = grid_of(0, 0, 100, 100)
WHITE = np.full((100, 100, 3), 255.0, dtype=np.float32)


def test_noise_is_the_same_in_every_tile() -> None:
    for noise in (Noise(Dice(1), 7.0), Noise(Dice(1), 7.0, 30.0), Cloudy(Dice(2), 3.0)):
        part = noise.at(grid_of(30, 40, 60, 90))
        assert (noise.at(WHOLE)[40:90, 30:60] == part).all()


def test_noise_stays_in_its_range_and_varies() -> None:
    heights = Noise(Dice(1), 9.0).at(WHOLE)
    assert np.abs(heights).max() <= 1.0
    assert heights.std() > 0.2


def test_a_gradient_passes_through_its_stops() -> None:
    paint = gradient([(0.0, (0, 0, 0)), (0.5, (100, 50, 0)), (1.0, (200, 200, 200))])
    column = np.broadcast_to(paint(WHITE, WHOLE), WHITE.shape)[:, 0]
    assert column[50].tolist() == np.array((101, 53, 4)).tolist() or np.allclose(
        column[50], (100, 50, 0), atol=8
    )
    assert column[0, 0] < 10
    assert column[-1, 0] > 190
    across = gradient([(0.0, (0, 0, 0)), (1.0, (255, 255, 255))], across=True)
    assert np.broadcast_to(across(WHITE, WHOLE), WHITE.shape)[0, -1, 0] > 245


def test_a_fade_leaves_its_start_and_reaches_its_end() -> None:
    faded = fade((10, 20, 30), (0.0, 0.2), (0.0, 0.8))(WHITE, WHOLE)
    assert (faded[:15] == 255.0).all()
    assert np.allclose(faded[-15:], (10, 20, 30), atol=0.01)


def test_flat_covers_what_was_below() -> None:
    assert np.broadcast_to(flat((1, 2, 3))(WHITE, WHOLE), WHITE.shape)[9, 9].tolist() == [1, 2, 3]


def test_mottle_changes_lightness_by_no_more_than_its_amount() -> None:
    grey = np.full_like(WHITE, 100.0)
    mottled = mottle(Noise(Dice(3), 20.0), 0.1)(grey, WHOLE)
    assert 1.0 < mottled.std() < 10.0
    assert np.abs(mottled - 100.0).max() <= 10.001


def test_a_veil_only_lies_where_noise_is_high() -> None:
    noise = Noise(Dice(4), 6.0)
    veiled = veil((0, 0, 0), noise, 0.2, 0.6, 1.0)(WHITE, WHOLE)
    assert (veiled[noise.at(WHOLE) < 0.2] == 255.0).all()
    assert (veiled[noise.at(WHOLE) > 0.6] == 0.0).all()


def test_toning_limits_hues_and_keeps_named_colours() -> None:
    tone = toned([(200, 40, 40), (30, 30, 60)])
    red = np.broadcast_to(np.float32((200, 40, 40)), (2, 2, 3)).astype(np.float32)
    assert np.allclose(tone(red, grid_of(0, 0, 2, 2)), (200, 40, 40), atol=0.5)
    greys = toned([(20, 20, 20), (120, 120, 120), (240, 240, 240)])
    colourful = Dice(5).units(100, 100, 3).astype(np.float32) * 255
    spread = np.ptp(greys(colourful, WHOLE), axis=2)
    assert spread.max() < 16


def test_soft_shapes_are_gone_at_their_bounds() -> None:
    coverage, bounds = soft_ellipse(0.5, 0.5, 0.3, 0.2, 0.8)
    cover = coverage(WHOLE)
    assert bounds == (0.2, 0.3, 0.8, 0.7)
    assert cover[50, 50] > 0.75
    assert cover[:, :20].max() == 0.0
    assert cover[:29].max() == 0.0
    box, _ = soft_box((0.2, 0.2, 0.8, 0.8), 0.05, 0.9, Noise(Dice(6), 5.0), Cloudy(Dice(7), 3.0))
    cover = box(WHOLE)
    assert cover[50, 50] > 0.7
    assert cover[:18].max() == 0.0
