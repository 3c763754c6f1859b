"""Contested titles, and who holds a work from when on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import grpc

from raisonne.api.v1 import dispute_pb2
from raisonne.api.v1 import dispute_service_pb2 as pb
from raisonne.api.v1.dispute_service_pb2_grpc import DisputeServiceStub
from raisonne.client._sync.calls import unary
from raisonne.client.convert.dispute import (
    dispute_file_from_message,
    dispute_from_message,
    link_from_message,
    words_to_message,
)
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.times import to_timestamp
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import DisputeFile
from raisonne.rights.dispute import DisputeState, DisputeWords, TitleDispute, TitleLink


class Disputes:
    """``client.disputes``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines) -> None:
        self._stub = DisputeServiceStub(channel)
        self._deadlines = deadlines

    def open(self, work: str, words: DisputeWords, *, documents: Sequence[str] = ()) -> DisputeFile:
        """Contest the title to a work; what its record permits waits for a person from now on.

        Args:
            work: ``works/{id}``.
            words: Who says that it is theirs, and why.
            documents: ``documents/{id}`` that are evidence for it.

        Raises:
            InputError: If nobody is named or no reason is given.
            NotFoundError: If there is no such work or document.
            ConflictError: If the work is withdrawn.
        """
        request = pb.OpenDisputeRequest(
            work=work, words=words_to_message(words), documents=list(documents)
        )
        message = unary(self._stub.OpenDispute, request, self._deadlines.read)
        return dispute_file_from_message(message)

    def get(self, name: str) -> DisputeFile:
        """Return a dispute with what was written.

        Raises:
            NotFoundError: If there is no such dispute.
        """
        request = pb.GetDisputeRequest(name=name)
        message = unary(self._stub.GetDispute, request, self._deadlines.read)
        return dispute_file_from_message(message)

    def list(self, *, state: DisputeState | None = None, work: str = "") -> Iterator[TitleDispute]:
        """Iterate over disputes in the order in which they were opened, page by page.

        Args:
            state: Only disputes in this state.
            work: Only disputes over this work.
        """
        request = pb.ListDisputesRequest(work=work)
        if state is not None:
            request.state = to_wire(dispute_pb2.TitleDispute.State, state)
        while True:
            page = unary(self._stub.ListDisputes, request, self._deadlines.read)
            for message in page.disputes:
                yield dispute_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def settle(
        self,
        name: str,
        outcome: DisputeState,
        note: str = "",
        *,
        effective_time: datetime | None = None,
    ) -> TitleDispute:
        """Settle a dispute; it stays open where a second person has to agree first.

        Args:
            name: ``disputes/{id}``.
            outcome: Any state but open.
            note: Why.
            effective_time: From when on the claimant holds the title; from now on if None.

        Raises:
            NotFoundError: If there is no such dispute.
            ConflictError: If it is settled already, or another outcome is proposed.
        """
        request = pb.SettleDisputeRequest(
            name=name,
            outcome=to_wire(dispute_pb2.TitleDispute.State, outcome),
            note=note,
            effective_time=to_timestamp(effective_time),
        )
        message = unary(self._stub.SettleDispute, request, self._deadlines.read)
        return dispute_from_message(message)

    def title(self, work: str) -> Sequence[TitleLink]:
        """Return the chain of title of a work: who held it from when on, and by what.

        Raises:
            NotFoundError: If there is no such work.
        """
        request = pb.GetTitleRequest(work=work)
        found = unary(self._stub.GetTitle, request, self._deadlines.read)
        return tuple(link_from_message(message) for message in found.links)
