"""Engines to compare with: perceptual hashes looked up by Hamming distance."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from raisonne.evaluation.engines import Answer, Engine, Prediction, Sample
from raisonne.fingerprint.perceptual import MIN_QUALITY, pdq_forms
from raisonne.rights.errors import ConfigError, Reason

Hash = Callable[[NDArray[np.uint8]], Sequence[bytes]]
"""Takes a canonical picture, shape (h, w, 3); returns codes of equal length, perhaps none."""

_KEPT = 10
"""Predictions for a query."""
_ISCC_BITS = 256
_ISCC_SIDE = 32


class HashEngine:
    """Ranks works by the nearest of the query's codes.

    Args:
        name: Of its ranking.
        register_hash: Codes of a work; the first is kept.
        query_hash: Codes of a query.
    """

    def __init__(self, name: str, register_hash: Hash, query_hash: Hash) -> None:
        self.name = name
        self._register_hash = register_hash
        self._query_hash = query_hash
        self._works: list[str] = []
        self._codes: list[bytes] = []

    def register(self, work: str, sample: Sample) -> None:
        """See ``Engine.register``."""
        for code in self._register_hash(sample.image.pixels)[:1]:
            self._works.append(work)
            self._codes.append(code)

    def predict(self, sample: Sample) -> Answer:
        """See ``Engine.predict``; the score is the share of equal bits."""
        started = time.perf_counter()
        codes = self._query_hash(sample.image.pixels)
        ranking = self._nearest(codes) if codes and self._codes else []
        return Answer({self.name: ranking}, {self.name: time.perf_counter() - started})

    def _nearest(self, codes: Sequence[bytes]) -> list[Prediction]:
        known, asked = (_matrix(rows) for rows in (self._codes, codes))
        unequal = np.bitwise_count(known[:, np.newaxis] ^ asked).sum(axis=2).min(axis=1)
        shares = 1 - unequal / (8 * known.shape[1])
        return [
            Prediction(self._works[row], float(shares[row]), float(shares[row]))
            for row in np.argsort(-shares, kind="stable")[:_KEPT]
        ]


def pdq_engines() -> tuple[Engine, ...]:
    """Return PDQ as published, and with the query's eight symmetries."""
    return (
        HashEngine("pdq", _pdq_plain, _pdq_plain),
        HashEngine("pdq-dihedral", _pdq_plain, _pdq_dihedral),
    )


def iscc_engine() -> Engine:
    """Return the image code of ISO 24138 at its full length.

    Raises:
        ConfigError: If ``iscc-lib`` is not installed (``ENGINE_UNAVAILABLE``).
    """
    try:
        # Only the benchmark uses it, and only to compare with.
        from iscc_lib import gen_image_code_v0, iscc_decode  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            "ISCC needs the package iscc-lib.", reason=Reason.ENGINE_UNAVAILABLE
        ) from error

    def image_code(pixels: NDArray[np.uint8]) -> list[bytes]:
        grey = _without_border(Image.fromarray(pixels)).convert("L")
        small = grey.resize((_ISCC_SIDE, _ISCC_SIDE), Image.Resampling.BICUBIC)
        return [bytes(iscc_decode(gen_image_code_v0(small.tobytes(), _ISCC_BITS)["iscc"])[-1])]

    return HashEngine("iscc", image_code, image_code)


def _pdq_plain(pixels: NDArray[np.uint8]) -> list[bytes]:
    return _pdq_dihedral(pixels)[:1]


def _pdq_dihedral(pixels: NDArray[np.uint8]) -> list[bytes]:
    """Hash in eight symmetries; PDQ's own rule is to keep silent on flat pictures."""
    forms, quality = pdq_forms(pixels)
    return [form.code for form in forms if not form.inverted] if quality >= MIN_QUALITY else []


def _without_border(image: Image.Image) -> Image.Image:
    """Cut off a border of the first pixel's colour, as ISCC's reference pre-processing does."""
    ground = Image.new(image.mode, image.size, image.getpixel((0, 0)))
    box = ImageChops.difference(image, ground).getbbox()
    return image.crop(box) if box else image


def _matrix(codes: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(codes), np.uint8).reshape(len(codes), -1)
