from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from raisonne.cli.output import json_line
from raisonne.cli.render import check_fields, check_words
from raisonne.rights.match import Match, Mechanism
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.verdict import Judgement, Outcome, Subject, Verdict, WorkRights
from raisonne.rights.work import WorkState

MATCH = Match("works/0", "assets/a", Mechanism.PERCEPTUAL, "pdq-256-v1", 0.99, 0.88, 0.99)


def rights(work: str, title: str, source: str = "") -> WorkRights:
    return WorkRights(
        work, "default", title, "Ada", WorkState.REGISTERED, 1, RightsStatement(), source
    )


def verdict(matches: tuple[Match, ...], works: tuple[WorkRights, ...]) -> Verdict:
    inputs = Judgement(
        subject=Subject.UPLOAD,
        sha256="0" * 64,
        tenant="default",
        use=Use.DISPLAY,
        territory="*",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        matches=matches,
        works=works,
        detectors=(),
        term_hits=(),
        index_revision=7,
    )
    return Verdict("verdicts/v", Outcome.BLOCK, (), (), "0" * 64, inputs)


def test_each_match_is_explained_in_both_languages() -> None:
    given = verdict((MATCH,), (rights("works/0", "睡莲", "/art/lilies.png"),))
    fields = {"input": "copy.png", **check_fields(given)}
    schema = files("raisonne.cli").joinpath("schemas", "check.schema.json").read_text()
    Draft202012Validator(json.loads(schema)).validate(json.loads(json_line(fields)))
    (match,) = fields["matches"]
    assert match["path"] == "/art/lilies.png"
    assert match["explanation"] == {
        "en": "This picture is a close copy of “睡莲”.",
        "zh": "这张图片是《睡莲》的近似副本。",
    }


@pytest.mark.parametrize("works", [(), (rights("works/0", ""),)])
def test_a_work_without_a_title_is_called_by_its_name(works: tuple[WorkRights, ...]) -> None:
    given = verdict((MATCH,), works)
    assert "“works/0”" in check_fields(given)["matches"][0]["explanation"]["en"]
    assert "“works/0”" in check_words("copy.png", given)


def test_a_person_is_told_once_for_each_work_and_not_of_too_many() -> None:
    twice = replace(MATCH, mechanism=Mechanism.EMBEDDING, score=0.8)
    matches = tuple(replace(MATCH, work=f"works/{number}") for number in range(5))
    words = check_words("copy.png", verdict((MATCH, twice, *matches), ()))
    lines = words.splitlines()
    assert lines[0] == "BLOCK   copy.png"
    assert [line.count("works/") for line in lines[1:]] == [1, 1, 1, 0]
    assert lines[-1].strip() == "2 further works are alike."
