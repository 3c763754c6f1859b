"""Every attack of the suite."""

from __future__ import annotations

from raisonne.evaluation.attacks import (
    chaining,
    coding,
    degrading,
    light,
    overlaying,
    painting,
    pasting,
    placing,
    warping,
)
from raisonne.evaluation.attacks.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    *coding.ATTACKS,
    *placing.ATTACKS,
    *light.ATTACKS,
    *degrading.ATTACKS,
    *overlaying.ATTACKS,
    *pasting.ATTACKS,
    *warping.ATTACKS,
    *painting.ATTACKS,
    *chaining.ATTACKS,
)
