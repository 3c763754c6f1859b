"""From a mechanism's own similarity to a probability that the input contains the work.

Each coefficient pair is a logistic curve fitted by ``tests/perf/calibrate_matching.py`` with
Platt's smoothed targets ("Probabilities for SV machines", 1999). A new fit changes scores, never
similarities.

``calibration-v1`` was fitted on 2,777 queries, so at nearly even odds of a copy and a stranger:
25 changes of each of 87 works among 260 (book illustrations, paintings, photographs, graphics), 482
other pictures of the same kinds, and 120 pictures of look-alike patterns (colour fields, waves,
skylines) beside as many registered ones. Each query gave the pair with its own work and the pair
with the nearest other work, where they were near enough to be told from chance: at most 96 bits for
the perceptual hash, an inner product of at least 0.6 with agreement for the embedding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "calibration-v1"
"""Recorded with every run, because scores depend on it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over similarity."""

    intercept: float
    slope: float

    def probability(self, similarity: float) -> float:
        """Return the probability in (0, 1)."""
        return 1 / (1 + math.exp(-(self.intercept + self.slope * similarity)))


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


PERCEPTUAL_RADIUS = 31
"""Bits of 256: PDQ's published match distance."""

PERCEPTUAL = Calibration(intercept=-15.76, slope=21.58)
"""Fitted to 1,934 copies and 797 strangers; 0.96 at the radius. The strangers within it are all
patterns: of 862 different pictures the nearest two with enough structure are 64 bits apart."""

EMBEDDINGS: Mapping[str, EmbeddingRule] = {
    "gist-v1": EmbeddingRule(
        threshold=0.85,
        agreement_bits=72,
        calibration=Calibration(intercept=-3.83, slope=8.45),
    ),
}
"""``gist-v1`` was fitted to 1,668 copies and 40 strangers. The strangers above its threshold are
all patterns: of the pairs of 862 different pictures, the nearest that agree have an inner product
of 0.77. The threshold and the agreement were chosen on those same pictures."""

UNMEASURED_EMBEDDING = EmbeddingRule(
    threshold=0.95,
    agreement_bits=None,
    calibration=Calibration(intercept=-32.0, slope=33.7),
)
"""For embedders that were never measured, because their weights belong to the operator.

Not fitted. The curve is set by hand to 0.5 at the threshold and to less than 0.9 for equal vectors,
so that such an embedder can ask for a review but never decides alone.
"""


def embedding_rule(algorithm: str) -> EmbeddingRule:
    """Return the rule for an embedder."""
    return EMBEDDINGS.get(algorithm, UNMEASURED_EMBEDDING)
