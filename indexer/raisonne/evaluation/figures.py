"""From outcomes to figures, for every ranking side by side.

A copy counts as found at a rate of false positives when its true work is scored above the
threshold that this share of the strangers exceeds. Strangers are honest pictures that were never
registered. Look-alikes are counted apart, and once more together with the strangers; near misses
are only counted apart, because whether they should be reported is a matter of opinion.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from raisonne.evaluation.engines import OURS, Ranking
from raisonne.evaluation.measuring import Outcome
from raisonne.evaluation.metrics import (
    clopper_pearson,
    count_above,
    micro_average_precision,
    threshold_at,
)
from raisonne.evaluation.suite import Query, Role

RATES = (0.0, 1e-4, 1e-3)
REVIEW = 0.5
"""Probability from which a match asks for a person, by the built-in policy."""
BLOCK = 0.9
"""Probability from which a match can block, by the built-in policy."""
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Result:
    """One ranking's answer to one query."""

    query: Query
    ranking: Ranking

    @property
    def highest(self) -> float:
        return self.ranking[0].score if self.ranking else -math.inf

    @property
    def true_score(self) -> float:
        true = [p.score for p in self.ranking if p.work in self.query.truth]
        return max(true, default=-math.inf)

    @property
    def first_is_true(self) -> bool:
        return bool(self.ranking) and self.ranking[0].work in self.query.truth


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return all figures as for JSON."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.rankings)
    return {
        "queries": _count(outcome.query.role.value for outcome in outcomes),
        "engines": {name: _engine_figures(name, outcomes) for name in names},
        "milliseconds": {
            role.value: _spent([o for o in outcomes if o.query.role is role]) for role in Role
        },
    }


def _engine_figures(name: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    roles: dict[Role, list[_Result]] = {role: [] for role in Role}
    for outcome in outcomes:
        roles[outcome.query.role].append(_Result(outcome.query, outcome.rankings.get(name, ())))
    copies, strangers = roles[Role.COPY], roles[Role.STRANGER]
    honest = strangers + roles[Role.LOOKALIKE]
    zero = threshold_at([result.highest for result in strangers], 0)
    return {
        "micro_average_precision": _micro(copies + strangers),
        "recall_at_1": _share(sum(result.first_is_true for result in copies), len(copies)),
        "recall_at_false_positive_rate": _recalls(copies, strangers),
        "with_lookalikes": {
            "micro_average_precision": _micro(copies + honest),
            "recall_at_false_positive_rate": _recalls(copies, honest),
        },
        "threshold_at_zero": _finite(zero),
        "by_family": _recall_by(copies, zero, lambda query: query.family),
        "by_attack": _recall_by(copies, zero, lambda query: query.attack),
        "by_strength": _recall_by(copies, zero, lambda query: str(query.strength)),
        "by_kind": _recall_by(copies, zero, lambda query: query.kind),
        "collages": _collages(name, roles[Role.COLLAGE], zero),
        "false_alarms": _alarms(
            name, honest + roles[Role.NEAR_MISS], zero, lambda query: query.family
        ),
        "false_alarms_by_kind": _alarms(name, strangers, zero, lambda query: query.kind),
    }


def _micro(results: Sequence[_Result]) -> float:
    predictions = [
        (prediction.score, prediction.work in result.query.truth)
        for result in results
        for prediction in result.ranking
    ]
    positives = sum(len(result.query.truth) for result in results)
    scores, correct = zip(*predictions, strict=True) if predictions else ((), ())
    return round(micro_average_precision(scores, correct, positives), _DIGITS)


def _recalls(copies: Sequence[_Result], honest: Sequence[_Result]) -> dict[str, Any]:
    highest = [result.highest for result in honest]
    scores = [result.true_score for result in copies]
    return {
        f"{rate:g}": _share(count_above(scores, threshold), len(copies))
        | {"false_positives": _share(count_above(highest, threshold), len(honest))}
        for rate, threshold in ((rate, threshold_at(highest, rate)) for rate in RATES)
    }


def _recall_by(
    copies: Sequence[_Result], threshold: float, key: Callable[[Query], str]
) -> dict[str, Any]:
    groups: dict[str, list[_Result]] = defaultdict(list)
    for result in copies:
        groups[key(result.query)].append(result)
    return {
        group: {
            "recall_at_1": round(sum(r.first_is_true for r in members) / len(members), _DIGITS),
            "recall_at_zero": _share(
                count_above([r.true_score for r in members], threshold), len(members)
            ),
        }
        for group, members in groups.items()
    }


def _collages(name: str, results: Sequence[_Result], zero: float) -> dict[str, Any]:
    """Count the works named, and the names of works that are not there."""
    groups: dict[str, list[_Result]] = defaultdict(list)
    for result in results:
        groups[result.query.attack].append(result)
    return {
        attack: {
            "named_above_zero": _named(members, lambda score: score > zero),
            **({"named_for_review": _named(members, _for_review)} if _is_ours(name) else {}),
        }
        for attack, members in groups.items()
    }


def _for_review(score: float) -> bool:
    return score >= REVIEW


def _named(results: Sequence[_Result], counts: Callable[[float], bool]) -> dict[str, Any]:
    named = [
        prediction.work in result.query.truth
        for result in results
        for prediction in result.ranking
        if counts(prediction.score)
    ]
    shown = sum(len(result.query.truth) for result in results)
    return _share(sum(named), shown) | {"wrong": len(named) - sum(named)}


def _alarms(
    name: str, results: Sequence[_Result], zero: float, key: Callable[[Query], str]
) -> dict[str, Any]:
    groups: dict[str, list[float]] = defaultdict(list)
    for result in results:
        groups[key(result.query)].append(result.highest)
    return {
        group: {
            "queries": len(scores),
            "highest_score": _finite(max(scores)),
            "above_zero_threshold": sum(score > zero for score in scores),
            **(
                {
                    "review": sum(score >= REVIEW for score in scores),
                    "block": sum(score >= BLOCK for score in scores),
                }
                if _is_ours(name)
                else {}
            ),
        }
        for group, scores in groups.items()
    }


def _is_ours(name: str) -> bool:
    """Whether scores are probabilities; other engines score in a scale of their own."""
    return name.partition("/")[0] == OURS


def _spent(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    stages = dict.fromkeys(stage for outcome in outcomes for stage in outcome.seconds)
    return {
        stage: {
            f"p{percent}": round(
                1e3 * float(np.percentile([o.seconds.get(stage, 0) for o in outcomes], percent)), 2
            )
            for percent in (50, 95)
        }
        for stage in stages
    }


def _share(successes: int, trials: int) -> dict[str, Any]:
    low, high = clopper_pearson(successes, trials)
    return {
        "share": round(successes / trials, _DIGITS) if trials else None,
        "count": successes,
        "of": trials,
        "interval_95": [round(low, _DIGITS), round(high, _DIGITS)],
    }


def _finite(score: float) -> float | None:
    return round(score, 6) if math.isfinite(score) else None


def _count(values: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return dict(counts)
