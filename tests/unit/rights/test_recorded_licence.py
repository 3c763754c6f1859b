from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.rights.recorded_licence import Grant, LicenceState
from raisonne.rights.statement import ReservationKind, RightsStatement, Use

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
GRANT = Grant(
    licence="licences/1",
    identifier="LicenseRef-Show",
    uses=frozenset({Use.DISPLAY}),
    territories=frozenset({"DE"}),
    valid_from=None,
    valid_until=None,
    attribution=True,
    fee=False,
    releases=frozenset({ReservationKind.STYLE}),
    effective_time=NOW,
)


@pytest.mark.parametrize(
    ("changes", "at", "counts", "state"),
    [
        ({}, NOW, True, LicenceState.IN_FORCE),
        ({}, NOW - DAY, False, LicenceState.NOT_YET),
        ({"end_time": NOW + DAY}, NOW, True, LicenceState.IN_FORCE),
        ({"end_time": NOW + DAY}, NOW + DAY, False, LicenceState.REVOKED),
        ({"end_time": NOW - DAY}, NOW, False, LicenceState.REVOKED),
        ({"valid_from": NOW + DAY}, NOW, True, LicenceState.NOT_YET),
        ({"valid_until": NOW}, NOW, True, LicenceState.EXPIRED),
        ({"valid_until": NOW + DAY}, NOW, True, LicenceState.IN_FORCE),
    ],
)
def test_whether_a_record_counts_is_not_whether_it_is_valid(
    changes: dict[str, datetime], at: datetime, counts: bool, state: LicenceState
) -> None:
    grant = replace(GRANT, **changes)  # type: ignore[arg-type]
    assert (grant.counts_at(at), grant.state_at(at)) == (counts, state)


@given(
    st.frozensets(st.sampled_from(ReservationKind)),
    st.frozensets(st.sampled_from(ReservationKind)),
)
def test_the_work_keeps_its_embargo_and_what_is_not_released(
    reserved: frozenset[ReservationKind], released: frozenset[ReservationKind]
) -> None:
    own = RightsStatement(
        licence="CC0-1.0", uses=frozenset(Use), reservations=reserved, embargo_until=NOW + DAY
    )
    under = replace(GRANT, releases=released).statement(own)
    assert under == RightsStatement(
        licence="LicenseRef-Show",
        uses=frozenset({Use.DISPLAY}),
        reservations=reserved - released,
        territories=frozenset({"DE"}),
        embargo_until=NOW + DAY,
        attribution=True,
    )
