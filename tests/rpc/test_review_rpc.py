"""Held artworks over a real socket: seen, decided, released."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rpc.conftest import LIMITS
from tests.unit.app.house import held

from raisonne.app.generate import Made
from raisonne.app.review import open_case
from raisonne.client import AsyncClient, CaseFile, Client
from raisonne.rights.case import CaseState, Ruling
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError, Reason
from raisonne.rights.generation import GenerationState
from raisonne.rights.provenance import CredentialVerdict, ValidationState
from raisonne.rights.verdict import Outcome, Subject
from raisonne.runtime.wiring import Service
from raisonne.server import Application, running, serving

_SEEDS = itertools.count(700_000)
Hold = Callable[[], Made]


@pytest.fixture
def hold(service: Service) -> Hold:
    """Return a function that makes an artwork which is held: a work is like it, and reserved."""
    return lambda: held(service, next(_SEEDS))


async def case_of(client: AsyncClient, made: Made) -> CaseFile:
    async for case in client.cases.list(state=CaseState.OPEN):
        if case.generation == made.generation.name:
            return await client.cases.get(case.name)
    raise AssertionError("The held artwork has no case.")


async def test_a_held_artwork_is_seen_cleared_signed_and_proven(
    client: AsyncClient, hold: Hold
) -> None:
    made = hold()
    file = await case_of(client, made)
    assert (file.verdict.outcome, file.verdict.inputs.subject) == (Outcome.REVIEW, Subject.OUTPUT)
    assert file.verdict.inputs.matches

    seen = await client.cases.download(file.case.name)
    assert seen.media_type == "image/png"
    assert hashlib.sha256(seen.data).hexdigest() == file.verdict.inputs.sha256
    unsigned = await client.credentials.verify(seen.data)
    assert unsigned.verdict is CredentialVerdict.NO_CREDENTIAL
    with pytest.raises(NotFoundError):
        await client.assets.download(made.generation.asset)

    decided = await client.cases.decide(file.case.name, Ruling.CLEAR, "LICENSED", "Seen.")
    assert decided.state is CaseState.DECIDED
    generation = await client.generations.get(made.generation.name)
    assert generation.state is GenerationState.RELEASED
    signed = await client.assets.download(generation.asset)
    report = await client.credentials.verify(signed.data)
    assert report.validation_state is ValidationState.TRUSTED
    assert report.label == generation.manifest_label
    assert await client.credentials.manifest(generation.manifest_label)
    assert (await client.cases.download(file.case.name)).data == signed.data

    await client.ledger.checkpoint()  # without background workers, whoever asks moves the outbox
    entries = [json.loads(entry.data) async for entry in client.ledger.entries()]
    (event,) = [entry for entry in entries if entry["object"] == file.case.name]
    assert (event["action"], event["object_sha256"]) == ("case:decided", signed.asset.sha256)
    assert await client.ledger.verify() >= len(entries)


async def test_a_refused_artwork_stays_where_it_is(client: AsyncClient, hold: Hold) -> None:
    made = hold()
    file = await case_of(client, made)
    decided = await client.cases.decide(file.case.name, Ruling.REFUSE, "NOT_LICENSED")
    assert decided.decision is not None
    assert decided.decision.ruling is Ruling.REFUSE
    generation = await client.generations.get(made.generation.name)
    assert (generation.state, generation.manifest_label) == (GenerationState.BLOCKED, "")
    with pytest.raises(NotFoundError):
        await client.assets.download(generation.asset)
    seen = await client.cases.download(file.case.name)
    assert hashlib.sha256(seen.data).hexdigest() == file.verdict.inputs.sha256


@pytest.mark.parametrize("first", list(Ruling))
async def test_a_case_is_decided_once(client: AsyncClient, hold: Hold, first: Ruling) -> None:
    file = await case_of(client, hold())
    decided = await client.cases.decide(file.case.name, first, "OTHER", "First.")
    for ruling in Ruling:
        with pytest.raises(ConflictError) as again:
            await client.cases.decide(file.case.name, ruling, "OTHER", "Second.")
        assert again.value.reason is Reason.STATE_CONFLICT
    assert (await client.cases.get(file.case.name)).case == decided


async def test_a_case_without_an_artwork_has_nothing_to_download(
    client: AsyncClient, service: Service
) -> None:
    case = open_case(await client.screening.check_prompt("waves"), service.clock.now())
    with service.transactions.write() as transaction:
        transaction.cases.add(case)
    for name in (case.name, "cases/none"):
        with pytest.raises(NotFoundError) as missing:
            await client.cases.download(name)
        assert missing.value.metadata["name"] == name


async def test_a_decision_without_a_reason_is_refused(client: AsyncClient, hold: Hold) -> None:
    file = await case_of(client, hold())
    for reason in ("", "two words", "x" * 65):
        with pytest.raises(InputError) as refused:
            await client.cases.decide(file.case.name, Ruling.CLEAR, reason)
        assert refused.value.metadata["field"] == "reason"
    assert (await client.cases.get(file.case.name)).case.state is CaseState.OPEN


def test_the_synchronous_client_reviews_too(app: Application, hold: Hold) -> None:
    made = hold()
    with serving(app) as address, Client(address) as client:
        (case,) = [
            case
            for case in client.cases.list(state=CaseState.OPEN)
            if case.generation == made.generation.name
        ]
        assert client.cases.get(case.name).verdict == made.verdict
        seen = client.cases.download(case.name)
        assert hashlib.sha256(seen.data).hexdigest() == made.verdict.inputs.sha256
        client.cases.decide(case.name, Ruling.CLEAR, "LICENSED")
        generation = client.generations.get(made.generation.name)
        assert generation.state is GenerationState.RELEASED


async def test_reviewers_claim_release_and_take_back(client: AsyncClient, hold: Hold) -> None:
    name = (await case_of(client, hold())).case.name
    claimed = await client.cases.claim(name, timedelta(minutes=5))
    assert claimed.leased_to == "local:operator"
    assert claimed.lease_until is not None
    assert (await client.cases.claim(name)).lease_until > claimed.lease_until  # type: ignore[operator]
    assert (await client.cases.release(name)).leased_to == ""
    with pytest.raises(ConflictError):
        await client.cases.release(name)
    with pytest.raises(InputError):
        await client.cases.claim(name, timedelta(days=2))
    with pytest.raises(ConflictError):
        await client.cases.confirm(name)
    await client.cases.decide(name, Ruling.REFUSE, "NOT_LICENSED")
    assert (await client.cases.undo(name)).state is CaseState.OPEN


async def test_a_second_person_agrees_over_the_wire(app: Application, hold: Hold) -> None:
    twos = replace(app.review, second_reviewer=frozenset({"all"}))
    async with (
        running(replace(app, review=twos), "127.0.0.1:0", limits=LIMITS) as address,
        AsyncClient(address) as client,
    ):
        name = (await case_of(client, hold())).case.name
        proposed = await client.cases.decide(name, Ruling.REFUSE, "NOT_LICENSED")
        assert proposed.state is CaseState.PENDING_SECOND
        for agree in (True, False):
            with pytest.raises(AccessError, match="somebody else"):
                await client.cases.confirm(name, agree=agree)
