"""Reading and cancelling long-running operations, and reading what generations made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from raisonne.app.ports import Clock, Transactions
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.errors import NotFoundError
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.job import Job
from raisonne.rights.principal import Permission, Principal


@dataclass(frozen=True, slots=True)
class Operations:
    """Use cases ``operation:*``."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def get(self, principal: Principal, name: str) -> Job:
        """Return a job.

        Raises:
            AccessError: If the principal may not read operations.
            NotFoundError: If the tenant has no such operation.
        """
        authorise(self.policies, principal, Permission.OPERATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return _found(transaction.jobs.get(principal.tenant, name), name)

    def list(self, principal: Principal, *, limit: int, after: str = "") -> Sequence[Job]:
        """Return jobs in order of creation.

        Raises:
            AccessError: If the principal may not read operations.
        """
        authorise(self.policies, principal, Permission.OPERATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.jobs.list(principal.tenant, limit=limit, after=after)

    def cancel(self, principal: Principal, name: str) -> Job:
        """Ask a job to stop; idempotent, and without effect on a finished one.

        Raises:
            AccessError: If the principal may not cancel operations.
            NotFoundError: If the tenant has no such operation.
        """
        authorise(self.policies, principal, Permission.OPERATION_CANCEL, principal.tenant)
        with self.transactions.write() as transaction:
            job = transaction.jobs.request_cancel(principal.tenant, name, self.clock.now())
            return _found(job, name)


@dataclass(frozen=True, slots=True)
class Artworks:
    """Use cases ``generation:read`` and ``asset:read``."""

    blobs: BlobStore
    transactions: Transactions
    policies: Policies

    def get(self, principal: Principal, name: str) -> Generation:
        """Return the record of one artwork.

        Raises:
            AccessError: If the principal may not read generations.
            NotFoundError: If the tenant has no such generation.
        """
        authorise(self.policies, principal, Permission.GENERATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return _found(transaction.generations.get(principal.tenant, name), name)

    def list(
        self, principal: Principal, *, limit: int, after: str = "", operation: str = ""
    ) -> Sequence[Generation]:
        """Return records in order of creation, or of one operation by index.

        Raises:
            AccessError: If the principal may not read generations.
        """
        authorise(self.policies, principal, Permission.GENERATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.generations.list(
                principal.tenant, limit=limit, after=after, operation=operation
            )

    def download(self, principal: Principal, name: str) -> tuple[Asset, bytes]:
        """Return a registered or released file. Held and recalled artworks are not found.

        Raises:
            AccessError: If the principal may not read assets.
            NotFoundError: If the tenant has no such asset that may be returned.
            StorageError: If its blob is missing.
        """
        authorise(self.policies, principal, Permission.ASSET_READ, principal.tenant)
        with self.transactions.read() as transaction:
            asset = _found(transaction.assets.get(principal.tenant, name), name)
            blob = _found(transaction.assets.blob(principal.tenant, name), name)
            signed = transaction.manifests.of_asset(principal.tenant, name) is not None
            generation = transaction.generations.of_asset(principal.tenant, name)
        recalled = generation is not None and generation.state is not GenerationState.RELEASED
        released = signed and not recalled
        if asset.origin is not AssetOrigin.REGISTERED and not released:
            raise NotFoundError(f"There is no released asset {name!r}.", metadata={"name": name})
        return asset, self.blobs.get(SealContext(asset.tenant, ASSET_PURPOSE, asset.name), blob)


T = TypeVar("T")


def _found(value: T | None, name: str) -> T:
    if value is None:
        raise NotFoundError(f"There is no {name!r}.", metadata={"name": name})
    return value
