"""What each mechanism says of a picture, apart for the works in it and for all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from raisonne.fingerprint.perceptual import BITS
from raisonne.matching.calibration import ScoringRules
from raisonne.matching.geometry_detector import strength_of
from raisonne.matching.matcher import MatchReport
from raisonne.rights.match import Match, Mechanism

FARTHEST_BITS = 96
"""Beyond this, hashes of a copy and of a stranger cannot be told apart."""

FLOORS: Mapping[Mechanism, float] = MappingProxyType(
    {
        Mechanism.PERCEPTUAL: 1 - FARTHEST_BITS / BITS,
        Mechanism.EMBEDDING: 0.0,
        Mechanism.GEOMETRY: 0.0,
    }
)
"""Lowest likeness that is noticed, of the mechanisms that have a curve."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a work a picture is.

    Attributes:
        value: On the scale that the mechanism's curve is over.
        work: The work.
    """

    value: float
    work: str


class Relation(StrEnum):
    """Why two works are taken to show the same."""

    EXACT = "exact"
    PERCEPTUAL = "perceptual"
    SCENE = "scene"


@dataclass(frozen=True, slots=True)
class Observation:
    """What was said of one picture.

    Attributes:
        picture: Which it is, or was before it was altered.
        work: The work in it; empty where there is none.
        kind: For example ``painting``.
        altered: Whether it was altered.
        own: By mechanism, how like the work in it it is; left out where that was not noticed.
        other: By mechanism, the nearest work that is not in it; left out where none was noticed.
    """

    picture: str
    work: str
    kind: str
    altered: bool
    own: Mapping[Mechanism, float]
    other: Mapping[Mechanism, Likeness]


def noticing(rules: ScoringRules, embedder: str) -> ScoringRules:
    """Return rules by which the mechanisms report all that they notice, however unlike it is.

    A global descriptor that counts only where the perceptual hash agrees is given as much room as
    that hash has here. So more is noticed than would count, which errs on the side of caution.

    Args:
        rules: What says how the mechanisms go on once something is found.
        embedder: Algorithm of the global descriptor in use.
    """
    embedding = rules.embedding(embedder)
    agreement = None if embedding.agreement_bits is None else FARTHEST_BITS
    room = replace(embedding, threshold=FLOORS[Mechanism.EMBEDDING], agreement_bits=agreement)
    return replace(
        rules,
        perceptual=replace(rules.perceptual, radius=FARTHEST_BITS),
        geometry=replace(rules.geometry, threshold=FLOORS[Mechanism.GEOMETRY]),
        embeddings={embedder: room},
    )


def observe(
    report: MatchReport, own: str, passed_over: frozenset[str]
) -> tuple[dict[Mechanism, float], dict[Mechanism, Likeness]]:
    """Take a report apart.

    Args:
        report: Made by ``noticing`` rules.
        own: The work in the picture; empty where there is none.
        passed_over: Works of which it is not known whether they are in the picture.

    Returns:
        As in ``Observation``: its own work, and the nearest other.
    """
    mine: dict[Mechanism, float] = {}
    others: dict[Mechanism, Likeness] = {}
    for match in report.matches:
        mechanism = match.mechanism
        if mechanism not in FLOORS:
            continue
        value = _value(match)
        if match.work == own:
            mine[mechanism] = value
        elif match.work not in passed_over and (
            mechanism not in others or value > others[mechanism].value
        ):
            others[mechanism] = Likeness(value, match.work)
    return mine, others


def _value(match: Match) -> float:
    if match.mechanism is Mechanism.GEOMETRY:
        return strength_of(match.similarity)
    return match.similarity
