from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from tests.unit.evaluation.folders import folder_of

from raisonne.evaluation.engines import Prediction, RaisonneEngine
from raisonne.evaluation.figures import figures
from raisonne.evaluation.hash_engines import pdq_engines
from raisonne.evaluation.measuring import Outcome, ask_all, register_all
from raisonne.evaluation.pictures import read_pictures
from raisonne.evaluation.suite import Query, Role, plan_suite
from raisonne.evaluation.tables import figures_table
from raisonne.fingerprint.embedding import GistEmbedder


def outcome(role: Role, family: str, truth: str, **scores: float) -> Outcome:
    query = Query(
        f"{family}/{truth}{len(scores)}", role, family, family, 2, "photo", tuple(truth),
        lambda: Image.new("RGB", (8, 8)),
    )  # fmt: skip
    ranking = [
        Prediction(work, score, score)
        for work, score in sorted(scores.items(), key=lambda item: -item[1])
    ]
    return Outcome(query, {"raisonne": ranking, "other": ranking[:1]}, {"decode": 0.002})


OUTCOMES = [
    outcome(Role.COPY, "crop", "a", a=0.99, b=0.2),
    outcome(Role.COPY, "crop", "b", a=0.97, b=0.7),
    outcome(Role.COPY, "blend", "c", c=0.6),
    outcome(Role.COPY, "blend", "d"),
    outcome(Role.STRANGER, "same-series", "", a=0.65),
    outcome(Role.STRANGER, "same-series", ""),
    outcome(Role.LOOKALIKE, "stripes", "", b=0.95),
    outcome(Role.NEAR_MISS, "same-scene", "", c=0.55),
    outcome(Role.COLLAGE, "collage-4", "abcd", a=0.9, b=0.66, c=0.5, e=0.8),
]


@pytest.fixture(scope="module")
def engine() -> dict:
    return figures(OUTCOMES)["engines"]["raisonne"]


def test_copies_and_strangers_are_ranked_together(engine: dict) -> None:
    # 0.99 true, 0.97 false, 0.7 true, 0.65 false, 0.6 true, 0.2 false; d was never found.
    assert engine["micro_average_precision"] == pytest.approx((1 + 2 / 3 + 3 / 5) / 4, abs=1e-4)
    assert engine["recall_at_1"]["count"] == 2
    assert engine["threshold_at_zero"] == 0.65
    zero = engine["recall_at_false_positive_rate"]["0"]
    assert (zero["share"], zero["count"], zero["of"]) == (0.5, 2, 4)
    assert zero["false_positives"]["count"] == 0


def test_lookalikes_count_where_it_is_said(engine: dict) -> None:
    with_them = engine["with_lookalikes"]["recall_at_false_positive_rate"]["0"]
    assert with_them["count"] == 1
    assert engine["with_lookalikes"]["micro_average_precision"] < engine["micro_average_precision"]


def test_groups_are_measured_against_the_same_threshold(engine: dict) -> None:
    assert engine["by_family"]["crop"]["recall_at_1"] == 0.5
    assert engine["by_family"]["crop"]["recall_at_zero"]["share"] == 1
    assert engine["by_family"]["blend"]["recall_at_zero"]["share"] == 0
    assert engine["by_strength"]["2"]["recall_at_zero"]["of"] == 4
    assert set(engine["by_kind"]) == {"photo"}


def test_false_alarms_are_counted_by_what_they_lead_to(engine: dict) -> None:
    alarms = engine["false_alarms"]
    assert (alarms["stripes"]["review"], alarms["stripes"]["block"]) == (1, 1)
    assert (alarms["same-scene"]["review"], alarms["same-scene"]["block"]) == (1, 0)
    assert (alarms["same-series"]["queries"], alarms["same-series"]["review"]) == (2, 1)
    assert set(engine["false_alarms_by_kind"]) == {"photo"}


def test_collages_are_judged_by_the_works_they_show(engine: dict) -> None:
    named = engine["collages"]["collage-4"]
    above, review = named["named_above_zero"], named["named_for_review"]
    assert (above["count"], above["of"], above["wrong"]) == (2, 4, 1)
    assert (review["count"], review["wrong"]) == (3, 1)


def test_other_scales_are_no_probabilities() -> None:
    other = figures(OUTCOMES)["engines"]["other"]
    assert "review" not in other["false_alarms"]["stripes"]
    assert "named_for_review" not in other["collages"]["collage-4"]


def test_a_real_run_gives_figures_rows_and_a_table(tmp_path: Path) -> None:
    suite = plan_suite(read_pictures(tmp_path, folder_of(tmp_path, 14)), seed=1, limit=0.05)
    engines = [RaisonneEngine(GistEmbedder()), *pdq_engines()]
    register_all(engines, suite.works)
    outcomes = list(ask_all(engines, suite.queries[::9]))
    measured = figures(outcomes)
    assert json.loads(json.dumps(measured)) == measured
    assert set(measured["engines"]) >= {"raisonne", "raisonne/embedding", "pdq", "pdq-dihedral"}
    assert measured["milliseconds"]["copy"]["decode"]["p50"] > 0
    row = json.loads(json.dumps(outcomes[0].fields()))
    assert row["query"] == suite.queries[0].id
    assert row["truth"] == [row["predictions"]["raisonne"][0]["work"]]
    table = figures_table(measured)
    assert "| raisonne/perceptual |" in table
    assert all(line.count("|") > 3 for line in table.splitlines() if line)
