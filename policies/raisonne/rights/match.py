"""Matches: facts about likeness, and whether each detector ran."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mechanism(StrEnum):
    """How a likeness was established. Mechanisms are never summed into one another."""

    EXACT = "exact"
    PERCEPTUAL = "perceptual"
    EMBEDDING = "embedding"
    GEOMETRY = "geometry"
    WATERMARK = "watermark"
    CREDENTIAL = "credential"
    STYLE = "style"


@dataclass(frozen=True, slots=True)
class Region:
    """Axis-aligned box in the query picture, in pixels."""

    x: float
    y: float
    width: float
    height: float


Transform = tuple[float, float, float, float, float, float, float, float, float]
"""Row-major 3x3 homography from query pixels to work pixels."""


@dataclass(frozen=True, slots=True)
class Match:
    """This input is near that work's fingerprint.

    Attributes:
        work: ``works/{id}``.
        asset: ``assets/{id}`` of the work that matched.
        mechanism: How.
        algorithm: Fingerprint algorithm or verifier with its version.
        similarity: In the mechanism's own scale, 0 to 1, 1 is equal.
        threshold: The similarity from which the mechanism reports.
        score: Calibrated probability in [0, 1] that the input contains (part of) the work.
        region: Where in the query, if localised.
        transform: Query to work, if estimated.
    """

    work: str
    asset: str
    mechanism: Mechanism
    algorithm: str
    similarity: float
    threshold: float
    score: float
    region: Region | None = None
    transform: Transform | None = None


class DetectorState(StrEnum):
    """Whether a detector ran, apart from what it found."""

    EXECUTED = "EXECUTED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class DetectorRun:
    """Record of one detector on one input.

    Attributes:
        name: For example ``perceptual``.
        version: Algorithm version.
        state: What happened.
        reason: Why it was skipped or failed; empty when executed.
    """

    name: str
    version: str
    state: DetectorState
    reason: str = ""
