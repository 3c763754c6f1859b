"""Notices against content, counter-notices, and restoring what was taken down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import grpc.aio

from raisonne.api.v1 import notice_pb2
from raisonne.api.v1 import notice_service_pb2 as pb
from raisonne.api.v1.notice_service_pb2_grpc import NoticeServiceStub
from raisonne.client._async.calls import unary
from raisonne.client.convert.case import case_from_message
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.notice import (
    counter_file_from_message,
    counter_from_message,
    counter_words_to_message,
    notice_file_from_message,
    notice_from_message,
    words_to_message,
)
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import CounterFile, NoticeFile
from raisonne.rights.case import Case
from raisonne.rights.notice import (
    CounterNotice,
    CounterWords,
    Notice,
    NoticeBasis,
    NoticeEvent,
    NoticeState,
    NoticeWords,
)
from raisonne.rights.statement import WORLD


class AsyncNotices:
    """``client.notices``."""

    def __init__(self, channel: grpc.aio.Channel, deadlines: Deadlines) -> None:
        self._stub = NoticeServiceStub(channel)
        self._deadlines = deadlines

    async def file(
        self,
        words: NoticeWords,
        *,
        targets: Sequence[str] = (),
        basis: NoticeBasis = NoticeBasis.COPYRIGHT,
        work: str = "",
        territory: str = WORLD,
    ) -> NoticeFile:
        """File a notice; a complete one opens a case on each thing that it is against.

        Args:
            words: What the notifier wrote.
            targets: ``generations/{id}``, ``assets/{id}`` or ``works/{id}``.
            basis: What they say is infringed.
            work: The complainant's work, if it is registered there.
            territory: Where the right exists: ISO 3166-1 alpha-2, or ``*``.

        Raises:
            InputError: If a text is too long, or there are too many targets.
            NotFoundError: If a target or the work does not exist.
            ConflictError: If a target is withdrawn or recalled already.
        """
        request = pb.FileNoticeRequest(
            words=words_to_message(words),
            basis=to_wire(notice_pb2.Notice.Basis, basis),
            targets=list(targets),
            work=work,
            territory=territory,
        )
        message = await unary(self._stub.FileNotice, request, self._deadlines.compute)
        return notice_file_from_message(message)

    async def get(self, name: str) -> NoticeFile:
        """Return a notice with what was written and its cases.

        Raises:
            NotFoundError: If there is no such notice.
        """
        request = pb.GetNoticeRequest(name=name)
        message = await unary(self._stub.GetNotice, request, self._deadlines.read)
        return notice_file_from_message(message)

    async def list(self, *, state: NoticeState | None = None) -> AsyncIterator[Notice]:
        """Iterate over notices in the order in which they were received, page by page.

        Args:
            state: Only notices in this state.
        """
        request = pb.ListNoticesRequest()
        if state is not None:
            request.state = to_wire(notice_pb2.Notice.State, state)
        while True:
            page = await unary(self._stub.ListNotices, request, self._deadlines.read)
            for message in page.notices:
                yield notice_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def declare(self, name: str, event: NoticeEvent) -> Notice:
        """Record that a notifier took a notice back, or went to court over it.

        Raises:
            NotFoundError: If there is no such notice.
            ConflictError: If that is recorded already.
        """
        request = pb.DeclareNoticeRequest(
            name=name, event=to_wire(pb.DeclareNoticeRequest.Event, event)
        )
        message = await unary(self._stub.DeclareNotice, request, self._deadlines.compute)
        return notice_from_message(message)

    async def counter(self, case: str, words: CounterWords) -> CounterNotice:
        """File a counter-notice; the time until its content is restored begins.

        Raises:
            InputError: If it lacks a field; ``metadata["missing"]`` names all.
            NotFoundError: If there is no such case.
            ConflictError: If no notice took anything down by it, or it has a counter-notice.
        """
        request = pb.FileCounterNoticeRequest(case=case, words=counter_words_to_message(words))
        message = await unary(self._stub.FileCounterNotice, request, self._deadlines.compute)
        return counter_from_message(message)

    async def get_counter(self, case: str) -> CounterFile:
        """Return the counter-notice that contests a case, with what was written.

        Raises:
            NotFoundError: If there is none.
        """
        request = pb.GetCounterNoticeRequest(case=case)
        message = await unary(self._stub.GetCounterNotice, request, self._deadlines.read)
        return counter_file_from_message(message)

    async def restore(self, case: str) -> Case:
        """Make available again what a notice took down.

        Raises:
            NotFoundError: If there is no such case.
            ConflictError: If it is too early, or not allowed.
        """
        request = pb.RestoreContentRequest(case=case)
        message = await unary(self._stub.RestoreContent, request, self._deadlines.compute)
        return case_from_message(message)
