from __future__ import annotations

import json
from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.statement_json import rights_from_json, rights_to_json

# A year from either end of what a datetime holds, for the way to UTC.
times = st.none() | st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.timedeltas(
        min_value=timezone.min.utcoffset(None), max_value=timezone.max.utcoffset(None)
    ).map(timezone),
)
statements = st.builds(
    RightsStatement,
    licence=st.text(),
    uses=st.frozensets(st.sampled_from(Use)),
    reservations=st.frozensets(st.sampled_from(ReservationKind)),
    territories=st.frozensets(st.text(min_size=1, max_size=2)),
    valid_from=times,
    valid_until=times,
    embargo_until=times,
    attribution=st.booleans(),
)


@given(statements)
def test_a_statement_survives_json(rights: RightsStatement) -> None:
    assert rights_from_json(json.loads(json.dumps(rights_to_json(rights)))) == rights


@given(statements)
def test_equal_statements_have_equal_documents(rights: RightsStatement) -> None:
    again = rights_from_json(rights_to_json(rights))
    assert json.dumps(rights_to_json(again)) == json.dumps(rights_to_json(rights))
