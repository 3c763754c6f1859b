"""Erasing the stored pictures of withdrawn works: first their keys, then the files."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.app.events import event
from raisonne.app.ports import Clock, Transactions
from raisonne.app.sealing import BlobStore
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Principal

_BATCH = 200
"""Files a transaction."""


@dataclass(frozen=True, slots=True)
class EraseFiles:
    """Erases what protects nothing any more."""

    blobs: BlobStore
    transactions: Transactions
    clock: Clock

    def __call__(self, principal: Principal) -> int:
        """Erase the picture of every withdrawn work of the caller's tenant that stays withdrawn.

        The key goes with the record of where the file lies, in the transaction of the ledger event;
        without it the file is noise, wherever copies of it are. Then the file goes. One that an
        interruption leaves behind is named by nothing, and is swept like all such.

        Args:
            principal: Who may maintain the index; the caller has seen to that.

        Returns:
            How many were erased.

        Raises:
            StorageError: If the catalogue or the files cannot be written.
        """
        erased, after = 0, ""
        while True:
            now = self.clock.now()
            with self.transactions.write() as transaction:
                page = transaction.assets.withdrawn(principal.tenant, limit=_BATCH, after=after)
                for file in page:
                    transaction.assets.erase(principal.tenant, file.asset, now)
                    gone, details = LedgerAction.WORK_ERASED, {"asset": file.asset}
                    transaction.outbox.append(
                        event(principal, gone, file.work, now, details=details)
                    )
            for file in page:
                self.blobs.delete(file.location)
            if not page:
                return erased
            erased, after = erased + len(page), page[-1].asset
