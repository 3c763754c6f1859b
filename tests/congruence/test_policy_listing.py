"""A look-up by policy finds exactly the works that the policies permit one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.congruence.builders import (
    NOW,
    TENANT,
    digest,
    make_asset,
    make_blob,
    make_holder,
    make_licence,
    make_reservation,
    make_said,
    make_work,
)

from raisonne.app.work_ports import WorksFound
from raisonne.policy.condition import (
    Compare,
    Condition,
    Const,
    Contains,
    Empty,
    Equals,
    Flag,
    Has,
    Order,
    RightsField,
    negated,
)
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.listing import UseQuestion, answers, condition, licence_condition
from raisonne.rights.holder import holder_key
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.reservation import (
    Reservation,
    ReservationInForce,
    ReservationScope,
    in_force,
)
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.work import Work, WorkState
from raisonne.storage.engine import Database
from raisonne.storage.transactions import SqlTransactions
from raisonne.storage.works import SqlWorks
from raisonne.storage.works_at import Sought, list_works_at

WORKS = 1_500
SEED = 20_261_128
# Around the moments that questions are asked about, to the microsecond and to the millisecond.
OFFSETS = (
    *(timedelta(microseconds=n) for n in (-1_001, -1_000, -999, -457, -456, -1, 0, 1, 544, 1_000)),
    *(timedelta(days=n) for n in (-4_000, -30, 30, 4_000)),
)
MOMENTS = (NOW, NOW.replace(microsecond=0), NOW.replace(microsecond=124_000))
ARTISTS = ("Anna Ö.", "ANNA Ö.", "A. Ödman", "齐白石", "Nobody", "")
COLLECTIONS = ("", "1908", "holders/000000", "collections/1908")
TERRITORIES = ("AT", "CH", "DE", "FR", WORLD)


@pytest.fixture(scope="module")
def bundle() -> PolicyBundle:
    return PolicyBundle.packaged()


def any_statement(dice: random.Random) -> RightsStatement:
    def some(values: list[str], most: int) -> frozenset[str]:
        return frozenset(dice.sample(values, dice.randint(0, most)))

    def time() -> object:
        return dice.choice(MOMENTS) + dice.choice(OFFSETS) if dice.random() < 0.4 else None

    return RightsStatement(
        licence=dice.choice(["", "CC-BY-4.0", "LicenseRef-\"'%_é"]),
        uses=some(list(Use), len(Use)),
        reservations=some(list(ReservationKind), 2) if dice.random() < 0.4 else frozenset(),
        territories=some(list(TERRITORIES), 3) if dice.random() < 0.6 else frozenset({WORLD}),
        valid_from=time(),
        valid_until=time(),
        embargo_until=time(),
        attribution=dice.random() < 0.5,
    )


def any_licences(number: int, work: Work, dice: random.Random) -> list[Licence]:
    """Up to three, dated around the moments of the questions, some revoked, some releasing."""
    return [
        make_licence(number * 10 + nth, work, grant=any_grant(number * 10 + nth, dice))
        for nth in range(dice.choice((0, 0, 0, 1, 2, 3)))
    ]


def any_grant(number: int, dice: random.Random) -> Grant:
    stated = any_statement(dice)
    ends = dice.choice(MOMENTS) + dice.choice(OFFSETS) if dice.random() < 0.3 else None
    return Grant(
        licence=f"licences/{number:06d}",
        identifier=stated.licence,
        uses=stated.uses or frozenset({Use.DISPLAY}),
        territories=stated.territories,
        valid_from=stated.valid_from,
        valid_until=stated.valid_until,
        attribution=stated.attribution,
        fee=dice.random() < 0.5,
        releases=frozenset(dice.sample(list(ReservationKind), dice.randint(0, 4))),
        effective_time=dice.choice(MOMENTS) + dice.choice(OFFSETS),
        end_time=ends,
    )


def counting(licences: Sequence[Licence], at: datetime) -> dict[str, tuple[Grant, ...]]:
    found: dict[str, tuple[Grant, ...]] = {}
    for licence in licences:
        if licence.grant.counts_at(at):
            found[licence.work] = (*found.get(licence.work, ()), licence.grant)
    return found


def questions(dice: random.Random) -> Iterator[UseQuestion]:
    for use in Use:
        for territory in ("DE", WORLD)[: 1 + (use is Use.DISPLAY)]:
            yield UseQuestion(TENANT, use, territory, dice.choice(MOMENTS) + dice.choice(OFFSETS))


def any_reservations(dice: random.Random) -> tuple[Reservation, ...]:
    """Reservations around the moments that are asked about, of two artists and two collections."""
    subjects = [
        *((ReservationScope.HOLDER, f"holders/{number:06d}") for number in range(2)),
        *((ReservationScope.COLLECTION, label) for label in ("1908", "holders/000000")),
    ]
    made = []
    for number in range(24):
        scope, subject = dice.choice(subjects)
        since = dice.choice(MOMENTS) + dice.choice(OFFSETS)
        ends = max(since, dice.choice(MOMENTS) + dice.choice(OFFSETS))
        kinds = frozenset(dice.sample(list(ReservationKind), dice.randint(1, 2)))
        made.append(
            make_reservation(
                number,
                scope=scope,
                subject=subject,
                kinds=kinds,
                effective_time=since,
                end_time=ends if dice.random() < 0.7 else None,
            )
        )
    return tuple(made)


HOLDERS = (
    make_holder(0, display_name="Anna Ö.", aliases=("A. Ödman",)),
    make_holder(1, display_name="齐白石", aliases=()),
)


def reserved(
    reservations: Sequence[Reservation], works: Sequence[Work], at: datetime
) -> dict[str, tuple[ReservationInForce, ...]]:
    """Return what counts for works at a time, told without a catalogue."""
    owners = {holder_key(name): holder for holder in HOLDERS for name in holder.names}
    found = {}
    for work in works:
        owner = owners.get(holder_key(work.holder))
        subjects = {(ReservationScope.COLLECTION, work.collection)}
        subjects |= {(ReservationScope.HOLDER, owner.name)} if owner else set()
        found[work.name] = tuple(
            in_force(each)
            for each in reservations
            if (each.scope, each.subject) in subjects and each.counts_at(at)
        )
    return found


@dataclass(frozen=True)
class World:
    """Works, and by question which of them the policies permit; asked once for both engines."""

    works: tuple[Work, ...]
    reservations: tuple[Reservation, ...]
    licences: tuple[Licence, ...]
    permitted: tuple[tuple[UseQuestion, frozenset[str], frozenset[str]], ...]
    """By question: works that the policies permit, and those of them under a licence."""


@pytest.fixture(scope="module")
def world(bundle: PolicyBundle) -> World:
    dice = random.Random(SEED)
    works = [any_work(number, dice) for number in range(WORKS)]
    works.sort(key=lambda work: work.name)
    licences = [
        licence for number, work in enumerate(works) for licence in any_licences(number, work, dice)
    ]
    registered = [work for work in works if work.state is WorkState.REGISTERED]
    reservations = any_reservations(dice)
    permitted = []
    for question in questions(dice):
        given = answers(
            bundle,
            question,
            registered,
            reserved(reservations, registered, question.at),
            counting(licences, question.at),
        )
        allowed = frozenset(a.work.name for a in given if a.allowed)
        permitted.append((question, allowed, frozenset(a.work.name for a in given if a.licence)))
    return World(tuple(works), reservations, tuple(licences), tuple(permitted))


def any_work(number: int, dice: random.Random) -> Work:
    state = WorkState.WITHDRAWN if dice.random() < 0.1 else WorkState.REGISTERED
    name = f"works/{digest(str(number))}"
    return make_work(
        number,
        name=name,
        state=state,
        rights=any_statement(dice),
        holder=dice.choice(ARTISTS),
        collection=dice.choice(COLLECTIONS),
    )


def add_reservations(transactions: SqlTransactions, reservations: Sequence[Reservation]) -> None:
    with transactions.write() as transaction:
        for holder in HOLDERS:
            transaction.holders.add(holder, None, make_said())
        transaction.reservations.add(reservations)


def fill(
    transactions: SqlTransactions, works: Sequence[Work], licences: Sequence[Licence] = ()
) -> None:
    with transactions.write() as transaction:
        for number, work in enumerate(works):
            transaction.assets.add(make_asset(number), make_blob(number))
            transaction.works.add(replace(work, asset=make_asset(number).name), ())
        transaction.licences.add(licences)


def sought_in(works: SqlWorks, wanted: Condition, at: datetime, **more: Any) -> WorksFound:
    given = {"tenant": TENANT, "state": WorkState.REGISTERED, "limit": 9} | more
    return works.list_at(given.pop("tenant"), wanted, at=at, **given)


def test_what_is_looked_up_is_what_is_permitted_one_by_one(
    transactions: SqlTransactions, bundle: PolicyBundle, world: World
) -> None:
    fill(transactions, world.works, world.licences)
    add_reservations(transactions, world.reservations)
    registered = [work.name for work in world.works if work.state is WorkState.REGISTERED]
    for question, permitted, licensed in world.permitted:
        own = condition(bundle, question, WorkState.REGISTERED)
        under = licence_condition(bundle, question)
        with transactions.read() as transaction:
            for denied in (False, True):
                part = sought_in(
                    transaction.works, own, question.at, limit=WORKS, licensed=under, denied=denied
                )
                expected = [name for name in registered if (name in permitted) is not denied]
                assert [work.name for work in part.works] == expected, question
            alone = sought_in(transaction.works, own, question.at, limit=WORKS).works
        assert {work.name for work in alone} == permitted - licensed
        told = reserved(world.reservations, part.works, question.at)
        counted = {name: reservations for name, reservations in told.items() if reservations}
        assert {name: part.reservations.get(name, ()) for name in counted} == counted
        assert part.licences == {
            work: grants
            for work, grants in counting(world.licences, question.at).items()
            if work in part.licences
        }
    shares = {len(permitted) for _, permitted, _ in world.permitted}
    assert WORKS / 50 < min(shares) < max(shares) < WORKS / 2
    assert min(len(licensed) for _, _, licensed in world.permitted) > WORKS / 200


def test_a_look_up_goes_on_after_a_name(transactions: SqlTransactions, world: World) -> None:
    works = world.works[:40]
    fill(transactions, works)
    everything = Const(value=True)
    with transactions.read() as transaction:
        store = transaction.works
        found = sought_in(store, everything, NOW, limit=3, after=works[9].name)
        nothing = sought_in(store, negated(everything), NOW)
        elsewhere = sought_in(store, everything, NOW, tenant="other")
        whole = sought_in(store, everything, NOW, limit=40, after=works[9].name)
    later = [work.name for work in works[10:] if work.state is WorkState.REGISTERED]
    assert [work.name for work in found.works] == later[:3]
    assert found.next_after == later[2]
    assert ([work.name for work in whole.works], whole.next_after) == (later, "")
    assert nothing == elsewhere == WorksFound((), "")


ODD = 'Licence"Ref\\%_é\U0001f58c'


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Flag(RightsField.ATTRIBUTION), {"flag"}),
        (Has(RightsField.VALID_FROM), {"time"}),
        (Equals(RightsField.LICENCE, ODD), {"text"}),
        (Equals(RightsField.LICENCE, ""), {"flag", "time", "set"}),
        (Contains(RightsField.TERRITORIES, frozenset({"DE", "FR"})), {"set"}),
        (Contains(RightsField.TERRITORIES, frozenset()), set()),
        (Empty(RightsField.TERRITORIES), {"none"}),
        (Contains(RightsField.TERRITORIES, frozenset({"A", "T", "F"})), set()),
        (Contains(RightsField.TERRITORIES, frozenset({"DE", '","'})), set()),
        (Contains(RightsField.TERRITORIES, frozenset({"FR", 'x"'})), {"set"}),
        (Compare(RightsField.VALID_FROM, Order.NOT_BEFORE, NOW), {"time"}),
        (Compare(RightsField.VALID_FROM, Order.NOT_AFTER, NOW), {"time"}),
        (Compare(RightsField.VALID_FROM, Order.AFTER, NOW), set()),
        (Compare(RightsField.VALID_FROM, Order.BEFORE, NOW), set()),
        (
            negated(Compare(RightsField.VALID_FROM, Order.BEFORE, NOW)),
            {"flag", "time", "text", "set", "none"},
        ),
    ],
)
def test_each_condition_finds_what_it_says(
    transactions: SqlTransactions, wanted: Condition, expected: set[str]
) -> None:
    statements = {
        "flag": RightsStatement(attribution=True),
        "time": RightsStatement(valid_from=NOW),
        "text": RightsStatement(licence=ODD),
        "set": RightsStatement(territories=frozenset({"AT", "FR"})),
        "none": RightsStatement(licence="X", territories=frozenset()),
    }
    works = [
        make_work(number, name=f"works/{key}", rights=rights)
        for number, (key, rights) in enumerate(statements.items())
    ]
    fill(transactions, works)
    with transactions.read() as transaction:
        found = sought_in(transaction.works, wanted, NOW).works
    assert {work.name.removeprefix("works/") for work in found} == expected


def test_records_are_looked_up_as_they_were(
    database: Database, transactions: SqlTransactions, bundle: PolicyBundle
) -> None:
    """Works that changed before and after, and will: as of any time, the versions of then."""
    dice = random.Random(SEED)
    works = [
        replace(any_work(number, dice), name=f"works/{number:06d}", state=WorkState.REGISTERED)
        for number in range(60)
    ]
    reservations = any_reservations(dice)
    licences = [
        licence for number, work in enumerate(works) for licence in any_licences(number, work, dice)
    ]
    licences = [spread(licence, dice) for licence in licences]
    fill(transactions, works, licences)
    add_reservations(transactions, reservations)
    for work in works:
        for revision in range(2, dice.randint(2, 5)):
            state = WorkState.WITHDRAWN if dice.random() < 0.15 else WorkState.REGISTERED
            later = replace(
                work,
                rights=any_statement(dice),
                state=state,
                holder=dice.choice(ARTISTS),
                collection=dice.choice(COLLECTIONS),
                revision=revision,
                update_time=NOW + timedelta(seconds=revision),
            )
            with transactions.write() as transaction:
                transaction.works.replace(
                    later, effective_time=NOW + timedelta(days=dice.randint(-9, 9))
                )
    names = [work.name for work in works]
    sizes, relied = set(), 0
    for days in range(-10, 11, 2):
        question = UseQuestion(TENANT, dice.choice(list(Use)), "DE", NOW + timedelta(days=days))
        wanted = condition(bundle, question, WorkState.REGISTERED)
        under = licence_condition(bundle, question)
        with transactions.read() as transaction:
            then = transaction.works.rights_of(TENANT, names, question.at)
            found = pages(transaction.works, wanted, under, question.at)
        standing = [replace(w, rights=then[w.name].rights, state=then[w.name].state) for w in works]
        told = {name: rights.reservations for name, rights in then.items()}
        assert any(told.values())
        grants = {name: record.licences for name, record in then.items() if record.licences}
        assert grants == counting(licences, question.at)
        given = answers(bundle, question, standing, told, grants)
        relied += sum(bool(answer.licence) for answer in given)
        expected = [a.work for a in given if a.allowed and a.work.state is WorkState.REGISTERED]
        assert [(w.name, w.rights) for w in found] == [(w.name, w.rights) for w in expected]
        sizes.add(len(found))
    assert max(sizes) > 3
    assert relied > 10
    sought = Sought(wanted, question.at, WorkState.REGISTERED, under)
    with database.read() as session:
        part = list_works_at(session, TENANT, sought, limit=99, after="", most_read=7)
        assert part.works == tuple(found)[: len(part.works)]
        assert part.next_after == "" or len(part.works) < len(found)


def spread(licence: Licence, dice: random.Random) -> Licence:
    """Date a licence among the days that records of works change on."""
    begins = NOW + timedelta(days=dice.randint(-9, 9))
    ends = begins + timedelta(days=dice.randint(0, 9)) if dice.random() < 0.5 else None
    return replace(licence, grant=replace(licence.grant, effective_time=begins, end_time=ends))


def pages(works: SqlWorks, wanted: Condition, licensed: Condition, at: datetime) -> list[Work]:
    found: list[Work] = []
    after = ""
    while True:
        part = sought_in(works, wanted, at, limit=4, after=after, licensed=licensed)
        assert len(part.works) <= 4
        found += part.works
        after = part.next_after
        if not after:
            return found
