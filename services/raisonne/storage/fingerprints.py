"""Which fingerprints of registered works are in force: those whose last change is an ADD."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from raisonne.app.fingerprints import FingerprintedWork
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint
from raisonne.storage.change_log import NOT_ERASED, append_changes, is_in_force
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Lock, take_lock
from raisonne.storage.tables import (
    WORK_IS_REGISTERED,
    FingerprintChangeRow,
    FingerprintRow,
    WorkRow,
)

_IN_FORCE = is_in_force()


@dataclass(frozen=True, slots=True)
class SqlFingerprints:
    """``FingerprintStore`` within one transaction."""

    session: Session

    def held(self, tenant: str, *, limit: int, after: str = "") -> Sequence[FingerprintedWork]:
        """Return REGISTERED works ordered by name, at most ``limit``, after the given name."""
        page = (
            select(col(WorkRow.name), col(WorkRow.asset), col(WorkRow.sha256))
            .where(col(WorkRow.tenant) == tenant, col(WorkRow.name) > after, WORK_IS_REGISTERED)
            .order_by(col(WorkRow.name))
            .limit(limit)
            .subquery()
        )
        belongs = and_(
            col(FingerprintRow.tenant) == tenant, col(FingerprintRow.work) == page.c.name
        )
        statement = select(page, col(FingerprintRow.algorithm)).outerjoin(
            FingerprintRow, and_(belongs, _IN_FORCE)
        )
        # The page is in order already, but nobody promises that a join keeps it.
        rows = sorted(self.session.execute(statement), key=lambda row: row[:3])
        return tuple(
            FingerprintedWork(name, asset, sha256, frozenset(row[3] for row in found if row[3]))
            for (name, asset, sha256), found in groupby(rows, lambda row: row[:3])
        )

    def lacking(self, tenant: str, algorithms: Collection[str]) -> int:
        """Return how many REGISTERED works lack a fingerprint of one of these algorithms."""
        held = (
            select(func.count(col(FingerprintRow.algorithm).distinct()))
            .where(
                col(FingerprintRow.tenant) == col(WorkRow.tenant),
                col(FingerprintRow.work) == col(WorkRow.name),
                col(FingerprintRow.algorithm).in_(sorted(algorithms)),
                _IN_FORCE,
            )
            .correlate(WorkRow)
            .scalar_subquery()
        )
        statement = (
            select(func.count())
            .select_from(WorkRow)
            .where(col(WorkRow.tenant) == tenant, WORK_IS_REGISTERED, held < len(set(algorithms)))
        )
        return self.session.scalar(statement) or 0

    def counts(self, tenant: str, revision: int) -> Mapping[str, int]:
        """Return how many fingerprints were in force at a change-log position, by algorithm.

        Two indexes tell it, and no value is read.
        """
        then = is_in_force(col(FingerprintChangeRow.sequence) <= revision)
        statement = (
            select(col(FingerprintRow.algorithm), func.count())
            .where(col(FingerprintRow.tenant) == tenant, then)
            .group_by(col(FingerprintRow.algorithm))
        )
        return {row[0]: row[1] for row in self.session.execute(statement)}

    def add(
        self, tenant: str, work: str, asset: str, fingerprints: Sequence[Fingerprint]
    ) -> Sequence[str]:
        """Put fingerprints that a REGISTERED work lacks in force, with their change-log rows.

        A value that was put out of force before returns as it was: its name says that a new one
        would be equal. Where it was erased since, the new one gets a row of its own.

        Returns:
            The algorithms of those that were not in force before; none for a work that is not
            REGISTERED.
        """
        stored = self._stored(tenant, work)
        if stored is None:
            return ()
        new = [each for each in fingerprints if each.algorithm not in stored]
        if new:
            insert_fingerprints(self.session, tenant, work, asset, new)
        started = [each.algorithm for each in fingerprints if not stored.get(each.algorithm)]
        if started:
            append_changes(self.session, tenant, work, ChangeOperation.ADD, started)
        return tuple(started)

    def remove(self, tenant: str, work: str, algorithms: Collection[str]) -> Sequence[str]:
        """Put a REGISTERED work's fingerprints of these algorithms out of force.

        Returns:
            The algorithms of those that were in force before.
        """
        stored = self._stored(tenant, work) or {}
        ended = sorted(name for name in set(algorithms) if stored.get(name))
        if ended:
            append_changes(self.session, tenant, work, ChangeOperation.REMOVE, ended)
        return tuple(ended)

    def _stored(self, tenant: str, work: str) -> dict[str, bool] | None:
        """Return whether each algorithm with a value is in force.

        None if the work is not REGISTERED.
        """
        # Whoever changes what is in force holds this lock, so nothing changes until we commit.
        take_lock(self.session, Lock.CHANGE_LOG)
        this = (col(WorkRow.tenant) == tenant, col(WorkRow.name) == work, WORK_IS_REGISTERED)
        if self.session.execute(select(col(WorkRow.revision)).where(*this)).first() is None:
            return None
        rows = self.session.execute(
            select(col(FingerprintRow.algorithm), _IN_FORCE).where(
                col(FingerprintRow.tenant) == tenant, col(FingerprintRow.work) == work, NOT_ERASED
            )
        )
        return {algorithm: bool(in_force) for algorithm, in_force in rows}


def insert_fingerprints(
    session: Session, tenant: str, work: str, asset: str, fingerprints: Sequence[Fingerprint]
) -> None:
    """Insert rows; they count once the change log says so."""
    rows = [
        {
            "tenant": tenant,
            "work": work,
            "asset": asset,
            "kind": fingerprint.kind.value,
            "algorithm": fingerprint.algorithm,
            "value": fingerprint.value,
            "quality": fingerprint.quality,
        }
        for fingerprint in fingerprints
    ]
    insert_rows(session, FingerprintRow, *rows)
