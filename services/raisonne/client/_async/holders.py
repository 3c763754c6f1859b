"""Rights holders, by all the names that works and prompts name them by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import grpc.aio

from raisonne.api.v1 import holder_service_pb2 as pb
from raisonne.api.v1.holder_service_pb2_grpc import HolderServiceStub
from raisonne.client._async.calls import unary
from raisonne.client.convert.holder import (
    holder_file_from_message,
    holder_from_message,
    identifiers_to_messages,
    version_from_message,
)
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import HolderFile
from raisonne.rights.holder import HolderVersion, RightsHolder
from raisonne.rights.identifier import IdentifierScheme


class AsyncHolders:
    """``client.holders``."""

    def __init__(self, channel: grpc.aio.Channel, deadlines: Deadlines) -> None:
        self._stub = HolderServiceStub(channel)
        self._deadlines = deadlines

    async def create(
        self,
        display_name: str,
        *,
        aliases: Sequence[str] = (),
        identifiers: Mapping[IdentifierScheme, str] | None = None,
        contact: str = "",
        note: str = "",
    ) -> HolderFile:
        """Record a rights holder.

        Args:
            display_name: The name that is shown.
            aliases: Other names: pseudonyms, spellings, transliterations.
            identifiers: What registries know them by.
            contact: How to reach them; kept sealed.
            note: For people.

        Raises:
            InputError: If a name or an identifier cannot be used.
            ConflictError: ``ALREADY_EXISTS`` if one of the names is another holder's.
        """
        request = pb.CreateHolderRequest(
            display_name=display_name,
            aliases=aliases,
            identifiers=identifiers_to_messages(identifiers or {}),
            contact=contact,
            note=note,
        )
        message = await unary(self._stub.CreateHolder, request, self._deadlines.compute)
        return holder_file_from_message(message)

    async def get(self, name: str) -> HolderFile:
        """Return a rights holder, by resource name or by one of their names.

        Raises:
            NotFoundError: If there is no such holder.
        """
        request = pb.GetHolderRequest(name=name)
        message = await unary(self._stub.GetHolder, request, self._deadlines.read)
        return holder_file_from_message(message)

    async def list(self) -> AsyncIterator[RightsHolder]:
        """Iterate over rights holders in order of recording, page by page as they are needed."""
        request = pb.ListHoldersRequest()
        while True:
            page = await unary(self._stub.ListHolders, request, self._deadlines.read)
            for message in page.holders:
                yield holder_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def update(
        self,
        name: str,
        *,
        display_name: str | None = None,
        add_aliases: Sequence[str] = (),
        remove_aliases: Sequence[str] = (),
        identifiers: Mapping[IdentifierScheme, str] | None = None,
        contact: str | None = None,
        note: str | None = None,
        revision: int | None = None,
    ) -> HolderFile:
        """Change a record. Names tell who somebody is, so they hold for all times at once.

        Args:
            name: ``holders/{id}``, or one of the holder's names.
            display_name: None here and below leaves a field as it is.
            add_aliases: Further names.
            remove_aliases: Names that are not the holder's.
            identifiers: By scheme; an empty text takes one out. Others stay.
            contact: How to reach them; an empty text forgets it.
            note: For people.
            revision: The record's revision as the caller knows it; whatever it is if None.

        Raises:
            InputError: If a name or an identifier cannot be used.
            NotFoundError: If there is no such holder.
            ConflictError: If it is at another revision, or a name is another holder's.
        """
        request = pb.UpdateHolderRequest(
            name=name,
            display_name=display_name,
            add_aliases=add_aliases,
            remove_aliases=remove_aliases,
            identifiers=identifiers_to_messages(identifiers or {}),
            contact=contact,
            note=note,
            revision=revision or 0,
        )
        message = await unary(self._stub.UpdateHolder, request, self._deadlines.compute)
        return holder_file_from_message(message)

    async def history(self, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a record in the order in which they were recorded.

        Raises:
            NotFoundError: If there is no such holder.
        """
        request = pb.ListHolderVersionsRequest(name=name)
        found = await unary(self._stub.ListHolderVersions, request, self._deadlines.read)
        return tuple(version_from_message(message) for message in found.versions)
