"""Auditing datasets."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime

import grpc

from raisonne.api.v1 import dataset_audit_service_pb2 as pb
from raisonne.api.v1 import rights_pb2
from raisonne.api.v1.dataset_audit_service_pb2_grpc import DatasetAuditServiceStub
from raisonne.client._sync.assets import Assets
from raisonne.client._sync.calls import exchanging
from raisonne.client.convert.dataset_audit import audited_from_message, summary_from_message
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.times import to_timestamp
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import AuditedItem, AuditSummary
from raisonne.rights.statement import WORLD, Use


class Datasets:
    """``client.datasets``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines, assets: Assets) -> None:
        self._stub = DatasetAuditServiceStub(channel)
        self._deadlines = deadlines
        self._assets = assets

    def audit(
        self,
        items: Iterable[tuple[str, bytes]],
        *,
        use: Use = Use.TRAIN,
        territory: str = WORLD,
        at: datetime | None = None,
    ) -> Audit:
        """Judge the items of a dataset; the call begins with the first answer that is asked for.

        Args:
            items: Identifiers of at most 256 characters, which come back with the answers, and
                files. They are read as they are sent, a few ahead of the answers; the synchronous
                client reads them on a thread of its own.
            use: What they are wanted for.
            territory: ISO 3166-1 alpha-2, or ``*``.
            at: Judge the rights as of this time; as of the start if None.

        Returns:
            The answers in the order of the items, to be iterated over once, and in the end the
            summary.
        """
        conditions = pb.AuditConditions(
            use=to_wire(rights_pb2.Use, use), territory=territory, as_of_time=to_timestamp(at)
        )
        requests = self._requests(conditions, items)
        return Audit(exchanging(self._stub.AuditItems, requests, self._deadlines.follow))

    def _requests(
        self, conditions: pb.AuditConditions, items: Iterable[tuple[str, bytes]]
    ) -> Iterator[pb.AuditItemsRequest]:
        yield pb.AuditItemsRequest(conditions=conditions)
        for item_id, data in items:
            item = pb.AuditItem(item_id=item_id, asset=self._assets.source(data))
            yield pb.AuditItemsRequest(item=item)


class Audit:
    """An audit under way: iterate over it for the answers.

    Leaving early ends the audit; what was answered by then stays judged.

    Attributes:
        summary: What was found in all; None until the last answer has come.

    Raises:
        AccessError: If the caller may not audit datasets.
        InputError: If an item's identifier is empty or too long, or a file is larger than the
            service takes.
        Exception: What the items raised while they were read.
    """

    def __init__(self, answers: Generator[pb.AuditItemsResponse]) -> None:
        self._answers = answers
        self.summary: AuditSummary | None = None

    def __iter__(self) -> Iterator[AuditedItem]:
        try:
            for answer in self._answers:
                if answer.WhichOneof("part") == "summary":
                    self.summary = summary_from_message(answer.summary)
                else:
                    yield audited_from_message(answer.item)
        finally:
            self._answers.close()
