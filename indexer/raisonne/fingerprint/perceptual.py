"""The perceptual hash ``pdq-256-v1``: PDQ (Facebook, 2019) of the canonical picture.

PDQ's bits move with the scale they are computed at (by up to 28 of 256 when a picture is
pre-scaled differently), so the version fixes one way: the canonical picture
(``DecodedImage.pixels``) is scaled to 64 x 64 pixels by area averaging, aspect not kept, and hashed
by the reference implementation, whose own low-pass filter is the identity at that size. Bits are
packed eight to a byte, first bit highest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from raisonne.rights.fingerprint import Fingerprint, FingerprintKind

ALGORITHM = "pdq-256-v1"
BITS = 256
MIN_QUALITY = 50
"""PDQ's own floor: below it a picture is too flat for its hash to identify it."""

_SIDE = 64


class Dihedral(StrEnum):
    """The eight symmetries of a rectangle: what is done to a query to lay it over the work."""

    IDENTITY = "identity"
    ROTATE_90 = "rotate-90"
    ROTATE_180 = "rotate-180"
    ROTATE_270 = "rotate-270"
    FLIP_VERTICAL = "flip-vertical"
    FLIP_HORIZONTAL = "flip-horizontal"
    TRANSPOSE = "transpose"
    TRANSVERSE = "transverse"


# In the order of pdqhash.compute_dihedral; its rotations are counter-clockwise.
_FORMS = tuple(Dihedral)


@dataclass(frozen=True, slots=True)
class PdqForm:
    """The hash of the query as it would be after a change.

    Attributes:
        transform: The symmetry applied to the query.
        inverted: Whether its colours were inverted.
        code: 32 bytes.
    """

    transform: Dihedral
    inverted: bool
    code: bytes


def pdq_fingerprint(pixels: NDArray[np.uint8]) -> Fingerprint:
    """Hash a canonical picture, shape (h, w, 3); the quality is PDQ's own, 0 to 100."""
    bits, quality = pdqhash.compute(_small(pixels))
    return Fingerprint(FingerprintKind.PERCEPTUAL, ALGORITHM, _pack(bits), int(quality))


def pdq_forms(pixels: NDArray[np.uint8]) -> tuple[tuple[PdqForm, ...], int]:
    """Hash a query in its eight symmetries and once with inverted colours, from one transform.

    Inverting the colours negates every coefficient, and the median with them, so it flips each bit.

    Returns:
        Nine forms, the plain one first, and the quality.
    """
    codes, quality = pdqhash.compute_dihedral(_small(pixels))
    plain = [
        PdqForm(transform, inverted=False, code=_pack(bits))
        for transform, bits in zip(_FORMS, codes, strict=True)
    ]
    negative = PdqForm(Dihedral.IDENTITY, inverted=True, code=_pack(1 - codes[0]))
    return (*plain, negative), int(quality)


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX))


def _pack(bits: NDArray[np.int64]) -> bytes:
    return np.packbits(bits.astype(np.uint8)).tobytes()
