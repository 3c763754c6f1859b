"""Reading the audit ledger with proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from raisonne.app.ports import Ledger
from raisonne.ledger.entry import decode_entry
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import InputError, NotFoundError
from raisonne.rights.ledger import Checkpoint, LedgerEntry
from raisonne.rights.principal import Permission, Principal


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry with the proof that the checkpoint covers it.

    Attributes:
        entry: The entry.
        proof: RFC 9162 audit path, leaf to root.
        checkpoint: The signed root.
    """

    entry: LedgerEntry
    proof: Sequence[bytes]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Use cases ``ledger:read``. Entries of other tenants are not shown, their hashes are."""

    ledger: Ledger
    policies: Policies

    def head(self, principal: Principal) -> Checkpoint:
        """Return the newest checkpoint.

        Raises:
            AccessError: If the principal may not read the ledger.
            NotFoundError: If the ledger is empty.
        """
        self._authorise(principal)
        self.ledger.integrate()
        head = self.ledger.head()
        if head is None:
            raise NotFoundError("The ledger is empty.")
        return head

    def entry(self, principal: Principal, index: int) -> ProvenEntry:
        """Return an entry of the principal's tenant with its proof under the newest checkpoint.

        Raises:
            AccessError: If the principal may not read the ledger.
            NotFoundError: If there is no such entry, or it is another tenant's.
        """
        head = self.head(principal)
        entry = self.ledger.entry(index) if 0 <= index < head.size else None
        if entry is None or decode_entry(entry.data).tenant != principal.tenant:
            raise NotFoundError(
                f"There is no entry {index}.", metadata={"name": f"entries/{index}"}
            )
        return ProvenEntry(entry, self.ledger.inclusion_proof(index, head.size), head)

    def entries(self, principal: Principal, start: int, limit: int) -> Sequence[LedgerEntry]:
        """Return entries of the principal's tenant from a position on.

        Raises:
            AccessError: If the principal may not read the ledger.
        """
        self._authorise(principal)
        own = (
            entry
            for entry in self.ledger.entries(start)
            if decode_entry(entry.data).tenant == principal.tenant
        )
        return tuple(islice(own, limit))

    def index_of(self, principal: Principal, event_id: str) -> int | None:
        """Return the position of an event, integrating what waits first; None if there is none.

        Raises:
            AccessError: If the principal may not read the ledger.
        """
        self._authorise(principal)
        self.ledger.integrate()
        return self.ledger.index_of(event_id)

    def consistency(self, principal: Principal, old_size: int, size: int) -> Sequence[bytes]:
        """Return the proof that the log of ``size`` extends the log of ``old_size``.

        Raises:
            AccessError: If the principal may not read the ledger.
            InputError: If the sizes are not ``1 <= old_size <= size <= head``.
        """
        self._authorise(principal)
        # What no log can answer is refused before an empty one is looked at.
        if not 1 <= old_size <= size or size > self.head(principal).size:
            raise InputError("Sizes must be 1 or more, in order, and not above the log's.")
        return self.ledger.consistency_proof(old_size, size)

    def verify(self, principal: Principal) -> int:
        """Recompute the whole log and return its size.

        Raises:
            AccessError: If the principal may not read the ledger.
            LedgerError: Naming the first bad position.
        """
        self._authorise(principal)
        self.ledger.integrate()
        return self.ledger.verify()

    def _authorise(self, principal: Principal) -> None:
        authorise(self.policies, principal, Permission.LEDGER_READ, principal.tenant)
