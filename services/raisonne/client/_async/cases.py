"""What people decide."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta

import grpc.aio

from raisonne.api.v1 import case_pb2
from raisonne.api.v1 import review_service_pb2 as pb
from raisonne.api.v1.review_service_pb2_grpc import ReviewServiceStub
from raisonne.client._async.calls import receiving, unary
from raisonne.client.convert.case import case_from_message
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.reasons import reasons_from_message
from raisonne.client.convert.verdict import verdict_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import CaseAsset, CaseFile
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.statement_of_reasons import StatementOfReasons


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
        judged = message.HasField("verdict")
        verdict = verdict_from_message(message.verdict) if judged else None
        return CaseFile(case_from_message(message.case), verdict)

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

    async def decide(
        self, name: str, ruling: Ruling, reason: str, note: str = "", *, stay_down: bool = False
    ) -> Case:
        """Decide a case; a held artwork that is cleared is signed and released.

        Args:
            name: ``cases/{case}``.
            ruling: What is ruled.
            reason: Stable code, for example ``LICENSED``.
            note: The reviewer's words.
            stay_down: Whether what a notice takes down is registered, so that it is found when it
                comes again.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it is decided already.
        """
        request = pb.DecideCaseRequest(
            name=name,
            ruling=to_wire(case_pb2.Decision.Ruling, ruling),
            reason=reason,
            note=note,
            stay_down=stay_down,
        )
        message = await unary(self._stub.DecideCase, request, self._deadlines.compute)
        return case_from_message(message)

    async def confirm(self, name: str, *, agree: bool = True) -> Case:
        """Agree with what another reviewer proposes, or do not, so that the case is open again.

        Args:
            name: ``cases/{case}`` that waits for a second person.
            agree: Whether to agree.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If nothing is proposed.
        """
        request = pb.ConfirmCaseRequest(name=name, disagree=not agree)
        message = await unary(self._stub.ConfirmCase, request, self._deadlines.compute)
        return case_from_message(message)

    async def claim(self, name: str, lease: timedelta | None = None) -> Case:
        """Lease an open case: until that ends, nobody else can decide it.

        Args:
            name: ``cases/{case}``.
            lease: How long, in whole seconds; half an hour if None.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it is not open, or leased to somebody else.
        """
        seconds = int(lease.total_seconds()) if lease else 0
        request = pb.ClaimCaseRequest(name=name, lease_seconds=seconds)
        message = await unary(self._stub.ClaimCase, request, self._deadlines.compute)
        return case_from_message(message)

    async def release(self, name: str) -> Case:
        """End one's own lease of a case.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it is not leased to the caller.
        """
        request = pb.ReleaseCaseRequest(name=name)
        message = await unary(self._stub.ReleaseCase, request, self._deadlines.compute)
        return case_from_message(message)

    async def undo(self, name: str) -> Case:
        """Take one's own ruling back shortly after it was made, if it released nothing.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it cannot be taken back, or not any more.
        """
        request = pb.UndoCaseRequest(name=name)
        message = await unary(self._stub.UndoCase, request, self._deadlines.compute)
        return case_from_message(message)

    async def appeal(self, name: str, grounds: str) -> Case:
        """Contest a ruling; somebody else than who decided it decides the new case.

        Args:
            name: ``cases/{case}`` that is decided.
            grounds: Why.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it cannot be contested, or not any more.
        """
        request = pb.AppealCaseRequest(name=name, grounds=grounds)
        message = await unary(self._stub.AppealCase, request, self._deadlines.compute)
        return case_from_message(message)

    async def grounds(self, name: str) -> str:
        """Return why a ruling is contested, in the words of who contests it.

        Args:
            name: ``cases/{case}`` that contests another.

        Raises:
            NotFoundError: If there is no such appeal.
        """
        request = pb.GetAppealRequest(name=name)
        message = await unary(self._stub.GetAppeal, request, self._deadlines.read)
        return message.grounds

    async def reasons(self, name: str) -> StatementOfReasons:
        """Return the statement of reasons of a ruling that restricts content.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it is open, or restricts nothing.
        """
        request = pb.GetStatementOfReasonsRequest(name=name)
        message = await unary(self._stub.GetStatementOfReasons, request, self._deadlines.read)
        return reasons_from_message(message)
