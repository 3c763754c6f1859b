"""Several works in one picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from raisonne.evaluation.pixels import any_colour

_SIDE = 720


def collage(images: Sequence[Image.Image], chance: np.random.Generator) -> Image.Image:
    """Lay pictures out on a grid, whole, each in the middle of its cell."""
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    cell = _SIDE // columns
    gap = int(chance.integers(2, 10))
    canvas = Image.new("RGB", (columns * cell, rows * cell), any_colour(chance))
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        shown = ImageOps.contain(image, (cell - gap, cell - gap))
        left = column * cell + (cell - shown.width) // 2
        canvas.paste(shown, (left, row * cell + (cell - shown.height) // 2))
    return canvas
