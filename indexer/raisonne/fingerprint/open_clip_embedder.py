"""Descriptors from OpenCLIP image towers, with weights that the operator provides as a file.

Nothing is ever downloaded, and only safetensors files are read, which cannot carry code.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from raisonne.rights.errors import ConfigError, Reason

_WEIGHTS_SUFFIX = ".safetensors"
_DIGEST_CHARACTERS = 12


class OpenClipEmbedder:
    """An OpenCLIP image tower as an ``Embedder``, in float32, on CUDA where available.

    The algorithm's name holds the model's name and the first digits of the weight file's SHA-256,
    so vectors of other weights are never compared with these.

    Args:
        model: A configuration name that open_clip ships, for example ``ViT-B-32``.
        weights: A ``.safetensors`` file with the model's state.

    Raises:
        ConfigError: If open_clip is not installed (``ENGINE_UNAVAILABLE``), the model is unknown or
            needs files from a model hub, or the weights are missing or do not fit.
    """

    def __init__(self, model: str, weights: Path) -> None:
        try:
            # Heavy imports, paid only by installations that use a model.
            import open_clip  # noqa: PLC0415
            import torch  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(
                "The open_clip embedder needs the 'models' extra.", reason=Reason.ENGINE_UNAVAILABLE
            ) from error
        configuration = open_clip.get_model_config(model) if ":" not in model else None
        if configuration is None or "hf_model_name" in configuration["text_cfg"]:
            raise ConfigError(f"open_clip ships no self-contained model named {model!r}.")
        if weights.suffix != _WEIGHTS_SUFFIX or not weights.is_file():
            raise ConfigError(f"The weights {str(weights)!r} are not a {_WEIGHTS_SUFFIX} file.")
        self._torch = torch
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            built, _, self._preprocess = open_clip.create_model_and_transforms(
                model, pretrained=str(weights), precision="fp32", device=self._device
            )
        except Exception as error:
            # Readers and models raise many types, assertions too, on files that do not fit.
            raise ConfigError(f"The weights do not load into {model}: {error}") from error
        self._model = built.eval()
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:_DIGEST_CHARACTERS]
        self.algorithm = f"open-clip-{model}-{digest}-v1"
        self.dimensions = int(configuration["embed_dim"])

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Embedder.embed``; the model's own resizing and normalisation are applied."""
        batch = self._preprocess(Image.fromarray(pixels)).unsqueeze(0).to(self._device)
        with self._torch.inference_mode():
            vector = self._model.encode_image(batch, normalize=True)[0]
        return np.asarray(vector.float().cpu().numpy(), dtype=np.float32)
