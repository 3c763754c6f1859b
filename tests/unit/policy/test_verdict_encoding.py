from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.policy.encoding import verdict_from_json, verdict_to_json
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.errors import InputError
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism, Region
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.term import TermCategory, TermGrade
from raisonne.rights.verdict import Judgement, Subject, TermHit, Verdict, WorkRights
from raisonne.rights.work import WorkState

ZONES = st.just(UTC) | st.integers(-720, 720).map(lambda m: timezone(timedelta(minutes=m)))
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MATCHES = st.builds(
    Match,
    work=st.text(),
    asset=st.text(),
    mechanism=st.sampled_from(Mechanism),
    algorithm=st.text(),
    similarity=NUMBERS,
    threshold=NUMBERS,
    score=NUMBERS,
    region=st.none() | st.builds(Region, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    transform=st.none() | st.tuples(*[NUMBERS] * 9),
)
STATEMENTS = st.builds(
    RightsStatement,
    uses=st.frozensets(st.sampled_from(Use)),
    reservations=st.frozensets(st.sampled_from(ReservationKind)),
    territories=st.frozensets(st.text(max_size=2), max_size=3),
    valid_from=st.none() | TIMES,
    valid_until=st.none() | TIMES,
    embargo_until=st.none() | TIMES,
    attribution=st.booleans(),
)
GRANTS = st.builds(
    Grant,
    uses=st.frozensets(st.sampled_from(Use)),
    territories=st.frozensets(st.text(max_size=2), max_size=3),
    valid_from=st.none() | TIMES,
    valid_until=st.none() | TIMES,
    releases=st.frozensets(st.sampled_from(ReservationKind)),
    effective_time=TIMES,
    end_time=st.none() | TIMES,
)
WORKS = st.builds(
    WorkRights,
    rights=STATEMENTS,
    state=st.sampled_from(WorkState),
    licences=st.lists(GRANTS, max_size=2).map(tuple),
)
SIGNALS = st.builds(
    Signal,
    dialect=st.sampled_from(Dialect),
    source=st.text(),
    seen_time=TIMES.map(lambda time: time.astimezone(UTC)),
    sha256=st.just("ab" * 32),
    state=st.sampled_from(SignalState),
    permitted=st.just(frozenset()),
    reserved=st.frozensets(st.sampled_from(ReservationKind)),
    prohibited=st.frozensets(st.sampled_from(Use)),
    note=st.text(),
)
JUDGEMENTS = st.builds(
    Judgement,
    subject=st.sampled_from(Subject),
    use=st.sampled_from(Use),
    at=TIMES,
    matches=st.lists(MATCHES, max_size=2).map(tuple),
    works=st.lists(WORKS, max_size=2).map(tuple),
    detectors=st.lists(st.builds(DetectorRun), max_size=2).map(tuple),
    term_hits=st.lists(st.builds(TermHit), max_size=2).map(tuple),
    signals=st.lists(SIGNALS, max_size=2).map(tuple),
)
VERDICTS = st.builds(Verdict, inputs=JUDGEMENTS)


def _plain() -> Verdict:
    work = WorkRights(
        "works/1",
        "studio",
        "Étude №1",
        "Ada",
        WorkState.REGISTERED,
        3,
        RightsStatement(uses=frozenset(Use), valid_until=datetime(2030, 1, 1, tzinfo=UTC)),
        "scans/étude.png",
    )
    inputs = Judgement(
        subject=Subject.UPLOAD,
        sha256="ab" * 32,
        tenant="studio",
        use=Use.DISPLAY,
        territory="DE",
        at=datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC),
        matches=(Match("works/1", "assets/1", Mechanism.PERCEPTUAL, "p", 1.0, 0.9, 0.1 + 0.2),),
        works=(work,),
        detectors=(DetectorRun("perceptual", "p", DetectorState.EXECUTED),),
        term_hits=(),
        index_revision=7,
    )
    return judge(inputs, PolicyBundle.packaged(), "verdicts/1")


@given(VERDICTS)
def test_every_verdict_comes_back_equal_and_has_one_text(verdict: Verdict) -> None:
    text = verdict_to_json(verdict)
    assert verdict_from_json(text) == verdict
    assert verdict_to_json(verdict_from_json(text)) == text
    assert text.isascii()


def test_a_stored_verdict_can_be_replayed() -> None:
    verdict = _plain()
    stored = verdict_from_json(verdict_to_json(verdict))
    assert judge(stored.inputs, PolicyBundle.packaged(), stored.name) == verdict


def test_equal_verdicts_have_equal_texts() -> None:
    verdict = _plain()
    elsewhere = verdict.inputs.at.astimezone(timezone(timedelta(hours=9)))
    whole = replace(verdict.inputs.matches[0], similarity=1)
    same = replace(verdict, inputs=replace(verdict.inputs, at=elsewhere, matches=(whole,)))
    assert same == verdict
    assert verdict_to_json(same) == verdict_to_json(verdict)


def test_what_was_stored_before_hits_had_grades_had_been_found_as_written() -> None:
    inputs = replace(_plain().inputs, term_hits=(TermHit("ada", "works/1", 3, 6),))
    document = json.loads(verdict_to_json(judge(inputs, PolicyBundle.packaged(), "verdicts/1")))
    hit = document["verdict"]["inputs"]["term_hits"][0]
    older = {name: hit[name] for name in ("term", "work", "start", "end")}
    document["verdict"]["inputs"]["term_hits"] = [older]
    (read,) = verdict_from_json(json.dumps(document)).inputs.term_hits
    assert read == TermHit("ada", "works/1", 3, 6, TermGrade.EXACT, "", TermCategory.ARTIST)


def test_what_was_stored_before_there_were_licences_had_none() -> None:
    verdict = _plain()
    document = json.loads(verdict_to_json(verdict))
    for finding in document["verdict"]["findings"]:
        assert finding.pop("licence") == ""
    for work in document["verdict"]["inputs"]["works"]:
        assert work.pop("licences") == []
    assert verdict_from_json(json.dumps(document)) == verdict


def test_what_was_stored_before_files_were_heard_reads_as_silent() -> None:
    verdict = _plain()
    document = json.loads(verdict_to_json(verdict))
    assert document["verdict"]["inputs"].pop("signals") == []
    read = verdict_from_json(json.dumps(document))
    assert read == verdict
    assert judge(read.inputs, PolicyBundle.packaged(), read.name) == verdict


def test_the_text_names_its_version() -> None:
    document = json.loads(verdict_to_json(_plain()))
    assert document["v"] == 1
    assert document["verdict"]["inputs"]["at"] == "2026-06-01T12:00:00.123456+00:00"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("v",), 2),
        (("verdict", "outcome"), "MAYBE"),
        (("verdict", "name"), 5),
        (("verdict", "name"), None),
        (("verdict", "inputs"), []),
        (("verdict", "inputs", "at"), "yesterday"),
        (("verdict", "inputs", "index_revision"), 1.0),
        (("verdict", "inputs", "more"), "x"),
    ],
)
def test_altered_texts_are_refused(path: tuple[str, ...], value: object) -> None:
    document = json.loads(verdict_to_json(_plain()))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(InputError):
        verdict_from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"v":1}', '{"v":1,"verdict":{}}'])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        verdict_from_json(text)


def test_numbers_that_are_not_finite_are_refused() -> None:
    verdict = _plain()
    broken = replace(verdict.inputs.matches[0], similarity=float("nan"))
    inputs = replace(verdict.inputs, matches=(broken,))
    with pytest.raises(ValueError, match="not JSON compliant"):
        verdict_to_json(replace(verdict, inputs=inputs))
