"""Conformance vectors: small pictures and the fingerprints that every installation must give them.

A codec, scaler or hash library that behaves otherwise would silently make stored and new
fingerprints disagree. The pictures are drawn by integer arithmetic and kept as lossless PNG, so
that nothing but the code under test decides the result.
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
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.rights.errors import ConfigError, Reason

_VECTORS = "conformance_v1.json"
_PDQ_BITS = 2
"""Coefficients next to the median may fall either way where floating point differs."""
_COMPONENT_TOLERANCE = 1e-3


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


def conformance_selftest() -> None:
    """Compare this installation's fingerprints with the shipped ones.

    Raises:
        ConfigError: ``ENGINE_UNAVAILABLE`` naming every picture and algorithm that differs.
    """
    shipped = json.loads(files(__package__).joinpath(_VECTORS).read_text("utf-8"))
    computed = conformance_vectors()
    differing = [
        f"{algorithm} of {name}"
        for name, expected in shipped.items()
        for algorithm, value in expected.items()
        if not _equivalent(algorithm, bytes.fromhex(value), _value(computed, name, algorithm))
    ]
    if differing:
        raise ConfigError(
            f"This installation computes other fingerprints: {', '.join(differing)}.",
            reason=Reason.ENGINE_UNAVAILABLE,
        )


def _value(vectors: Mapping[str, Mapping[str, str]], name: str, algorithm: str) -> bytes:
    return bytes.fromhex(vectors.get(name, {}).get(algorithm, ""))


def _equivalent(algorithm: str, expected: bytes, actual: bytes) -> bool:
    if len(expected) != len(actual):
        return False
    if algorithm == PIXELS_ALGORITHM:
        return expected == actual
    if algorithm == PDQ_ALGORITHM:
        bits = np.frombuffer(expected, np.uint8) ^ np.frombuffer(actual, np.uint8)
        return int(np.bitwise_count(bits).sum()) <= _PDQ_BITS
    one, other = (np.frombuffer(value, "<f2") for value in (expected, actual))
    return np.allclose(one, other, rtol=0, atol=_COMPONENT_TOLERANCE)


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
