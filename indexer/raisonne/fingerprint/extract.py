"""From one decoded picture to all its fingerprints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.decoding import DecodedImage
from raisonne.fingerprint.embedding import Embedder, embedding_fingerprint
from raisonne.fingerprint.exact import bytes_fingerprint, pixels_fingerprint
from raisonne.fingerprint.perceptual import PdqForm, pdq_fingerprint, pdq_forms
from raisonne.rights.fingerprint import Fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class QueryFingerprints:
    """What a picture is looked up by.

    Attributes:
        sha256: Hex digest of the file's bytes.
        pixel_sha256: Hex digest of the picture.
        width: Pixels at full resolution.
        height: Pixels at full resolution.
        pdq_forms: The perceptual hash of the picture in nine forms.
        quality: PDQ's rating of how much structure the picture has, 0 to 100.
        embedding_algorithm: Name of the embedder.
        embedding: float32 unit vector, shape (dimensions,).
        frames: How many frames the file shows; all of the above is of the first.
    """

    sha256: str
    pixel_sha256: str
    width: int
    height: int
    pdq_forms: tuple[PdqForm, ...]
    quality: int
    embedding_algorithm: str
    embedding: NDArray[np.float32]
    frames: int = 1


class Extractor:
    """Computes fingerprints, for the catalogue or for a query.

    Args:
        embedder: The global descriptor in use.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def register(self, image: DecodedImage, sha256: str) -> tuple[Fingerprint, ...]:
        """Return what the catalogue keeps of a work's picture.

        Args:
            image: The decoded file.
            sha256: Hex digest of the file's bytes.
        """
        perceptual = pdq_fingerprint(image.pixels)
        return (
            bytes_fingerprint(sha256),
            pixels_fingerprint(image.pixel_sha256, image.width, image.height),
            perceptual,
            embedding_fingerprint(self.embedder, image.pixels, perceptual.quality or 0),
        )

    def query(self, image: DecodedImage, sha256: str) -> QueryFingerprints:
        """Return what a picture is looked up by.

        Args:
            image: The decoded file.
            sha256: Hex digest of the file's bytes.
        """
        forms, quality = pdq_forms(image.pixels)
        return QueryFingerprints(
            sha256=sha256,
            pixel_sha256=image.pixel_sha256,
            width=image.width,
            height=image.height,
            pdq_forms=forms,
            quality=quality,
            embedding_algorithm=self.embedder.algorithm,
            embedding=self.embedder.embed(image.pixels),
            frames=image.frames,
        )
