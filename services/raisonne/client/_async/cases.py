"""What people decide."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import grpc.aio

from raisonne.api.v1 import case_pb2
from raisonne.api.v1 import review_service_pb2 as pb
from raisonne.api.v1.review_service_pb2_grpc import ReviewServiceStub
from raisonne.client._async.calls import receiving, unary
from raisonne.client.convert.case import case_from_message
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.verdict import verdict_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import CaseAsset, CaseFile
from raisonne.rights.case import Case, CaseState, Ruling


class AsyncCases:
    """``client.cases``."""

    def __init__(self, channel: grpc.aio.Channel, deadlines: Deadlines) -> None:
        self._stub = ReviewServiceStub(channel)
        self._deadlines = deadlines

    async def get(self, name: str) -> CaseFile:
        """Return a case with the verdict that opened it.

        Raises:
            NotFoundError: If there is no such case.
        """
        request = pb.GetCaseRequest(name=name)
        message = await unary(self._stub.GetCase, request, self._deadlines.read)
        return CaseFile(case_from_message(message.case), verdict_from_message(message.verdict))

    async def list(self, *, state: CaseState | None = None) -> AsyncIterator[Case]:
        """Iterate over cases in order of opening, page by page as they are needed.

        Args:
            state: Only cases in this state.
        """
        request = pb.ListCasesRequest()
        if state is not None:
            request.state = to_wire(case_pb2.Case.State, state)
        while True:
            page = await unary(self._stub.ListCases, request, self._deadlines.read)
            for message in page.cases:
                yield case_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def download(self, name: str) -> CaseAsset:
        """Fetch the artwork of a case: as it is held, or signed once it was released.

        Args:
            name: ``cases/{case}``.

        Raises:
            NotFoundError: If there is no such case, or no artwork was held for it.
        """
        request = pb.DownloadCaseAssetRequest(name=name)
        answers = receiving(self._stub.DownloadCaseAsset, request, self._deadlines.transfer)
        first = await anext(answers)
        data = io.BytesIO()
        async for answer in answers:
            data.write(answer.chunk)
        return CaseAsset(first.metadata.media_type, data.getvalue())

    async def decide(self, name: str, ruling: Ruling, reason: str, note: str = "") -> Case:
        """Decide a case; a held artwork that is cleared is signed and released.

        Args:
            name: ``cases/{case}``.
            ruling: What is ruled.
            reason: Stable code, for example ``LICENSED``.
            note: The reviewer's words.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it is decided already.
        """
        request = pb.DecideCaseRequest(
            name=name,
            ruling=to_wire(case_pb2.Decision.Ruling, ruling),
            reason=reason,
            note=note,
        )
        message = await unary(self._stub.DecideCase, request, self._deadlines.compute)
        return case_from_message(message)
