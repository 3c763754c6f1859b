"""What is written and read again never permits more than the statement."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.signals.strategies import SEEN, STATEMENTS

from raisonne.rights.errors import InputError
from raisonne.rights.signal import RESERVED_USES, SignalState
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.signals.exporting import export, sayable
from raisonne.signals.importing import read_signal
from raisonne.signals.merging import merge
from raisonne.signals.writing import DIALECTS, Format, Target

SITE_WIDE = [Format.TDMREP_JSON, Format.RSL, Format.ROBOTS_TXT, Format.AI_TXT]
PATHS = ["/", "/a.jpg", "/prints/blue sea.png", "/ä/*$.jpg", "/a%2fb?x=1&y", "https://x.org/p<q>"]


@given(STATEMENTS, st.sampled_from(Format), st.sampled_from(PATHS))
def test_written_and_read_again_it_permits_no_more(
    statement: RightsStatement, form: Format, location: str
) -> None:
    target = Target(location=location, policy="https://example.org/terms?a=1&b=2")
    try:
        exported = export(statement, form, target)
    except InputError:
        assume(False)
    about = None if form is Format.ODRL else location
    signal = read_signal(DIALECTS[form], exported.text.encode(), "x", SEEN, location=about)
    assert signal is not None
    assert signal.state is SignalState.READ
    merged = merge(RightsStatement(), [signal])

    kept = frozenset[Use]().union(*(RESERVED_USES[kind] for kind in statement.reservations))
    assert merged.uses <= statement.uses - kept
    if merged.uses:
        assert (statement.valid_from, statement.valid_until, statement.embargo_until) == (None,) * 3
        assert WORLD in statement.territories or merged.territories <= statement.territories
        assert merged.attribution >= statement.attribution
    said = statement.reservations - exported.unsaid
    assert merged.reservations >= said
    assert said == statement.reservations & sayable(form, target)


@given(STATEMENTS, st.sampled_from(SITE_WIDE), st.sampled_from(PATHS[1:3]))
def test_a_rule_for_one_work_is_silent_on_others(
    statement: RightsStatement, form: Format, location: str
) -> None:
    try:
        exported = export(statement, form, Target(location=location))
    except InputError:
        assume(False)
    raw = exported.text.encode()
    assert read_signal(DIALECTS[form], raw, "x", SEEN, location="/elsewhere.jpg") is None


@pytest.mark.parametrize("form", Format)
def test_every_format_says_every_reservation_it_claims_to(form: Format) -> None:
    for kind in sayable(form):
        statement = RightsStatement(reservations=frozenset({kind}))
        signal = read_signal(DIALECTS[form], export(statement, form).text.encode(), "x", SEEN)
        assert signal is not None
        assert kind in signal.reserved
        assert not signal.permitted


@pytest.mark.parametrize("form", Format)
def test_an_empty_statement_is_refused(form: Format) -> None:
    with pytest.raises(InputError, match="says nothing"):
        export(RightsStatement(), form)


def test_everything_granted_is_said_where_there_are_words() -> None:
    free = RightsStatement(uses=frozenset(Use))
    said = {
        form: read_signal(DIALECTS[form], export(free, form).text.encode(), "x", SEEN)
        for form in Format
        if form is not Format.ROBOTS_META
    }
    permitted = {form: signal.permitted for form, signal in said.items() if signal}
    assert permitted[Format.ODRL] == frozenset(Use)
    assert permitted[Format.RSL] == {Use.INDEX, Use.MINE, Use.TRAIN}
    assert permitted[Format.CAWG] == {Use.MINE, Use.TRAIN}
    assert permitted[Format.PLUS_XMP] == {Use.INDEX, Use.MINE, Use.TRAIN}
    assert permitted[Format.AIPREF] == {Use.INDEX, Use.TRAIN}
    assert permitted[Format.ROBOTS_TXT] == {Use.INDEX, Use.TRAIN}
    assert permitted[Format.AI_TXT] == {Use.TRAIN}
    assert permitted[Format.TDMREP_JSON] == {Use.MINE}


def test_conditions_travel_where_there_are_words() -> None:
    base = RightsStatement(
        uses=frozenset({Use.DISPLAY, Use.INDEX}),
        territories=frozenset({"DE", "FR"}),
        attribution=True,
    )
    policy = export(base, Format.ODRL).text
    signal = read_signal(DIALECTS[Format.ODRL], policy.encode(), "x", SEEN)
    assert signal is not None
    assert merge(RightsStatement(), [signal]) == base
    assert "DE FR" in export(base, Format.RSL).text
    assert 'payment type="attribution"' in export(base, Format.RSL).text
    ending = replace(base, valid_until=datetime(2030, 1, 1, tzinfo=UTC))
    rule = json.loads(export(ending, Format.ODRL).text)["permission"][0]
    assert rule["constraint"][0]["rightOperand"]["@value"] == "2030-01-01T00:00:00+00:00"
    with pytest.raises(InputError, match="says nothing"):
        export(ending, Format.RSL)


def test_what_stands_under_a_condition_is_constrained_in_an_assertion() -> None:
    statement = RightsStatement(licence="CC-BY-4.0", uses=frozenset({Use.MINE}), attribution=True)
    data = json.loads(export(statement, Format.CAWG).text)["data"]
    assert data["entries"] == {
        "cawg.data_mining": {"use": "constrained", "constraint_info": "CC-BY-4.0"}
    }


def test_what_a_format_cannot_say_is_named() -> None:
    statement = RightsStatement(
        reservations=frozenset({ReservationKind.TDM, ReservationKind.STYLE})
    )
    assert export(statement, Format.TDMREP_JSON).unsaid == {ReservationKind.STYLE}
    assert export(statement, Format.ODRL).unsaid == frozenset()
    generation = RightsStatement(
        reservations=frozenset({ReservationKind.TDM, ReservationKind.AI_GENERATION})
    )
    assert export(generation, Format.ROBOTS_TXT).unsaid == frozenset()
    bounded = export(generation, Format.ROBOTS_TXT, Target(location="/a.jpg"))
    assert bounded.unsaid == {ReservationKind.AI_GENERATION}


@pytest.mark.parametrize(
    "values",
    [
        {"location": "a.jpg"},
        {"location": "/" + "a" * 3_000},
        {"location": "http://[x/"},
        {"policy": "javascript:alert(1)"},
        {"policy": "https://example.org/\r\nSet-Cookie: a"},
        {"policy": 'https://example.org/">'},
        {"uid": "urn:a b"},
    ],
)
def test_a_target_that_cannot_be_written_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Target(**values)
