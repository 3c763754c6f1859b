"""``DatasetAuditService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from raisonne.api.v1 import dataset_audit_service_pb2 as pb
from raisonne.api.v1 import dataset_audit_service_pb2_grpc
from raisonne.app.dataset_audit import DatasetAudit, DatasetAudits, Tally
from raisonne.rights.errors import InputError, NotFoundError, RaisonneError
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import Verdict
from raisonne.server.convert.dataset_audit import audited_to_message, summary_to_message
from raisonne.server.convert.statement import use_from_wire
from raisonne.server.convert.times import from_timestamp
from raisonne.server.in_order import in_order
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.limits import ServerLimits
from raisonne.server.servicers.sources import source_bytes
from raisonne.server.uploads import StagedUploads

_Answer = tuple[pb.AuditItem, Verdict | RaisonneError]


class DatasetAuditServicer(dataset_audit_service_pb2_grpc.DatasetAuditServiceServicer):
    """Judges items of datasets as they come."""

    def __init__(self, audits: DatasetAudits, uploads: StagedUploads, limits: ServerLimits) -> None:
        self._audits = audits
        self._uploads = uploads
        self._window = limits.audit_window
        self._threads = asyncio.Semaphore(limits.audit_threads)

    async def AuditItems(
        self, request_iterator: AsyncIterator[pb.AuditItemsRequest], context: Any
    ) -> AsyncIterator[pb.AuditItemsResponse]:
        """Answer items in their order, then with the summary."""
        audit = await self._begin(await anext(request_iterator, None))
        tally = Tally()

        async def answered(request: pb.AuditItemsRequest) -> _Answer:
            return _item(request), await self._judged(audit, request.item)

        async for item, answer in in_order(request_iterator, answered, self._window):
            tally.count(answer if isinstance(answer, Verdict) else None)
            yield pb.AuditItemsResponse(item=audited_to_message(item.item_id, answer))
        yield pb.AuditItemsResponse(summary=summary_to_message(tally.summary()))

    async def _begin(self, first: pb.AuditItemsRequest | None) -> DatasetAudit:
        if first is None or first.WhichOneof("part") != "conditions":
            raise InputError(
                "The first message must be the conditions.", metadata={"field": "conditions"}
            )
        wanted = first.conditions
        return await asyncio.to_thread(
            self._audits.begin,
            current_principal(),
            use=use_from_wire(wanted.use, Use.TRAIN),
            territory=wanted.territory or WORLD,
            at=from_timestamp(wanted.as_of_time) if wanted.HasField("as_of_time") else None,
        )

    async def _judged(self, audit: DatasetAudit, item: pb.AuditItem) -> Verdict | RaisonneError:
        async with self._threads:
            try:
                data = source_bytes(self._uploads, audit.principal, item.asset)
            except NotFoundError as missing:
                return missing
            return await asyncio.to_thread(audit.judge, data)


def _item(request: pb.AuditItemsRequest) -> pb.AuditItem:
    if request.WhichOneof("part") != "item":
        raise InputError(
            "Only the first message is the conditions.", metadata={"field": "conditions"}
        )
    return request.item
