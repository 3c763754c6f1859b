"""What was released is judged again by what holders and collections reserve later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.app.house import picture

from raisonne.app.generate import Made
from raisonne.app.holders import HolderChange
from raisonne.app.ports import Clock
from raisonne.app.reservation_drafts import ReservationDraft
from raisonne.app.reservation_follow_up import ReservationFollowUps
from raisonne.app.retroactive import Rejudged, RejudgedState
from raisonne.app.works import WorkDraft
from raisonne.rights.case import Ruling
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.licence import granted_uses
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.rights.work import Work
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines

FREE = RightsStatement(licence="CC0-1.0", uses=granted_uses("CC0-1.0"))
GENERATION = frozenset({ReservationKind.AI_GENERATION})
QI = ReservationDraft(GENERATION, artist="Qi Baishi", aliases=("齐白石",))


@dataclass(frozen=True)
class Later:
    """A clock that is ahead of another."""

    clock: Clock
    ahead: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.ahead


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path, database=database)) as opened:
        yield opened


def released(house: Service, seed: int) -> Made:
    return house.generate(house.principal, GenerationRequest("waves at sea", 256, 256, seed))


def register(house: Service, data: bytes | None, **more: str) -> Work:
    assert data is not None
    draft = WorkDraft(data, rights=FREE, **more)
    return house.works.register(house.principal, draft).work


def look(house: Service, ahead: timedelta = timedelta(0)) -> list[Rejudged]:
    later = Later(house.clock, ahead)
    screener = replace(house.retroactive.screener, clock=later)
    return list(replace(house.retroactive, clock=later, screener=screener)(house.principal))


def test_a_reservation_opens_cases_on_what_was_released_before(house: Service) -> None:
    made = released(house, 1)
    work = register(house, made.data, holder="齐白石")
    register(house, picture(2), holder="Qi Baishi")
    assert [each.state for each in look(house)] == [RejudgedState.ALLOWED]
    recorded = house.reservations.record(house.principal, QI).reservation
    assert recorded is not None
    (found,) = look(house)
    assert (found.generation, found.state) == (made.generation, RejudgedState.OPENED)
    assert found.works == (work.name,)
    assert recorded.name in found.verdict.findings[0].detail
    assert look(house) == []


def test_what_comes_into_force_later_is_followed_then(house: Service) -> None:
    made = released(house, 1)
    register(house, made.data, collection="Album")
    look(house)
    day = timedelta(days=1)
    draft = ReservationDraft(GENERATION, collection="Album", effective_time=house.clock.now() + day)
    house.reservations.record(house.principal, draft)
    assert look(house) == []
    assert [each.state for each in look(house, 2 * day)] == [RejudgedState.OPENED]


def test_a_further_name_of_a_holder_is_followed(house: Service) -> None:
    made = released(house, 1)
    register(house, made.data, holder="Baishi Laoren")
    house.reservations.record(house.principal, QI)
    assert [each.state for each in look(house)] == [RejudgedState.ALLOWED]
    change = HolderChange(add_aliases=("Baishi Laoren",))
    house.holders.update(house.principal, "Qi Baishi", change)
    assert [each.state for each in look(house)] == [RejudgedState.OPENED]


def test_what_was_cleared_before_it_was_reserved_is_not_settled(house: Service) -> None:
    made = released(house, 1)
    register(house, made.data, holder="Qi Baishi", collection="Album")
    look(house)
    house.reservations.record(house.principal, QI)
    (first,) = look(house)
    house.review.decide(house.principal, first.case, Ruling.CLEAR, "LICENSED")
    house.reservations.record(house.principal, ReservationDraft(GENERATION, collection="Album"))
    (second,) = look(house)
    assert (second.state, second.case != first.case) == (RejudgedState.OPENED, True)
    house.review.decide(house.principal, second.case, Ruling.CLEAR, "LICENSED")
    house.holders.update(house.principal, "Qi Baishi", HolderChange(add_aliases=("Another Name",)))
    assert [each.state for each in look(house)] == [RejudgedState.SETTLED]


def test_a_large_collection_is_followed_in_parts_that_may_be_interrupted(
    house: Service,
) -> None:
    follow_ups = ReservationFollowUps(house.transactions, batch=2)
    released(house, 1)
    works = [register(house, picture(10 + n), collection="Album").name for n in range(5)]
    look(house)
    house.reservations.record(house.principal, ReservationDraft(GENERATION, collection="Album"))
    house.reservations.record(house.principal, QI)
    tenant, now = house.principal.tenant, house.clock.now()
    seen: list[str] = []
    sizes = []
    while batch := follow_ups.next(tenant, now):
        seen += batch.works
        sizes.append(len(batch.works))
        follow_ups.done(tenant, batch)
    assert (seen, sizes) == (works, [2, 2, 1])


def test_where_nothing_was_released_nothing_is_kept_to_be_followed(house: Service) -> None:
    register(house, picture(1), holder="Qi Baishi")
    house.reservations.record(house.principal, QI)
    assert look(house) == []
    with house.transactions.read() as transaction:
        due = transaction.reservations.due(house.principal.tenant, house.clock.now(), 9)
    assert due == ()
