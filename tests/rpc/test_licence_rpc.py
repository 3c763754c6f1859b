"""Licences over a real socket, with both clients and as the command line asks for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from raisonne.app.licence_drafts import LicenceDraft
from raisonne.app.licences import LicenceQuery
from raisonne.cli.remote import RemoteGateway
from raisonne.client import AsyncClient, Client, InvalidRequestError, NewLicence
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.statement import ReservationKind, Use
from raisonne.rights.verdict import Outcome
from raisonne.runtime.wiring import Service
from raisonne.server import Application, serving

Picture = Callable[[], bytes]
SOON = datetime.now(UTC) + timedelta(days=20)
LICENCE = NewLicence(
    "LicenseRef-Show",
    frozenset({Use.DISPLAY}),
    licensor="Ada",
    licensee="Galerie",
    territories=frozenset({"AT", "DE"}),
    valid_until=SOON,
    fee=True,
    releases=frozenset({ReservationKind.STYLE}),
)


async def test_a_licence_is_created_listed_relied_on_and_revoked(
    client: AsyncClient, service: Service, picture: Picture
) -> None:
    data = picture()
    work = (await client.works.register(data, title="t")).work
    (licence,) = await client.licences.create([work.name], LICENCE)
    assert licence.grant.uses == LICENCE.uses
    assert [one async for one in client.licences.list(work=work.name)] == [licence]
    checked = await client.screening.check_asset(data, territory="DE")
    assert checked.verdict.outcome is Outcome.ALLOW
    assert [finding.licence for finding in checked.verdict.findings] == [licence.name]
    assert checked.verdict.obligations == (f"FEE:{work.name}",)
    assert checked.verdict.inputs.works[0].licences == (licence.grant,)
    allowed = [answer async for answer in client.works.list_by_use(Use.DISPLAY, territory="DE")]
    assert (work.name, licence.name) in [(answer.work.name, answer.licence) for answer in allowed]
    revoked = await client.licences.revoke(licence.name, note="over")
    assert revoked.revoke_time is not None
    assert [one async for one in client.licences.list(work=work.name)] == []
    assert [one async for one in client.licences.list(work=work.name, with_ended=True)] == [revoked]
    with pytest.raises(ConflictError):
        await client.licences.revoke(licence.name)
    history = await client.works.history(work.name)
    assert history[-1].note == f"{licence.name} revoked: over"


async def test_pages_go_on_in_order(client: AsyncClient, picture: Picture) -> None:
    work = (await client.works.register(picture())).work
    now = datetime.now(UTC)
    made = []
    for number in range(53):
        until = now + timedelta(days=1 + number * 37 % 53)
        licence = NewLicence("MIT", frozenset({Use.DISPLAY}), valid_until=until)
        made += await client.licences.create([work.name], licence)
    listed = [one async for one in client.licences.list(work=work.name)]
    assert listed == sorted(made, key=lambda one: one.grant.valid_until or now)
    within = now + timedelta(days=9)
    soon = [one async for one in client.licences.list(work=work.name, expiring_by=within)]
    assert soon == listed[:9]


async def test_what_cannot_be_used_is_refused(client: AsyncClient, picture: Picture) -> None:
    work = (await client.works.register(picture())).work
    with pytest.raises(NotFoundError):
        await client.licences.create(["works/none"], LICENCE)
    with pytest.raises(InvalidRequestError) as refused:
        await client.licences.create([work.name], NewLicence("", frozenset()))
    assert {violation.field for violation in refused.value.violations} == {
        "licence.grant.identifier",
        "licence.grant.uses",
    }
    with pytest.raises(InvalidRequestError):
        await client.licences.create(["work/1"], LICENCE)
    with pytest.raises(InputError):
        await client.licences.create([], LICENCE)
    with pytest.raises(NotFoundError):
        await client.licences.revoke("licences/none")


def test_the_command_line_asks_a_server_for_the_same(app: Application, picture: Picture) -> None:
    with serving(app) as address, Client(address) as client:
        work = client.works.register(picture()).work
        gateway = RemoteGateway(client)
        draft = LicenceDraft("MIT", frozenset({Use.DISPLAY}), licensee="Galerie", fee=True)
        (licence,) = gateway.record_licence([work.name], draft)
        assert (licence.licensee, licence.grant.fee) == ("Galerie", True)
        assert list(gateway.licences(LicenceQuery(work.name))) == [licence]
        end = datetime(2026, 1, 1, tzinfo=UTC)
        assert gateway.revoke_licence(licence.name, end_time=end, note="").grant.end_time == end
