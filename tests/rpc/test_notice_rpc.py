"""Notices over a real socket."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from tests.unit.app.notices import COUNTER, WORDS, registered, released

from raisonne.client import AsyncClient, Client
from raisonne.rights.case import CaseKind, Ruling
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.notice import NoticeEvent, NoticeState
from raisonne.rights.statement_of_reasons import Restriction
from raisonne.rights.work import WorkState
from raisonne.runtime.wiring import Service
from raisonne.server import Application, serving

_SEEDS = itertools.count(810_000)


async def test_a_notice_leads_to_a_ruling_reasons_and_a_restoration(
    client: AsyncClient, service: Service
) -> None:
    generation, data = released(service, next(_SEEDS))
    file = await client.notices.file(WORDS, targets=[generation.name], territory="AT")
    assert await client.notices.get(file.notice.name) == file
    assert file.notice in [one async for one in client.notices.list(state=NoticeState.COMPLETE)]
    (case,) = file.cases
    assert (await client.cases.get(case.name)).case == case
    decided = await client.cases.decide(case.name, Ruling.REFUSE, "NOTICE_UPHELD", stay_down=True)
    assert decided.stay_down
    with pytest.raises(NotFoundError):
        await client.assets.download(generation.asset)
    reasons = await client.cases.reasons(case.name)
    assert reasons == service.appeals.reasons(service.principal, case.name)
    assert reasons.restriction is Restriction.RECALLED

    counter = await client.notices.counter(case.name, COUNTER)
    assert (await client.notices.get_counter(case.name)).counter == counter
    assert (await client.notices.get_counter(case.name)).words == COUNTER
    with pytest.raises(ConflictError):
        await client.notices.restore(case.name)
    retracted = await client.notices.declare(file.notice.name, NoticeEvent.RETRACTED)
    assert retracted.retract_time is not None
    restored = await client.notices.restore(case.name)
    assert restored.restore_time is not None
    assert (await client.assets.download(generation.asset)).data == data
    entry = service.works.get(service.principal, decided.stay_down)
    assert entry.state is WorkState.WITHDRAWN


async def test_an_appeal_is_not_for_who_decided(client: AsyncClient, service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    (case,) = (await client.notices.file(WORDS, targets=[work.name])).cases
    await client.cases.decide(case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    appeal = await client.cases.appeal(case.name, "It is mine.")
    assert (appeal.kind, appeal.appeals) == (CaseKind.APPEAL, case.name)
    assert await client.cases.grounds(appeal.name) == "It is mine."
    with pytest.raises(AccessError):
        await client.cases.decide(appeal.name, Ruling.CLEAR, "MISTAKEN")


async def test_what_is_missing_or_unknown_is_said(client: AsyncClient, service: Service) -> None:
    file = await client.notices.file(replace(WORDS, name=""))
    assert (file.notice.state, file.cases) == (NoticeState.INCOMPLETE, ())
    with pytest.raises(NotFoundError):
        await client.notices.file(WORDS, targets=["works/none"])
    for targets in (["works/x"] * 51, ["x" * 201]):
        with pytest.raises(InputError):
            await client.notices.file(WORDS, targets=targets)
    with pytest.raises(NotFoundError):
        await client.notices.get("notices/none")
    work, _ = registered(service, next(_SEEDS))
    (case,) = (await client.notices.file(WORDS, targets=[work.name])).cases
    with pytest.raises(ConflictError):
        await client.notices.counter(case.name, COUNTER)
    await client.cases.decide(case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    with pytest.raises(InputError) as lacking:
        await client.notices.counter(case.name, replace(COUNTER, service=False))
    assert lacking.value.metadata["missing"] == "service"


async def test_a_case_without_a_verdict_is_read(client: AsyncClient, service: Service) -> None:
    generation, _ = released(service, next(_SEEDS))
    with service.transactions.read() as transaction:
        blob = transaction.assets.blob(service.principal.tenant, generation.asset)
    assert blob is not None
    (service.settings.blob_root / blob.location).unlink()
    (case,) = (await client.notices.file(WORDS, targets=[generation.name])).cases
    file = await client.cases.get(case.name)
    assert (file.verdict, file.case.verdict) == (None, "")
    assert file.case.unjudged


def test_the_synchronous_client_files_too(app: Application, service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    with serving(app) as address, Client(address) as client:
        file = client.notices.file(WORDS, targets=[work.name])
        assert client.notices.get(file.notice.name) == file
        assert file.notice in list(client.notices.list())
