"""The pictures that training and validation work on, held in memory at small sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.rights.errors import InputError

SIDES = (192, 96, 48)
"""Sides, in pixels, of the squares that each picture is kept at."""

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif"})


@dataclass(frozen=True, slots=True, eq=False)
class SourcePicture:
    """One picture, squeezed to squares.

    Attributes:
        sha256: Hex digest of the file.
        levels: uint8 arrays (side, side, 3), one for each of ``SIDES``, scaled by area averaging.
        aspect: Width over height before squeezing.
    """

    sha256: str
    levels: tuple[NDArray[np.uint8], ...]
    aspect: float


def source_picture(pixels: NDArray[np.uint8], sha256: str) -> SourcePicture:
    """Squeeze a canonical picture, shape (h, w, 3)."""
    levels = tuple(
        np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
        for side in SIDES
    )
    return SourcePicture(sha256, levels, pixels.shape[1] / pixels.shape[0])


def load_folder(folder: Path) -> list[SourcePicture]:
    """Decode every picture below a folder, in the order of their paths.

    Raises:
        InputError: If there is none, or one does not decode.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _SUFFIXES)
    if not files:
        raise InputError(f"No pictures lie below {str(folder)!r}.")
    pictures = []
    for file in files:
        data = file.read_bytes()
        decoded = decode_image(data, DecodeLimits())
        pictures.append(source_picture(decoded.pixels, hashlib.sha256(data).hexdigest()))
    return pictures


def split(
    pictures: Iterable[SourcePicture], held_out_share: float
) -> tuple[list[SourcePicture], list[SourcePicture]]:
    """Part pictures into training and validation by their digests, so that files never wander.

    Args:
        pictures: All of them.
        held_out_share: Share meant for validation, 0 to 1.

    Returns:
        Pictures to train on, and pictures held out.
    """
    training: list[SourcePicture] = []
    held_out: list[SourcePicture] = []
    for picture in pictures:
        (held_out if is_held_out(picture.sha256, held_out_share) else training).append(picture)
    return training, held_out


def is_held_out(sha256: str, share: float) -> bool:
    """Tell whether a file with this digest is kept from training."""
    return int(sha256[:8], 16) < share * (1 << 32)
