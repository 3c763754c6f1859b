"""Recorded licences, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.congruence.builders import (
    NOW,
    TENANT,
    make_asset,
    make_blob,
    make_grant,
    make_licence,
    make_work,
)

from raisonne.policy.condition import (
    Compare,
    Condition,
    Contains,
    Empty,
    Equals,
    Flag,
    Has,
    Order,
    RightsField,
    holds,
    negated,
)
from raisonne.rights.errors import ConflictError
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.work import WorkState
from raisonne.storage.transactions import SqlTransactions

DAY = timedelta(days=1)


def register(transactions: SqlTransactions, count: int, **changes: object) -> None:
    with transactions.write() as transaction:
        for number in range(count):
            transaction.assets.add(make_asset(number), make_blob(number))
            transaction.works.add(make_work(number, **changes), ())


def record(transactions: SqlTransactions, *licences: Licence) -> None:
    with transactions.write() as transaction:
        transaction.licences.add(licences)


def test_a_licence_comes_back_as_it_was_recorded(transactions: SqlTransactions) -> None:
    register(transactions, 1)
    whole = make_licence(0)
    bare = make_licence(
        1,
        grant=make_grant(
            1, valid_from=None, valid_until=None, attribution=False, fee=False, releases=frozenset()
        ),
        document="", document_sha256="", licensor="", licensee="", note="",
    )  # fmt: skip
    record(transactions, whole, bare)
    with transactions.read() as transaction:
        assert transaction.licences.get(TENANT, whole.name) == whole
        assert transaction.licences.get(TENANT, bare.name) == bare
        assert transaction.licences.get("other", whole.name) is None


def test_rights_hold_the_licences_that_count_then(transactions: SqlTransactions) -> None:
    register(transactions, 3)
    early = make_grant(0, effective_time=NOW - DAY, end_time=NOW)
    late = make_grant(1, effective_time=NOW)
    other = make_grant(2)
    licences = [
        make_licence(0, grant=early),
        make_licence(1, grant=late),
        make_licence(2, make_work(1), grant=other),
    ]
    record(transactions, *licences)
    names = [make_work(number).name for number in range(3)]

    def licences_at(when: timedelta) -> list[tuple[Grant, ...]]:
        with transactions.read() as transaction:
            found = transaction.works.rights_of(TENANT, names, NOW + when)
        return [found[name].licences for name in names]

    micro = timedelta(microseconds=1)
    assert licences_at(-DAY - micro) == [(), (), ()]
    assert licences_at(-micro) == [(early,), (), ()]
    assert licences_at(timedelta(0)) == [(late,), (other,), ()]


def test_a_licence_is_revoked_once(transactions: SqlTransactions) -> None:
    register(transactions, 1)
    licence = make_licence()
    record(transactions, licence)
    ended = replace(licence.grant, end_time=NOW + DAY)
    revoked = replace(licence, grant=ended, revoke_time=NOW)
    with transactions.write() as transaction:
        transaction.licences.revoke(revoked)
    with transactions.read() as transaction:
        assert transaction.licences.get(TENANT, licence.name) == revoked
        assert transaction.works.came_into_force(TENANT, NOW, NOW + DAY) == (licence.work,)
        assert transaction.works.came_into_force(TENANT, NOW + DAY, NOW + 2 * DAY) == ()
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.licences.revoke(revoked)


def test_licences_are_listed_by_when_they_end(transactions: SqlTransactions) -> None:
    register(transactions, 2)
    ends = (None, NOW + 3 * DAY, NOW + DAY, NOW + DAY, None, NOW - DAY, NOW + 9 * DAY)
    licences = [
        make_licence(number, make_work(number % 2), grant=make_grant(number, valid_until=end))
        for number, end in enumerate(ends)
    ]
    gone = replace(licences[6].grant, end_time=NOW)
    licences[6] = replace(licences[6], grant=gone, revoke_time=NOW)
    record(transactions, *licences)
    in_order = [licences[number].name for number in (5, 2, 3, 1, 6, 0, 4)]
    with transactions.read() as transaction:
        store = transaction.licences
        assert [one.name for one in store.list(TENANT, limit=9)] == in_order
        for position, name in enumerate(in_order):
            after = [one.name for one in store.list(TENANT, limit=2, after=name)]
            assert after == in_order[position + 1 : position + 3]
        alive = [one.name for one in store.list(TENANT, limit=9, ended_by=NOW)]
        assert alive == [name for name in in_order if name not in {in_order[0], in_order[4]}]
        soon = store.list(TENANT, limit=9, ended_by=NOW, expiring_by=NOW + DAY)
        assert [one.name for one in soon] == in_order[1:3]
        assert {one.work for one in store.list(TENANT, limit=9, work="works/000001")} == {
            "works/000001"
        }
        assert store.list("other", limit=9) == ()


OWN = RightsStatement(
    reservations=frozenset({ReservationKind.TDM, ReservationKind.STYLE}), embargo_until=NOW
)
GRANTS = {
    "flag": make_grant(0, fee=False, valid_from=None, valid_until=None),
    "fee": make_grant(1, attribution=False, valid_from=None, valid_until=None),
    "time": make_grant(2, attribution=False, fee=False, valid_from=NOW, valid_until=None),
    "text": make_grant(
        3, identifier="MIT", attribution=False, fee=False, valid_from=None,
        uses=frozenset({Use.MINE}), territories=frozenset({"*"}),
    ),
    "free": make_grant(
        4, attribution=False, fee=False, valid_from=None, releases=frozenset(ReservationKind),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    [
        Flag(RightsField.ATTRIBUTION),
        Flag(RightsField.FEE),
        Has(RightsField.VALID_FROM),
        Has(RightsField.VALID_UNTIL),
        Has(RightsField.EMBARGO_UNTIL),
        Equals(RightsField.LICENCE, "MIT"),
        Equals(RightsField.LICENCE, "mit"),
        Contains(RightsField.USES, frozenset({"mine", "index"})),
        Contains(RightsField.TERRITORIES, frozenset({"*", "FR"})),
        Contains(RightsField.TERRITORIES, frozenset({"A", 'T"', "E"})),
        Contains(RightsField.TERRITORIES, frozenset({"DE", 'x"'})),
        Contains(RightsField.RESERVATIONS, frozenset({"style"})),
        Contains(RightsField.RESERVATIONS, frozenset({"style", "tdm"})),
        Contains(RightsField.RESERVATIONS, frozenset({"ai-training"})),
        Empty(RightsField.RESERVATIONS),
        Empty(RightsField.USES),
        Compare(RightsField.VALID_FROM, Order.NOT_AFTER, NOW),
        Compare(RightsField.VALID_FROM, Order.BEFORE, NOW),
        Compare(RightsField.EMBARGO_UNTIL, Order.NOT_BEFORE, NOW),
        Compare(RightsField.EMBARGO_UNTIL, Order.AFTER, NOW),
        negated(Compare(RightsField.VALID_FROM, Order.AFTER, NOW)),
        negated(Contains(RightsField.RESERVATIONS, frozenset({"tdm"}))),
    ],
)
def test_each_condition_finds_the_licences_that_meet_it(
    transactions: SqlTransactions, wanted: Condition
) -> None:
    register(transactions, len(GRANTS), rights=OWN)
    record(
        transactions,
        *(
            make_licence(number, make_work(number), grant=each)
            for number, each in enumerate(GRANTS.values())
        ),
    )
    never = Flag(RightsField.ATTRIBUTION)  # Of the works' own statements.
    expected = [
        make_work(number).name
        for number, each in enumerate(GRANTS.values())
        if holds(wanted, each.statement(OWN), fee=each.fee)
    ]
    with transactions.read() as transaction:
        found = transaction.works.list_at(
            TENANT, never, at=NOW, state=WorkState.REGISTERED, limit=9, licensed=wanted
        )
        before = transaction.works.list_at(
            TENANT, never, at=NOW - DAY, state=WorkState.REGISTERED, limit=9, licensed=wanted
        )
    assert [work.name for work in found.works] == expected
    assert before.works == ()
