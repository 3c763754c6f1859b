"""What changes as training goes on: the learning rate, and how large and how hard the views are."""

from __future__ import annotations

import math
from dataclasses import dataclass

_WARM_UP = 0.08
_LAST_RATE = 0.01
_MILD_UNTIL = 0.02
_STRONG_FROM = 0.35


@dataclass(frozen=True, slots=True)
class Schedule:
    """One cycle of the learning rate, and views that grow larger and harder.

    Small views come first because they cost a quarter and teach most of what large ones do. Mild
    views come first because from scratch nothing is learnt from strongly changed ones: the
    vectors of all pictures fall together.

    Attributes:
        peak_rate: Highest learning rate.
        sides: Sides of the views, in pixels, in the order of use.
        starts: Progress at which each of ``sides`` begins, 0 to 1.
    """

    peak_rate: float = 2e-3
    sides: tuple[int, ...] = (64, 96, 112)
    starts: tuple[float, ...] = (0.0, 0.35, 0.8)

    def rate(self, progress: float) -> float:
        """Return the learning rate: a linear rise, then half a cosine (Smith, "1cycle")."""
        if progress < _WARM_UP:
            return self.peak_rate * max(_LAST_RATE, progress / _WARM_UP)
        done = min(1.0, (progress - _WARM_UP) / (1 - _WARM_UP))
        fall = 0.5 * (1 + math.cos(math.pi * done))
        return self.peak_rate * (_LAST_RATE + (1 - _LAST_RATE) * fall)

    def side(self, progress: float) -> int:
        """Return the side of the views at some progress."""
        begun = [s for s, start in zip(self.sides, self.starts, strict=True) if start <= progress]
        return begun[-1]

    def strong_share(self, progress: float) -> float:
        """Return the share of pairs whose second view is strongly changed at some progress."""
        return min(1.0, max(0.0, (progress - _MILD_UNTIL) / (_STRONG_FROM - _MILD_UNTIL)))
