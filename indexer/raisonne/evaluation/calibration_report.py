"""What a calibration found, as for JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

import numpy as np

from raisonne.evaluation.calibrating import (
    BLOCK_RATE,
    REVIEW_RATE,
    CalibrationFit,
    MechanismFit,
    nearest,
)
from raisonne.evaluation.metrics import clopper_pearson
from raisonne.evaluation.observing import Observation, Relation
from raisonne.evaluation.platt import similarity_of
from raisonne.evaluation.tail import CONFIDENCE, TAIL_SHARE, Interval
from raisonne.matching.calibration import BLOCK, REVIEW
from raisonne.matching.rules_document import rules_fields
from raisonne.rights.match import Mechanism

_POINTS = 12
_SHOWN = 20
_SCORES = {"review": REVIEW, "block": BLOCK}

Observations = Sequence[Sequence[Observation]]


def calibration_fields(
    fit: CalibrationFit,
    observations: Observations,
    related: Mapping[tuple[str, str], Relation],
) -> dict[str, Any]:
    """Return the rules and everything that they follow from.

    Counts are of pictures as they are, one query each, with exact intervals; those of altered
    copies stand apart, because copies of one picture are no independent trials. Rates are
    extrapolated, for the registry as large as it is.
    """
    return {
        "rules": rules_fields(fit.rules),
        "promises": {
            "false_reviews": REVIEW_RATE,
            "false_blocks": BLOCK_RATE,
            "up_to_works": fit.rules.works,
            "confidence": CONFIDENCE,
            "tail_share": TAIL_SHARE,
        },
        "sample": {
            "works": fit.works,
            "pictures": fit.pictures,
            "queries": sum(len(together) for together in observations),
        },
        "mechanisms": {
            mechanism.value: _mechanism(fit, mechanism, observations)
            for mechanism, found in fit.mechanisms.items()
        },
        "combined": _combined(fit, observations),
        "by_kind": _by_kind(fit, observations),
        "passed_over": {
            "pairs": len(related),
            "by_reason": dict(Counter(why.value for why in related.values())),
            "first": [[*pair, why.value] for pair, why in list(related.items())[:_SHOWN]],
        },
        "suspicious": _suspicious(fit, observations),
    }


def counted(successes: int, trials: int) -> dict[str, Any]:
    """Return a share with its exact interval."""
    return {
        "count": successes,
        "of": trials,
        "interval": list(clopper_pearson(successes, trials, CONFIDENCE)),
    }


def _mechanism(
    fit: CalibrationFit, mechanism: Mechanism, observations: Observations
) -> dict[str, Any]:
    found, listed = fit.mechanisms[mechanism], fit.listed_from(mechanism)
    tail = found.strangers.tail
    return {
        "state": "KEPT" if found.kept else "FITTED",
        **({"reason": found.kept} if found.kept else {}),
        "copies_noticed": len(found.copies),
        "strangers_noticed": int(np.isfinite(nearest(observations, mechanism)).sum()),
        "tail": asdict(tail) if tail.excesses else None,
        "likely_curve": None if found.likely is None else asdict(found.likely),
        "curve": asdict(found.curve),
        "decisions": {
            name: {
                "score": score,
                **_point(
                    mechanism,
                    found,
                    observations,
                    max(listed, similarity_of(found.curve, score)),
                ),
            }
            for name, score in _SCORES.items()
        },
        "false_matches": [
            _point(mechanism, found, observations, similarity) for similarity in _scale(found)
        ],
    }


def _scale(found: MechanismFit) -> list[float]:
    """Return similarities from well within the tail to where a score blocks."""
    tail = found.strangers.tail
    if not tail.excesses:
        return []
    first = found.strangers.similarity_at(tail.share / 2).estimate
    last = max(first, similarity_of(found.curve, BLOCK))
    return [float(point) for point in np.linspace(first, last, _POINTS)]


def _point(
    mechanism: Mechanism, found: MechanismFit, observations: Observations, similarity: float
) -> dict[str, Any]:
    """Return how many strangers are beyond a similarity, counted and extrapolated."""
    beyond = nearest(observations, mechanism) >= similarity
    told = not found.kept and similarity >= found.strangers.tail.start
    return {
        "similarity": round(similarity, 4),
        "as_they_are": counted(int(beyond[:, 0].sum()), len(beyond)),
        "altered": counted(int(beyond[:, 1:].sum()), beyond[:, 1:].size),
        "rate": _rate(found.strangers.rate_at(similarity)) if told else None,
    }


def _combined(fit: CalibrationFit, observations: Observations) -> dict[str, Any]:
    fitted = [found for found in fit.mechanisms.values() if not found.kept]
    copies = [
        fit.highest_own(each)
        for together in observations
        for each in together
        if each.altered and each.work
    ]
    strangers = np.array(
        [[fit.highest_other(each) for each in together] for together in observations]
    )
    decisions = {}
    for name, score in _SCORES.items():
        beyond = strangers >= score
        decisions[name] = {
            "score": score,
            "as_they_are": counted(int(beyond[:, 0].sum()), len(beyond)),
            "altered": counted(int(beyond[:, 1:].sum()), beyond[:, 1:].size),
            "rate": _sum_of_rates(fitted, score),
            "copies": counted(sum(copy >= score for copy in copies), len(copies)),
        }
    return {
        "without": [m.value for m, found in fit.mechanisms.items() if found.kept],
        "decisions": decisions,
    }


def _sum_of_rates(fitted: Sequence[MechanismFit], score: float) -> dict[str, Any] | None:
    """Bound the rate at which any mechanism reaches a score by the sum of their rates.

    The ends of the intervals are added too, as if all erred in the same direction.
    """
    at = [(found.strangers, similarity_of(found.curve, score)) for found in fitted]
    if not at or any(similarity < tail.tail.start for tail, similarity in at):
        return None
    rates = [astuple(tail.rate_at(similarity)) for tail, similarity in at]
    return _rate(Interval(*(sum(ends) for ends in zip(*rates, strict=True))))


def _by_kind(fit: CalibrationFit, observations: Observations) -> dict[str, Any]:
    """Return how often pictures of each kind are wrongly named, and their copies found."""
    kinds: dict[str, list[Observation]] = defaultdict(list)
    for together in observations:
        for each in together:
            kinds[each.kind].append(each)
    shown = {}
    for kind, members in sorted(kinds.items()):
        as_they_are = [each for each in members if not each.altered]
        copies = [each for each in members if each.altered and each.work]
        wrong = sum(fit.highest_other(each) >= REVIEW for each in as_they_are)
        shown[kind] = {
            "false_reviews": counted(wrong, len(as_they_are)),
            "copies_for_review": counted(
                sum(fit.highest_own(each) >= REVIEW for each in copies), len(copies)
            ),
        }
    return shown


def _suspicious(fit: CalibrationFit, observations: Observations) -> list[dict[str, Any]]:
    """Return the pictures most like works that they are not known to contain, for a person."""
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    for together in observations:
        for each in together:
            for mechanism, likeness in each.other.items():
                first, second = sorted((each.picture, likeness.work))
                score = fit.score(mechanism, likeness.value)
                known = pairs.get((first, second))
                if known is None or known["score"] < score:
                    pairs[first, second] = {
                        "picture": each.picture,
                        "work": likeness.work,
                        "mechanism": mechanism.value,
                        "similarity": round(likeness.value, 4),
                        "score": score,
                        "altered": each.altered,
                    }
    ranked = sorted(pairs.values(), key=lambda pair: -float(pair["score"]))
    return ranked[:_SHOWN]


def _rate(interval: Interval) -> dict[str, Any]:
    return {"estimate": interval.estimate, "interval": [interval.low, interval.high]}
