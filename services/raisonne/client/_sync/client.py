"""The client: one channel and a group of methods for each service."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import grpc

from raisonne.client._sync.assets import Assets
from raisonne.client._sync.cases import Cases
from raisonne.client._sync.credentials import Credentials
from raisonne.client._sync.datasets import Datasets
from raisonne.client._sync.disputes import Disputes
from raisonne.client._sync.documents import Documents
from raisonne.client._sync.generations import Generations
from raisonne.client._sync.holders import Holders
from raisonne.client._sync.ledger import Ledger
from raisonne.client._sync.licences import Licences
from raisonne.client._sync.notices import Notices
from raisonne.client._sync.operations import Operations
from raisonne.client._sync.registrations import Registrations
from raisonne.client._sync.reservations import Reservations
from raisonne.client._sync.screening import Screening
from raisonne.client._sync.works import Works
from raisonne.client.channel import channel_options
from raisonne.client.deadlines import Deadlines


class Client:
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
        self._channel = grpc.insecure_channel(target, options=channel_options())
        self.assets = Assets(self._channel, allowed)
        self.cases = Cases(self._channel, allowed)
        self.credentials = Credentials(self._channel, allowed, self.assets)
        self.datasets = Datasets(self._channel, allowed, self.assets)
        self.disputes = Disputes(self._channel, allowed)
        self.documents = Documents(self._channel, allowed, self.assets)
        self.operations = Operations(self._channel, allowed)
        self.generations = Generations(self._channel, allowed, self.operations)
        self.holders = Holders(self._channel, allowed)
        self.ledger = Ledger(self._channel, allowed)
        self.licences = Licences(self._channel, allowed)
        self.notices = Notices(self._channel, allowed)
        self.registrations = Registrations(self._channel, allowed)
        self.reservations = Reservations(self._channel, allowed)
        self.screening = Screening(self._channel, allowed, self.assets)
        self.works = Works(self._channel, allowed, self.assets)

    def close(self) -> None:
        """Close the connection; running calls are cancelled."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
