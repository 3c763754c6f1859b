"""Conformance vectors: small pictures and the fingerprints that every installation must give them.

A codec, scaler or hash library that behaves otherwise would silently make stored and new
fingerprints disagree. The pictures are drawn by integer arithmetic and kept as lossless PNG, so
that nothing but the code under test decides the result.

Equal is what is asked for. Where floating point decides, a processor with other instructions may
round the last digit otherwise, so each algorithm has its own measure of what is equivalent: no
match depends on such a difference, and the self-test names it. For local features it is the share
of points that both have. Without OpenCV's AVX2 code at least 98 in 100 are the same, in one step of
place, size and angle; another detector or another vocabulary leaves next to none.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.exact import PIXELS_ALGORITHM
from raisonne.fingerprint.extract import Extractor
from raisonne.fingerprint.local import ALGORITHM as LOCAL_ALGORITHM
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.fingerprint.vocabulary import unpack
from raisonne.rights.errors import ConfigError, Reason, StorageError

_VECTORS = "conformance_v1.json"
_PDQ_BITS = 2
"""Coefficients next to the median may fall either way where floating point differs."""
_COMPONENT_TOLERANCE = 1e-3
_SAME_POINTS = 0.95
_PLACE, _OCTAVES, _DEGREES, _CODE_BYTES = 2 / 64, 1.5 / 16, 1.5 * 360 / 256, 30
"""How far the same point may be off: a little more than one step of what is stored."""


def conformance_vectors() -> dict[str, dict[str, str]]:
    """Compute the fingerprints of every conformance picture.

    Returns:
        Hex values by picture and algorithm.
    """
    extractor = Extractor(GistEmbedder())
    vectors = {}
    for name, draw in _PICTURES.items():
        data = draw()
        image = decode_image(data, DecodeLimits())
        prints = extractor.register(image, hashlib.sha256(data).hexdigest())
        # The bytes' own digest is left out: it would test the deflate library.
        vectors[name] = {p.algorithm: p.value.hex() for p in prints[1:]}
    return vectors


def conformance_selftest() -> tuple[str, ...]:
    """Compare this installation's fingerprints with the shipped ones.

    Returns:
        Every algorithm and picture whose value is equivalent without being equal.

    Raises:
        ConfigError: ``ENGINE_UNAVAILABLE`` naming every algorithm and picture that differs.
    """
    shipped = json.loads(files(__package__).joinpath(_VECTORS).read_text("utf-8"))
    computed = conformance_vectors()
    differing: list[str] = []
    equivalent: list[str] = []
    for name, values in shipped.items():
        for algorithm, value in values.items():
            expected, actual = bytes.fromhex(value), _value(computed, name, algorithm)
            if expected == actual:
                continue
            alike = _equivalent(algorithm, expected, actual)
            (equivalent if alike else differing).append(f"{algorithm} of {name}")
    if differing:
        raise ConfigError(
            f"This installation computes other fingerprints: {', '.join(differing)}.",
            reason=Reason.ENGINE_UNAVAILABLE,
        )
    return tuple(equivalent)


def _value(vectors: Mapping[str, Mapping[str, str]], name: str, algorithm: str) -> bytes:
    return bytes.fromhex(vectors.get(name, {}).get(algorithm, ""))


def _equivalent(algorithm: str, expected: bytes, actual: bytes) -> bool:
    if algorithm == LOCAL_ALGORITHM:
        return _same_points(expected, actual) >= _SAME_POINTS
    if algorithm == PIXELS_ALGORITHM or len(expected) != len(actual):
        return False
    if algorithm == PDQ_ALGORITHM:
        bits = np.frombuffer(expected, np.uint8) ^ np.frombuffer(actual, np.uint8)
        return int(np.bitwise_count(bits).sum()) <= _PDQ_BITS
    one, other = (np.frombuffer(value, "<f2") for value in (expected, actual))
    return np.allclose(one, other, rtol=0, atol=_COMPONENT_TOLERANCE)


def _same_points(expected: bytes, actual: bytes) -> float:
    """Return the share of points that both have; 0 if thumbnails differ by more than a level."""
    try:
        one, other = unpack(expected), unpack(actual)
    except StorageError:
        return 0.0
    levels = one.thumbnail.astype(int) - other.thumbnail
    if one.size != other.size or np.abs(levels).max() > 1:
        return 0.0
    off = one.points[:, None] - other.points
    turn = (off[..., 3] + 180) % 360 - 180
    same = (
        (np.abs(off[..., :2]).max(axis=2) <= _PLACE)
        & (np.abs(np.log2(one.points[:, None, 2] / other.points[:, 2])) < _OCTAVES)
        & (np.abs(turn) < _DEGREES)
        & (one.words[:, None] == other.words)
        & ((one.codes[:, None] == other.codes).sum(axis=2) >= _CODE_BYTES)
    )
    shared = min(int(same.any(axis=0).sum()), int(same.any(axis=1).sum()))
    return float(shared / max(1, *same.shape))


# --- Pictures -----------------------------------------------------------------------------------


def _grid(width: int, height: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, columns = np.mgrid[0:height, 0:width]
    return columns.astype(np.int64), rows.astype(np.int64)


def _rings(width: int, height: int) -> NDArray[np.uint8]:
    """Draw three sets of rings around different centres, one a channel."""
    x, y = _grid(width, height)
    centres = ((width // 3, height // 4, 5), (width // 2, height, 9), (width, height // 3, 7))
    rings = [((x - cx) ** 2 + (y - cy) ** 2) * k // (width + height) for cx, cy, k in centres]
    return np.asarray(np.stack(rings, axis=-1) & 255, dtype=np.uint8)


def _blocks(width: int, height: int) -> NDArray[np.uint8]:
    """Draw blocks whose colours follow a linear congruence."""
    x, y = _grid(width, height)
    block = (x * 7 // width) * 11 + (y * 5 // height) * 23
    return np.asarray(np.stack([(block * k + 17) & 255 for k in (37, 91, 53)], -1), np.uint8)


def _png(image: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


def _translucent() -> bytes:
    x, y = _grid(120, 90)
    alpha = np.asarray((x * 3 + y) & 255, dtype=np.uint8)
    return _png(Image.fromarray(np.dstack([_blocks(120, 90), alpha])))


def _sixteen_bits() -> bytes:
    x, y = _grid(90, 120)
    return _png(Image.fromarray(np.asarray((x * x * 31 + y * y * 17) & 65535, dtype=np.uint16)))


_PICTURES: Mapping[str, Callable[[], bytes]] = {
    "small": lambda: _png(Image.fromarray(_rings(96, 64))),
    "larger-than-canonical": lambda: _png(Image.fromarray(_rings(1001, 613))),
    "turned-by-exif": lambda: _png(Image.fromarray(_blocks(150, 100)), orientation=6),
    "translucent": _translucent,
    "sixteen-bits": _sixteen_bits,
}
