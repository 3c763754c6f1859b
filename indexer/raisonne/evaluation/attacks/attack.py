"""What an attack is, and short ways to write one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

Change = Callable[[Image.Image, Image.Image, np.random.Generator], Image.Image]
"""Takes an RGB picture, an unrelated RGB picture and a source of chance; returns an RGB picture."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One change at one strength.

    Attributes:
        name: Unique among all attacks.
        family: The kind of change.
        strength: 1 (light) to 4 (the work can hardly be used any more).
        apply: Makes the copy; equal chance makes equal copies.
    """

    name: str
    family: str
    strength: int
    apply: Change


def alone(change: Callable[[Image.Image], Image.Image]) -> Change:
    """Make a change of one that needs neither another picture nor chance."""

    def apply(image: Image.Image, _: Image.Image, __: np.random.Generator) -> Image.Image:
        return change(image)

    return apply


def by_chance(change: Callable[[Image.Image, np.random.Generator], Image.Image]) -> Change:
    """Make a change of one that needs no other picture."""

    def apply(image: Image.Image, _: Image.Image, chance: np.random.Generator) -> Image.Image:
        return change(image, chance)

    return apply
