"""Rows of what works' files said about their rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import ReservationKind, Use
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import WorkSignalRow


@dataclass(frozen=True, slots=True)
class SqlSignals:
    """``SignalStore`` within one transaction."""

    session: Session

    def add(self, tenant: str, work: str, signals: Sequence[Signal]) -> None:
        """Insert the signals of a work that is added in the same transaction."""
        rows = [
            {
                "tenant": tenant,
                "work": work,
                "position": position,
                "dialect": signal.dialect.value,
                "source": signal.source,
                "seen_time": signal.seen_time,
                "sha256": signal.sha256,
                "state": signal.state.value,
                "said": _said(signal),
            }
            for position, signal in enumerate(signals)
        ]
        insert_rows(self.session, WorkSignalRow, *rows)

    def of_work(self, tenant: str, work: str) -> Sequence[Signal]:
        """Return the signals of a work, in the order in which they were found."""
        rows = self.session.exec(
            select(WorkSignalRow)
            .where(col(WorkSignalRow.tenant) == tenant, col(WorkSignalRow.work) == work)
            .order_by(col(WorkSignalRow.position))
        )
        return tuple(_signal(row) for row in rows)


def _said(signal: Signal) -> dict[str, Any]:
    return {
        "permitted": sorted(signal.permitted),
        "reserved": sorted(signal.reserved),
        "prohibited": sorted(signal.prohibited),
        "licence": signal.licence,
        "territories": sorted(signal.territories),
        "attribution": signal.attribution,
        "note": signal.note,
    }


def _signal(row: WorkSignalRow) -> Signal:
    said = row.said
    return Signal(
        dialect=Dialect(row.dialect),
        source=row.source,
        seen_time=row.seen_time,
        sha256=row.sha256,
        state=SignalState(row.state),
        permitted=frozenset(Use(use) for use in said["permitted"]),
        reserved=frozenset(ReservationKind(kind) for kind in said["reserved"]),
        prohibited=frozenset(Use(use) for use in said["prohibited"]),
        licence=said["licence"],
        territories=frozenset(said["territories"]),
        attribution=said["attribution"],
        note=said["note"],
    )
