from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.fingerprint.training import corruption
from raisonne.fingerprint.training.geometry import Geometry, place, within
from raisonne.fingerprint.training.pictures import (
    SIDES,
    load_folder,
    source_picture,
    split,
)
from raisonne.fingerprint.training.views import training_views, whole_view
from raisonne.rights.errors import InputError

PICTURES = [source_picture(np.asarray(painting(seed)), f"{seed:064x}") for seed in range(6)]


def drawn(geometry, side=96):
    canvas = np.zeros((side, side, 3), np.uint8)
    place(PICTURES[0], geometry, canvas)
    return canvas


def difference(first, second):
    """Mean difference in levels, edges left out."""
    inner = np.s_[4:-4, 4:-4]
    return np.abs(first[inner].astype(int) - second[inner]).mean()


def test_a_whole_view_is_the_picture():
    view = whole_view(PICTURES[0], 96)
    assert difference(view, PICTURES[0].levels[SIDES.index(96)]) < 1


def test_symmetries_are_those_of_the_array():
    whole = drawn(Geometry())
    assert difference(drawn(Geometry(mirrored=True)), whole[:, ::-1]) < 2
    assert difference(drawn(Geometry(turn=180)), whole[::-1, ::-1]) < 2
    square = source_picture(np.asarray(painting(0, 200, 200)), "")
    turned = np.zeros((96, 96, 3), np.uint8)
    place(square, Geometry(turn=90), turned)
    assert difference(turned, np.rot90(whole_view(square, 96))) < 2


def test_a_quarter_fills_the_view():
    level = PICTURES[0].levels[0]
    assert difference(drawn(Geometry((0.5, 0.5, 1.0, 1.0))), level[96:, 96:]) < 2


def test_a_paste_leaves_the_rest_alone():
    canvas = drawn(Geometry(scale=0.5, centre=(0.25, 0.25)))
    assert not canvas[50:].any()
    assert not canvas[:, 50:].any()
    assert difference(canvas[:48, :48], whole_view(PICTURES[0], 48)) < 6


def test_parts_of_parts():
    assert within((0.5, 0.0, 1.0, 0.5), (0.5, 0.5, 1.0, 1.0)) == (0.75, 0.25, 1.0, 0.5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([32, 64, 97]), st.floats(0, 1))
def test_views_are_two_for_each_picture_and_repeat(seed, side, strong_share):
    views, shows = training_views(PICTURES, side, strong_share, np.random.default_rng(seed))
    assert views.shape == (12, side, side, 3)
    assert shows.shape == (12, 6)
    assert shows[np.arange(12), np.tile(np.arange(6), 2)].all()
    assert (shows.sum(axis=1) <= 2).all()
    again, _ = training_views(PICTURES, side, strong_share, np.random.default_rng(seed))
    assert np.array_equal(views, again)


def test_some_views_show_two_works():
    _, shows = training_views(PICTURES * 10, 32, 1.0, np.random.default_rng(3))
    assert 0 < (shows.sum(axis=1) == 2).sum() < 30


def test_a_single_picture_makes_a_pair():
    views, shows = training_views(PICTURES[:1], 32, 1.0, np.random.default_rng(0))
    assert (len(views), shows.tolist()) == (2, [[True], [True]])


CHANCE = np.random.default_rng(0)
CHANGES = {
    "tone": lambda v: corruption.tone(v, 1.5, 0.1, 0.7),
    "invert": corruption.invert,
    "posterise": lambda v: corruption.posterise(v, 3),
    "solarise": lambda v: corruption.solarise(v, 0.5),
    "grey": lambda v: corruption.saturate(v, 0),
    "hue": lambda v: corruption.saturate(v, 1, 90),
    "duotone": lambda v: corruption.duotone(v, np.zeros(3, "f"), np.ones(3, "f")),
    "halftone": lambda v: corruption.halftone(v, 2),
    "sketch": corruption.sketch,
    "blur": lambda v: corruption.blur(v, 0.03),
    "sharpen": lambda v: corruption.sharpen(v, 2),
    "median": lambda v: corruption.median(v, 2),
    "pixelate": lambda v: corruption.pixelate(v, 12),
    "jpeg": lambda v: corruption.jpeg(v, 10),
    "noise": lambda v: corruption.noise(v, 0.1, CHANCE),
    "speckle": lambda v: corruption.speckle(v, 0.1, CHANCE),
    "light": lambda v: corruption.light(v, 0.6, 1.0),
    "write": lambda v: corruption.write(v, 4, 0.2, CHANCE),
    "cover": lambda v: corruption.cover(v, 6, 0.5, CHANCE),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_change_a_copy(name):
    view = whole_view(PICTURES[1], 64)
    before = view.copy()
    changed = CHANGES[name](view)
    assert (changed.shape, changed.dtype) == (view.shape, np.uint8)
    assert not np.array_equal(changed, view)
    assert np.array_equal(view, before)


def test_changes_that_keep_everything():
    view = whole_view(PICTURES[1], 64)
    assert np.abs(corruption.tone(view, 1, 0, 1).astype(int) - view).max() <= 1
    assert np.abs(corruption.saturate(view, 1, 0).astype(int) - view).max() <= 1
    assert np.array_equal(corruption.invert(corruption.invert(view)), view)


def test_folders_are_read_in_order_and_split_by_digest(tmp_path):
    for seed in range(8):
        (tmp_path / f"{seed}.png").write_bytes(encoded(painting(seed, 40, 30)))
    (tmp_path / "notes.txt").write_text("no picture")
    pictures = load_folder(tmp_path)
    assert [picture.aspect for picture in pictures] == [40 / 30] * 8
    training, held_out = split(pictures, 0.35)
    assert len(training) + len(held_out) == 8
    assert [p.sha256 for p in held_out] == [
        p.sha256 for p in pictures if int(p.sha256[:8], 16) < 0.35 * 2**32
    ]
    with pytest.raises(InputError):
        load_folder(tmp_path / "absent")
