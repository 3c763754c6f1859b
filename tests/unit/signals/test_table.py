"""Every dialect in every condition: nothing fails open."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.signals.table import BEGIN, CONDITIONS, END, README, Cell, cells, markdown

from raisonne.rights.signal import Dialect, SignalState
from raisonne.rights.statement import RightsStatement, Use
from raisonne.signals.importing import read_signal
from raisonne.signals.merging import merge
from raisonne.signals.reading import RESERVED_WHEN_UNREADABLE

SEEN = datetime(2026, 11, 28, tzinfo=UTC)
CELLS = list(cells())
CASES = [
    pytest.param(cell, raw, id=f"{cell.dialect}-{cell.condition}-{number}")
    for cell in CELLS
    for number, raw in enumerate(cell.raws)
]
ASKED = frozenset({Use.MINE, Use.TRAIN, Use.GENERATE_SIMILAR})


@pytest.mark.parametrize(("cell", "raw"), CASES)
def test_what_a_cell_says(cell: Cell, raw: bytes) -> None:
    signal = read_signal(cell.dialect, raw, "https://example.org/a", SEEN)
    if cell.silent:
        assert signal is None
        return
    assert signal is not None
    assert signal.dialect is cell.dialect
    assert signal.state is (SignalState.UNREADABLE if cell.unreadable else SignalState.READ)
    assert signal.permitted == cell.permits
    assert signal.reserved == (RESERVED_WHEN_UNREADABLE if cell.unreadable else cell.reserves)
    assert len(signal.note.split()) > 1


@pytest.mark.parametrize(("cell", "raw"), CASES)
def test_no_cell_fails_open(cell: Cell, raw: bytes) -> None:
    signal = read_signal(cell.dialect, raw, "https://example.org/a", SEEN)
    if cell.condition != "allowed":
        alone = merge(RightsStatement(), [signal] if signal else [])
        assert alone.uses == frozenset()
    if cell.condition in {"malformed", "unreadable"}:
        everything = read_signal(Dialect.SPDX, b"CC0-1.0", "licence", SEEN)
        assert signal is not None
        assert everything is not None
        beside = merge(RightsStatement(), [signal, everything])
        assert not beside.uses & ASKED
        assert beside.reservations >= RESERVED_WHEN_UNREADABLE


def test_the_table_is_whole() -> None:
    assert {(cell.dialect, cell.condition) for cell in CELLS} == {
        (dialect, condition) for dialect in Dialect for condition in CONDITIONS
    }
    assert all(cell.raws for cell in CELLS)
    # What denies or constrains reserves, but for licences of copyright, which only never grant.
    for cell in CELLS:
        if cell.condition in {"denied", "constrained"} and cell.dialect is not Dialect.SPDX:
            assert cell.reserves, cell


def test_the_readme_shows_the_table() -> None:
    text = README.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip() == markdown(), (
        "run python -m tests.unit.signals.table"
    )
