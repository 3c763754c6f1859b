"""``NoticeService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import case_pb2, notice_pb2, notice_service_pb2_grpc
from raisonne.api.v1 import notice_service_pb2 as pb
from raisonne.app.counter_notices import CounterNotices
from raisonne.app.notices import Notices
from raisonne.server.convert.case import case_to_message
from raisonne.server.convert.notice import (
    counter_file_to_message,
    counter_to_message,
    counter_words_from_message,
    event_from_wire,
    file_to_message,
    filing_from_message,
    notice_state_from_wire,
    notice_to_message,
)
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class NoticeServicer(notice_service_pb2_grpc.NoticeServiceServicer):
    """Notices against content."""

    def __init__(self, notices: Notices, counters: CounterNotices) -> None:
        self._notices = notices
        self._counters = counters

    async def FileNotice(self, request: pb.FileNoticeRequest, context: Any) -> pb.NoticeFile:
        """Receive a notice."""
        filing = filing_from_message(request)
        file = await asyncio.to_thread(self._notices.file, current_principal(), filing)
        return file_to_message(file)

    async def GetNotice(self, request: pb.GetNoticeRequest, context: Any) -> pb.NoticeFile:
        """Return a notice with what was written."""
        file = await asyncio.to_thread(self._notices.get, current_principal(), request.name)
        return file_to_message(file)

    async def ListNotices(
        self, request: pb.ListNoticesRequest, context: Any
    ) -> pb.ListNoticesResponse:
        """List notices."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._notices.list,
            current_principal(),
            limit=page.size + 1,
            after=page.after,
            state=notice_state_from_wire(request.state),
        )
        notices = cut(found, page)
        return pb.ListNoticesResponse(
            notices=[notice_to_message(notice) for notice in notices.items],
            next_page_token=next_token(request, notices.items[-1].name) if notices.more else "",
        )

    async def DeclareNotice(
        self, request: pb.DeclareNoticeRequest, context: Any
    ) -> notice_pb2.Notice:
        """Record what a notifier makes known later."""
        event = event_from_wire(request.event)
        notice = await asyncio.to_thread(
            self._notices.declare, current_principal(), request.name, event
        )
        return notice_to_message(notice)

    async def FileCounterNotice(
        self, request: pb.FileCounterNoticeRequest, context: Any
    ) -> notice_pb2.CounterNotice:
        """Receive a counter-notice."""
        words = counter_words_from_message(request.words)
        counter = await asyncio.to_thread(
            self._counters.file, current_principal(), request.case, words
        )
        return counter_to_message(counter)

    async def GetCounterNotice(
        self, request: pb.GetCounterNoticeRequest, context: Any
    ) -> pb.CounterFile:
        """Return a counter-notice with what was written."""
        file = await asyncio.to_thread(self._counters.get, current_principal(), request.case)
        return counter_file_to_message(file)

    async def RestoreContent(
        self, request: pb.RestoreContentRequest, context: Any
    ) -> case_pb2.Case:
        """Make available again what a notice took down."""
        case = await asyncio.to_thread(self._counters.restore, current_principal(), request.case)
        return case_to_message(case)
