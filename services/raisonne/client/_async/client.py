"""The client: one channel and a group of methods for each service."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import grpc.aio

from raisonne.client._async.assets import AsyncAssets
from raisonne.client._async.cases import AsyncCases
from raisonne.client._async.credentials import AsyncCredentials
from raisonne.client._async.datasets import AsyncDatasets
from raisonne.client._async.disputes import AsyncDisputes
from raisonne.client._async.documents import AsyncDocuments
from raisonne.client._async.generations import AsyncGenerations
from raisonne.client._async.holders import AsyncHolders
from raisonne.client._async.ledger import AsyncLedger
from raisonne.client._async.licences import AsyncLicences
from raisonne.client._async.notices import AsyncNotices
from raisonne.client._async.operations import AsyncOperations
from raisonne.client._async.registrations import AsyncRegistrations
from raisonne.client._async.reservations import AsyncReservations
from raisonne.client._async.screening import AsyncScreening
from raisonne.client._async.works import AsyncWorks
from raisonne.client.channel import channel_options
from raisonne.client.deadlines import Deadlines


class AsyncClient:
    """A connection to a Raisonné service, to be used as a context manager.

    Every method answers with values of ``raisonne.rights`` or ``raisonne.client`` and raises
    subclasses of ``RaisonneError``. Calls that are idempotent are retried while the service is
    unavailable.

    Args:
        target: ``HOST:PORT``.
        deadlines: How long calls may take.

    Attributes:
        assets: Sends and fetches files.
        cases: What people decide.
        credentials: Reads content credentials.
        datasets: Audits items of datasets.
        disputes: Contested titles, and who holds a work.
        documents: Evidence, kept as files.
        generations: Makes artworks.
        holders: Rights holders, by all their names.
        ledger: Reads the audit log.
        licences: Licences that were negotiated for works.
        notices: Notices against content, and what restores it.
        operations: Follows long-running operations.
        registrations: Registrations of works elsewhere, and what falls due.
        reservations: What artists and collections reserve once, for all works.
        screening: Checks pictures and prompts.
        works: The registry of protected works.
    """

    def __init__(self, target: str, *, deadlines: Deadlines | None = None) -> None:
        allowed = deadlines or Deadlines()
        self._channel = grpc.aio.insecure_channel(target, options=channel_options())
        self.assets = AsyncAssets(self._channel, allowed)
        self.cases = AsyncCases(self._channel, allowed)
        self.credentials = AsyncCredentials(self._channel, allowed, self.assets)
        self.datasets = AsyncDatasets(self._channel, allowed, self.assets)
        self.disputes = AsyncDisputes(self._channel, allowed)
        self.documents = AsyncDocuments(self._channel, allowed, self.assets)
        self.operations = AsyncOperations(self._channel, allowed)
        self.generations = AsyncGenerations(self._channel, allowed, self.operations)
        self.holders = AsyncHolders(self._channel, allowed)
        self.ledger = AsyncLedger(self._channel, allowed)
        self.licences = AsyncLicences(self._channel, allowed)
        self.notices = AsyncNotices(self._channel, allowed)
        self.registrations = AsyncRegistrations(self._channel, allowed)
        self.reservations = AsyncReservations(self._channel, allowed)
        self.screening = AsyncScreening(self._channel, allowed, self.assets)
        self.works = AsyncWorks(self._channel, allowed, self.assets)

    async def close(self) -> None:
        """Close the connection; running calls are cancelled."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
