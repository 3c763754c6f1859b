"""Rights holders and reservations are the same rows on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from tests.congruence.builders import (
    NOW,
    TENANT,
    make_asset,
    make_blob,
    make_holder,
    make_reservation,
    make_said,
    make_work,
)

from raisonne.app.reservation_ports import FollowUp, ReservedName
from raisonne.rights.errors import ConflictError, RaisonneError, Reason
from raisonne.rights.holder import RightsHolder, holder_key
from raisonne.rights.identifier import IdentifierScheme
from raisonne.rights.reservation import Reservation, ReservationScope, in_force
from raisonne.rights.statement import ReservationKind
from raisonne.rights.verdict import HolderRights
from raisonne.rights.work import WorkState
from raisonne.storage.engine import Database
from raisonne.storage.migrate import _migrate
from raisonne.storage.transactions import SqlTransactions

DAY = timedelta(days=1)
ALBUM = {"scope": ReservationScope.COLLECTION, "subject": "1908"}


def add_holder(transactions: SqlTransactions, holder: RightsHolder) -> None:
    with transactions.write() as transaction:
        transaction.holders.add(holder, b"sealed", make_said(0, holder))


def reserve(transactions: SqlTransactions, *reservations: Reservation) -> None:
    with transactions.write() as transaction:
        transaction.reservations.add(reservations)


def register(transactions: SqlTransactions, number: int, **changes: object) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(number), make_blob(number))
        transaction.works.add(make_work(number, **changes), ())


def test_holders_come_back_equal(transactions: SqlTransactions) -> None:
    holders = [make_holder(number) for number in range(3)]
    for holder in holders:
        add_holder(transactions, holder)
    add_holder(transactions, make_holder(0, tenant="other"))
    with transactions.read() as transaction:
        store = transaction.holders
        assert store.list(TENANT, limit=9) == tuple(holders)
        assert store.list(TENANT, limit=1, after=holders[0].name) == (holders[1],)
        assert store.get(TENANT, holders[1].name) == holders[1]
        assert store.get("other", holders[1].name) is None
        assert store.contact(TENANT, holders[0].name) == b"sealed"
        key = holder_key("持有人 2")
        assert store.by_keys(TENANT, [key, "x"]) == {key: holders[2].name}
        assert store.count_names(TENANT) == 6


def test_a_changed_holder_keeps_what_it_said(transactions: SqlTransactions) -> None:
    was = make_holder()
    add_holder(transactions, was)
    now = replace(
        was,
        display_name="Other",
        aliases=(),
        identifiers={IdentifierScheme.ULAN: "500000001"},
        revision=2,
        update_time=NOW + DAY,
    )
    with transactions.write() as transaction:
        transaction.holders.replace(now, None, make_said(1, now))
    with transactions.read() as transaction:
        assert transaction.holders.get(TENANT, was.name) == now
        assert transaction.holders.by_keys(TENANT, [holder_key("Holder 0")]) == {}
        versions = transaction.holders.versions(TENANT, was.name)
        # It holds no contact any more, so nothing is left of the one that was.
        assert transaction.holders.contact(TENANT, was.name) is None
    assert [version.holder for version in versions] == [was, now]
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.holders.replace(replace(now, note="x"), None, make_said(2, now))


def test_a_name_has_one_holder_whoever_comes_first(transactions: SqlTransactions) -> None:
    """Two at once: one of them is told, and nothing of it is left."""
    outcomes: list[object] = []

    def add(number: int) -> None:
        try:
            add_holder(transactions, make_holder(number, aliases=("The  SAME", f"Own {number}")))
        except RaisonneError as error:
            outcomes.append(error.reason)
        else:
            outcomes.append(number)

    threads = [Thread(target=add, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [each for each in outcomes if isinstance(each, int)]
    assert Reason.ALREADY_EXISTS in outcomes
    with transactions.read() as transaction:
        assert [h.name for h in transaction.holders.list(TENANT, limit=9)] == [
            make_holder(winner).name
        ]
        assert transaction.holders.count_names(TENANT) == 3


def test_reservations_come_back_equal(transactions: SqlTransactions) -> None:
    add_holder(transactions, make_holder())
    first, second = make_reservation(0), make_reservation(1, **ALBUM, called="1908")
    reserve(transactions, first, second)
    with transactions.read() as transaction:
        store = transaction.reservations
        assert store.list(TENANT, limit=9) == (first, second)
        assert store.list(TENANT, limit=9, after=first.name) == (second,)
        assert store.get(TENANT, first.name) == first
        assert store.get("other", first.name) is None
        subjects = [(ReservationScope.COLLECTION, "1908"), (ReservationScope.HOLDER, "x")]
        assert store.of_subjects(TENANT, subjects) == (second,)
    withdrawn = replace(
        first, end_time=NOW, withdraw_time=NOW + DAY, withdrawn_by="b", withdraw_note="c"
    )
    with transactions.write() as transaction:
        transaction.reservations.withdraw(withdrawn)
    with transactions.read() as transaction:
        assert transaction.reservations.get(TENANT, first.name) == withdrawn
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.reservations.withdraw(replace(withdrawn, withdraw_note="d"))


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NOW - timedelta(microseconds=1), False),
        (NOW, True),
        (NOW + DAY - timedelta(microseconds=1), True),
        (NOW + DAY, False),
    ],
)
def test_what_counts_for_a_work_at_a_time(
    transactions: SqlTransactions, at: datetime, counts: bool
) -> None:
    add_holder(transactions, make_holder(0, aliases=("Anna Ö.",)))
    times = {"effective_time": NOW, "end_time": NOW + DAY}
    reservations = (
        make_reservation(0, **times, called="Holder 0"),
        make_reservation(1, **times, **ALBUM, called="1908"),
    )
    reserve(transactions, *reservations, make_reservation(2, tenant="other", **times, **ALBUM))
    register(transactions, 0, holder="ANNA  Ö.", collection="1908")
    register(transactions, 1, holder="Anna O.", collection="1909")
    names = [make_work(number).name for number in range(2)]
    with transactions.read() as transaction:
        rights = transaction.works.rights_of(TENANT, names, at)
        holders = transaction.reservations.rights_of_holders(TENANT, ["holders/000000"], at)
    assert rights[names[1]].reservations == ()
    expected = tuple(map(in_force, reservations)) if counts else ()
    assert rights[names[0]].reservations == expected
    told = HolderRights("holders/000000", TENANT, "Holder 0", expected[:1])
    assert holders == ({"holders/000000": told} if counts else {})


def test_names_are_told_of_all_who_ever_reserved_style_or_generation(
    transactions: SqlTransactions,
) -> None:
    for number in range(3):
        add_holder(transactions, make_holder(number))
    past = {"effective_time": NOW - 9 * DAY, "end_time": NOW - 8 * DAY}
    training = frozenset({ReservationKind.AI_TRAINING, ReservationKind.TDM})
    reserve(
        transactions,
        make_reservation(0, **past),
        make_reservation(1, subject="holders/000001", kinds=training),
        make_reservation(2, subject="holders/000002", effective_time=NOW + DAY),
    )
    with transactions.read() as transaction:
        names = transaction.reservations.names_of_reserved(TENANT)
        assert transaction.reservations.names_of_reserved("other") == ()
    assert names == tuple(
        ReservedName(spelling, make_holder(number).name)
        for number in (0, 2)
        for spelling in make_holder(number).names
    )


def test_whatever_names_prompts_are_screened_for_draws_a_mark(
    transactions: SqlTransactions,
) -> None:
    marks = []

    def mark() -> None:
        with transactions.read() as transaction:
            marks.append(transaction.terms.mark(TENANT))

    mark()
    add_holder(transactions, make_holder())
    mark()
    reserve(transactions, make_reservation())
    mark()
    changed = make_holder(0, aliases=("Other",), revision=2)
    with transactions.write() as transaction:
        transaction.holders.replace(changed, None, make_said(1, changed))
    mark()
    assert len(set(marks)) == 4


def test_works_that_are_reserved_anew_are_followed_in_parts(transactions: SqlTransactions) -> None:
    add_holder(transactions, make_holder(0, aliases=("Anna Ö.",)))
    for number in range(5):
        holder = "Holder 0" if number % 2 else "Anna Ö."
        register(transactions, number, holder=holder, collection="")
    register(transactions, 5, state=WorkState.WITHDRAWN)
    register(transactions, 6, holder="Nobody")
    reserve(
        transactions,
        make_reservation(0),
        make_reservation(1, **ALBUM, effective_time=NOW + DAY),
        make_reservation(2, tenant="other"),
    )
    names = [make_work(number).name for number in range(7)]
    with transactions.read() as transaction:
        store = transaction.reservations
        (first,) = store.due(TENANT, NOW, 9)
        assert (first.due_time, first.position) == (NOW, "")
        assert store.works_after(TENANT, first, 3) == names[:3]
        assert store.works_after(TENANT, replace(first, position=names[2]), 9) == names[3:5]
        assert store.count_works(make_reservation(0)) == 5
        both = store.due(TENANT, NOW + DAY, 9)
        assert store.works_after(TENANT, both[1], 9) == [names[6]]
    with transactions.write() as transaction:
        transaction.reservations.reach(TENANT, replace(first, position=names[2]))
    with transactions.read() as transaction:
        assert transaction.reservations.due(TENANT, NOW, 9)[0].position == names[2]
    with transactions.write() as transaction:
        transaction.reservations.finish(TENANT, first)
        transaction.reservations.follow_up(TENANT, "holders/none", NOW)
        transaction.reservations.follow_up(TENANT, "holders/000000", NOW + 2 * DAY)
    with transactions.write() as transaction:
        store = transaction.reservations
        assert [each.due_time for each in store.due(TENANT, NOW + 9 * DAY, 9)] == [
            NOW + DAY,
            NOW + 2 * DAY,
        ]
        store.forget(TENANT, NOW + 2 * DAY)
        assert len(store.due(TENANT, NOW + 9 * DAY, 9)) == 1
        assert store.works_after(TENANT, FollowUp(99, NOW, ""), 9) == ()


def test_a_catalogue_of_before_gets_the_keys_of_its_works(database: Database) -> None:
    transactions = SqlTransactions(database)
    holders = ["Anna Ö.", "ANNA  Ö.", "", "\uff30ai"]
    for number, holder in enumerate(holders):
        register(transactions, number, holder=holder)
    with database.connect() as connection:
        connection.execute(text("UPDATE work SET holder_key = 'lost'"))
    _migrate_down_to(database, "0012")
    _migrate(database, "0013")
    with database.connect() as connection:
        found = connection.execute(text("SELECT holder_key FROM work ORDER BY name")).scalars()
        assert found.all() == [holder_key(holder) for holder in holders]


def _migrate_down_to(database: Database, revision: str) -> None:
    from alembic import command

    from raisonne.storage.migrate import _config

    config = _config()
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
