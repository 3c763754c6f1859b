"""From a mechanism's own similarity to a probability that the input contains the work.

Each mechanism has a rule: from where it reports, and a logistic curve from its similarity to a
score. The shipped rules are a fit to public pictures; ``raisonne calibrate`` fits a registry's own.
A new fit changes scores, never similarities.

Two promises are made with a score: at 0.5, where a finding asks for a review, at most one in 10,000
pictures that contain no registered work is wrongly named; at 0.9, where it can block, at most one
in 1,000,000. Both are extrapolated from the exponential tail of the strangers measured, because
nobody has a million strangers to measure. On top of that a score that is not assured is kept below
0.9: a likeness to something as common as a page of text or a grid, or one that most of the places
compared do not bear out, is for a person to judge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

BLOCK = 0.9
REVIEW = 0.5
DISTINCTIVE = 72
"""Quality of a work's local features from which a likeness to it can decide alone."""

COMMON = 20
"""Quality below which it never can: grids, waves, screens of dots, pages of text."""

_TEMPER = 0.79
"""A score of 1 becomes 0.895, just short of what blocks."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over similarity."""

    intercept: float
    slope: float

    def probability(self, similarity: float) -> float:
        """Return the probability in (0, 1)."""
        return 1 / (1 + math.exp(-(self.intercept + self.slope * similarity)))


@dataclass(frozen=True, slots=True)
class PerceptualRule:
    """How hits of the perceptual hash are judged.

    Attributes:
        radius: Bits of 256 within which a hit is reported.
        calibration: From similarity to probability.
    """

    radius: int
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class EmbeddingRule:
    """How hits of one embedder are judged.

    Attributes:
        threshold: Inner product from which a hit is reported.
        agreement_bits: A hit counts only if the perceptual hashes of query and work, in the query's
            best form, are no farther apart; None where the embedder needs no second opinion.
        calibration: From inner product to probability.
    """

    threshold: float
    agreement_bits: int | None
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class GeometryRule:
    """How pictures that were laid over one another are judged.

    Attributes:
        threshold: Strength from which a work is reported.
        calibration: From strength to probability.
    """

    threshold: float
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """The rules of all mechanisms.

    Attributes:
        version: Recorded with every run, because scores depend on it.
        perceptual: For the perceptual hash.
        geometry: For pictures laid over one another.
        embeddings: By the embedder's algorithm.
        works: In a registry of up to so many the promises hold; more works have more chances.
    """

    version: str
    perceptual: PerceptualRule
    geometry: GeometryRule
    embeddings: Mapping[str, EmbeddingRule] = field(default_factory=dict)
    works: int = 0

    def embedding(self, algorithm: str) -> EmbeddingRule:
        """Return the rule for an embedder."""
        return self.embeddings.get(algorithm, UNMEASURED_EMBEDDING)


UNMEASURED_EMBEDDING = EmbeddingRule(
    threshold=0.95,
    agreement_bits=None,
    calibration=Calibration(intercept=-32.0, slope=33.7),
)
"""For embedders that were never measured, because their weights belong to the operator.

Not fitted. The curve is set by hand to 0.5 at the threshold and to less than 0.9 for equal vectors,
so that such an embedder can ask for a review but never decides alone.
"""

SHIPPED = ScoringRules(
    version="calibration-c9de872ade4f",
    perceptual=PerceptualRule(radius=65, calibration=Calibration(-24.844312, 31.472844)),
    geometry=GeometryRule(threshold=1.564653, calibration=Calibration(-5.233645, 0.857586)),
    embeddings={
        "gist-v1": EmbeddingRule(0.850785, 72, Calibration(-9.297084, 9.298223)),
        "copy-v1": EmbeddingRule(0.761765, None, Calibration(-10.744652, 12.285101)),
    },
    works=4310,
)
"""What applies until a registry is calibrated.

Fitted by ``raisonne bench calibration --images FOLDER --table TABLE --seed 7`` to 862 public
pictures (book illustrations, photographs, paintings, graphics) in two registries of 431 works, each
asked as it is and in four alterations against all others of its registry. The promises hold by the
upper end of the tails' intervals for up to ten times as many works. What one registry alone stated
was checked on the other: the false matches observed agreed with it at every likeness that some
thousand queries can tell (tables in ``raisonne bench calibration``). One look at a registry's own
pictures is worth more: ``raisonne calibrate``.

``copy-v1`` was fitted with ``RAISONNE_EMBEDDER=copy:`` (seed 7, ``--up-to 4310``)
to the 300 of those pictures that it was not trained on, in two registries of 150, between which its
middle likenesses differed by more than their intervals; its own likeness asks for a review from
0.875, where no stranger came beyond 0.61, and never decides alone. ``gist-v1`` never reaches 0.5.
"""


def tempered(score: float) -> float:
    """Keep a score that is not assured below 0.9, in the order that scores are in."""
    return min(score, REVIEW + _TEMPER * (score - REVIEW))
