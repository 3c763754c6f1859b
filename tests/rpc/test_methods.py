"""Every method, called through the client, over a real socket."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from PIL import Image

from raisonne.api.v1 import catalogue_service_pb2 as catalogue
from raisonne.app.review import open_case
from raisonne.client import AsyncClient
from raisonne.ledger.proof import verify_consistency, verify_inclusion
from raisonne.ledger.tree import leaf_hash
from raisonne.rights.alternative import NO_ALTERNATIVES
from raisonne.rights.case import CaseState, Ruling
from raisonne.rights.errors import ConflictError, InputError, NotFoundError, Reason
from raisonne.rights.generation import GenerationState
from raisonne.rights.job import JobState
from raisonne.rights.provenance import CredentialVerdict, ValidationState
from raisonne.rights.signal import Dialect
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Outcome, Subject
from raisonne.rights.work import WorkState
from raisonne.runtime.wiring import Service

Picture = Callable[[], bytes]


async def test_a_work_is_registered_read_and_withdrawn(
    client: AsyncClient, picture: Picture
) -> None:
    data = picture()
    rights = RightsStatement(
        licence="CC-BY-4.0",
        uses=frozenset({Use.DISPLAY}),
        reservations=frozenset({ReservationKind.AI_TRAINING}),
        territories=frozenset({"DE", "FR"}),
    )
    registered = await client.works.register(
        data,
        title="Ein Bild",
        holder="Ada",
        collection="c",
        external_id="e",
        source="s",
        rights=rights,
    )
    work = registered.work
    assert registered.created
    assert (work.title, work.holder, work.rights) == ("Ein Bild", "Ada", rights)
    assert (work.collection, work.external_id, work.source) == ("c", "e", "s")
    assert work.sha256 == hashlib.sha256(data).hexdigest()
    assert await client.works.get(work.name) == work

    again = await client.works.register(data, title="Another title")
    assert (again.work, again.created) == (work, False)

    downloaded = await client.assets.download(work.asset)
    assert (downloaded.data, downloaded.asset.name) == (data, work.asset)

    withdrawn = await client.works.withdraw(work.name)
    assert (withdrawn.state, withdrawn.revision) == (WorkState.WITHDRAWN, 2)
    with pytest.raises(ConflictError):
        await client.works.withdraw(work.name)


async def test_a_record_changes_from_a_time_on(client: AsyncClient, picture: Picture) -> None:
    work = (await client.works.register(picture(), title="Ein Bild", holder="Ada")).work
    rights = RightsStatement(licence="MIT", uses=frozenset({Use.DISPLAY}))
    later = datetime.now(UTC) + timedelta(days=9)
    made = await client.works.update(
        work.name,
        title="",
        holder="Heirs of Ada",
        collection="c",
        external_id="e",
        source="s",
        rights=rights,
        effective_time=later,
        note="inherited",
        revision=1,
    )
    assert (made.work.title, made.work.holder, made.work.rights) == ("", "Heirs of Ada", rights)
    assert (made.work.collection, made.work.external_id, made.work.source) == ("c", "e", "s")
    assert (made.effective_time, made.note, made.work.revision) == (later, "inherited", 2)
    assert (await client.works.get(work.name)).rights == work.rights
    with pytest.raises(ConflictError):
        await client.works.update(work.name, title="x", revision=1)
    await client.works.withdraw(work.name)
    first, second, third = await client.works.history(work.name)
    assert (first.work, second.cancelled_by, third.work.revision) == (work, 3, 3)


async def test_a_registered_picture_is_recognised(client: AsyncClient, picture: Picture) -> None:
    data = picture()
    work = (await client.works.register(data, title="t")).work
    checked = await client.screening.check_asset(data, use=Use.COMMERCIAL, territory="de")
    verdict = checked.verdict
    assert (checked.media_type, checked.width, checked.height) == ("image/png", 256, 256)
    assert work.name in {match.work for match in verdict.inputs.matches}
    assert {rights.work for rights in verdict.inputs.works} >= {work.name}
    assert (verdict.inputs.use, verdict.inputs.territory) == (Use.COMMERCIAL, "DE")
    assert verdict.inputs.detectors
    assert await client.screening.get_verdict(verdict.name) == verdict


async def test_an_earlier_revision_is_looked_at(client: AsyncClient, picture: Picture) -> None:
    data = picture()
    before = (await client.screening.check_asset(data)).verdict.inputs.index_revision
    work = (await client.works.register(data)).work
    again = (await client.screening.check_asset(data, index_revision=before)).verdict
    assert work.name not in {match.work for match in again.inputs.matches}
    assert again.inputs.index_revision == before
    at_first = (await client.screening.check_asset(data, index_revision=0)).verdict
    assert (at_first.inputs.index_revision, at_first.inputs.matches) == (0, ())
    now = (await client.screening.check_asset(data)).verdict
    assert work.name in {match.work for match in now.inputs.matches}
    with pytest.raises(InputError) as refused:
        await client.screening.check_asset(data, index_revision=1 << 40)
    assert refused.value.reason is Reason.REVISION_UNKNOWN
    assert int(refused.value.metadata["revision"]) >= now.inputs.index_revision
    with pytest.raises(InputError):
        await client.screening.check_asset(data, index_revision=-1)


async def test_what_a_file_says_of_itself_and_what_would_be_allowed_arrive(
    client: AsyncClient, picture: Picture
) -> None:
    out = io.BytesIO()
    packet = b'<a xmlns:t="http://www.w3.org/ns/tdmrep/" t:reservation="1"/>'
    Image.open(io.BytesIO(picture())).convert("RGB").save(out, "JPEG", xmp=packet)
    checked = await client.screening.check_asset(out.getvalue(), use=Use.TRAIN)
    (signal,) = checked.verdict.inputs.signals
    assert (signal.dialect, signal.source) == (Dialect.TDMREP, "XMP packet")
    assert checked.verdict.outcome is Outcome.BLOCK
    assert [option.use for option in checked.alternatives.options] == [Use.DISPLAY, Use.INDEX]
    name = checked.verdict.name
    assert await client.screening.get_verdict(name) == checked.verdict
    assert await client.screening.alternatives(name) == checked.alternatives
    shown = await client.screening.check_asset(out.getvalue())
    assert (shown.verdict.outcome, shown.alternatives) == (Outcome.ALLOW, NO_ALTERNATIVES)


async def test_a_prompt_is_judged(client: AsyncClient) -> None:
    verdict = await client.screening.check_prompt("a tree in autumn")
    assert verdict.inputs.subject is Subject.PROMPT
    assert await client.screening.get_verdict(verdict.name) == verdict


async def test_lists_page_by_themselves_in_order(client: AsyncClient, picture: Picture) -> None:
    registered = [(await client.works.register(picture())).work.name for _ in range(3)]
    await client.works.withdraw(registered[0])
    everything = [work.name async for work in client.works.list()]
    assert everything == sorted(everything)
    assert set(registered) <= set(everything)
    protecting = [work.name async for work in client.works.list(state=WorkState.REGISTERED)]
    assert registered[0] not in protecting
    assert set(registered[1:]) <= set(protecting)


async def test_pages_join_without_gaps(client: AsyncClient, picture: Picture) -> None:
    for _ in range(3):
        await client.works.register(picture())
    stub = client.works._stub
    names: list[str] = []
    request = catalogue.ListWorksRequest(page_size=2)
    while True:
        page = await stub.ListWorks(request)
        assert len(page.works) <= 2
        names += [work.name for work in page.works]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert names == [work.name async for work in client.works.list()]


async def test_works_are_listed_by_use(client: AsyncClient, picture: Picture) -> None:
    free = RightsStatement(uses=frozenset({Use.MINE}), territories=frozenset({"AQ"}))
    shown = [(await client.works.register(picture(), rights=free)).work for _ in range(3)]
    closed = (await client.works.register(picture())).work
    answers = [one async for one in client.works.list_by_use(Use.MINE, territory="aq")]
    assert [one.work for one in answers] == shown
    assert {one.grounds[0].clause for one in answers} == {"rights.licensed"}
    assert all(one.allowed for one in answers)
    denied = [one async for one in client.works.list_by_use(Use.MINE, denied=True)]
    (answer,) = (one for one in denied if one.work == closed)
    assert (answer.allowed, answer.grounds[0].reason) == (False, "NOT_GRANTED")
    everything = [work.name async for work in client.works.list(state=WorkState.REGISTERED)]
    allowed = [one.work.name async for one in client.works.list_by_use(Use.MINE)]
    assert sorted([*(one.work.name for one in denied), *allowed]) == everything


async def test_pages_by_use_are_judged_as_of_one_time(
    client: AsyncClient, picture: Picture
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1)
    rights = RightsStatement(
        uses=frozenset({Use.MINE}), territories=frozenset({"BV"}), valid_until=soon
    )
    works = [(await client.works.register(picture(), rights=rights)).work for _ in range(3)]
    stub = client.works._stub
    before = soon - timedelta(seconds=1)
    request = catalogue.ListWorksRequest(use="USE_MINE", territory="BV", page_size=2)
    request.as_of_time.FromDatetime(before)
    page = await stub.ListWorks(request)
    assert [work.name for work in page.works] == [work.name for work in works[:2]]
    request.page_token = page.next_page_token
    rest = await stub.ListWorks(request)
    assert [answer.work for answer in rest.answers] == [works[2].name]
    assert not rest.next_page_token
    request.ClearField("as_of_time")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.ListWorks(request)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("field", ["territory", "as_of_time", "denied"])
async def test_terms_of_a_use_need_a_use(client: AsyncClient, field: str) -> None:
    request = catalogue.ListWorksRequest()
    if field == "territory":
        request.territory = "DE"
    elif field == "denied":
        request.denied = True
    else:
        request.as_of_time.GetCurrentTime()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await client.works._stub.ListWorks(request)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.usefixtures("workers")
async def test_an_artwork_is_made_signed_downloaded_and_verified(client: AsyncClient) -> None:
    operation = await client.generations.generate(
        "a tree in autumn", width=256, height=256, count=2, seed=7
    )
    made = await operation.wait(60)
    assert [generation.index for generation in made] == [0, 1]
    assert [generation.seed for generation in made] == [7, 8]
    first = made[0]
    assert first.state is GenerationState.RELEASED
    assert await client.generations.get(first.name) == first
    assert first.name in [generation.name async for generation in client.generations.list()]

    downloaded = await client.assets.download(first.asset)
    assert hashlib.sha256(downloaded.data).hexdigest() == downloaded.asset.sha256
    report = await client.credentials.verify(downloaded.data)
    assert report.validation_state is ValidationState.TRUSTED
    assert report.label == first.manifest_label
    assert await client.credentials.manifest(first.manifest_label)

    proven = await client.ledger.entry(first.ledger_event)
    assert json.loads(proven.entry.data)["object"] == first.name
    assert await client.ledger.entry_of(first.ledger_event) == f"entries/{proven.entry.index}"

    snapshot = await client.operations.get(operation.name)
    assert (snapshot.state, snapshot.generations) == (JobState.SUCCEEDED, made)
    assert operation.name in [listed.name async for listed in client.operations.list()]


async def test_a_picture_without_a_credential_is_a_normal_answer(
    client: AsyncClient, picture: Picture
) -> None:
    report = await client.credentials.verify(picture())
    assert report.verdict is CredentialVerdict.NO_CREDENTIAL


async def test_the_ledger_proves_itself(client: AsyncClient, picture: Picture) -> None:
    await client.works.register(picture())
    before = await client.ledger.checkpoint()
    await client.screening.check_prompt("waves")
    head = await client.ledger.checkpoint()
    assert head.size > before.size

    entries = [entry async for entry in client.ledger.entries()]
    assert [entry.index for entry in entries] == list(range(head.size))
    proven = await client.ledger.entry(f"entries/{entries[1].index}")
    assert proven.entry == entries[1]
    checkpoint = proven.checkpoint
    leaf = leaf_hash(proven.entry.data)
    verify_inclusion(leaf, 1, checkpoint.size, proven.proof, checkpoint.root)
    extension = await client.ledger.consistency_proof(before.size, head.size)
    verify_consistency(before.size, head.size, before.root, head.root, extension)
    assert await client.ledger.verify() == head.size
    with pytest.raises(NotFoundError):
        await client.ledger.entry("entries/999999")
    with pytest.raises(NotFoundError):
        await client.ledger.entry("entries/x")
    assert await client.ledger.entry_of("events/unknown") is None
    with pytest.raises(InputError):
        await client.ledger.consistency_proof(1, head.size + 1_000)


async def test_a_case_is_read_and_decided_once(client: AsyncClient, service: Service) -> None:
    verdict = await client.screening.check_prompt("waves")
    case = open_case(verdict, service.clock.now())
    with service.transactions.write() as transaction:
        transaction.cases.add(case)

    file = await client.cases.get(case.name)
    assert (file.case, file.verdict) == (case, verdict)
    assert case in [listed async for listed in client.cases.list(state=CaseState.OPEN)]

    decided = await client.cases.decide(case.name, Ruling.CLEAR, "LICENSED", "Seen the contract.")
    assert decided.state is CaseState.DECIDED
    assert decided.decision is not None
    assert (decided.decision.ruling, decided.decision.reason) == (Ruling.CLEAR, "LICENSED")
    assert decided.decision.decided_by == "local:operator"
    assert (await client.cases.get(case.name)).case == decided
    assert case.name not in [c.name async for c in client.cases.list(state=CaseState.OPEN)]
    with pytest.raises(ConflictError):
        await client.cases.decide(case.name, Ruling.REFUSE, "NOT_LICENSED")


@pytest.mark.parametrize(
    "name",
    [
        "works/none",
        "generations/none",
        "verdicts/none",
        "assets/none",
        "operations/none",
        "cases/none",
    ],
)
async def test_what_does_not_exist_is_not_found(client: AsyncClient, name: str) -> None:
    read = {
        "works": client.works.get,
        "generations": client.generations.get,
        "verdicts": client.screening.get_verdict,
        "assets": client.assets.download,
        "operations": client.operations.get,
        "cases": client.cases.get,
    }[name.partition("/")[0]]
    with pytest.raises(NotFoundError) as error:
        await read(name)  # type: ignore[operator]
    assert error.value.reason is Reason.NOT_FOUND
    assert error.value.metadata["name"] == name
