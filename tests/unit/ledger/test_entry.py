from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.ledger.entry import MAX_ENTRY_SIZE, canonical_entry, decode_entry
from raisonne.rights.errors import InputError, LedgerError
from raisonne.rights.ledger import LedgerAction, LedgerEvent

ZONES = st.just(UTC) | st.integers(-720, 720).map(lambda m: timezone(timedelta(minutes=m)))
EVENTS = st.builds(
    LedgerEvent,
    time=st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=ZONES),  # noqa: DTZ001
    action=st.sampled_from(LedgerAction),
    details=st.dictionaries(st.text(), st.text(), max_size=4),
)
EVENT = LedgerEvent(
    id="0b6f",
    time=datetime(2026, 6, 1, 12, 0, tzinfo=UTC),
    tenant="studio",
    actor="local:ada",
    action=LedgerAction.WORK_REGISTERED,
    object="works/1",
    object_sha256="ab" * 32,
    details={"title": "Étude", "policy": "5f"},
)


def test_the_bytes_are_these() -> None:
    # A change of these bytes would break every log that exists.
    assert canonical_entry(EVENT).decode() == (
        '{"action":"work:registered","actor":"local:ada","details":{"policy":"5f","title":"Étude"},'
        '"id":"0b6f","object":"works/1","object_sha256":"' + "ab" * 32 + '","tenant":"studio",'
        '"time":"2026-06-01T12:00:00.000000+00:00","v":1}'
    )


@given(EVENTS)
def test_events_come_back_equal(event: LedgerEvent) -> None:
    data = canonical_entry(event)
    assert decode_entry(data) == event
    assert canonical_entry(decode_entry(data)) == data


def _altered(**changes: object) -> bytes:
    document = json.loads(canonical_entry(EVENT)) | changes
    document = {key: value for key, value in document.items() if value is not ...}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 60_000,
        canonical_entry(EVENT) + b" ",
        canonical_entry(EVENT).replace(b":", b": ", 1),
        canonical_entry(EVENT).replace("É".encode(), b"\\u00c9"),
        _altered(v=2),
        _altered(v=...),
        _altered(details=...),
        _altered(details=[]),
        _altered(details={"count": 1}),
        _altered(id=7),
        _altered(id=None),
        _altered(action="work:eaten"),
        _altered(time="2026-06-01T12:00:00"),
        _altered(time="2026-06-01T14:00:00.000000+02:00"),
        _altered(more="x"),
    ],
)
def test_other_bytes_are_no_entries(data: bytes) -> None:
    with pytest.raises(LedgerError):
        decode_entry(data)


def test_the_longest_entry_fits_a_bundle() -> None:
    def filled(count: int) -> LedgerEvent:
        return LedgerEvent("1", EVENT.time, "t", "a", EVENT.action, "o", "", {"x": "é" * count})

    spare = MAX_ENTRY_SIZE - len(canonical_entry(filled(0)))
    assert len(canonical_entry(filled(spare // 2))) <= MAX_ENTRY_SIZE
    with pytest.raises(InputError):
        canonical_entry(filled(spare // 2 + 1))


@pytest.mark.parametrize(
    "event",
    [
        LedgerEvent("1", datetime(2026, 1, 1), "t", "a", EVENT.action, "o"),  # noqa: DTZ001
        LedgerEvent("1", EVENT.time, "\ud800", "a", EVENT.action, "o"),
    ],
)
def test_events_that_cannot_be_written_are_refused(event: LedgerEvent) -> None:
    with pytest.raises(InputError):
        canonical_entry(event)
