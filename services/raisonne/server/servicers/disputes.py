"""``DisputeService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import dispute_pb2, dispute_service_pb2_grpc
from raisonne.api.v1 import dispute_service_pb2 as pb
from raisonne.app.dispute_rulings import DisputeRulings
from raisonne.app.disputes import Disputes
from raisonne.server.convert.dispute import (
    contest_from_message,
    dispute_file_to_message,
    dispute_state_from_wire,
    dispute_to_message,
    link_to_message,
    outcome_from_wire,
)
from raisonne.server.convert.times import from_timestamp
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class DisputeServicer(dispute_service_pb2_grpc.DisputeServiceServicer):
    """Contested titles."""

    def __init__(self, disputes: Disputes, rulings: DisputeRulings) -> None:
        self._disputes = disputes
        self._rulings = rulings

    async def OpenDispute(self, request: pb.OpenDisputeRequest, context: Any) -> pb.DisputeFile:
        """Contest a title."""
        contest = contest_from_message(request)
        file = await asyncio.to_thread(self._disputes.open, current_principal(), contest)
        return dispute_file_to_message(file)

    async def GetDispute(self, request: pb.GetDisputeRequest, context: Any) -> pb.DisputeFile:
        """Return a dispute with what was written."""
        file = await asyncio.to_thread(self._disputes.get, current_principal(), request.name)
        return dispute_file_to_message(file)

    async def ListDisputes(
        self, request: pb.ListDisputesRequest, context: Any
    ) -> pb.ListDisputesResponse:
        """List disputes."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._disputes.list,
            current_principal(),
            limit=page.size + 1,
            after=page.after,
            state=dispute_state_from_wire(request.state),
            work=request.work,
        )
        disputes = cut(found, page)
        return pb.ListDisputesResponse(
            disputes=[dispute_to_message(dispute) for dispute in disputes.items],
            next_page_token=next_token(request, disputes.items[-1].name) if disputes.more else "",
        )

    async def SettleDispute(
        self, request: pb.SettleDisputeRequest, context: Any
    ) -> dispute_pb2.TitleDispute:
        """Settle a dispute, or propose how."""
        timed = request.HasField("effective_time")
        dispute = await asyncio.to_thread(
            self._rulings.settle,
            current_principal(),
            request.name,
            outcome_from_wire(request.outcome),
            request.note,
            effective_time=from_timestamp(request.effective_time) if timed else None,
        )
        return dispute_to_message(dispute)

    async def GetTitle(self, request: pb.GetTitleRequest, context: Any) -> pb.GetTitleResponse:
        """Return the chain of title of a work."""
        links = await asyncio.to_thread(self._disputes.title, current_principal(), request.work)
        return pb.GetTitleResponse(links=[link_to_message(link) for link in links])
