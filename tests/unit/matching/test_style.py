from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.unit.fingerprint.pictures import painting
from tests.unit.matching.registry import Registry, altered, ask, by

from raisonne.matching.style import LEAST_WORKS, MOST_MATCHES, RULE, outlier_threshold
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind
from raisonne.rights.match import DetectorState, Mechanism

ALGORITHM = "style:tiny-v1"
DIMENSIONS = 64


def units(count: int, seed: int = 0) -> np.ndarray:
    """Vectors that have much in common, as those of networks do."""
    vectors = np.random.default_rng(seed).normal(0.7, 1.0, (count, DIMENSIONS))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def near(vector: np.ndarray, seed: int = 0) -> np.ndarray:
    other = vector + 0.03 * np.random.default_rng(seed).normal(size=DIMENSIONS)
    return (other / np.linalg.norm(other)).astype(np.float32)


def style(vector: np.ndarray, quality: int = 90) -> Fingerprint:
    value = vector.astype("<f2").tobytes()
    return Fingerprint(FingerprintKind.EMBEDDING, ALGORITHM, value, quality)


def registry_of(count: int, tenant: str = "t") -> Registry:
    registry = Registry()
    for number, vector in enumerate(units(count)):
        registry.log.add(tenant, f"{number:03d}", [style(vector)])
    return registry


def asking(vector: np.ndarray, picture: Image.Image | None = None):
    return altered(ask(picture or painting(500)), style_algorithm=ALGORITHM, style=vector)


def run_of(report):
    return next(run for run in report.detectors if run.name == "style")


def test_style_leaves_no_trace_where_it_is_not_configured():
    report = registry_of(LEAST_WORKS).match(ask(painting(500)))
    assert "style" not in {run.name for run in report.detectors} | set(report.timings)


def test_works_that_stand_out_are_named_nearest_first_and_never_count_as_copies():
    registry = registry_of(100)
    query = units(1, seed=7)[0]
    for seed in range(3):
        registry.log.add("t", f"alike-{seed}", [style(near(query, seed))])
    report = registry.match(asking(query))
    found = by(report, Mechanism.STYLE)
    assert set(found) == {"works/alike-0", "works/alike-1", "works/alike-2"}
    assert {match.score for match in found.values()} == {0.0}
    assert {match.algorithm for match in found.values()} == {ALGORITHM}
    (threshold,) = {match.threshold for match in found.values()}
    assert all(threshold < match.similarity <= 1 for match in found.values())
    assert threshold > 0.5  # What strangers reach here would be a likeness elsewhere.
    run = run_of(report)
    assert (run.version, run.state) == (f"{ALGORITHM} {RULE}", DetectorState.EXECUTED)
    assert {match.mechanism for match in report.matches} == {Mechanism.STYLE}


def test_nothing_stands_out_among_strangers():
    registry = registry_of(200)
    for vector in units(40, seed=99):
        report = registry.match(asking(vector))
        assert (report.matches, run_of(report).state) == ((), DetectorState.EXECUTED)


def test_no_more_than_a_handful_is_named():
    registry = registry_of(100)
    query = units(1, seed=7)[0]
    for seed in range(20):
        registry.log.add("t", f"alike-{seed}", [style(near(query, seed))])
    assert len(registry.match(asking(query)).matches) == MOST_MATCHES


def test_a_style_that_most_works_share_stands_out_from_nothing():
    registry = Registry()
    query = units(1, seed=7)[0]
    for seed in range(60):
        registry.log.add("t", f"alike-{seed}", [style(near(query, seed))])
    assert registry.match(asking(query)).matches == ()


@pytest.mark.parametrize("count", [0, LEAST_WORKS - 1])
def test_a_small_registry_tells_no_style_and_says_why(count):
    registry = registry_of(count)
    registry.log.add("other", "theirs", [style(vector) for vector in units(1)])
    report = registry.match(asking(units(1)[0]))
    run = run_of(report)
    assert (report.matches, run.state) == ((), DetectorState.SKIPPED)
    assert run.reason.startswith(f"{count} works")


def test_another_tenants_works_are_no_reference_and_no_match():
    registry = registry_of(100, tenant="theirs")
    report = registry.match(asking(units(100)[5]))
    assert (report.matches, run_of(report).state) == ((), DetectorState.SKIPPED)


def test_a_picture_without_structure_has_no_style():
    registry = registry_of(100)
    report = registry.match(asking(units(100)[5], Image.new("RGB", (60, 60), "orange")))
    run = run_of(report)
    assert (report.matches, run.state) == ((), DetectorState.SKIPPED)
    assert "below 50" in run.reason


def test_a_work_without_structure_is_not_named():
    registry = registry_of(100)
    query = units(1, seed=7)[0]
    registry.log.add("t", "flat", [style(near(query), quality=10)])
    assert registry.match(asking(query)).matches == ()


def test_style_is_not_asked_where_a_copy_explains_everything():
    registry = registry_of(100)
    registry.register(painting(2), "copied")
    report = registry.match(asking(units(100)[5], painting(2)))
    run = run_of(report)
    assert run.state is DetectorState.SKIPPED
    assert run.reason == "A cheaper mechanism has already explained all of the picture."
    assert not by(report, Mechanism.STYLE)


def test_works_without_a_style_descriptor_are_only_left_out():
    registry = registry_of(100)
    registry.register(painting(600), "older")
    query = units(1, seed=7)[0]
    registry.log.add("t", "alike", [style(near(query))])
    assert set(by(registry.match(asking(query)), Mechanism.STYLE)) == {"works/alike"}


def test_equal_cosines_have_a_spread_all_the_same():
    assert outlier_threshold(np.full(50, 0.8, np.float32)) == pytest.approx(0.841, abs=1e-3)


@given(st.integers(LEAST_WORKS, 3000), st.integers(0, 2**32 - 1))
def test_the_threshold_follows_the_cosines_and_their_number(count: int, seed: int):
    cosines = np.random.default_rng(seed).normal(0.3, 0.05, count).astype(np.float32)
    threshold = outlier_threshold(cosines)
    assert threshold > np.median(cosines)
    # Shifting or stretching all cosines does the same to the threshold.
    assert outlier_threshold(cosines + np.float32(0.1)) == pytest.approx(threshold + 0.1, abs=1e-3)
    middle = float(np.median(cosines))
    stretched = outlier_threshold((middle + 2 * (cosines - middle)).astype(np.float32))
    assert stretched - middle == pytest.approx(2 * (threshold - middle), rel=1e-3)
    # A few works of one style do not hide themselves.
    crowded = np.concatenate([cosines, np.full(count // 20, 0.9, np.float32)])
    assert outlier_threshold(crowded) < 0.9
