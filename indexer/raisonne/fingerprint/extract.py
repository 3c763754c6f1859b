"""From one decoded picture to all its fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.decoding import DecodedImage
from raisonne.fingerprint.embedding import Embedder, embedding_fingerprint
from raisonne.fingerprint.exact import (
    BYTES_ALGORITHM,
    PIXELS_ALGORITHM,
    bytes_fingerprint,
    pixels_fingerprint,
)
from raisonne.fingerprint.local import ALGORITHM as LOCAL_ALGORITHM
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.fingerprint.perceptual import pdq_fingerprint, pdq_forms
from raisonne.fingerprint.query_forms import QueryForms, query_forms
from raisonne.fingerprint.vocabulary import local_fingerprint
from raisonne.rights.fingerprint import Fingerprint


class QueryFingerprints:
    """What a picture is looked up by; what takes long is computed when it is first asked for.

    Args:
        image: The decoded file.
        sha256: Hex digest of the file's bytes.
        embedder: The global descriptor in use.

    Attributes:
        sha256: Hex digest of the file's bytes.
        pixel_sha256: Hex digest of the picture.
        width: Pixels at full resolution.
        height: Pixels at full resolution.
        pixels: The canonical picture, shape (h, w, 3).
        pdq_forms: The perceptual hash of the picture in nine forms.
        quality: PDQ's rating of how much structure the picture has, 0 to 100.
        embedding_algorithm: Name of the embedder.
        frames: How many frames the file shows; all of the above is of the first.
    """

    def __init__(self, image: DecodedImage, sha256: str, embedder: Embedder) -> None:
        self.sha256 = sha256
        self.pixel_sha256 = image.pixel_sha256
        self.width, self.height = image.width, image.height
        self.pixels = image.pixels
        self.pdq_forms, self.quality = pdq_forms(image.pixels)
        self.embedding_algorithm = embedder.algorithm
        self.frames = image.frames
        self._embedder = embedder

    @cached_property
    def codes(self) -> NDArray[np.uint8]:
        """The perceptual hashes of all forms, packed, shape (9, 32)."""
        packed = np.frombuffer(b"".join(form.code for form in self.pdq_forms), np.uint8)
        return packed.reshape(len(self.pdq_forms), -1)

    @cached_property
    def embedding(self) -> NDArray[np.float32]:
        """The global descriptor, a unit vector of shape (dimensions,)."""
        return self._embedder.embed(self.pixels)

    @cached_property
    def local(self) -> QueryForms:
        """The distinctive points in four forms."""
        return query_forms(self.pixels)


class Extractor:
    """Computes fingerprints, for the catalogue or for a query.

    Args:
        embedder: The global descriptor in use.

    Attributes:
        algorithms: Names of all that the catalogue keeps of a work.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._makers: Mapping[str, Callable[[_Registered], Fingerprint]] = {
            BYTES_ALGORITHM: lambda work: bytes_fingerprint(work.sha256),
            PIXELS_ALGORITHM: lambda work: pixels_fingerprint(
                work.image.pixel_sha256, work.image.width, work.image.height
            ),
            PDQ_ALGORITHM: lambda work: work.perceptual,
            embedder.algorithm: lambda work: embedding_fingerprint(
                embedder, work.image.pixels, work.perceptual.quality or 0
            ),
            LOCAL_ALGORITHM: lambda work: local_fingerprint(work.image.pixels),
        }
        self.algorithms = frozenset(self._makers)

    def register(
        self, image: DecodedImage, sha256: str, algorithms: Collection[str] | None = None
    ) -> tuple[Fingerprint, ...]:
        """Return what the catalogue keeps of a work's picture.

        Args:
            image: The decoded file.
            sha256: Hex digest of the file's bytes.
            algorithms: Names of those to compute; all by default.
        """
        wanted = self.algorithms if algorithms is None else algorithms
        work = _Registered(image, sha256)
        return tuple(make(work) for name, make in self._makers.items() if name in wanted)

    def query(self, image: DecodedImage, sha256: str) -> QueryFingerprints:
        """Return what a picture is looked up by.

        Args:
            image: The decoded file.
            sha256: Hex digest of the file's bytes.
        """
        return QueryFingerprints(image, sha256, self.embedder)


class _Registered:
    """A work's picture while its fingerprints are computed."""

    def __init__(self, image: DecodedImage, sha256: str) -> None:
        self.image = image
        self.sha256 = sha256

    @cached_property
    def perceptual(self) -> Fingerprint:
        return pdq_fingerprint(self.image.pixels)
