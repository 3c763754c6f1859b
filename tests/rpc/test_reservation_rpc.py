"""Rights holders and reservations over a real socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from raisonne.client import AsyncClient, Client
from raisonne.rights.errors import ConflictError, InputError, NotFoundError, Reason
from raisonne.rights.identifier import IdentifierScheme
from raisonne.rights.reservation import RecordedState, ReservationScope
from raisonne.rights.statement import ReservationKind, Use
from raisonne.rights.verdict import Outcome
from raisonne.runtime.wiring import Service
from raisonne.server import Application, serving

STYLE = frozenset({ReservationKind.STYLE})


async def test_holders_are_recorded_read_and_changed(client: AsyncClient, service: Service) -> None:
    orcid = {IdentifierScheme.ORCID: "0000000218250097"}
    file = await client.holders.create(
        "Rosalind Vane", aliases=["R. Vane"], identifiers=orcid, contact="a@b.org", note="Painter"
    )
    assert file.holder.identifiers == {IdentifierScheme.ORCID: "0000-0002-1825-0097"}
    assert await client.holders.get("ROSALIND VANE") == file
    assert file.holder in [each async for each in client.holders.list()]
    changed = await client.holders.update(
        file.holder.name,
        add_aliases=["Vane, Rosalind"],
        remove_aliases=["R. Vane"],
        identifiers={IdentifierScheme.ORCID: "", IdentifierScheme.ULAN: "500012345"},
        contact="",
        revision=1,
    )
    assert changed.holder.aliases == ("Vane, Rosalind",)
    assert (changed.contact, changed.holder.note) == ("", "Painter")
    history = await client.holders.history(file.holder.name)
    assert history == service.holders.history(service.principal, file.holder.name)
    with pytest.raises(ConflictError) as taken:
        await client.holders.create("Someone", aliases=["rosalind vane"])
    assert taken.value.reason is Reason.ALREADY_EXISTS
    with pytest.raises(ConflictError):
        await client.holders.update(file.holder.name, note="x", revision=1)
    for call in (client.holders.get, client.holders.history):
        with pytest.raises(NotFoundError):
            await call("Nobody")


async def test_reservations_are_recorded_read_and_withdrawn(client: AsyncClient) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    recorded = await client.reservations.record(
        STYLE,
        artist="Hilde Karst",
        aliases=["H. Karst"],
        effective_time=since,
        source="https://karst.example",
        note="By letter",
        evidence_sha256="ab" * 32,
    )
    reservation = recorded.reservation
    assert (recorded.state, reservation.scope) == (RecordedState.RECORDED, ReservationScope.HOLDER)
    assert (reservation.effective_time, reservation.called) == (since, "Hilde Karst")
    counted = await client.reservations.get(reservation.name)
    assert (counted.reservation, counted.works) == (reservation, 0)
    assert reservation in [each async for each in client.reservations.list()]
    verdict = await client.screening.check_prompt("by H. Karst", use=Use.GENERATE_SIMILAR)
    assert verdict.outcome is Outcome.BLOCK
    (holder,) = verdict.inputs.holders
    assert [each.name for each in holder.reservations] == [reservation.name]
    again = await client.reservations.record(STYLE, artist="Hilde Karst")
    assert (again.state, again.reservation) == (RecordedState.EXISTS, reservation)
    at = since + timedelta(days=3)
    withdrawn = await client.reservations.withdraw(reservation.name, at=at, note="Asked")
    assert (withdrawn.end_time, withdrawn.withdraw_note) == (at, "Asked")
    assert await client.screening.check_prompt("by H. Karst", use=Use.GENERATE_SIMILAR)
    with pytest.raises(ConflictError):
        await client.reservations.withdraw(reservation.name)
    new = {"artist": "Hilde Karst", "source": "https://karst.example", "only_new": True}
    kept = await client.reservations.record(STYLE, **new)  # type: ignore[arg-type]
    assert (kept.state, kept.reservation) == (RecordedState.WITHDRAWN, withdrawn)


async def test_what_cannot_be_meant_is_refused(client: AsyncClient) -> None:
    for values in (
        {"kinds": []},
        {"kinds": STYLE},
        {"kinds": STYLE, "artist": "Ann Ort", "collection": "x"},
        {"kinds": STYLE, "artist": "x" * 201},
        {"kinds": STYLE, "artist": "Ann Ort", "evidence_sha256": "x"},
        {"kinds": STYLE, "artist": "Ann Ort", "aliases": ["a"] * 201},
    ):
        with pytest.raises(InputError):
            await client.reservations.record(**values)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        await client.reservations.record(STYLE, artist="holders/none")
    with pytest.raises(NotFoundError):
        await client.reservations.get("reservations/none")
    with pytest.raises(InputError):
        await client.holders.create("")


def test_the_synchronous_client_reserves_too(app: Application) -> None:
    with serving(app) as address, Client(address) as client:
        label = "Salon of 1863"
        recorded = client.reservations.record(STYLE, collection=label)
        assert recorded.reservation.subject == label
        assert recorded.reservation in list(client.reservations.list())
        assert client.holders.create("Berthe Ort").holder in list(client.holders.list())
