"""The registry of protected works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import grpc.aio

from raisonne.api.v1 import catalogue_service_pb2 as pb
from raisonne.api.v1 import rights_pb2, work_pb2
from raisonne.api.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from raisonne.client._async.assets import AsyncAssets
from raisonne.client._async.calls import unary
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.statement import statement_from_message, statement_to_message
from raisonne.client.convert.times import to_timestamp
from raisonne.client.convert.work import (
    use_answers_from_message,
    version_from_message,
    work_from_message,
)
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import Registration
from raisonne.rights.statement import WORLD, RightsStatement, Use
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.work import Work, WorkState, WorkVersion


class AsyncWorks:
    """``client.works``."""

    def __init__(
        self, channel: grpc.aio.Channel, deadlines: Deadlines, assets: AsyncAssets
    ) -> None:
        self._stub = CatalogueServiceStub(channel)
        self._deadlines = deadlines
        self._assets = assets

    async def register(
        self,
        data: bytes,
        *,
        title: str = "",
        holder: str = "",
        collection: str = "",
        external_id: str = "",
        source: str = "",
        rights: RightsStatement | None = None,
    ) -> Registration:
        """Register a work; it protects from the next check on.

        Args:
            data: The picture.
            title: May be empty.
            holder: Rights holder's name.
            collection: Grouping label.
            external_id: The registrant's own identifier.
            source: Where the file was, for people.
            rights: Who may do what with it; None grants nothing.

        Raises:
            InputError: If the file is no picture.
        """
        request = pb.RegisterWorkRequest(
            asset=await self._assets.source(data),
            title=title,
            holder=holder,
            collection=collection,
            external_id=external_id,
            source=source,
            rights=statement_to_message(rights or RightsStatement()),
        )
        message = await unary(self._stub.RegisterWork, request, self._deadlines.compute)
        rights = statement_from_message(message.rights)
        return Registration(work_from_message(message.work), message.created, rights)

    async def get(self, name: str) -> Work:
        """Return one work.

        Raises:
            NotFoundError: If there is no such work.
        """
        request = pb.GetWorkRequest(name=name)
        return work_from_message(await unary(self._stub.GetWork, request, self._deadlines.read))

    async def list(self, *, state: WorkState | None = None) -> AsyncIterator[Work]:
        """Iterate over works in order of registration, page by page as they are needed.

        Args:
            state: Only works in this state.
        """
        request = pb.ListWorksRequest()
        if state is not None:
            request.state = to_wire(work_pb2.Work.State, state)
        while True:
            page = await unary(self._stub.ListWorks, request, self._deadlines.read)
            for message in page.works:
                yield work_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def update(
        self,
        name: str,
        *,
        title: str | None = None,
        holder: str | None = None,
        collection: str | None = None,
        external_id: str | None = None,
        source: str | None = None,
        rights: RightsStatement | None = None,
        effective_time: datetime | None = None,
        note: str = "",
        revision: int | None = None,
    ) -> WorkVersion:
        """Change a record from a time on; what it said before stays known.

        Args:
            name: ``works/{id}``.
            title: None here and below leaves a field as it is.
            holder: Rights holder's name.
            collection: Grouping label.
            external_id: The registrant's own identifier.
            source: Where the file was, for people.
            rights: The statement, whole.
            effective_time: From when on, before or after now; from now on if None.
            note: Why.
            revision: The record's revision as the caller knows it; whatever it is if None.

        Raises:
            NotFoundError: If there is no such work.
            ConflictError: If it is withdrawn, or at another revision.
        """
        request = pb.UpdateWorkRequest(
            name=name,
            title=title,
            holder=holder,
            collection=collection,
            external_id=external_id,
            source=source,
            rights=None if rights is None else statement_to_message(rights),
            effective_time=to_timestamp(effective_time),
            note=note,
            revision=revision or 0,
        )
        message = await unary(self._stub.UpdateWork, request, self._deadlines.read)
        return version_from_message(message)

    async def history(self, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a record in the order in which they were recorded.

        Raises:
            NotFoundError: If there is no such work.
        """
        request = pb.ListWorkVersionsRequest(name=name)
        found = await unary(self._stub.ListWorkVersions, request, self._deadlines.read)
        return tuple(version_from_message(message) for message in found.versions)

    async def list_by_use(
        self,
        use: Use,
        *,
        territory: str = WORLD,
        at: datetime | None = None,
        denied: bool = False,
        state: WorkState = WorkState.REGISTERED,
    ) -> AsyncIterator[UseAnswer]:
        """Iterate over works that may be used so, with the clauses that decided.

        Args:
            use: What works are wanted for.
            territory: ISO 3166-1 alpha-2, or ``*``.
            at: Judge the rights as of this time; now if None.
            denied: Iterate over works that may not be used so, instead.
            state: Only works in this state.

        Raises:
            InputError: If the territory is none.
        """
        request = pb.ListWorksRequest(
            state=to_wire(work_pb2.Work.State, state),
            use=to_wire(rights_pb2.Use, use),
            territory=territory,
            as_of_time=to_timestamp(at),
            denied=denied,
        )
        while True:
            page = await unary(self._stub.ListWorks, request, self._deadlines.read)
            for answer in use_answers_from_message(page):
                yield answer
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def withdraw(self, name: str) -> Work:
        """Withdraw a work: it matches nothing from the next check on.

        Raises:
            NotFoundError: If there is no such work.
            ConflictError: If it is withdrawn already.
        """
        request = pb.WithdrawWorkRequest(name=name)
        message = await unary(self._stub.WithdrawWork, request, self._deadlines.read)
        return work_from_message(message)
