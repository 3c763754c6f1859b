from __future__ import annotations

import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from tests.unit.app.house import picture

from raisonne.app.alignment import Alignment, align, fitted
from raisonne.app.coverage import cover
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.rights.match import Match, Mechanism, Region, Transform

ROOM = (240, 200)
WHOLE: Transform = (1, 0, 0, 0, 1, 0, 0, 0, 1)


def opened(seed: int, side: int = 200) -> Image.Image:
    return Image.open(io.BytesIO(picture(seed, side))).convert("RGB")


def decoded(image: Image.Image) -> DecodedImage:
    out = io.BytesIO()
    image.save(out, "PNG")
    return decode_image(out.getvalue(), DecodeLimits())


def laid(
    query: Image.Image, work: Image.Image, transform: Transform, region: Region | None = None
) -> Alignment:
    match = Match(
        "works/w", "assets/a", Mechanism.GEOMETRY, "rootsift-v1", 1, 0, 1, region, transform
    )
    covered = cover(match, query.size, work.size)
    assert covered is not None
    return align(decoded(query), decoded(work), transform, covered, ROOM)


def typical(aligned: Alignment) -> float:
    return float(np.quantile(aligned.difference[aligned.inside], 0.9))


def as_transform(matrix: NDArray[np.float64]) -> Transform:
    a, b, c, d, e, f, g, h, i = (float(value) for value in matrix.ravel())
    return a, b, c, d, e, f, g, h, i


CHANGES = {
    "same": lambda image: image,
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.4),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.5),
    "contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.5),
    "gamma": lambda image: image.point([round(255 * (n / 255) ** 1.6) for n in range(256)] * 3),
    "grey": lambda image: ImageOps.grayscale(image).convert("RGB"),
    "sepia": lambda image: ImageOps.colorize(ImageOps.grayscale(image), "#201000", "#fff0d0"),
    "channels": lambda image: Image.merge("RGB", image.split()[::-1]),
    "inverted": ImageOps.invert,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_colours_differs_nowhere(name: str) -> None:
    work = opened(1)
    aligned = laid(CHANGES[name](work), work, WHOLE)
    assert aligned.agreement > 0.99
    assert typical(aligned) < 0.05
    assert aligned.inverted is (name == "inverted")


def test_another_picture_differs_and_does_not_agree() -> None:
    aligned = laid(opened(2), opened(1), WHOLE)
    assert aligned.agreement < 0.35
    assert typical(aligned) > 0.2
    assert not aligned.inverted


def test_what_was_painted_over_is_what_differs() -> None:
    work = opened(3)
    query = ImageEnhance.Brightness(work).enhance(0.7)
    ImageDraw.Draw(query).rectangle((40, 50, 119, 149), fill=(250, 20, 200))
    aligned = laid(query, work, WHOLE)
    rows, columns = aligned.inside.shape
    painted = np.zeros((rows, columns), np.bool_)
    painted[rows * 55 // 200 : rows * 145 // 200, columns * 45 // 200 : columns * 115 // 200] = True
    assert aligned.difference[painted].mean() > 0.2
    assert not aligned.agrees[painted].mean() > 0.1
    assert aligned.agreement == pytest.approx(1 - 0.4 * 0.5, abs=0.08)
    rest = np.ones_like(painted)
    rest[rows * 40 // 200 : rows * 160 // 200, columns * 30 // 200 : columns * 130 // 200] = False
    assert aligned.difference[rest].mean() < 0.03
    assert aligned.agrees[rest].all()


@pytest.mark.parametrize(("degrees", "mirror"), [(0, False), (0, True), (27, False), (-140, True)])
def test_a_paste_comes_to_lie_where_it_was_pasted(degrees: float, mirror: bool) -> None:
    work, ground = opened(4), opened(5, 400)
    part = (ImageOps.mirror(work) if mirror else work).convert("RGBA")
    turned = part.rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    ground.paste(turned, (60, 40), turned)
    # From the pasted picture's middle outwards: clockwise as seen.
    middle = np.array([60 + turned.width / 2, 40 + turned.height / 2])
    turn = math.radians(degrees)
    linear = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    linear = linear @ np.diag([-1 if mirror else 1, 1])
    forward = np.eye(3)
    forward[:2, :2], forward[:2, 2] = linear, middle - linear @ (100, 100)
    aligned = laid(ground, work, as_transform(np.linalg.inv(forward)))
    assert aligned.agreement > 0.97


def test_a_small_part_is_shown_larger_with_its_surroundings() -> None:
    ground = opened(6, 400)
    ground.paste(opened(7, 40), (300, 200))
    aligned = laid(ground, opened(7, 40), (1, 0, -300, 0, 1, -200, 0, 0, 1))
    view = aligned.view
    assert (view.x, view.y) == pytest.approx((295, 195), abs=1)
    assert (view.width, view.height) == pytest.approx((50, 50), abs=2)
    assert aligned.query.shape == (200, 200, 3)
    assert aligned.inside.mean() == pytest.approx((40 / 50) ** 2, abs=0.05)


def test_resolutions_that_differ_are_compared_at_the_coarser_one() -> None:
    work = opened(8, 600)
    small = work.resize((60, 60), Image.Resampling.BOX)
    aligned = laid(small, work, (10, 0, 0, 0, 10, 0, 0, 0, 1))
    assert aligned.agreement > 0.99
    assert typical(aligned) < 0.05


def test_flat_pictures_can_be_compared() -> None:
    white, black = (Image.new("RGB", (50, 50), colour) for colour in ("white", "black"))
    assert laid(white, white, WHOLE).agreement == 1
    assert not laid(white, black, WHOLE).inverted


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((100, 100), (200, 200)),
        ((1000, 10), (240, 2)),
        ((3, 9_000), (1, 200)),
        ((0.1, 0.1), (200, 200)),
    ],
)
def test_things_are_fitted_into_their_room(
    size: tuple[float, float], wanted: tuple[int, int]
) -> None:
    assert fitted(size, ROOM) == wanted


def usual(span: float) -> st.SearchStrategy[float]:
    return st.floats(-span, span)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.tuples(*[usual(1e6)] * 9),
        st.tuples(
            *(usual(2), usual(2), usual(60), usual(2), usual(2), usual(60)),
            *(usual(0.05), usual(0.05), st.just(1.0)),
        ),
        st.tuples(
            *(usual(1e-6), usual(1e3), usual(60), usual(1e-6), usual(1e3), usual(60)),
            *(usual(1), usual(1), st.just(1.0)),
        ),
    )
)
def test_no_transform_is_too_much(transform: Transform) -> None:
    query, work = decoded(opened(9, 64)), decoded(opened(10, 48))
    match = Match("works/w", "assets/a", Mechanism.GEOMETRY, "x", 1, 0, 1, None, transform)
    covered = cover(match, (64, 64), (48, 48))
    if covered is None:
        return
    aligned = align(query, work, transform, covered, ROOM)
    rows, columns = aligned.inside.shape
    assert rows <= ROOM[1]
    assert columns <= ROOM[0]
    assert np.isfinite(aligned.difference).all()
    assert 0 <= aligned.agreement <= 1
