from __future__ import annotations

import hashlib
import struct

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.exact import (
    bytes_fingerprint,
    picture_size,
    pixel_sha256,
    pixels_fingerprint,
)


def test_the_pixel_digest_is_what_its_module_documents():
    image = painting(0, 1500, 1000)
    message = b"raisonne-pixels-v1\0" + struct.pack(">II", 1500, 1000) + image.tobytes()
    assert pixel_sha256(image) == hashlib.sha256(message).hexdigest()


def test_one_pixel_more_or_less_makes_another_picture():
    image = painting()
    changed = image.copy()
    red, green, blue = image.getpixel((5, 5))
    changed.putpixel((5, 5), (red ^ 1, green, blue))
    shorter = image.crop((0, 0, 240, 179))
    assert len({pixel_sha256(i) for i in (image, changed, shorter)}) == 3


def test_the_fingerprint_of_bytes_is_their_digest():
    digest = hashlib.sha256(b"x").hexdigest()
    assert bytes_fingerprint(digest).value == hashlib.sha256(b"x").digest()


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_the_fingerprint_of_pixels_knows_their_size(width, height):
    value = pixels_fingerprint(pixel_sha256(Image.new("RGB", (1, 1))), width, height)
    assert picture_size(value) == (width, height)
