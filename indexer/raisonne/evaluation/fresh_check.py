"""Whether a calibration holds on pictures that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from raisonne.evaluation.calibrating import CalibrationFit, MechanismFit, nearest
from raisonne.evaluation.calibration_report import counted
from raisonne.evaluation.observing import Observation
from raisonne.matching.calibration import BLOCK, REVIEW
from raisonne.rights.match import Mechanism

RATES = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""Shares of false matches that some thousand queries can count; those within a tail are checked."""


def fresh_figures(fit: CalibrationFit, fresh: Sequence[Sequence[Observation]]) -> dict[str, Any]:
    """Return what was stated beside what is observed, as for JSON.

    A statement holds if no larger share is observed than its interval says, and if a share that it
    allows is not ruled out by what is observed.

    Args:
        fit: The calibration.
        fresh: Observations of other pictures in another registry of about that size.
    """
    strangers = np.array([[fit.highest_other(each) for each in row] for row in fresh])
    return {
        "pictures": len(fresh),
        "queries": strangers.size,
        "false_matches": {
            mechanism.value: [
                _row(mechanism, found, fresh, rate)
                for rate in RATES
                if rate <= found.strangers.tail.share / 2
            ]
            for mechanism, found in fit.mechanisms.items()
            if not found.kept
        },
        "false_reviews": counted(int((strangers >= REVIEW).sum()), strangers.size),
        "false_blocks": counted(int((strangers >= BLOCK).sum()), strangers.size),
    }


def _row(
    mechanism: Mechanism,
    found: MechanismFit,
    fresh: Sequence[Sequence[Observation]],
    rate: float,
) -> dict[str, Any]:
    similarity = found.strangers.similarity_at(rate).estimate
    stated = found.strangers.rate_at(similarity)
    values = nearest(fresh, mechanism)
    count = int((values >= similarity).sum())
    observed = counted(count, values.size)
    high = observed["interval"][1]
    return {
        "similarity": round(similarity, 4),
        "stated": {"estimate": stated.estimate, "interval": [stated.low, stated.high]},
        "observed": observed,
        "holds": count <= stated.high * values.size and stated.low <= high,
    }
