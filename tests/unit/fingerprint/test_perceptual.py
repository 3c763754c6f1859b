from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.fingerprint.perceptual import (
    BITS,
    MIN_QUALITY,
    Dihedral,
    pdq_fingerprint,
    pdq_forms,
)

AS_TRANSPOSE = {
    Dihedral.ROTATE_90: Image.Transpose.ROTATE_90,
    Dihedral.ROTATE_180: Image.Transpose.ROTATE_180,
    Dihedral.ROTATE_270: Image.Transpose.ROTATE_270,
    Dihedral.FLIP_VERTICAL: Image.Transpose.FLIP_TOP_BOTTOM,
    Dihedral.FLIP_HORIZONTAL: Image.Transpose.FLIP_LEFT_RIGHT,
    Dihedral.TRANSPOSE: Image.Transpose.TRANSPOSE,
    Dihedral.TRANSVERSE: Image.Transpose.TRANSVERSE,
}


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def code(image: Image.Image) -> bytes:
    return pdq_fingerprint(np.asarray(image)).value


def test_the_first_form_is_what_is_registered():
    forms, quality = pdq_forms(np.asarray(painting()))
    registered = pdq_fingerprint(np.asarray(painting()))
    assert (forms[0].transform, forms[0].inverted) == (Dihedral.IDENTITY, False)
    assert (forms[0].code, quality) == (registered.value, registered.quality)
    assert len(registered.value) * 8 == BITS


@pytest.mark.parametrize("symmetry", AS_TRANSPOSE)
def test_each_form_is_the_hash_of_the_picture_so_turned(symmetry):
    forms, _ = pdq_forms(np.asarray(painting()))
    (form,) = [f for f in forms if f.transform is symmetry]
    assert distance(form.code, code(painting().transpose(AS_TRANSPOSE[symmetry]))) <= 8


def test_the_last_form_is_the_hash_of_the_negative():
    forms, _ = pdq_forms(np.asarray(painting()))
    assert forms[-1].inverted
    assert distance(forms[-1].code, code(ImageOps.invert(painting()))) <= 4


def test_recoded_and_scaled_copies_stay_near_and_others_far():
    smaller = painting().resize((120, 90), Image.Resampling.LANCZOS)
    copy = Image.open(io.BytesIO(encoded(smaller, "JPEG", quality=40)))
    assert distance(code(painting()), code(copy)) <= 31
    assert distance(code(painting()), code(painting(1))) > 64


def test_flat_pictures_have_no_quality():
    assert pdq_fingerprint(np.full((50, 50, 3), 128, np.uint8)).quality < MIN_QUALITY
    assert pdq_fingerprint(np.asarray(painting())).quality >= MIN_QUALITY
