from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.unit.evaluation.observations import drawn

from raisonne.evaluation.calibrating import calibrate
from raisonne.evaluation.calibration_report import calibration_fields, counted
from raisonne.evaluation.calibration_tables import calibration_tables, fresh_table
from raisonne.evaluation.fresh_check import RATES, fresh_figures
from raisonne.evaluation.metrics import clopper_pearson
from raisonne.evaluation.observing import Likeness, Relation
from raisonne.matching.calibration import SHIPPED
from raisonne.rights.match import Mechanism

RELATED = {
    ("works/1", "works/2"): Relation.EXACT,
    ("works/1", "works/3"): Relation.SCENE,
    ("works/4", "works/5"): Relation.SCENE,
}
OBSERVATIONS = drawn(300)
# One picture as it is looks like another work, as if it were a copy.
OBSERVATIONS[7][0] = replace(
    OBSERVATIONS[7][0], other={Mechanism.GEOMETRY: Likeness(9.0, "works/99")}
)
FIT = calibrate(OBSERVATIONS, SHIPPED, "gist-v1", works=300)
FIELDS = calibration_fields(FIT, OBSERVATIONS, RELATED)


def test_everything_is_json_and_as_the_schema_says() -> None:
    text = json.dumps(FIELDS, allow_nan=False)
    shown: dict[str, Any] = {
        "schema_version": 1,
        "calibration": None,
        "state": "DRY_RUN",
        "version": FIT.rules.version,
        **json.loads(text),
    }
    schema = files("raisonne.cli").joinpath("schemas", "calibrate.schema.json").read_text()
    Draft202012Validator(json.loads(schema)).validate(shown)


def test_counts_are_of_pictures_as_they_are_and_of_altered_ones_apart() -> None:
    review = FIELDS["combined"]["decisions"]["review"]
    assert review["as_they_are"] == counted(1, 300)
    assert review["altered"] == counted(0, 600)
    assert review["copies"]["of"] == 600
    assert counted(1, 300)["interval"] == list(clopper_pearson(1, 300))


def test_false_matches_fall_along_the_scale() -> None:
    rows = FIELDS["mechanisms"]["geometry"]["false_matches"]
    similarities = [row["similarity"] for row in rows]
    assert similarities == sorted(similarities)
    rates = [row["rate"]["estimate"] for row in rows]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == pytest.approx(0.05)
    counts = [row["as_they_are"]["count"] + row["altered"]["count"] for row in rows]
    assert counts[0] == pytest.approx(0.05 * 900, rel=0.25)
    assert counts[-1] <= 1


def test_all_together_err_no_more_often_than_each_one_added() -> None:
    block = FIELDS["combined"]["decisions"]["block"]["rate"]["estimate"]
    apart = [
        FIELDS["mechanisms"][name]["decisions"]["block"]["rate"]["estimate"]
        for name in ("perceptual", "geometry")
    ]
    assert block == pytest.approx(sum(apart), rel=0.01)
    assert FIELDS["combined"]["without"] == ["embedding"]


def test_error_rates_stand_by_kind() -> None:
    kinds = FIELDS["by_kind"]
    assert set(kinds) == {"painting", "photo"}
    assert kinds["photo"]["false_reviews"] == counted(1, 150)
    assert kinds["painting"]["false_reviews"] == counted(0, 150)
    assert kinds["photo"]["copies_for_review"]["of"] == 300


def test_what_was_passed_over_is_counted_and_what_is_suspicious_is_named() -> None:
    assert FIELDS["passed_over"]["pairs"] == 3
    assert FIELDS["passed_over"]["by_reason"] == {"exact": 1, "scene": 2}
    assert FIELDS["passed_over"]["first"][0] == ["works/1", "works/2", "exact"]
    first = FIELDS["suspicious"][0]
    assert (first["picture"], first["work"]) == ("works/7", "works/99")
    assert first["mechanism"] == "geometry"
    scores = [pair["score"] for pair in FIELDS["suspicious"]]
    assert scores == sorted(scores, reverse=True)


def test_a_person_reads_it_as_tables() -> None:
    text = calibration_tables(FIELDS)
    assert "| together |" in text
    assert "embedding (as before: 0 strangers came near" in text
    assert "1 of 150" in text
    assert "works/99" in text


def test_other_pictures_of_the_same_nature_bear_a_calibration_out() -> None:
    fresh = fresh_figures(FIT, drawn(300, seed=2))
    assert fresh["queries"] == 900
    assert fresh["false_reviews"]["count"] == 0
    rows = [row for found in fresh["false_matches"].values() for row in found]
    assert len(rows) == 2 * len(RATES) - 1  # One lies above the hash's tail.
    # Of so many intervals of 95 % one may miss.
    assert sum(row["holds"] for row in rows) >= len(rows) - 1
    assert json.dumps(fresh, allow_nan=False)
    assert fresh_table(fresh).count("\n") == len(rows) + 1


def test_pictures_of_another_nature_do_not() -> None:
    nearer = [
        [replace(each, other={Mechanism.GEOMETRY: Likeness(4.0, "works/0")}) for each in together]
        for together in drawn(100, seed=3)
    ]
    fresh = fresh_figures(FIT, nearer)
    assert not any(row["holds"] for row in fresh["false_matches"]["geometry"])
