"""The similarity index as operators see it: figures, verification, compaction, making it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from raisonne.app.erase_files import EraseFiles
from raisonne.app.events import event
from raisonne.app.ports import Clock, Transactions
from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.ports import Erasure
from raisonne.index.statistics import IndexStatistics
from raisonne.index.upkeep import Progress
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal

INDEX = "index"
"""Object of the ledger events; a tenant has one index."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison of the index with the catalogue has shown.

    Attributes:
        statistics: What was compared.
        repaired: One sentence for each file that was damaged when it was opened, and made anew.
        differences: One sentence for each difference that there is.
    """

    statistics: IndexStatistics
    repaired: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether there was nothing to report."""
        return not (self.repaired or self.differences)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction did.

    Attributes:
        before: What there was.
        after: What there is.
        erasure: Of values in the catalogue.
        files_erased: Pictures of withdrawn works that were erased.
    """

    before: IndexStatistics
    after: IndexStatistics
    erasure: Erasure
    files_erased: int = 0

    @property
    def rows_dropped(self) -> int:
        """Rows of files that were out of force and are in none any more."""
        return max(self.before.masked_rows - self.after.masked_rows, 0)


@dataclass(frozen=True, slots=True)
class IndexUpkeep:
    """Use cases ``index:maintain``."""

    index: CatalogueIndex
    erase_files: EraseFiles
    transactions: Transactions
    policies: Policies
    clock: Clock

    def statistics(self, principal: Principal) -> IndexStatistics:
        """Return what the index consists of.

        Raises:
            AccessError: If the principal may not maintain the index.
            StorageError: If the catalogue cannot serve, or holds a damaged value.
        """
        self._authorise(principal)
        # What opening it has to read is no delay.
        self.index.refresh(principal.tenant)
        return self.index.statistics(principal.tenant)

    def verify(self, principal: Principal) -> Verification:
        """Compare the index with the catalogue, and read every byte of its files.

        Nothing is repaired but what cannot be opened, as for every search.

        Raises:
            AccessError: If the principal may not maintain the index.
            StorageError: If the catalogue cannot serve, or holds a damaged value.
        """
        statistics = self.statistics(principal)
        try:
            differences = self.index.verify(principal.tenant)
        except DamagedSegmentError as error:
            # Met before the rows could be compared; the next search has the file made anew.
            differences = [error.message]
        repaired = self.index.repairs(principal.tenant)
        return Verification(statistics, tuple(repaired), tuple(differences))

    def compact(
        self, principal: Principal, *, wait_seconds: float = 0.0, progress: Progress | None = None
    ) -> Compacted:
        """Leave nothing of what was withdrawn in the files, the catalogue and the stored pictures.

        A withdrawn work can be registered anew then, and not restored any more.

        The ledger event is written when all is done. What an interruption leaves undone, the next
        compaction does, and its event counts only that.

        Args:
            principal: Who compacts.
            wait_seconds: How long to wait for another process that makes files.
            progress: Told how many of how many rows are written.

        Raises:
            AccessError: If the principal may not maintain the index.
            IndexBusyError: If another process makes files all that time.
            StorageError: If the disk is full, or the catalogue cannot serve.
        """
        before, tenant = self.statistics(principal), principal.tenant
        # First, so that the keys of the files are in what the index overwrites.
        files = self.erase_files(principal)
        erasure = self.index.compact(tenant, wait_seconds=wait_seconds, progress=progress)
        done = Compacted(before, self.index.statistics(tenant), erasure, files)
        details = {
            "files_before": str(before.segments),
            "rows_dropped": str(done.rows_dropped),
            "values_erased": str(erasure.values),
            "files_erased": str(files),
            "pending": erasure.pending,
        }
        self._record(principal, LedgerAction.INDEX_COMPACTED, done.after, details)
        return done

    def rebuild(
        self, principal: Principal, *, wait_seconds: float = 0.0, progress: Progress | None = None
    ) -> IndexStatistics:
        """Make all files anew from the catalogue; the old ones need not be readable.

        Args:
            principal: Who has them made.
            wait_seconds: How long to wait for another process that makes files.
            progress: Told how many of how many rows are written.

        Returns:
            What there is now.

        Raises:
            AccessError: If the principal may not maintain the index.
            IndexBusyError: If another process makes files all that time.
            StorageError: If the disk is full, or the catalogue cannot serve.
        """
        self._authorise(principal)
        self.index.rebuild(principal.tenant, wait_seconds=wait_seconds, progress=progress)
        made = self.index.statistics(principal.tenant)
        self._record(principal, LedgerAction.INDEX_REBUILT, made, {"rows": str(made.rows)})
        return made

    def _authorise(self, principal: Principal) -> None:
        authorise(self.policies, principal, Permission.INDEX_MAINTAIN, principal.tenant)

    def _record(
        self,
        principal: Principal,
        action: LedgerAction,
        made: IndexStatistics,
        details: Mapping[str, str],
    ) -> None:
        facts = {
            "index_revision": str(made.sealed),
            "files": str(made.segments),
        }
        done = event(principal, action, INDEX, self.clock.now(), details=facts | dict(details))
        with self.transactions.write() as transaction:
            transaction.outbox.append(done)
