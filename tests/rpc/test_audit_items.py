"""Datasets audited over a real socket: the one method with streams both ways."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import grpc
import pytest
from PIL import Image

from raisonne.api.v1 import asset_pb2
from raisonne.api.v1 import dataset_audit_service_pb2 as pb
from raisonne.api.v1.dataset_audit_service_pb2_grpc import DatasetAuditServiceStub
from raisonne.client import AsyncClient, AuditedItem, Client, Deadlines
from raisonne.client.errors import error_from_call, error_from_status
from raisonne.rights.errors import InputError, LimitError, NotFoundError, RaisonneError, Reason
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Outcome, Subject
from raisonne.runtime.wiring import Service
from raisonne.server import Application, ServerLimits, running, serving

Picture = Callable[[], bytes]
Item = tuple[str, bytes]
RESERVED = RightsStatement(reservations=frozenset({ReservationKind.AI_TRAINING}))
CONDITIONS = pb.AuditItemsRequest(conditions=pb.AuditConditions())


async def each(items: Iterable[Item]) -> AsyncIterator[Item]:
    for item in items:
        yield item


async def for_ever(picture: bytes, pulled: list[str]) -> AsyncIterator[Item]:
    """Items without end; what was asked for so far is in ``pulled``."""
    while True:
        pulled.append(str(len(pulled)))
        yield pulled[-1], picture
        await asyncio.sleep(0)


def item(item_id: str, data: bytes) -> pb.AuditItemsRequest:
    source = asset_pb2.AssetSource(data=data)
    return pb.AuditItemsRequest(item=pb.AuditItem(item_id=item_id, asset=source))


def checks_recorded(service: Service, start: int) -> list[str]:
    """Verdicts of the ledger's events from a position on."""
    service.ledger.integrate()
    events = [json.loads(entry.data) for entry in service.ledger.entries(start)]
    return [event["object"] for event in events if event["action"] == "asset:checked"]


def ledger_size(service: Service) -> int:
    service.ledger.integrate()
    head = service.ledger.head()
    return head.size if head else 0


async def drained(audit: AsyncIterable[AuditedItem]) -> list[AuditedItem]:
    return [answer async for answer in audit]


async def calls_are_over() -> None:
    """Wait until the server, which runs on this loop too, works for nobody any more."""
    for _ in range(3_000):
        names = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
        if not any("in_order" in name or "AuditItems" in name for name in names):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("The server still works for a caller who left.")


async def test_answers_come_in_order_and_an_unreadable_item_does_not_end_them(
    client: AsyncClient, picture: Picture, service: Service
) -> None:
    theirs = picture()
    work = (await client.works.register(theirs, title="Theirs", rights=RESERVED)).work
    start = ledger_size(service)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    items = [("a/1", picture()), ("a/2", b"not a picture"), ("b", theirs), ("b", picture())]
    audit = client.datasets.audit(each(items), territory="de", at=at)
    assert audit.summary is None
    answers = [answer async for answer in audit]
    assert [answer.item_id for answer in answers] == ["a/1", "a/2", "b", "b"]

    assert isinstance(answers[1].error, InputError)
    assert answers[1].error.reason is Reason.UNSUPPORTED_MEDIA_TYPE
    verdicts = [answer.verdict for answer in answers if answer.verdict is not None]
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.ALLOW,
        Outcome.BLOCK,
        Outcome.ALLOW,
    ]
    inputs = verdicts[1].inputs
    assert (inputs.subject, inputs.use) == (Subject.DATASET_ITEM, Use.TRAIN)
    assert (inputs.territory, inputs.at) == ("DE", at)
    assert work.name in {match.work for match in inputs.matches}
    reasons = {finding.reason for finding in verdicts[1].findings}
    assert "OPT_OUT_TRAINING" in reasons

    summary = audit.summary
    assert summary is not None
    assert (summary.items, summary.unreadable) == (4, 1)
    assert summary.outcomes == {Outcome.ALLOW: 2, Outcome.REVIEW: 0, Outcome.BLOCK: 1}
    assert summary.reasons == dict.fromkeys(reasons, 1)

    # Each verdict is kept as it was given, with its event in the ledger.
    for verdict in verdicts:
        assert await client.screening.get_verdict(verdict.name) == verdict
    assert sorted(checks_recorded(service, start)) == sorted(verdict.name for verdict in verdicts)


async def test_an_item_is_judged_by_what_it_says_of_itself(
    client: AsyncClient, picture: Picture
) -> None:
    out = BytesIO()
    packet = b'<a xmlns:t="http://www.w3.org/ns/tdmrep/" t:reservation="1"/>'
    Image.open(BytesIO(picture())).convert("RGB").save(out, "JPEG", xmp=packet)
    audit = client.datasets.audit(each([("a", out.getvalue()), ("b", picture())]))
    first, second = [answer.verdict async for answer in audit]
    assert first is not None
    assert second is not None
    assert (first.outcome, second.outcome) == (Outcome.BLOCK, Outcome.ALLOW)
    assert [signal.source for signal in first.inputs.signals] == ["XMP packet"]
    assert audit.summary is not None
    assert audit.summary.reasons == {"OPT_OUT_IN_FILE": 1}
    assert await client.screening.get_verdict(first.name) == first


@pytest.mark.slow
async def test_many_items_are_answered_in_order(client: AsyncClient, picture: Picture) -> None:
    items = [(f"tar/{number:03}.png", picture()) for number in range(80)]
    audit = client.datasets.audit(each(items), use=Use.MINE)
    assert [answer.item_id async for answer in audit] == [item_id for item_id, _ in items]
    assert audit.summary is not None
    assert (audit.summary.items, audit.summary.unreadable) == (80, 0)


async def test_an_empty_dataset_has_a_summary(client: AsyncClient) -> None:
    audit = client.datasets.audit(each([]))
    assert [answer async for answer in audit] == []
    assert audit.summary is not None
    assert audit.summary.items == 0
    assert audit.summary.reasons == {}


async def test_whoever_waits_for_each_answer_gets_it(client: AsyncClient, picture: Picture) -> None:
    answered = asyncio.Event()
    answered.set()

    async def one_by_one() -> AsyncIterator[Item]:
        for number in range(3):
            await answered.wait()
            answered.clear()
            yield str(number), picture()

    seen: list[str] = []
    async for answer in client.datasets.audit(one_by_one()):
        seen.append(answer.item_id)
        answered.set()
    assert seen == ["0", "1", "2"]


async def test_a_large_item_is_sent_ahead(client: AsyncClient, picture: Picture) -> None:
    out = BytesIO()
    Image.frombytes("RGB", (1280, 1024), os.urandom(1280 * 1024 * 3)).save(out, "BMP")
    audit = client.datasets.audit(each([("small", picture()), ("large", out.getvalue())]))
    assert [answer.error async for answer in audit] == [None, None]


async def test_leaving_half_way_stops_the_work_and_leaves_a_clean_server(
    address: str, client: AsyncClient, picture: Picture, service: Service
) -> None:
    start, pulled = ledger_size(service), list[str]()
    async with AsyncClient(address) as leaving:
        seen = 0
        audit = leaving.datasets.audit(for_ever(picture(), pulled))
        async for _ in audit:
            seen += 1
            if seen == 10:
                break
        assert audit.summary is None
        await calls_are_over()
        # What was answered stays judged; what was pulled beyond the window never was.
        assert seen <= len(checks_recorded(service, start)) <= min(len(pulled), seen + 17)
    assert (await client.screening.check_prompt("waves")).outcome is Outcome.ALLOW
    assert await client.ledger.verify() <= ledger_size(service)


async def test_a_client_that_vanishes_stops_the_work(
    address: str, client: AsyncClient, picture: Picture, service: Service
) -> None:
    channel = grpc.aio.insecure_channel(address)

    async def requests() -> AsyncIterator[pb.AuditItemsRequest]:
        yield CONDITIONS
        while True:
            yield item("i", picture())

    call = DatasetAuditServiceStub(channel).AuditItems(requests())
    assert (await call.read()).item.item_id == "i"
    await channel.close(None)
    await calls_are_over()
    # The item in hand may still be recorded meanwhile.
    assert await client.ledger.verify() <= ledger_size(service)


async def test_a_server_that_stops_ends_the_audit(app: Application, picture: Picture) -> None:
    limits = ServerLimits(grace=timedelta(milliseconds=100))
    async with running(app, "127.0.0.1:0", limits=limits) as address:
        client = AsyncClient(address)
        answers = aiter(client.datasets.audit(for_ever(picture(), [])))
        await anext(answers)
    with pytest.raises(RaisonneError):
        await drained(answers)
    await client.close()
    await calls_are_over()


async def failure(
    address: str, requests: list[pb.AuditItemsRequest]
) -> tuple[list[str], RaisonneError]:
    """Return what was answered before the call failed, and how it did."""
    answered: list[str] = []
    async with grpc.aio.insecure_channel(address) as channel:
        call = DatasetAuditServiceStub(channel).AuditItems(iter(requests))
        try:
            while True:
                answered.append((await anext(aiter(call))).item.item_id)
        except grpc.RpcError as failed:
            return answered, error_from_call(failed)


@pytest.mark.parametrize(
    ("requests", "answered", "field"),
    [
        ([], [], "conditions"),
        ([item("a", b"x")], [], "conditions"),
        ([CONDITIONS, item("a", b"x"), CONDITIONS], ["a"], "conditions"),
        ([CONDITIONS, item("a", b"x"), item("", b"x")], ["a"], "item.item_id"),
        ([CONDITIONS, item("a", b"x"), item("b" * 257, b"x")], ["a"], "item.item_id"),
        ([CONDITIONS, item("a", b"x"), pb.AuditItemsRequest()], ["a"], "part"),
        ([CONDITIONS, item("a", b"x"), item("b", bytes(3_670_017))], ["a"], "item.asset.data"),
        (
            [pb.AuditItemsRequest(conditions=pb.AuditConditions(territory="Atlantis"))],
            [],
            "conditions.territory",
        ),
    ],
)
async def test_a_message_that_makes_no_sense_ends_the_audit_after_what_came_before(
    address: str, requests: list[pb.AuditItemsRequest], answered: list[str], field: str
) -> None:
    seen, error = await failure(address, requests)
    assert seen == answered
    assert isinstance(error, InputError)
    assert error.reason is Reason.INVALID_ARGUMENT
    assert error.metadata["field"] == field


async def test_an_item_whose_upload_is_not_there_is_unreadable(address: str) -> None:
    source = asset_pb2.AssetSource(upload=f"uploads/{'0' * 64}")
    request = pb.AuditItemsRequest(item=pb.AuditItem(item_id="gone", asset=source))
    async with grpc.aio.insecure_channel(address) as channel:
        stub = DatasetAuditServiceStub(channel)
        answers = [answer async for answer in stub.AuditItems(iter([CONDITIONS, request]))]
    assert isinstance(error_from_status(answers[0].item.error), NotFoundError)
    assert answers[1].summary.unreadable == 1


async def test_the_callers_deadline_ends_the_audit(
    address: str, picture: Picture, service: Service
) -> None:
    async with AsyncClient(address, deadlines=Deadlines(follow=0.5)) as hurried:
        with pytest.raises(LimitError) as late:
            await drained(hurried.datasets.audit(for_ever(picture(), [])))
        assert late.value.reason is Reason.DEADLINE_EXCEEDED
        assert await hurried.ledger.verify() <= ledger_size(service)


async def test_the_longest_stream_ends_the_audit_with_its_reason(
    app: Application, picture: Picture
) -> None:
    limits = ServerLimits(longest_stream=timedelta(milliseconds=300), grace=timedelta(seconds=2))
    async with (
        running(app, "127.0.0.1:0", limits=limits) as address,
        AsyncClient(address) as client,
    ):
        with pytest.raises(LimitError) as late:
            await drained(client.datasets.audit(for_ever(picture(), [])))
    assert late.value.reason is Reason.DEADLINE_EXCEEDED
    # The server said so itself: gRPC's own deadline comes without a request id.
    assert late.value.metadata == {}


async def test_what_the_items_raise_reaches_whoever_reads_the_answers(
    client: AsyncClient, picture: Picture
) -> None:
    async def torn() -> AsyncIterator[Item]:
        yield "a", picture()
        raise OSError("The tar ends here.")

    with pytest.raises(OSError, match="tar ends"):
        await drained(client.datasets.audit(torn()))
    assert (await client.screening.check_prompt("waves")).outcome is Outcome.ALLOW


def test_the_synchronous_client_says_why_an_audit_ended(app: Application, picture: Picture) -> None:
    limits = ServerLimits(longest_stream=timedelta(milliseconds=300), grace=timedelta(seconds=2))
    with (
        serving(app, limits=limits) as address,
        Client(address) as client,
        pytest.raises(LimitError) as late,
    ):
        list(client.datasets.audit(iter(lambda: ("x", picture()), None)))
    assert late.value.reason is Reason.DEADLINE_EXCEEDED
    assert late.value.metadata == {}


def test_the_synchronous_client_audits_too(app: Application, picture: Picture) -> None:
    def torn() -> Iterator[Item]:
        yield "a", picture()
        raise OSError("The tar ends here.")

    with serving(app) as address, Client(address) as client:
        audit = client.datasets.audit([("a", picture()), ("b", b""), ("c", picture())])
        answers: list[AuditedItem] = list(audit)
        assert [answer.item_id for answer in answers] == ["a", "b", "c"]
        assert [answer.error is None for answer in answers] == [True, False, True]
        assert audit.summary is not None
        assert (audit.summary.items, audit.summary.unreadable) == (3, 1)

        endless = iter(lambda: ("x", picture()), None)
        for answer in client.datasets.audit(endless):
            assert answer.item_id == "x"
            break
        with pytest.raises(OSError, match="tar ends"):
            list(client.datasets.audit(torn()))
        assert client.screening.check_prompt("waves").outcome is Outcome.ALLOW
