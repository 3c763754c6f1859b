"""Style: works whose style stands out as near to the query's from the rest of the registry.

A cosine of style descriptors is no absolute score. Of 91 artists measured with CSD, 15 were on
average nearer to other artists than to themselves (arXiv:2605.09030), and how near strangers come
differs from picture to picture. So a work is reported only if its cosine is far above those of this
query to the tenant's other works, and only as information: style alone is no copy. The reference is
the registry, work by work; an artist who made most of it stands out from nothing.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.perceptual import MIN_QUALITY
from raisonne.matching.lookup import Detection, Lookup
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism

LEAST_WORKS = 30
"""Fewest works that a distribution is told from."""
MOST_MATCHES = 5
"""Works reported, nearest first."""
RULE = "outlier-v1"
"""Recorded with every run: a change of what stands out is another rule."""

_CHANCE = 0.001
_LEAST_SPREAD = 0.01
"""Differences of cosines that say nothing, in standard deviations of one."""
_MAD_TO_DEVIATION = 1.4826


def detect_style(lookup: Lookup) -> Detection:
    """Find works whose style stands out.

    A match's similarity is the cosine, its threshold the cosine from which a work stands out for
    this query, and its score 0, because likeness of style is no sign that a work is contained.
    """
    query, view = lookup.query, lookup.view
    algorithm = query.style_algorithm
    version = f"{algorithm} {RULE}"
    if query.quality < MIN_QUALITY:
        reason = f"The picture's quality is {query.quality}, below {MIN_QUALITY}: it has no style."
        return Detection(_skipped(version, reason))
    cosines = view.products(algorithm, query.style)
    if len(cosines) < LEAST_WORKS:
        reason = (
            f"{len(cosines)} works have a style descriptor; what stands out is told from "
            f"{LEAST_WORKS} on."
        )
        return Detection(_skipped(version, reason))
    threshold = outlier_threshold(cosines, view.count(algorithm))
    hits = view.search_float(algorithm, query.style[np.newaxis], MOST_MATCHES)
    matches = [
        Match(
            work=hit.entry.work,
            asset=hit.entry.asset,
            mechanism=Mechanism.STYLE,
            algorithm=algorithm,
            similarity=min(max(hit.measure, 0.0), 1.0),
            threshold=max(threshold, 0.0),
            score=0.0,
        )
        for hit in hits
        if hit.measure >= threshold and (hit.entry.fingerprint.quality or 0) >= MIN_QUALITY
    ]
    return Detection(DetectorRun(Mechanism.STYLE.value, version, DetectorState.EXECUTED), matches)


def outlier_threshold(cosines: NDArray[np.float32], works: int | None = None) -> float:
    """Return the cosine from which one of them stands out.

    That many robust standard deviations (from the median absolute deviation) above the median that,
    of as many normally distributed values, the largest lies beyond by chance once in a thousand.
    Real cosines have heavier tails, so it is a rule, not a rate of errors.

    Args:
        cosines: Of all works, or of an even sample of many, shape (n,).
        works: How many there are; as many as cosines if None.
    """
    middle = float(np.median(cosines))
    deviation = _MAD_TO_DEVIATION * float(np.median(np.abs(cosines - middle)))
    factor = NormalDist().inv_cdf((1 - _CHANCE) ** (1 / (works or len(cosines))))
    return middle + factor * max(deviation, _LEAST_SPREAD)


def _skipped(version: str, reason: str) -> DetectorRun:
    return DetectorRun(Mechanism.STYLE.value, version, DetectorState.SKIPPED, reason)
