"""The trained descriptor ``copy-v1``: a small network in whole numbers.

The weights were trained by ``raisonne.fingerprint.training`` to bring copies together (see
``MODEL_CARD.md`` beside this module). All weights and activations are whole numbers whose sums of
products stay below 2 ** 24, so single-precision matrix products of them are exact in whatever order
they are summed: vectors are the same on every machine and for every number of threads. It runs on
numpy alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load

SIDE = 112
"""Pixels that pictures are squeezed to, both ways."""

TOP = 255
"""Highest activation."""

EXACT = 1 << 24
"""Below it every whole number has a single-precision float."""

POOLED_STEPS = 16
"""Steps of pooled features for one of an activation."""

WEIGHTS = "copy_v1.safetensors"

Weights = Mapping[str, NDArray[Any]]
_MIDDLE = np.float32(128)
_QUARTERS = (slice(0, 4), slice(3, 7))


class CopyEmbedder:
    """The built-in trained descriptor ``copy-v1`` as an ``Embedder``.

    It follows re-coding, tone and colour, blur, noise, styles, overlays, crops, moderate turns,
    perspective, pastes and combinations of these; it is weaker on mirroring, large turns and small
    pastes, and proves nothing alone.

    Args:
        weights: As ``raisonne.fingerprint.training.export`` makes them; by default those shipped.
    """

    algorithm = "copy-v1"

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = shipped_weights() if weights is None else weights
        self._blocks = sorted(
            {".".join(name.split(".")[:2]) for name in self._weights if name.startswith("blocks.")}
        )
        self._convolutions = {
            name.removesuffix(".weight"): (
                weight.astype(np.float32),
                np.asarray(self._weights[name.replace("weight", "scale")], np.float32),
                np.asarray(self._weights[name.replace("weight", "bias")], np.float32),
            )
            for name, weight in self._weights.items()
            if name.endswith(".weight") and name != "projection.weight"
        }
        self.dimensions = len(self._weights["projection.bias"])

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Embedder.embed``."""
        picture = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX)
        values = np.asarray(picture).astype(np.float32) - _MIDDLE
        if values.min() == values.max():
            return np.zeros(self.dimensions, np.float32)
        for name in ("stem.0", "stem.1"):
            values = self._activated(name, self._convolved(name, values, 2))
        for name in self._blocks:
            values = self._block(name, values)
        return self._projected(_pooled(values, float(self._weights["power"])))

    def _block(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        shortcut = f"{name}.shortcut"
        if f"{shortcut}.weight" in self._weights:
            kept, stride = self._convolved(shortcut, values, 2), 2
        else:
            kept, stride = values * self._weights[f"{shortcut}.step"], 1
        inner = self._convolved(f"{name}.first", values, stride)
        inner = self._activated(f"{name}.first", inner)
        return self._activated(name, self._convolved(f"{name}.second", inner, 1) + kept)

    def _convolved(
        self, name: str, values: NDArray[np.float32], stride: int
    ) -> NDArray[np.float32]:
        """Convolve whole numbers, shape (h, w, c); returns features in the network's own units."""
        weight, scale, bias = self._convolutions[name]
        kernel = weight.shape[0]
        margin = kernel // 2
        padded = np.pad(values, ((margin, margin), (margin, margin), (0, 0)))
        windows = sliding_window_view(padded, (kernel, kernel), axis=(0, 1))[::stride, ::stride]
        columns = windows.transpose(0, 1, 3, 4, 2).reshape(-1, kernel * kernel * values.shape[2])
        sums = columns @ weight.reshape(columns.shape[1], -1)
        features = (sums * scale + bias).reshape(*windows.shape[:2], -1)
        return np.asarray(features, np.float32)

    def _activated(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Round features to whole numbers from 0 to ``TOP``."""
        whole = np.rint(values / self._weights[f"{name}.step"])
        return np.asarray(np.clip(whole, 0, TOP), np.float32)

    def _projected(self, pooled: NDArray[np.float64]) -> NDArray[np.float32]:
        weights = self._weights
        sums = weights["projection.weight"].astype(np.float64) @ pooled
        vector = sums * weights["projection.scale"] + weights["projection.bias"]
        length = math.sqrt(math.fsum(vector**2))
        return np.asarray(vector / length if length > 0 else vector, np.float32)


def shipped_weights() -> Weights:
    """Return the weights that come with the package."""
    data = files("raisonne.fingerprint").joinpath(WEIGHTS).read_bytes()
    return load(data)


def _pooled(values: NDArray[np.float32], power: float) -> NDArray[np.float64]:
    """Pool the last activations, shape (7, 7, c), to whole numbers, shape (5 c,).

    First the generalised mean of each channel, then the means of the picture's four quarters, the
    middle row and column belonging to both sides.
    """
    whole = values.astype(np.float64)
    means = (whole**power).mean(axis=(0, 1)) ** (1 / power)
    quarters = np.stack(
        [whole[rows, columns].mean(axis=(0, 1)) for rows in _QUARTERS for columns in _QUARTERS],
        axis=1,
    )
    pooled = np.concatenate([means, quarters.ravel()])
    return np.asarray(np.rint(pooled * POOLED_STEPS), np.float64)
