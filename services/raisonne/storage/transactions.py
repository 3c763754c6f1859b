"""Stores that commit together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

from raisonne.storage.assets import SqlAssets
from raisonne.storage.calibrations import SqlCalibrations
from raisonne.storage.cases import SqlCases
from raisonne.storage.cursors import SqlCursors
from raisonne.storage.disputes import SqlDisputes
from raisonne.storage.documents import SqlDocuments
from raisonne.storage.engine import Database
from raisonne.storage.fingerprints import SqlFingerprints
from raisonne.storage.generations import SqlGenerations
from raisonne.storage.holders import SqlHolders
from raisonne.storage.jobs import SqlJobs
from raisonne.storage.licences import SqlLicences
from raisonne.storage.manifests import SqlManifests
from raisonne.storage.notices import SqlCounterNotices, SqlNotices
from raisonne.storage.outbox import SqlOutbox
from raisonne.storage.registrations import SqlRegistrations
from raisonne.storage.reservations import SqlReservations
from raisonne.storage.signals import SqlSignals
from raisonne.storage.terms import SqlTerms
from raisonne.storage.verdicts import SqlVerdicts
from raisonne.storage.works import SqlWorks


@dataclass(frozen=True, slots=True)
class SqlTransaction:
    """``Transaction``: every store on one session."""

    assets: SqlAssets
    works: SqlWorks
    licences: SqlLicences
    fingerprints: SqlFingerprints
    calibrations: SqlCalibrations
    terms: SqlTerms
    holders: SqlHolders
    reservations: SqlReservations
    verdicts: SqlVerdicts
    manifests: SqlManifests
    generations: SqlGenerations
    cases: SqlCases
    notices: SqlNotices
    counter_notices: SqlCounterNotices
    jobs: SqlJobs
    signals: SqlSignals
    cursors: SqlCursors
    documents: SqlDocuments
    disputes: SqlDisputes
    registrations: SqlRegistrations
    outbox: SqlOutbox


class SqlTransactions:
    """``Transactions`` of a catalogue.

    Args:
        database: The catalogue.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Begin a read-only transaction; everything in it sees one snapshot.

        Raises:
            StorageError: If the catalogue cannot serve, or something was written.
        """
        with self._database.read() as session:
            yield _transaction(session)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that commits on a clean exit and rolls back on an exception.

        On SQLite one such transaction runs at a time, so files are put into the blob store and
        keys are made before it begins.

        Raises:
            ConflictError: If it contradicts what is stored.
            StorageError: If the catalogue cannot serve.
        """
        with self._database.write() as session:
            yield _transaction(session)


def _transaction(session: Session) -> SqlTransaction:
    return SqlTransaction(
        assets=SqlAssets(session),
        works=SqlWorks(session),
        licences=SqlLicences(session),
        fingerprints=SqlFingerprints(session),
        calibrations=SqlCalibrations(session),
        terms=SqlTerms(session),
        holders=SqlHolders(session),
        reservations=SqlReservations(session),
        verdicts=SqlVerdicts(session),
        manifests=SqlManifests(session),
        generations=SqlGenerations(session),
        cases=SqlCases(session),
        notices=SqlNotices(session),
        counter_notices=SqlCounterNotices(session),
        jobs=SqlJobs(session),
        signals=SqlSignals(session),
        cursors=SqlCursors(session),
        documents=SqlDocuments(session),
        disputes=SqlDisputes(session),
        registrations=SqlRegistrations(session),
        outbox=SqlOutbox(session),
    )
