"""What a family of look-alikes is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

Draw = Callable[[Image.Image, np.random.Generator, np.random.Generator], Image.Image]
"""Takes a picture to show, chance that the whole group shares, and chance of this picture's own."""


@dataclass(frozen=True, slots=True)
class Family:
    """One way in which different pictures look alike.

    A group is one registered picture and some that are asked. All are drawn with equal shared
    chance, which decides what they have in common, and with different contents and own chance.

    Attributes:
        name: Unique among the families.
        draw: Makes one picture of a group.
    """

    name: str
    draw: Draw
