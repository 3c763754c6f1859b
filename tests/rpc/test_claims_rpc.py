"""Evidence, contested titles and registrations over a real socket."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import grpc.aio
import pytest
from google.type import date_pb2
from tests.unit.app.notices import registered

from raisonne.api.v1 import dispute_service_pb2, registration_service_pb2
from raisonne.client import AsyncClient, Client
from raisonne.rights.case import CaseKind, Ruling
from raisonne.rights.dispute import DisputeState, DisputeWords
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.office import DueKind
from raisonne.runtime.wiring import Service
from raisonne.server import Application, serving

_SEEDS = itertools.count(820_000)
WORDS = DisputeWords("Mira Falter", "mira@falter.example", "It was never sold.")


async def test_documents_travel_in_chunks_and_are_erased(
    client: AsyncClient, service: Service
) -> None:
    work, _ = registered(service, next(_SEEDS))
    small = await client.documents.add(b"A letter", file_name="Brief.txt", about=[work.name])
    large = b"%PDF-1.7 " + b"x" * 5_000_000
    kept = await client.documents.add(large, about=[work.name], note="the sale")
    assert await client.documents.add(large) == kept
    assert await client.documents.get(kept.name) == kept
    listed = [one async for one in client.documents.list(about=work.name)]
    assert listed == [small, kept]
    file = await client.documents.download(kept.name)
    assert (file.document, file.data) == (kept, large)
    erased = await client.documents.erase(kept.name)
    assert erased.erase_time is not None
    with pytest.raises(NotFoundError):
        await client.documents.download(kept.name)
    with pytest.raises(ConflictError):
        await client.documents.erase(kept.name)
    for bad in (b"", b"MZ\x90\0"):
        with pytest.raises(InputError):
            await client.documents.add(bad)
    with pytest.raises(NotFoundError):
        await client.documents.add(b"text", about=["works/none"])


async def test_a_title_is_contested_and_settled(client: AsyncClient, service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    proof = await client.documents.add(b"Inventory, item 7", about=[work.name])
    file = await client.disputes.open(work.name, WORDS, documents=[proof.name])
    assert await client.disputes.get(file.dispute.name) == file
    opened = [one async for one in client.disputes.list(state=DisputeState.OPEN, work=work.name)]
    assert opened == [file.dispute]
    case = (await client.cases.get(file.dispute.case)).case
    assert (case.kind, case.dispute) == (CaseKind.TITLE_DISPUTE, file.dispute.name)
    with pytest.raises(ConflictError):
        await client.cases.decide(case.name, Ruling.CLEAR, "LICENSED")
    since = service.clock.now() - timedelta(days=30)
    settled = await client.disputes.settle(
        file.dispute.name, DisputeState.UPHELD, "so", effective_time=since
    )
    assert (settled.state, settled.effective_time) == (DisputeState.UPHELD, since)
    links = await client.disputes.title(work.name)
    assert links == service.disputes.title(service.principal, work.name)
    assert links[-1].documents == (proof.name,)
    with pytest.raises(ConflictError):
        await client.disputes.settle(file.dispute.name, DisputeState.REJECTED)
    with pytest.raises(NotFoundError):
        await client.disputes.title("works/none")


async def test_registrations_and_what_falls_due(client: AsyncClient, service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    made = await client.registrations.add(
        work.name, "ims", "7-1", grant_date=date(2001, 2, 28), renewal_date=date(2002, 2, 28)
    )
    assert list(await client.registrations.list(work.name)) == [made]
    due = [one async for one in client.registrations.due() if one.work == work.name]
    assert [(one.kind, one.registration) for one in due] == [(DueKind.RENEWAL, made)]
    removed = await client.registrations.remove(made.name)
    assert removed.remove_time is not None
    assert not [one async for one in client.registrations.due() if one.work == work.name]
    with pytest.raises(InputError):
        [one async for one in client.registrations.due(timedelta(days=40_000))]


async def test_what_the_protos_forbid_is_refused(client: AsyncClient, service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    for words in (DisputeWords(), DisputeWords("x" * 1_001, "", "b"), DisputeWords("x", "", "")):
        with pytest.raises(InputError):
            await client.disputes.open(work.name, words)
    with pytest.raises(InputError):
        await client.disputes.open("assets/x", WORDS)
    with pytest.raises(InputError):
        await client.disputes.open(work.name, WORDS, documents=["works/x"])
    for office, number in (("US Office", "1"), ("ims", ""), ("ims", "1" * 201)):
        with pytest.raises(InputError):
            await client.registrations.add(work.name, office, number)
    request = registration_service_pb2.AddRegistrationRequest(
        work=work.name, office="ims", number="1", grant_date=date_pb2.Date(year=2001, month=13)
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await client.registrations._stub.AddRegistration(request)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    unsaid = dispute_service_pb2.SettleDisputeRequest(name="disputes/none")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await client.disputes._stub.SettleDispute(unsaid)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_the_synchronous_client_contests_too(app: Application, service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    with serving(app) as address, Client(address) as client:
        file = client.disputes.open(work.name, WORDS)
        assert client.disputes.get(file.dispute.name) == file
        document = client.documents.add(b"A letter of 1932", about=[file.dispute.name])
        assert list(client.documents.list(about=file.dispute.name)) == [document]
        assert client.documents.download(document.name).data == b"A letter of 1932"
        made = client.registrations.add(work.name, "ims", "9", renewal_date=date(2001, 1, 1))
        assert made in [due.registration for due in client.registrations.due()]
