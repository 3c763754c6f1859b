from __future__ import annotations

from types import MappingProxyType

import pytest

from raisonne.evaluation.observing import FARTHEST_BITS, FLOORS, Likeness, noticing, observe
from raisonne.matching.calibration import SHIPPED
from raisonne.matching.geometry_detector import strength_of
from raisonne.matching.matcher import MatchReport
from raisonne.rights.match import Match, Mechanism

NOTHING = frozenset[str]()


def match(work: str, mechanism: Mechanism, similarity: float) -> Match:
    return Match(work, f"assets/{work}", mechanism, "x-v1", similarity, 0.1, 0.2)


def report(*matches: Match) -> MatchReport:
    return MatchReport(matches, (), 1, MappingProxyType({}))


def test_the_own_work_and_the_nearest_other_stand_apart() -> None:
    found = report(
        match("own", Mechanism.PERCEPTUAL, 0.9),
        match("a", Mechanism.PERCEPTUAL, 0.7),
        match("b", Mechanism.PERCEPTUAL, 0.75),
        match("c", Mechanism.PERCEPTUAL, 0.95),
        match("b", Mechanism.EMBEDDING, 0.4),
    )
    own, other = observe(found, "own", frozenset({"c"}))
    assert own == {Mechanism.PERCEPTUAL: 0.9}
    assert other == {
        Mechanism.PERCEPTUAL: Likeness(0.75, "b"),
        Mechanism.EMBEDDING: Likeness(0.4, "b"),
    }


def test_a_picture_with_no_work_in_it_has_only_others() -> None:
    own, other = observe(report(match("a", Mechanism.PERCEPTUAL, 0.7)), "", NOTHING)
    assert own == {}
    assert other == {Mechanism.PERCEPTUAL: Likeness(0.7, "a")}


def test_geometry_is_told_on_the_scale_of_its_curve() -> None:
    own, _ = observe(report(match("own", Mechanism.GEOMETRY, 0.6)), "own", NOTHING)
    assert own == {Mechanism.GEOMETRY: pytest.approx(strength_of(0.6))}
    assert strength_of(0.5) == pytest.approx(4)


def test_what_has_no_curve_is_left_out() -> None:
    assert observe(report(match("a", Mechanism.EXACT, 1.0)), "", NOTHING) == ({}, {})


def test_everything_near_is_noticed_and_judged_by_the_same_curves() -> None:
    rules = noticing(SHIPPED, "gist-v1")
    assert rules.perceptual.radius == FARTHEST_BITS
    assert rules.geometry.threshold == FLOORS[Mechanism.GEOMETRY]
    assert rules.geometry.calibration == SHIPPED.geometry.calibration
    gated = rules.embedding("gist-v1")
    assert (gated.threshold, gated.agreement_bits) == (0, FARTHEST_BITS)
    assert noticing(SHIPPED, "somebody-s-v1").embedding("somebody-s-v1").agreement_bits is None
