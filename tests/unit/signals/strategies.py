"""Statements and signals for property tests."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import ReservationKind, RightsStatement, Use

SEEN = datetime(2026, 11, 28, tzinfo=UTC)
USES = st.frozensets(st.sampled_from(Use))
KINDS = st.frozensets(st.sampled_from(ReservationKind))
TERRITORIES = st.one_of(
    st.just(frozenset({"*"})), st.frozensets(st.sampled_from(["DE", "FR", "CN"]), min_size=1)
)
TIMES = st.one_of(st.none(), st.just(datetime(2030, 1, 1, tzinfo=UTC)))
STATEMENTS = st.builds(
    RightsStatement,
    licence=st.sampled_from(["", "CC-BY-4.0", "LicenseRef-Ours"]),
    uses=USES,
    reservations=KINDS,
    territories=TERRITORIES,
    valid_from=TIMES,
    valid_until=TIMES,
    embargo_until=TIMES,
    attribution=st.booleans(),
)


@st.composite
def signals(draw: st.DrawFn) -> Signal:
    state = draw(st.sampled_from(SignalState))
    prohibited = draw(USES)
    permitted = draw(USES) - prohibited if state is SignalState.READ else frozenset()
    return Signal(
        dialect=draw(st.sampled_from(Dialect)),
        source="https://example.org/",
        seen_time=SEEN,
        sha256="0" * 64,
        state=state,
        permitted=permitted,
        reserved=draw(KINDS),
        prohibited=prohibited,
        licence=draw(st.sampled_from(["", "CC0-1.0", "CC-BY-4.0", "https://example.org/terms"])),
        territories=draw(TERRITORIES),
        attribution=draw(st.booleans()),
    )
