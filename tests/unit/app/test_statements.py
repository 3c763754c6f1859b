from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.app.statements import MAX_LICENCE_CHARACTERS, make_statement, parse_time
from raisonne.rights.errors import InputError
from raisonne.rights.statement import ReservationKind, RightsStatement, Use

pytestmark = pytest.mark.engines

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_nothing_said_grants_nothing_anywhere() -> None:
    assert make_statement() == RightsStatement()
    assert make_statement().uses == frozenset()


def test_a_licence_grants_its_uses_and_asks_for_its_credit() -> None:
    statement = make_statement(licence=" CC-BY-4.0 ")
    assert statement.licence == "CC-BY-4.0"
    assert Use.COMMERCIAL in statement.uses
    assert statement.attribution
    assert Use.COMMERCIAL not in make_statement(licence="CC-BY-NC-4.0").uses
    assert make_statement(licence="LicenseRef-Contract-7").uses == frozenset()


def test_a_reservation_stands_beside_a_licence() -> None:
    statement = make_statement(licence="CC0-1.0", reservations=["AI-Training ", "", "tdm"])
    assert statement.reservations == {ReservationKind.AI_TRAINING, ReservationKind.TDM}


def test_territories_are_normalised() -> None:
    assert make_statement(territories=["de", " Fr ", ""]).territories == {"DE", "FR"}
    assert make_statement(territories=[" "]).territories == {"*"}


@pytest.mark.parametrize(
    "facts",
    [
        {"reservations": ["everything"]},
        {"territories": ["Germany"]},
        {"licence": "x" * (MAX_LICENCE_CHARACTERS + 1)},
        {"valid_from": NOON, "valid_until": NOON},
        {"valid_from": NOON, "valid_until": NOON - timedelta(days=1)},
    ],
)
def test_what_cannot_be_meant_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(InputError):
        make_statement(**facts)  # type: ignore[arg-type] # each case is its own mixture


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("", None),
        ("  ", None),
        ("2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
        ("2026-06-01T12:00:00", NOON),
        ("2026-06-01T12:00:00Z", NOON),
        ("2026-06-01T14:00:00+02:00", NOON),
    ],
)
def test_times_are_read_as_utc(text: str, time: datetime | None) -> None:
    assert parse_time(text) == time


# RFC 3339, section 4.2: an offset is told in whole minutes.
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS))  # noqa: DTZ001
def test_any_time_comes_back_in_utc(when: datetime) -> None:
    parsed = parse_time(when.isoformat())
    assert parsed == when
    assert parsed is not None
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-13-01", "12:00", "0001-01-01T00:00+14:00", "9999-12-31T23:00-14:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_time(text)
