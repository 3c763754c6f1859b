"""Reading content credentials, and the stored manifests behind them."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.app.ports import CredentialReader, Transactions
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import InputError, LimitError, NotFoundError, Reason
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.provenance import CredentialReport

MAX_VERIFY_BYTES = 256 * 1024 * 1024
"""Largest file that is verified in memory."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Use cases ``credential:read``."""

    reader: CredentialReader
    transactions: Transactions
    policies: Policies

    def verify(self, principal: Principal, data: bytes) -> CredentialReport:
        """Read and validate the credential of a file; the verdict tells what is wrong with it.

        Raises:
            AccessError: If the principal may not read credentials.
            InputError: ``EMPTY_INPUT``.
            LimitError: ``FILE_TOO_LARGE``.
        """
        authorise(self.policies, principal, Permission.CREDENTIAL_READ, principal.tenant)
        if not data:
            raise InputError("The file is empty.", reason=Reason.EMPTY_INPUT)
        if len(data) > MAX_VERIFY_BYTES:
            raise LimitError(
                f"The file has {len(data):,} bytes; at most {MAX_VERIFY_BYTES:,} are read.",
                reason=Reason.FILE_TOO_LARGE,
                metadata={"limit_bytes": str(MAX_VERIFY_BYTES)},
            )
        return self.reader.read(data)

    def manifest(self, principal: Principal, label: str) -> bytes:
        """Return a stored manifest store (JUMBF bytes) by the label of its active manifest.

        Raises:
            AccessError: If the principal may not read credentials.
            NotFoundError: If the tenant has no such manifest.
        """
        authorise(self.policies, principal, Permission.CREDENTIAL_READ, principal.tenant)
        with self.transactions.read() as transaction:
            manifest = transaction.manifests.get(principal.tenant, label)
        if manifest is None:
            raise NotFoundError(f"There is no manifest {label!r}.", metadata={"label": label})
        return manifest
