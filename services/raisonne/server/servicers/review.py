"""``ReviewService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from raisonne.api.v1 import case_pb2, review_service_pb2_grpc
from raisonne.api.v1 import review_service_pb2 as pb
from raisonne.app.appeals import Appeals
from raisonne.app.case_work import DEFAULT_LEASE, CaseWork
from raisonne.app.review import Review
from raisonne.server.chunks import chunks
from raisonne.server.convert.case import case_to_message, ruling_from_wire, state_from_wire
from raisonne.server.convert.reasons import reasons_to_message
from raisonne.server.convert.verdict import verdict_to_message
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class ReviewServicer(review_service_pb2_grpc.ReviewServiceServicer):
    """What people decide."""

    def __init__(self, review: Review, work: CaseWork, appeals: Appeals, chunk_bytes: int) -> None:
        self._review = review
        self._work = work
        self._appeals = appeals
        self._chunk_bytes = chunk_bytes

    async def GetCase(self, request: pb.GetCaseRequest, context: Any) -> pb.GetCaseResponse:
        """Return a case with its verdict."""
        file = await asyncio.to_thread(self._review.get, current_principal(), request.name)
        return pb.GetCaseResponse(
            case=case_to_message(file.case),
            verdict=verdict_to_message(file.verdict) if file.verdict else None,
        )

    async def ListCases(self, request: pb.ListCasesRequest, context: Any) -> pb.ListCasesResponse:
        """List cases."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._review.list,
            current_principal(),
            limit=page.size + 1,
            after=page.after,
            state=state_from_wire(request.state),
        )
        cases = cut(found, page)
        return pb.ListCasesResponse(
            cases=[case_to_message(case) for case in cases.items],
            next_page_token=next_token(request, cases.items[-1].name) if cases.more else "",
        )

    async def DownloadCaseAsset(
        self, request: pb.DownloadCaseAssetRequest, context: Any
    ) -> AsyncIterator[pb.DownloadCaseAssetResponse]:
        """Send the artwork of a case."""
        media_type, data = await asyncio.to_thread(
            self._review.picture, current_principal(), request.name
        )
        metadata = pb.CaseAssetMetadata(media_type=media_type, size_bytes=len(data))
        yield pb.DownloadCaseAssetResponse(metadata=metadata)
        for chunk in chunks(data, self._chunk_bytes):
            yield pb.DownloadCaseAssetResponse(chunk=chunk)

    async def DecideCase(self, request: pb.DecideCaseRequest, context: Any) -> case_pb2.Case:
        """Decide a case."""
        case = await asyncio.to_thread(
            self._review.decide,
            current_principal(),
            request.name,
            ruling_from_wire(request.ruling),
            request.reason,
            request.note,
            stay_down=request.stay_down,
        )
        return case_to_message(case)

    async def ConfirmCase(self, request: pb.ConfirmCaseRequest, context: Any) -> case_pb2.Case:
        """Agree with what is proposed, or do not."""
        case = await asyncio.to_thread(
            self._review.confirm, current_principal(), request.name, agree=not request.disagree
        )
        return case_to_message(case)

    async def ClaimCase(self, request: pb.ClaimCaseRequest, context: Any) -> case_pb2.Case:
        """Lease a case."""
        seconds = request.lease_seconds
        lease = timedelta(seconds=seconds) if seconds else DEFAULT_LEASE
        case = await asyncio.to_thread(self._work.claim, current_principal(), request.name, lease)
        return case_to_message(case)

    async def ReleaseCase(self, request: pb.ReleaseCaseRequest, context: Any) -> case_pb2.Case:
        """End the lease of a case."""
        case = await asyncio.to_thread(self._work.release, current_principal(), request.name)
        return case_to_message(case)

    async def UndoCase(self, request: pb.UndoCaseRequest, context: Any) -> case_pb2.Case:
        """Take a ruling back."""
        case = await asyncio.to_thread(self._work.undo, current_principal(), request.name)
        return case_to_message(case)

    async def AppealCase(self, request: pb.AppealCaseRequest, context: Any) -> case_pb2.Case:
        """Contest a ruling."""
        case = await asyncio.to_thread(
            self._appeals.file, current_principal(), request.name, request.grounds
        )
        return case_to_message(case)

    async def GetAppeal(self, request: pb.GetAppealRequest, context: Any) -> pb.GetAppealResponse:
        """Return why a ruling is contested."""
        grounds = await asyncio.to_thread(self._appeals.grounds, current_principal(), request.name)
        return pb.GetAppealResponse(grounds=grounds)

    async def GetStatementOfReasons(
        self, request: pb.GetStatementOfReasonsRequest, context: Any
    ) -> pb.StatementOfReasons:
        """Return the statement of reasons of a ruling."""
        reasons = await asyncio.to_thread(self._appeals.reasons, current_principal(), request.name)
        return reasons_to_message(reasons)
