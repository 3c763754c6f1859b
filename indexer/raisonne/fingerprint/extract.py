"""From one decoded picture to all its fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Collection
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
from raisonne.fingerprint.style import StyleEmbedder
from raisonne.fingerprint.vocabulary import local_fingerprint
from raisonne.rights.fingerprint import Fingerprint


class QueryFingerprints:
    """What a picture is looked up by; what takes long is computed when it is first asked for.

    Args:
        image: The decoded file.
        sha256: Hex digest of the file's bytes.
        embedder: The global descriptor in use.
        style: The style descriptor in use, if any.

    Attributes:
        sha256: Hex digest of the file's bytes.
        pixel_sha256: Hex digest of the picture.
        width: Pixels at full resolution.
        height: Pixels at full resolution.
        pixels: The canonical picture, shape (h, w, 3).
        pdq_forms: The perceptual hash of the picture in nine forms.
        quality: PDQ's rating of how much structure the picture has, 0 to 100.
        embedding_algorithm: Name of the embedder.
        style_algorithm: Name of the style descriptor; empty where style is not compared.
        frames: How many frames the file shows; all of the above is of the first.
    """

    def __init__(
        self,
        image: DecodedImage,
        sha256: str,
        embedder: Embedder,
        style: StyleEmbedder | None = None,
    ) -> None:
        self.sha256 = sha256
        self.pixel_sha256 = image.pixel_sha256
        self.width, self.height = image.width, image.height
        self.pixels = image.pixels
        self.pdq_forms, self.quality = pdq_forms(image.pixels)
        self.embedding_algorithm = embedder.algorithm
        self.style_algorithm = "" if style is None else style.algorithm
        self.frames = image.frames
        self._embedder = embedder
        self._style = style

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
    def style(self) -> NDArray[np.float32]:
        """The style descriptor, a unit vector of shape (dimensions,); empty where there is none."""
        return np.empty(0, np.float32) if self._style is None else self._style.embed(self.pixels)

    @cached_property
    def local(self) -> QueryForms:
        """The distinctive points in four forms."""
        return query_forms(self.pixels)


class Extractor:
    """Computes fingerprints, for the catalogue or for a query.

    Args:
        embedder: The global descriptor in use.
        style: The style descriptor in use, if any.

    Attributes:
        algorithms: Names of all that the catalogue keeps of a work.
    """

    def __init__(self, embedder: Embedder, style: StyleEmbedder | None = None) -> None:
        self.embedder = embedder
        self.style = style
        self._makers: dict[str, Callable[[_Registered], Fingerprint]] = {
            BYTES_ALGORITHM: lambda work: bytes_fingerprint(work.sha256),
            PIXELS_ALGORITHM: lambda work: pixels_fingerprint(
                work.image.pixel_sha256, work.image.width, work.image.height
            ),
            PDQ_ALGORITHM: lambda work: work.perceptual,
            embedder.algorithm: lambda work: work.embedding(embedder),
            LOCAL_ALGORITHM: lambda work: local_fingerprint(work.image.pixels),
        }
        if style is not None:
            self._makers[style.algorithm] = lambda work: work.embedding(style)
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
        return QueryFingerprints(image, sha256, self.embedder, self.style)


class _Registered:
    """A work's picture while its fingerprints are computed."""

    def __init__(self, image: DecodedImage, sha256: str) -> None:
        self.image = image
        self.sha256 = sha256

    @cached_property
    def perceptual(self) -> Fingerprint:
        return pdq_fingerprint(self.image.pixels)

    def embedding(self, embedder: Embedder) -> Fingerprint:
        return embedding_fingerprint(embedder, self.image.pixels, self.perceptual.quality or 0)
