"""Descriptors from TorchScript files, such as those published with SSCD.

After Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection" (CVPR 2022). A
TorchScript file is code: it is run only if its checksum is the one that the operator wrote down.
Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from raisonne.rights.errors import ConfigError, Reason

_DIGEST_CHARACTERS = 12
_SETTINGS_CHARACTERS = 6
_SHA256_CHARACTERS = 64
_LEAST_SIDE = 32
_MOST_SIDE = 1024
_MOST_ELONGATED = 4
_CHANNELS = 3
_PARAMETERS = frozenset({"sha256", "side", "mean", "std"})


@dataclass(frozen=True, slots=True)
class TorchScriptSettings:
    """Which file is meant, and how pictures are prepared for it.

    Attributes:
        sha256: Checksum of the file, lower-case hex.
        side: Pixels that the shorter side is scaled to; SSCD's published models expect 288.
        mean: Subtracted from red, green and blue in [0, 1]; ImageNet's by default.
        std: Divides what is left; ImageNet's by default.
    """

    sha256: str
    side: int = 288
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if len(self.sha256) != _SHA256_CHARACTERS or set(self.sha256) - set("0123456789abcdef"):
            raise ConfigError("A TorchScript file needs sha256=, 64 lower-case hex digits.")
        if not _LEAST_SIDE <= self.side <= _MOST_SIDE:
            raise ConfigError(f"The side is not between {_LEAST_SIDE} and {_MOST_SIDE} pixels.")
        if len(self.mean) != _CHANNELS or len(self.std) != _CHANNELS:
            raise ConfigError("The mean and std of a TorchScript file are three numbers each.")
        if not np.isfinite((*self.mean, *self.std)).all() or min(self.std) <= 0:
            raise ConfigError("The mean and std are not finite, or a std is not positive.")

    @classmethod
    def parse(cls, query: str) -> TorchScriptSettings:
        """Read the query of an embedder URI: ``sha256=HEX[&side=N][&mean=R,G,B][&std=R,G,B]``.

        Raises:
            ConfigError: If a parameter is missing, unknown, repeated or malformed.
        """
        pairs = parse_qsl(query, keep_blank_values=True)
        values = dict(pairs)
        if len(values) != len(pairs) or not {"sha256"} <= values.keys() <= _PARAMETERS:
            raise ConfigError(
                "A TorchScript file takes sha256=, and at most side=, mean= and std=."
            )
        default = cls(values["sha256"])
        try:
            side = int(values.get("side", default.side))
            mean = _numbers(values["mean"]) if "mean" in values else default.mean
            std = _numbers(values["std"]) if "std" in values else default.std
        except ValueError as error:
            raise ConfigError(
                f"A parameter of the TorchScript file is no number: {error}"
            ) from error
        return cls(default.sha256, side, mean, std)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


class TorchScriptEmbedder:
    """A TorchScript module from pictures to vectors as an ``Embedder``, in float32, on one core.

    The algorithm's name holds the first digits of the checksum and of a digest of the settings, so
    vectors that were made otherwise are never compared with these.

    Args:
        file: The module: takes (1, 3, h, w) float32, returns (1, d).
        settings: Its checksum, and how pictures are prepared.

    Raises:
        ConfigError: If torch is not installed (``ENGINE_UNAVAILABLE``), or the file is missing, has
            another checksum, does not load or does not return one vector.
    """

    def __init__(self, file: Path, settings: TorchScriptSettings) -> None:
        try:
            # A heavy import, paid only by installations that use a model.
            import torch  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(
                "The TorchScript embedder needs the 'models' extra.",
                reason=Reason.ENGINE_UNAVAILABLE,
            ) from error
        data = _checked(file, settings.sha256)
        self._torch = torch
        self._settings = settings
        # Sums in another order give other vectors: one thread, on whatever machine.
        torch.set_num_threads(1)
        try:
            # The bytes that were checked are those that run, whatever happens to the file.
            with warnings.catch_warnings():
                # New models are not exported this way any more; published ones stay as they are.
                warnings.simplefilter("ignore")
                self._module = torch.jit.load(io.BytesIO(data), map_location="cpu").eval()
            probe = self._raw(np.zeros((settings.side, settings.side, _CHANNELS), np.uint8))
        except Exception as error:
            # The module is code: it may raise anything.
            raise ConfigError(f"The TorchScript file does not run: {error}") from error
        if probe.ndim != 1 or not probe.size:
            raise ConfigError("The TorchScript file does not return one vector a picture.")
        self.dimensions = int(probe.size)
        prepared = repr((settings.side, settings.mean, settings.std)).encode()
        suffix = hashlib.sha256(prepared).hexdigest()[:_SETTINGS_CHARACTERS]
        self.algorithm = f"torchscript-{settings.sha256[:_DIGEST_CHARACTERS]}-{suffix}-v1"

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Embedder.embed``; the shorter side is scaled to the configured one."""
        picture = Image.fromarray(pixels)
        scaled = picture.resize(
            _target(picture.size, self._settings.side), Image.Resampling.BILINEAR
        )
        vector = self._raw(np.asarray(scaled))
        length = float(np.linalg.norm(vector))
        return np.asarray(vector / length if length > 0 else vector, np.float32)

    def _raw(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        mean, std = (np.array(v, np.float32) for v in (self._settings.mean, self._settings.std))
        values = (pixels.astype(np.float32) / 255 - mean) / std
        batch = self._torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)[None]))
        with self._torch.inference_mode():
            return np.asarray(self._module(batch)[0].float().numpy(), np.float32)


def _checked(file: Path, sha256: str) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"The TorchScript file {str(file)!r} cannot be read.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ConfigError(
            f"The TorchScript file {str(file)!r} has another checksum; it is not run."
        )
    return data


def _target(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the width and height to scale to; very long pictures are squeezed to 4 : 1."""
    shorter = min(size)
    width, height = (min(round(length * side / shorter), _MOST_ELONGATED * side) for length in size)
    return width, height
