"""From observations to scoring rules that keep what a score promises.

Each mechanism gets a curve of its own: fitted to copies and strangers, and then made stricter until
the tail of the strangers, at the upper end of its interval, lies below what is promised. The
promises are made for all mechanisms together, so each may break its share of them, and for a
registry that has grown, because every further work is a further chance of a false match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.observing import FARTHEST_BITS, Observation
from raisonne.evaluation.platt import fit_curve, kept_promises, similarity_of
from raisonne.evaluation.tail import TAIL_SHARE, TailEstimate
from raisonne.fingerprint.perceptual import BITS
from raisonne.matching.calibration import Calibration, ScoringRules
from raisonne.matching.rules_document import named
from raisonne.rights.errors import InputError
from raisonne.rights.match import Mechanism

REVIEW_RATE = 1e-4
"""At most this share of clean pictures may be given a score of 0.5 for any work."""
BLOCK_RATE = 1e-6
"""At most this share of clean pictures may be given a score of 0.9 for any work."""
GROWTH = 10
"""So many times as many works the promises still hold for, unless said."""
LISTED = MappingProxyType(
    {Mechanism.PERCEPTUAL: 0.2, Mechanism.EMBEDDING: 0.2, Mechanism.GEOMETRY: 0.02}
)
"""Score from which a likeness is told; geometry looks again at what is like as a whole."""
LEAST_PICTURES = 100
"""Fewer say too little about the tail."""
LEAST_EXCESSES = 10
"""Fewer strangers in the tail leave a mechanism's curve as it was."""
LEAST_COPIES = 20
"""Fewer copies leave a mechanism's curve as it was."""
_DIGITS = 6
_HASH_STEP = 2 / BITS
"""Between hashes with half of their bits set, distances are even."""


@dataclass(frozen=True, slots=True)
class MechanismFit:
    """What became of one mechanism.

    Attributes:
        copies: How like their works the altered copies are that were noticed.
        likely: The curve that fits best; None where none was fitted.
        curve: The curve in the new rules.
        strangers: The tail of the nearest works that are not in a picture.
        kept: Why the curve stayed as it was; empty where it was fitted.
    """

    copies: NDArray[np.float64]
    likely: Calibration | None
    curve: Calibration
    strangers: TailEstimate
    kept: str


@dataclass(frozen=True, slots=True)
class CalibrationFit:
    """New rules and what they follow from.

    Attributes:
        rules: The rules.
        mechanisms: What became of each mechanism.
        embedder: Algorithm of the global descriptor in use.
        pictures: How many pictures were asked.
        works: Size of the registry.
    """

    rules: ScoringRules
    mechanisms: Mapping[Mechanism, MechanismFit]
    embedder: str
    pictures: int
    works: int

    def score(self, mechanism: Mechanism, likeness: float) -> float:
        """Return the score that the new rules give a likeness; 0 where it is not reported."""
        if likeness < self.listed_from(mechanism):
            return 0.0
        return self.mechanisms[mechanism].curve.probability(likeness)

    def highest_own(self, observation: Observation) -> float:
        """Return the highest score of the work in a picture."""
        scores = (self.score(*found) for found in observation.own.items())
        return max(scores, default=0.0)

    def highest_other(self, observation: Observation) -> float:
        """Return the highest score of any work that is not in a picture."""
        scores = (self.score(by, found.value) for by, found in observation.other.items())
        return max(scores, default=0.0)

    def listed_from(self, mechanism: Mechanism) -> float:
        """Return the likeness from which a mechanism reports by the new rules."""
        rules = self.rules
        if mechanism is Mechanism.PERCEPTUAL:
            return 1 - rules.perceptual.radius / BITS
        if mechanism is Mechanism.EMBEDDING:
            return rules.embedding(self.embedder).threshold
        return rules.geometry.threshold


def calibrate(
    observations: Sequence[Sequence[Observation]],
    rules: ScoringRules,
    embedder: str,
    works: int,
    up_to: int | None = None,
) -> CalibrationFit:
    """Fit new rules.

    Args:
        observations: Those of one picture together, equally many of each.
        rules: In force; what cannot be fitted stays.
        embedder: Algorithm of the global descriptor in use.
        works: Size of the registry.
        up_to: Size to which the registry may grow; tenfold if None.

    Raises:
        InputError: If there are too few pictures, or the registry is larger than it may grow.
    """
    up_to = GROWTH * works if up_to is None else up_to
    if up_to < works:
        raise InputError(f"There are {works} works already, more than {up_to}.")
    if len(observations) < LEAST_PICTURES:
        raise InputError(
            f"{len(observations)} pictures say too little about how near strangers come; at least "
            f"{LEAST_PICTURES} are needed. Register more works, or give pictures that are "
            "registered nowhere.",
            metadata={"pictures": str(len(observations)), "least": str(LEAST_PICTURES)},
        )
    given = {
        Mechanism.PERCEPTUAL: rules.perceptual.calibration,
        Mechanism.EMBEDDING: rules.embedding(embedder).calibration,
        Mechanism.GEOMETRY: rules.geometry.calibration,
    }
    fits = {
        mechanism: _fit(mechanism, observations, curve, len(given) * up_to / works)
        for mechanism, curve in given.items()
    }
    fitted = named(replace(_rules(rules, embedder, fits), works=up_to))
    return CalibrationFit(fitted, fits, embedder, len(observations), works)


def nearest(
    observations: Sequence[Sequence[Observation]], mechanism: Mechanism
) -> NDArray[np.float64]:
    """Return the highest likeness to any work not in it, shape (pictures, queries)."""
    return np.array(
        [
            [
                each.other[mechanism].value if mechanism in each.other else -np.inf
                for each in together
            ]
            for together in observations
        ]
    )


def _fit(
    mechanism: Mechanism,
    observations: Sequence[Sequence[Observation]],
    given: Calibration,
    chances: float,
) -> MechanismFit:
    """Fit one mechanism.

    Args:
        mechanism: Which.
        observations: Those of one picture together.
        given: Its curve so far.
        chances: How many times as many chances of a false match there will be.
    """
    strange = nearest(observations, mechanism)
    tail = TailEstimate(
        strange,
        _telling(observations, mechanism),
        step=_HASH_STEP if mechanism is Mechanism.PERCEPTUAL else 0.0,
        ended=mechanism is Mechanism.EMBEDDING,
    )
    copies = np.array(
        [
            each.own[mechanism]
            for together in observations
            for each in together
            if each.altered and mechanism in each.own
        ]
    )
    if tail.tail.excesses < LEAST_EXCESSES or len(copies) < LEAST_COPIES:
        kept = f"{tail.tail.excesses} strangers came near and {len(copies)} copies: too few"
        return MechanismFit(copies, None, given, tail, kept)
    likely = fit_curve(copies, strange[np.isfinite(strange)])
    if likely.slope <= 0:
        return MechanismFit(copies, likely, given, tail, "copies are no more like than strangers")
    review = tail.similarity_at(REVIEW_RATE / chances).high
    block = tail.similarity_at(BLOCK_RATE / chances).high
    curve = kept_promises(likely, review, block)
    rounded = Calibration(round(curve.intercept, _DIGITS), round(curve.slope, _DIGITS))
    return MechanismFit(copies, likely, rounded, tail, "")


def _telling(observations: Sequence[Sequence[Observation]], mechanism: Mechanism) -> int:
    """Return how many pictures say something of their own.

    Two works that are each other's nearest say the same twice, and a work that many pictures come
    near to makes one story of them all. What hangs together among the nearest tenth is counted
    once, and its share of the pictures there is taken for the share of all.
    """
    found = [
        (each.other[mechanism].value, each.picture, each.other[mechanism].work)
        for together in observations
        for each in together
        if mechanism in each.other
    ]
    found.sort(reverse=True)
    queries = sum(len(together) for together in observations)
    near = [(picture, work) for _, picture, work in found[: max(1, int(TAIL_SHARE * queries))]]
    if not near:
        return len(observations)
    pictures = len({picture for picture, _ in near})
    return max(1, round(len(observations) * _stories(near) / pictures))


def _stories(pairs: Sequence[tuple[str, str]]) -> int:
    """Count the groups of names that pairs connect."""
    group: dict[str, set[str]] = {}
    for first, second in pairs:
        one, other = group.get(first, {first}), group.get(second, {second})
        if one is not other:
            merged = one | other
            group.update(dict.fromkeys(merged, merged))
    return len({id(members) for members in group.values()})


def _rules(
    rules: ScoringRules, embedder: str, fits: Mapping[Mechanism, MechanismFit]
) -> ScoringRules:
    """Return rules with the fitted curves, and the thresholds that follow from them."""
    curves = {mechanism: fit.curve for mechanism, fit in fits.items() if not fit.kept}
    listed = {
        mechanism: max(0.0, similarity_of(curve, LISTED[mechanism]))
        for mechanism, curve in curves.items()
    }
    if Mechanism.PERCEPTUAL in curves:
        bits = int((1 - listed[Mechanism.PERCEPTUAL]) * BITS)
        curve = curves[Mechanism.PERCEPTUAL]
        radius = min(max(0, bits), FARTHEST_BITS)
        rules = replace(
            rules, perceptual=replace(rules.perceptual, radius=radius, calibration=curve)
        )
    if Mechanism.EMBEDDING in curves:
        rule = replace(
            rules.embedding(embedder),
            threshold=round(min(1.0, listed[Mechanism.EMBEDDING]), _DIGITS),
            calibration=curves[Mechanism.EMBEDDING],
        )
        rules = replace(rules, embeddings={**rules.embeddings, embedder: rule})
    if Mechanism.GEOMETRY in curves:
        rules = replace(
            rules,
            geometry=replace(
                rules.geometry,
                threshold=round(listed[Mechanism.GEOMETRY], _DIGITS),
                calibration=curves[Mechanism.GEOMETRY],
            ),
        )
    return rules
