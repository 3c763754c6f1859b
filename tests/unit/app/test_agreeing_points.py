from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from raisonne.app.agreeing_points import agreeing_points
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.generation.by_uri import engine_from_uri
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.match import Transform

SIDE = 512


@pytest.fixture(scope="module")
def work() -> Image.Image:
    request = GenerationRequest("city skyline at night", SIDE, SIDE, 3)
    made = decode_image(engine_from_uri("procedural:").generate(request).data, DecodeLimits())
    return Image.fromarray(made.pixels)


def decoded(image: Image.Image, full: int = 1) -> DecodedImage:
    """A picture that was so many times larger before it was scaled down."""
    pixels = np.asarray(image)
    return DecodedImage("image/png", full * image.width, full * image.height, "0" * 64, pixels)


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize("mirror", [False, True])
def test_points_of_a_copy_lie_where_its_transform_says(
    work: Image.Image, mirror: bool, negative: bool
) -> None:
    query = work.crop((100, 60, 450, 400))
    query = ImageOps.mirror(query) if mirror else query
    query = ImageOps.invert(query) if negative else query
    # Full resolution: twice the canonical pixels in the query, three times in the work.
    across = -1.5 if mirror else 1.5
    transform: Transform = (across, 0, 1350 if mirror else 300, 0, 1.5, 180, 0, 0, 1)
    points = agreeing_points(
        decoded(query, 2), decoded(work, 3), transform, mirror=mirror, negative=negative
    )
    assert len(points) >= 30
    carried = points[:, :2] * (across, 1.5) + (transform[2], transform[5])
    assert np.median(np.linalg.norm(carried - points[:, 2:], axis=1)) < 6


def test_another_place_has_hardly_any(work: Image.Image) -> None:
    image = decoded(work)
    elsewhere: Transform = (1, 0, 200, 0, 1, -150, 0, 0, 1)
    there = agreeing_points(image, image, (1, 0, 0, 0, 1, 0, 0, 0, 1), mirror=False, negative=False)
    assert len(there) > 100
    assert len(agreeing_points(image, image, elsewhere, mirror=False, negative=False)) < 3


def test_a_flat_picture_has_none() -> None:
    flat = decoded(Image.new("RGB", (64, 64)))
    points = agreeing_points(flat, flat, (1, 0, 0, 0, 1, 0, 0, 0, 1), mirror=False, negative=False)
    assert points.shape == (0, 4)
