"""The fixed words that local descriptors are written in, and the packed form they are stored in.

A word of the vocabulary is the list of the inverted file that a descriptor belongs to; its code is
product quantisation (Jegou, Douze and Schmid, TPAMI 33, 2011) in 32 parts of one byte. Both ship
with the package: what is stored for one work does not depend on other works, and every index is
built by copying. All numbers are whole and every sum is below 2^24, so that distances are exact in
single precision and the packed form is the same on every machine that finds the same points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import ALGORITHM, REGISTERED_POINTS, LocalFeatures, local_features
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind

THUMBNAIL_SIDE = 64
PARTS = 32
WORDS_PER_FORM = 1024
"""The words come in four quarters: plain, mirrored, inverted, and both; see ``QueryForms``."""

_HEADER = np.dtype([("width", "<u2"), ("height", "<u2"), ("count", "<u2")])
_POINT = np.dtype(
    [
        ("word", "<u2"),
        ("x", "<u2"),
        ("y", "<u2"),
        ("size", "u1"),
        ("angle", "u1"),
        ("code", "u1", PARTS),
    ]
)
_SUBPIXELS = 64
_FEW_POINTS = 60
_LASTING = 0.7
"""Works are kept by larger points, because these are left when a copy is made small."""
_SIZE_STEPS = 16
_ANGLE_STEP = 360 / 256


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The shipped words.

    Attributes:
        words: uint8, shape (4096, 128).
        parts: uint8, shape (32, 256, 4): for each part of a descriptor, what a code stands for.
    """

    words: NDArray[np.uint8]
    parts: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredFeatures:
    """What the catalogue keeps of a work's local features.

    Attributes:
        size: Width and height of the canonical picture.
        thumbnail: uint8, shape (64, 64): its luma, aspect not kept.
        words: uint16, shape (n,).
        codes: uint8, shape (n, 32).
        points: float32, shape (n, 4), as in ``LocalFeatures``.
    """

    size: tuple[int, int]
    thumbnail: NDArray[np.uint8]
    words: NDArray[np.uint16]
    codes: NDArray[np.uint8]
    points: NDArray[np.float32]

    def descriptors(self) -> NDArray[np.float32]:
        """Return what the codes stand for, shape (n, 128)."""
        parts = vocabulary().parts[np.arange(PARTS), self.codes]
        return parts.reshape(len(self.codes), -1).astype(np.float32)


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped vocabulary."""
    with (files("raisonne.fingerprint") / "vocabulary_v1.npz").open("rb") as file:
        stored = np.load(file)
        return Vocabulary(stored["words"], stored["parts"])


def local_fingerprint(pixels: NDArray[np.uint8]) -> Fingerprint:
    """Describe a canonical picture, shape (h, w, 3), for the catalogue.

    Its quality says how distinctive the picture is: the share, in percent, of its points that are
    written in a word of their own, with at least sixty points taken as there. Paintings and
    photographs have 70 and more, pages of text, tables, grids and patterns less than 50.
    """
    features = local_features(pixels, REGISTERED_POINTS, size_power=_LASTING)
    value = pack(features, thumbnail(pixels))
    different = len(np.unique(unpack(value).words))
    quality = round(100 * different / max(_FEW_POINTS, len(features)))
    return Fingerprint(FingerprintKind.LOCAL, ALGORITHM, value, quality)


def thumbnail(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the luma of a canonical picture scaled to 64 x 64 by area averaging."""
    side = THUMBNAIL_SIDE
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(luma, (side, side), interpolation=cv2.INTER_AREA))


def pack(features: LocalFeatures, luma: NDArray[np.uint8]) -> bytes:
    """Write features down: a header, the thumbnail, and 40 bytes for each point."""
    header = np.array([(*features.size, len(features))], _HEADER)
    records = np.zeros(len(features), _POINT)
    records["word"] = nearest_words_of(features.descriptors, 1)[:, 0]
    records["code"] = _codes(features.descriptors)
    x, y, size, angle = features.points.T
    records["x"], records["y"] = (
        ((place + 0.5) * _SUBPIXELS).round().clip(0, 65535) for place in (x, y)
    )
    records["size"] = (np.log2(size.clip(1)) * _SIZE_STEPS).round().clip(0, 255)
    records["angle"] = (angle / _ANGLE_STEP).round() % 256
    return header.tobytes() + luma.tobytes() + records.tobytes()


def unpack(value: bytes) -> RegisteredFeatures:
    """Read what ``pack`` wrote.

    Raises:
        StorageError: If it was damaged.
    """
    body = _HEADER.itemsize + THUMBNAIL_SIDE**2
    if len(value) < body or (len(value) - body) % _POINT.itemsize:
        raise StorageError(f"A local fingerprint of {len(value)} bytes is damaged.")
    header = np.frombuffer(value[: _HEADER.itemsize], _HEADER)
    luma = np.frombuffer(value[_HEADER.itemsize : body], np.uint8)
    records = np.frombuffer(value[body:], _POINT)
    if (
        len(records) != header["count"][0]
        or len(records) > REGISTERED_POINTS
        or not (header["width"][0] and header["height"][0])
        or records["word"].max(initial=0) >= len(vocabulary().words)
    ):
        raise StorageError(f"A local fingerprint of {len(records)} points is damaged.")
    points = np.stack(
        [
            records["x"] / _SUBPIXELS - 0.5,
            records["y"] / _SUBPIXELS - 0.5,
            np.exp2(records["size"] / _SIZE_STEPS),
            records["angle"] * _ANGLE_STEP,
        ],
        axis=1,
    ).astype(np.float32)
    return RegisteredFeatures(
        size=(int(header["width"][0]), int(header["height"][0])),
        thumbnail=luma.reshape(THUMBNAIL_SIDE, THUMBNAIL_SIDE),
        words=records["word"],
        codes=records["code"],
        points=points,
    )


def rewritten(value: bytes, words: NDArray[np.uint16], codes: NDArray[np.uint8]) -> bytes:
    """Return a packed value with other words and codes, of which there may be more than points."""
    body = _HEADER.itemsize + THUMBNAIL_SIDE**2
    records = np.frombuffer(value[body:], _POINT).copy()
    records["word"] = words[: len(records)]
    records["code"] = codes[: len(records)]
    return value[:body] + records.tobytes()


def nearest_words_of(descriptors: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Return the nearest words of each descriptor, nearest first; of equally near ones, the first.

    Args:
        descriptors: Shape (n, 128).
        count: How many words of each.

    Returns:
        Shape (n, count).
    """
    words = vocabulary().words.astype(np.float32)
    # The descriptor's own length is the same for all words, so it is left out.
    distances = (words**2).sum(axis=1) - 2 * descriptors.astype(np.float32) @ words.T
    found = np.empty((len(descriptors), count), np.int64)
    rows = np.arange(len(descriptors))
    for place in range(count):
        found[:, place] = distances.argmin(axis=1)
        distances[rows, found[:, place]] = np.inf
    return found


def _codes(descriptors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    parts = vocabulary().parts.astype(np.float32)
    cut = (
        descriptors.reshape(len(descriptors), PARTS, 128 // PARTS)
        .transpose(1, 0, 2)
        .astype(np.float32)
    )
    distances = (parts**2).sum(axis=2)[:, None, :] - 2 * cut @ parts.transpose(0, 2, 1)
    return np.asarray(distances.argmin(axis=2).T, np.uint8)
