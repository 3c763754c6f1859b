"""Global descriptors: one unit vector a picture, compared by inner product.

An embedder is chosen by a URI: ``gist:`` and ``copy:`` are built in, the second trained to bring
copies together; ``open_clip:MODEL?weights=FILE`` and ``torchscript:FILE?sha256=HEX`` load models
that the operator provides. Vectors are stored as little-endian float16.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from raisonne.rights.errors import ConfigError
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind


class Embedder(Protocol):
    """Maps pictures to vectors in which copies lie close together."""

    @property
    def algorithm(self) -> str:
        """Versioned name; vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        ...

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Describe a canonical picture, shape (h, w, 3).

        Returns:
            Shape (dimensions,), of length one; all zero for a picture without any structure.
        """
        ...


def embedder_from_uri(uri: str) -> Embedder:
    """Return the embedder that a URI names.

    Raises:
        ConfigError: If the URI is not one of the forms above or its model cannot be loaded.
    """
    if uri == "gist:":
        return GistEmbedder()
    if uri == "copy:":
        # Imported here because its weights are three megabytes.
        from raisonne.fingerprint.copy_embedder import CopyEmbedder  # noqa: PLC0415

        return CopyEmbedder()
    scheme, _, rest = uri.partition(":")
    model, _, query = rest.partition("?")
    weights = parse_qs(query).get("weights", [])
    if scheme == "open_clip" and model and len(weights) == 1:
        # Imported here because torch takes seconds and most installations use no model.
        from raisonne.fingerprint.open_clip_embedder import OpenClipEmbedder  # noqa: PLC0415

        return OpenClipEmbedder(model, Path(weights[0]))
    if scheme == "torchscript" and model:
        # For the same reason.
        from raisonne.fingerprint.torchscript_embedder import (  # noqa: PLC0415
            TorchScriptEmbedder,
            TorchScriptSettings,
        )

        return TorchScriptEmbedder(Path(model), TorchScriptSettings.parse(query))
    raise ConfigError(
        f"The embedder URI {uri!r} is none of 'gist:', 'copy:', 'open_clip:MODEL?weights=FILE' and "
        "'torchscript:FILE?sha256=HEX'."
    )


def embedding_fingerprint(
    embedder: Embedder, pixels: NDArray[np.uint8], quality: int
) -> Fingerprint:
    """Describe a canonical picture for the catalogue.

    Args:
        embedder: Which descriptor.
        pixels: Shape (h, w, 3).
        quality: How much structure the picture has, 0 to 100, as PDQ rates it.
    """
    value = embedder.embed(pixels).astype("<f2").tobytes()
    return Fingerprint(FingerprintKind.EMBEDDING, embedder.algorithm, value, quality)


_SIDE = 128
_EDGE_GRID = 4
_ORIENTATIONS = 6
_FREQUENCIES = (0.16, 0.08, 0.04, 0.02)
_OCTAVE_WIDTH = 0.55
_ANGLE_WIDTH = 0.8
_POWER = 0.7
_COLOUR_GRID = 6
_COLOUR_WEIGHT = 1.2
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_OPPONENT = np.array([[1 / 3, 1 / 3, 1 / 3], [1, -1, 0], [-0.5, -0.5, 1]], np.float32).T
_MID_GREY = np.array([128, 0, 0], np.float32)


class GistEmbedder:
    """The built-in descriptor ``gist-v1``: where which edges and which colours are.

    After Oliva and Torralba, "Modeling the shape of the scene" (IJCV 42, 2001). The first 384
    numbers tell edges: the luma, scaled to 128 x 128 and normalised in contrast, is filtered by 24
    Gabor-like filters (four frequencies of 0.02 to 0.16 cycles a pixel, six orientations); the mean
    magnitude in each of 4 x 4 cells, raised to 0.7, is centred over the cells of its filter, so
    that it tells the layout and not the overall texture. The other 108 tell colours: lightness,
    red-green and blue-yellow, each in 6 x 6 cells. Both parts are scaled to a fixed length, the
    colours to 1.2 times that of the edges, and the whole to length one.

    It follows re-coding, scaling, moderate changes of tone, overlays, small rotations and small
    crops; it does not follow mirroring, re-colouring, larger crops or pictures within pictures.
    Pictures of one pattern family can be as close as copies, so it proves nothing alone.
    """

    algorithm = "gist-v1"
    dimensions = len(_FREQUENCIES) * _ORIENTATIONS * _EDGE_GRID**2 + 3 * _COLOUR_GRID**2

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Embedder.embed``."""
        picture = Image.fromarray(pixels)
        return _unit(np.concatenate([_edges(picture), _COLOUR_WEIGHT * _colours(picture)]))


def _edges(picture: Image.Image) -> NDArray[np.float32]:
    luma = _cells(picture, _SIDE) @ _LUMA
    # Five grey levels keep the noise of nearly flat pictures from being blown up to contrast.
    luma = (luma - luma.mean()) / (luma.std() + np.float32(5))
    responses = np.abs(np.fft.irfft2(np.fft.rfft2(luma) * _filters(), s=luma.shape))
    side = _SIDE // _EDGE_GRID
    energy = responses.reshape(-1, _EDGE_GRID, side, _EDGE_GRID, side).mean(axis=(2, 4)) ** _POWER
    return _unit((energy - energy.mean(axis=(1, 2), keepdims=True)).ravel())


def _colours(picture: Image.Image) -> NDArray[np.float32]:
    return _unit((_cells(picture, _COLOUR_GRID) @ _OPPONENT - _MID_GREY).ravel())


def _cells(picture: Image.Image, side: int) -> NDArray[np.float32]:
    scaled = picture.resize((side, side), Image.Resampling.BOX)
    return np.asarray(scaled).astype(np.float32)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vector)
    return np.asarray(vector / length if length > 0 else vector, dtype=np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Return the transfer functions, shape (24, 128, 65), log-normal in frequency and angle."""
    rows = np.fft.fftfreq(_SIDE)[:, None]
    columns = np.fft.rfftfreq(_SIDE)[None, :]
    radius = np.hypot(rows, columns)
    radius[0, 0] = np.finfo(np.float64).tiny
    angle = np.arctan2(rows, columns)
    step = np.pi / _ORIENTATIONS
    bank = []
    for frequency in _FREQUENCIES:
        band = np.exp(-(np.log(radius / frequency) ** 2) / (2 * _OCTAVE_WIDTH**2))
        for index in range(_ORIENTATIONS):
            off = (angle - index * step + np.pi / 2) % np.pi - np.pi / 2
            bank.append(band * np.exp(-(off**2) / (2 * (step * _ANGLE_WIDTH) ** 2)))
    return np.stack(bank).astype(np.float32)
