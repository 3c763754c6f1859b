"""Any bytes at all: no reader raises, and none permits by accident."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.signals.strategies import SEEN
from tests.unit.signals.table import cells

from raisonne.rights.errors import InputError
from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import RightsStatement
from raisonne.signals.importing import read_signal, read_xmp
from raisonne.signals.merging import merge
from raisonne.signals.reading import MAX_RAW_BYTES, RESERVED_WHEN_UNREADABLE
from raisonne.signals.structured import parse_dictionary
from raisonne.signals.training_mining import read_training_mining_entries

PERMISSIVE = (b"llow", b'": 0', b'"0"', b"=y", b"permi", b"CC0")
DENIALS = [
    (cell.dialect, raw)
    for cell in cells()
    for raw in cell.raws
    if cell.condition == "denied" and not any(word in raw for word in PERMISSIVE)
]
PIECES = st.sampled_from(
    [
        *(b"tdm-reservation", b": ", b"1", b"0", b"\r\n", b"<", b">", b"<!--", b"-->", b"<meta "),
        *(b"name=", b"content=", b'"', b"'", b"[", b"]", b"{", b"}", b",", b"location", b"/", b"*"),
        *(b"User-agent: *\n", b"Disallow: ", b"Allow: /", b"Content-Usage: ", b"train-ai", b"=y"),
        *(
            b"noai",
            b"robots",
            b"DMI-ALLOWED",
            b"<rsl xmlns='https://rslstandard.org/rsl'>",
            b"\xff",
        ),
        *(b"<license>", b"<permits type='usage'>all</permits>", b"</license>", b"</rsl>", b"use"),
        *(b"entries", b"cawg.ai_training", b"allowed", b"@type", b"Set", b"permission", b"action"),
        *(b"CC0-1.0", b" AND ", b"(", b")", b"\x00", b"&#", b"<!DOCTYPE a [", b"<![CDATA[", b"]]>"),
    ]
)
RAW = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(b"".join))


def read(dialect: Dialect, raw: bytes, location: str | None = None) -> Signal | None:
    return read_signal(dialect, raw, "x", SEEN, location=location)


@settings(max_examples=300)
@given(st.sampled_from(Dialect), RAW, st.sampled_from([None, "/", "https://example.org/a.jpg"]))
def test_any_bytes_are_read_or_reserve(dialect: Dialect, raw: bytes, location: str | None) -> None:
    signal = read(dialect, raw, location)
    if signal is None:
        return
    assert not signal.permitted & signal.prohibited
    if signal.state is SignalState.UNREADABLE:
        assert signal.reserved >= RESERVED_WHEN_UNREADABLE
        assert merge(RightsStatement(), [signal]).uses == frozenset()


@settings(max_examples=150)
@given(st.sampled_from(Dialect), st.binary(max_size=200))
def test_random_bytes_never_permit(dialect: Dialect, raw: bytes) -> None:
    signal = read(dialect, b"\x80" + raw)
    assert signal is None or signal.permitted == frozenset()


@settings(max_examples=150)
@given(st.sampled_from(DENIALS), st.data())
def test_a_damaged_denial_never_turns_into_a_permission_to_learn(
    denial: tuple[Dialect, bytes], data: st.DataObject
) -> None:
    dialect, raw = denial
    signal = read(dialect, raw[: data.draw(st.integers(0, len(raw)))])
    assert signal is None or signal.permitted == frozenset()


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=30), st.text(max_size=15), max_size=5))
def test_any_entries_of_a_credential_are_read_or_reserve(entries: dict[str, str]) -> None:
    signal = read_training_mining_entries(entries, "x", SEEN)
    assert signal is None or not signal.permitted


@given(RAW)
def test_any_packet_is_read_or_reserves(raw: bytes) -> None:
    for signal in read_xmp(raw, "x", SEEN):
        assert signal.state is SignalState.READ or not signal.permitted


ENTITIES = b"".join(b'<!ENTITY a%d "&a%d;&a%d;">' % (n + 1, n, n) for n in range(30))
BOMBS = {
    "entities": b'<!DOCTYPE r [<!ENTITY a0 "x">' + ENTITIES + b"]><r>&a30;</r>",
    "external": b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
    "deep xml": b"<a>" * 100_000,
    "closed deep xml": b"<a>" * 50_000 + b"</a>" * 50_000,
    "deep json": b"[" * MAX_RAW_BYTES,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "digits": b"[" + b"9" * 500_000 + b"]",
    "comments": b"<!--" * (MAX_RAW_BYTES // 4),
    "metas": b"<meta " * (MAX_RAW_BYTES // 6),
    "attributes": b"<meta a" + b" a=''" * 200_000 + b">",
    "scripts": b"<script>" * (MAX_RAW_BYTES // 8),
    "members": b"a=1," * (MAX_RAW_BYTES // 4),
    "parameters": b"a" + b";a" * 500_000 + b"=",
    "inner list": b"a=(" + b" " * 1_000_000 + b"x",
    "directives": b"X-Robots-Tag: " + b"a," * 500_000,
    "stars": b"User-agent: *\nDisallow: /" + b"*a" * 1_000 + b"$\n",
    "many stars": b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*b$\n" * 5_000,
    "rules": b"[" + b'{"location": "/*a*a*a*b$", "tdm-reservation": 0},' * 15_000 + b"{}]",
    "lines": b"\n" * MAX_RAW_BYTES,
    "noise": random.Random(1).randbytes(MAX_RAW_BYTES),
    "too large": b" " * (MAX_RAW_BYTES + 1),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("dialect", Dialect)
def test_bombs_end_and_permit_nothing(dialect: Dialect, name: str) -> None:
    signal = read(dialect, BOMBS[name], "/" + "a" * 2_000)
    assert signal is None or signal.permitted == frozenset()


@pytest.mark.parametrize("name", ["entities", "external", "too large"])
@pytest.mark.parametrize("dialect", [Dialect.RSL, Dialect.PLUS_DATA_MINING])
def test_document_types_and_large_files_are_unreadable(dialect: Dialect, name: str) -> None:
    signal = read(dialect, BOMBS[name])
    assert signal is not None
    assert signal.state is SignalState.UNREADABLE


@pytest.mark.parametrize(
    "text", ["a=1, a", "a", "a=?0;b=c", "a=:YQ==:", 'a=%"x"', "a=@1", "*=(1 2)"]
)
def test_dictionaries_that_are_whole(text: str) -> None:
    assert len(parse_dictionary(text)) == 1


def test_times_without_utc_are_refused() -> None:
    for seen in (datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))):  # noqa: DTZ001
        with pytest.raises(InputError, match="UTC"):
            read_signal(Dialect.TDMREP, b"tdm-reservation: 1", "x", seen)


@pytest.mark.parametrize("location", ["", "a.jpg", "http://", "/" + "a" * 5_000, "http://[/"])
def test_locations_that_are_none_are_refused(location: str) -> None:
    with pytest.raises(InputError):
        read(Dialect.ROBOTS_TXT, b"User-agent: *\nDisallow: /", location)
