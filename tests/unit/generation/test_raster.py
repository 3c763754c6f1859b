from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from raisonne.generation import raster
from raisonne.generation.dice import Dice
from raisonne.generation.geometry import Frame, circle, rectangle
from raisonne.generation.paint import Noise as PaintNoise
from raisonne.generation.paint import flat, glow, mottle, paper
from raisonne.generation.raster import Region, rasterise, supersampling
from raisonne.generation.scene import Scene, Shape
from raisonne.rights.errors import CancelledError, Reason

RED, BLUE, WHITE = (200, 0, 0), (0, 0, 200), (255, 255, 255)


def rich_scene() -> Scene:
    scene = Scene(Frame(1.0, 1.0))
    scene.glaze(flat(WHITE))
    scene.shapes([Shape(circle(0.4, 0.55, 0.37), RED), Shape(circle(0.6, 0.3, 0.2), BLUE)])
    scene.shapes(
        [Shape(rectangle(0.1, 0.7, 0.93, 0.81), BLUE)],
        opacity=0.5,
        paints=(mottle(PaintNoise(Dice(1), 9.0), 0.2),),
    )
    glow(scene, 0.5, 0.5, 0.3, (255, 240, 200), 0.5)
    paper(scene, Dice(2))
    return scene


def test_rectangles_that_meet_leave_no_seam_and_no_overlap() -> None:
    scene = Scene(Frame(1.0, 1.0))
    scene.glaze(flat(WHITE))
    scene.shapes([Shape(rectangle(0, 0, 0.5, 1), RED), Shape(rectangle(0.5, 0.25, 1, 1), BLUE)])
    pixels = rasterise(scene, 64, 64)
    assert (pixels[:, :32] == RED).all()
    assert (pixels[16:, 32:] == BLUE).all()
    assert (pixels[:16, 32:] == WHITE).all()


def test_edges_are_anti_aliased() -> None:
    scene = Scene(Frame(1.0, 1.0))
    scene.glaze(flat((0, 0, 0)))
    scene.shapes([Shape(circle(0.5, 0.5, 0.3), WHITE)])
    levels = np.unique(rasterise(scene, 96, 96)[:, :, 0])
    assert len(levels) > 10
    area = rasterise(scene, 96, 96)[:, :, 0].astype(float).sum() / 255 / 96 / 96
    assert area == pytest.approx(np.pi * 0.09, rel=0.02)


def test_a_sheet_is_transparent_as_one() -> None:
    scene = Scene(Frame(1.0, 1.0))
    scene.glaze(flat((0, 0, 0)))
    twice = [Shape(rectangle(0, 0, 1, 1), (100, 100, 100))] * 2
    scene.shapes(twice, opacity=0.5)
    assert (rasterise(scene, 64, 64) == 50).all()


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rasterise(rich_scene(), 300, 300).astype(int)
    monkeypatch.setattr(raster, "_TILE", 64)
    tiled = rasterise(rich_scene(), 300, 300).astype(int)
    difference = np.abs(whole - tiled).max(axis=2)
    # Pillow's edges are single precision, so a few samples on an edge may fall to the other side.
    assert (difference > 1).mean() < 0.001


def test_the_same_scene_is_the_same_picture_at_any_size() -> None:
    small = rasterise(rich_scene(), 64, 64).astype(float)
    large = rasterise(rich_scene(), 512, 512).astype(float)
    reduced = large.reshape(64, 8, 64, 8, 3).mean(axis=(1, 3))
    assert np.abs(small - reduced).mean() < 2.0


def test_a_scene_without_shapes_outside_the_picture_changes_nothing() -> None:
    scene = Scene(Frame(1.0, 1.0))
    scene.glaze(flat(RED))
    scene.shapes([Shape(circle(3.0, 3.0, 0.2), BLUE)])
    scene.shapes([])
    assert (rasterise(scene, 64, 64) == RED).all()
    assert len(scene.layers) == 2


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancelling_stops_between_layers(after: int) -> None:
    with pytest.raises(CancelledError) as stopped:
        rasterise(rich_scene(), 64, 64, stop_after(after))
    assert stopped.value.reason is Reason.CANCELLED


def stop_after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


def test_large_pictures_take_fewer_samples() -> None:
    assert [supersampling(s, s) for s in (64, 1024, 4096)] == [4, 3, 2]


def test_regions_are_cut_to_bounds() -> None:
    region = Region(0, 0, 100, 100)
    assert region.within((0.5, 0.2, 9.0, 0.4), 100.0) == Region(49, 19, 100, 41)
    assert region.within((2.0, 2.0, 3.0, 3.0), 100.0).empty
