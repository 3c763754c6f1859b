"""Style descriptors: vectors in which pictures of one style, not copies, are meant to lie close.

They come from weights that the operator provides, such as those of CSD (Somepalli et al.,
"Measuring Style Similarity in Diffusion Models", 2024), in the forms that embedders have. None is
built in: a weight-free descriptor would tell layout or colour and call it style.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.embedding import Embedder, embedder_from_uri
from raisonne.rights.errors import ConfigError

_SCHEMES = ("open_clip:", "torchscript:")


class StyleEmbedder:
    """A descriptor used for style, under a name of its own.

    So vectors for style are never compared with vectors for copies, even of the same weights.

    Args:
        embedder: What makes the vectors.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.algorithm = f"style:{embedder.algorithm}"
        self.dimensions = embedder.dimensions

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Embedder.embed``."""
        return self._embedder.embed(pixels)


def style_from_uri(uri: str) -> StyleEmbedder | None:
    """Return the style descriptor that a URI names; None for an empty one: style is not compared.

    Raises:
        ConfigError: If the URI is not ``open_clip:MODEL?weights=FILE`` or
            ``torchscript:FILE?sha256=HEX``, or its model cannot be loaded.
    """
    if not uri:
        return None
    if not uri.startswith(_SCHEMES):
        raise ConfigError(
            f"The style URI {uri!r} is neither 'open_clip:MODEL?weights=FILE' nor "
            "'torchscript:FILE?sha256=HEX'; no style descriptor is built in."
        )
    return StyleEmbedder(embedder_from_uri(uri))
