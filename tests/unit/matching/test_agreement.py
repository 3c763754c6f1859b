from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.vocabulary import thumbnail
from raisonne.matching.agreement import Agreement, QueryLuma, agreement, refined

SIZE = (400, 300)
WORK = painting(1, *SIZE)
SAME = np.eye(3)


def laid(query: Image.Image, transform: np.ndarray = SAME, work: Image.Image = WORK) -> Agreement:
    return agreement(
        QueryLuma(np.asarray(query)), transform, thumbnail(np.asarray(work)), work.size
    )


def moved(across: float, down: float, scale: float = 1.0) -> np.ndarray:
    return np.array([[scale, 0, across], [0, scale, down], [0, 0, 1]])


# --- How far two pictures agree ------------------------------------------------------------------


def test_a_picture_agrees_with_itself_everywhere():
    found = laid(WORK)
    assert (found.cells, found.agreeing) == (64, 1)
    assert found.mean > 0.99
    assert (found.work_share, found.query_share) == (1, 1)
    assert found.strength > 15


def test_its_negative_agrees_as_well_with_the_sign_turned():
    plain, negative = laid(WORK), laid(ImageOps.invert(WORK))
    assert negative.mean < -0.99
    assert np.allclose(negative.correlation, -plain.correlation, atol=0.01)
    assert negative.agreeing == 1
    assert negative.strength == pytest.approx(plain.strength, rel=0.01)


def test_strangers_do_not_agree():
    for seed in range(2, 30):
        found = laid(painting(seed, *SIZE))
        assert abs(found.mean) < 0.35
        assert found.agreeing < 0.5
        assert found.strength < 1.5


def test_backdrops_that_grow_lighter_towards_the_same_side_are_no_copies():
    def glow(across: float, down: float, width: float) -> Image.Image:
        rows, columns = np.indices((SIZE[1], SIZE[0]))
        away = ((columns / SIZE[0] - across) ** 2 + (rows / SIZE[1] - down) ** 2) / width
        grain = np.random.default_rng(3).normal(0, 2, away.shape)
        light = (230 * np.exp(-away) + grain).clip(0, 255).astype(np.uint8)
        return Image.fromarray(np.repeat(light[:, :, None], 3, axis=2))

    sunset, vignette = glow(0.48, 0.55, 0.18), glow(0.5, 0.5, 0.25)
    found = laid(sunset, work=vignette)
    assert found.agreeing > 0.8
    assert found.strength < 1


def test_backdrops_that_share_nothing_but_a_frame_are_no_copies():
    def framed(across: float, down: float) -> Image.Image:
        rows, columns = np.indices((SIZE[1], SIZE[0]))
        light = 60 + 150 * ((columns / SIZE[0] - across) ** 2 + (rows / SIZE[1] - down) ** 2)
        light = light.clip(0, 255).astype(np.uint8)
        light[:9], light[-9:], light[:, :9], light[:, -9:] = 10, 10, 10, 10
        return Image.fromarray(np.repeat(light[:, :, None], 3, axis=2))

    assert laid(framed(0, 0), work=framed(0, 0)).strength > 10
    assert laid(framed(0, 0), work=framed(1, 1)).strength < 1


@pytest.mark.parametrize(
    "change",
    [
        lambda i: ImageEnhance.Brightness(i).enhance(0.6),
        lambda i: ImageEnhance.Contrast(i).enhance(0.5),
        lambda i: i.filter(ImageFilter.GaussianBlur(3)),
        lambda i: i.resize((150, 90)).resize(SIZE),
        lambda i: i.convert("L").convert("RGB"),
    ],
)
def test_light_blur_and_colour_hardly_matter(change):
    found = laid(change(WORK))
    assert found.mean > 0.9
    assert found.agreeing > 0.9


def test_only_what_is_covered_by_another_picture_disagrees():
    edited = WORK.copy()
    edited.paste(painting(9, 200, 300), (0, 0))
    found = laid(edited)
    assert np.nanmean(found.correlation[:, 4:]) > 0.9
    assert abs(np.nanmean(found.correlation[:, :4])) < 0.4
    assert 0.5 <= found.agreeing < 0.8
    assert found.strength < 0.6 * laid(WORK).strength


# --- What of each is covered ---------------------------------------------------------------------


@pytest.mark.parametrize("box", [(100, 60, 320, 240), (0, 0, 200, 300), (50, 75, 350, 225)])
def test_a_crop_covers_its_part_of_the_work_and_is_covered_whole(box):
    left, top, right, bottom = box
    found = laid(WORK.crop(box), moved(left, top))
    assert found.query_share == 1
    share = (right - left) * (bottom - top) / (400 * 300)
    assert found.work_share == pytest.approx(share, abs=0.03)
    assert found.mean > 0.9
    assert found.cells == pytest.approx(64 * share, abs=64 * 0.2)


@pytest.mark.parametrize(("width", "left", "top"), [(200, 150, 100), (100, 10, 200), (300, 0, 0)])
def test_a_pasted_work_is_covered_whole_and_covers_its_part(width, left, top):
    canvas = painting(50, *SIZE)
    canvas.paste(WORK.resize((width, width * 3 // 4)), (left, top))
    scale = 400 / width
    found = laid(canvas, moved(-left * scale, -top * scale, scale))
    assert found.work_share > 0.98
    assert found.query_share == pytest.approx((width / 400) ** 2, abs=0.02)
    assert found.mean > 0.9


def test_more_of_the_work_is_worth_more():
    shares = [laid(WORK.crop((0, 0, right, 300))).strength for right in (100, 200, 300, 400)]
    assert shares == sorted(shares)


def test_a_picture_laid_beside_the_work_covers_nothing():
    found = laid(WORK, moved(1000, 0))
    assert (found.cells, found.mean, found.agreeing, found.strength) == (0, 0, 0, 0)
    assert (found.work_share, found.query_share) == (0, 0)


@pytest.mark.parametrize(
    "transform",
    [
        np.array([[1, 0, 0], [0, 1, 0], [-1 / 200, 0, 1]], float),
        np.array([[1, 0, 0], [0, 1, 0], [-1 / 200, 0, -0.1]], float),
        moved(0, 0, 1e-4),
        moved(0, 0, 1e4),
        np.array([[-1, 0, 399], [0, 1, 0], [0, 0, 1]], float),
    ],
)
def test_odd_transforms_are_survived(transform):
    found = laid(WORK, transform)
    better = refined(QueryLuma(np.asarray(WORK)), found, thumbnail(np.asarray(WORK)), WORK.size)
    for one in (found, better):
        assert np.isfinite([one.mean, one.agreeing, one.strength]).all()
        assert (
            0 <= min(one.work_share, one.query_share) <= max(one.work_share, one.query_share) <= 1
        )


# --- Flat places ---------------------------------------------------------------------------------


def test_flat_places_of_the_work_tell_nothing():
    half = WORK.copy()
    half.paste((90, 90, 90), (0, 0, 200, 300))
    found = laid(half, work=half)
    assert np.isnan(found.correlation[:, :4]).all()
    assert found.cells == 32
    assert found.mean > 0.99


def test_flat_works_and_flat_queries_agree_with_nothing():
    flat = Image.new("RGB", SIZE, "orange")
    for found in (laid(flat, work=flat), laid(WORK, work=flat), laid(flat)):
        assert (found.mean, found.agreeing, found.strength) == (0, 0, 0)


# --- Moving a little -----------------------------------------------------------------------------


@given(
    st.sampled_from(["same", "negative", "stranger", "flat"]),
    st.floats(0.6, 1.5),
    st.floats(0.6, 1.5),
    st.floats(-60, 60),
    st.floats(-60, 60),
)
@example("same", 0.88, 1.13, 0.97, 26.69)
@example("negative", 1.26, 1.02, 3.14, -33.3)
@settings(max_examples=30, deadline=None)
def test_refining_never_makes_it_weaker(kind, wide, high, across, down):
    picture = {
        "same": WORK,
        "negative": ImageOps.invert(WORK),
        "stranger": painting(7, *SIZE),
        "flat": Image.new("RGB", SIZE, "navy"),
    }[kind]
    query, luma = QueryLuma(np.asarray(picture)), thumbnail(np.asarray(WORK))
    transform = np.array([[wide, 0, across], [0, high, down], [0, 0, 1]])
    found = agreement(query, transform, luma, SIZE)
    assert refined(query, found, luma, SIZE).strength >= found.strength


@pytest.mark.parametrize("picture", [WORK, ImageOps.invert(WORK)])
def test_refining_finds_the_place_from_nearby(picture):
    query, luma = QueryLuma(np.asarray(picture)), thumbnail(np.asarray(WORK))
    found = agreement(query, moved(9, -7, 1.02), luma, SIZE)
    better = refined(query, found, luma, SIZE)
    assert better.agreeing > found.agreeing
    assert abs(better.mean) > 0.97
    corner = better.transform @ (399, 299, 1)
    assert np.abs(corner[:2] / corner[2] - (399, 299)).max() < 3


# --- The query at smaller scales -----------------------------------------------------------------


@pytest.mark.parametrize("zoom", [1, 0.6, 0.5, 0.3, 0.1, 0.02, 0])
def test_a_smaller_scale_is_fine_enough_and_lies_over_the_canonical_picture(zoom):
    query = QueryLuma(np.asarray(painting(3, 401, 299)))
    assert query.size == (401, 299)
    luma, to_canonical = query.at(zoom)
    height, width = luma.shape
    assert width >= min(zoom * 401, 401) - 1
    assert width <= max(2 * zoom * 401 + 2, 10)
    corners = np.array([[-0.5, -0.5, 1], [width - 0.5, height - 0.5, 1]])
    assert np.allclose((corners @ to_canonical.T)[:, :2], [[-0.5, -0.5], [400.5, 298.5]])


def test_the_scale_asked_for_first_changes_nothing():
    one, other = (QueryLuma(np.asarray(WORK)) for _ in range(2))
    one.at(0.1)
    for zoom in (1, 0.4, 0.1):
        assert np.array_equal(one.at(zoom)[0], other.at(zoom)[0])
