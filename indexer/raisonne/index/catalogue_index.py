"""The similarity index: a cache of the catalogue that follows its change log.

The database is the truth. The index keeps nothing of its own and can be thrown away and rebuilt
from the catalogue at any time. Every read catches up with the log first, so a registration or a
withdrawal that was committed before a query began is in effect for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from raisonne.index.candidate_engine import CandidateEngine
from raisonne.index.engine_hits import EngineHits
from raisonne.index.engine_search import follow
from raisonne.index.history import state_as_of
from raisonne.index.ports import Erasure, FingerprintLog
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.index.statistics import IndexStatistics, statistics_of
from raisonne.index.tenant_index import TenantIndex
from raisonne.index.upkeep import Progress
from raisonne.index.verification import differences
from raisonne.index.view import IndexView
from raisonne.rights.fingerprint import FingerprintKind


class CatalogueIndex:
    """Every fingerprint in force, searchable; safe to use from many threads.

    Each tenant has an index of its own, opened when it is first asked for, so no query can see
    another tenant's works.

    Args:
        log: The change log to follow.
        store: Where files lie; None keeps everything in memory.
        engine: What proposes rows of float vectors; None searches them in this process.
    """

    def __init__(
        self,
        log: FingerprintLog,
        store: SegmentStore | None = None,
        engine: CandidateEngine | None = None,
    ) -> None:
        self._log = log
        self._store = store
        self._engine = engine
        self._tenants: dict[str, TenantIndex] = {}
        self._opening = threading.Lock()

    def refresh(self, tenant: str) -> int:
        """Apply what is new in the log; one look at its head when nothing is.

        Returns:
            The revision reached.

        Raises:
            StorageError: If the log cannot be read or holds a damaged value. Nothing can be
                searched until that is repaired, because works would be missed silently.
        """
        return self._of(tenant).refresh()

    @contextmanager
    def read(self, tenant: str, revision: int | None = None) -> Iterator[IndexView]:
        """Catch up, and then hold a tenant's index still for some searches.

        Args:
            tenant: Whose.
            revision: An earlier change-log position, to see what was in force then.

        Raises:
            InputError: If there was no such revision.
            StorageError: See ``refresh``.
            DamagedSegmentError: If a damaged file was met; the next read has it made anew.
        """
        with self._of(tenant).read() as state:
            if revision is None:
                engine = None if self._engine is None else EngineHits(self._engine, self._log)
                yield IndexView(tenant, state.spaces, state.reached.sequence, engine=engine)
            else:
                # An engine knows the present only.
                past = state_as_of(state, tenant, self._log, revision)
                yield IndexView(tenant, past.state.spaces, revision, erased=past.erased)

    def state(self, tenant: str) -> dict[str, Any]:
        """Return the revision and the number of entries by algorithm, as for JSON."""
        with self.read(tenant) as view:
            return {"revision": view.revision, "entries": view.counts()}

    def maintain(
        self, tenant: str, *, wait_seconds: float = 0.0, progress: Progress | None = None
    ) -> bool:
        """Make files of what lies in memory, and fewer of many; see ``TenantIndex.maintain``."""
        done = self._of(tenant).maintain(wait_seconds=wait_seconds, progress=progress)
        return self._feed(tenant) and done

    def maintain_opened(self) -> None:
        """Do so for all tenants that were asked for since we began.

        Raises:
            StorageError: If the disk is full.
        """
        with self._opening:
            opened = list(self._tenants)
        for tenant in opened:
            self.maintain(tenant)

    def compact(
        self, tenant: str, *, wait_seconds: float = 0.0, progress: Progress | None = None
    ) -> Erasure:
        """Leave nothing of what was withdrawn: in no file, and not in the catalogue either.

        One file of each kind remains, without rows that are out of force, and the values of these
        are overwritten in the catalogue. Files of other machines hold them until they compact.

        Args:
            tenant: Whose.
            wait_seconds: How long to wait for another process that makes files.
            progress: Told how many of how many rows are written.

        Raises:
            IndexBusyError: If another process makes files all that time.
            StorageError: If the disk is full.
        """
        index = self._of(tenant)
        done = index.maintain(compact=True, wait_seconds=wait_seconds, progress=progress)
        # Where it met damage, that is repaired by now.
        if not done and not index.maintain(compact=True, progress=progress):
            raise self._busy()
        with index.read() as state:
            # Where no file holds a row that is out of force, none needs to have been made.
            masked = any(space.masked_rows for space in state.spaces.values())
            until = state.sealed if masked else state.reached.sequence
        erasure = self._log.erase(tenant, until)
        pending = [erasure.pending, *self._erase_in_engine(tenant)]
        return Erasure(erasure.values, " ".join(filter(None, pending)))

    def rebuild(
        self, tenant: str, *, wait_seconds: float = 0.0, progress: Progress | None = None
    ) -> None:
        """Make all files anew from the catalogue, without a look at the old ones.

        Raises:
            IndexBusyError: If another process makes files all that time.
            StorageError: If the disk is full, or the catalogue holds a damaged value.
        """
        if not self._of(tenant).rebuild(wait_seconds=wait_seconds, progress=progress):
            raise self._busy()

    def statistics(self, tenant: str) -> IndexStatistics:
        """Return what a tenant's index consists of.

        Raises:
            StorageError: See ``refresh``.
        """
        index = self._of(tenant)
        behind = max(self._log.head().sequence - index.reached, 0)
        with index.read() as state:
            return statistics_of(tenant, state, behind)

    def repairs(self, tenant: str) -> list[str]:
        """Return one sentence for each damaged file that was made anew since we began."""
        return list(self._of(tenant).repairs)

    def verify(self, tenant: str) -> list[str]:
        """Compare what is searched with the catalogue, and read every byte of every file.

        Returns:
            One sentence for each difference; empty where there is none.
        """
        return differences(self._of(tenant), self._log)

    def _feed(self, tenant: str) -> bool:
        """Bring the engine up to the log, unless another process of this machine does."""
        if self._engine is None or self._store is None:
            return True
        with self._store.maintaining() as held:
            if held:
                follow(self._engine, self._log, tenant)
            return held

    def _erase_in_engine(self, tenant: str) -> list[str]:
        """Overwrite what the engine was told to forget, and return what may still hold it."""
        if self._engine is None:
            return []
        follow(self._engine, self._log, tenant)
        vectors = FingerprintKind.EMBEDDING
        algorithms = [name for name, kind in self._log.algorithms(tenant) if kind is vectors]
        receipts = [self._engine.erase(tenant, name, ()) for name in algorithms]
        return sorted({sentence for receipt in receipts for sentence in receipt.pending})

    def _busy(self) -> IndexBusyError:
        holder = (self._store and self._store.holder()) or "Another process"
        return IndexBusyError(f"{holder} is making files of the index; try again when it is done.")

    def _of(self, tenant: str) -> TenantIndex:
        with self._opening:
            if tenant not in self._tenants:
                self._tenants[tenant] = TenantIndex(tenant, self._log, self._store)
            return self._tenants[tenant]
