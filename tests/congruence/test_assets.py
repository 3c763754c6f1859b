from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from tests.congruence.builders import NOW, TENANT, make_asset, make_blob
from tests.congruence.registry import register, withdraw

from raisonne.rights.errors import ConflictError, InputError, Reason
from raisonne.rights.work import WorkState
from raisonne.storage.assets import known_locations
from raisonne.storage.engine import Database
from raisonne.storage.transactions import SqlTransactions


def test_an_asset_reads_back_as_it_was_added(transactions: SqlTransactions) -> None:
    asset, blob = make_asset(), make_blob()
    with transactions.write() as transaction:
        transaction.assets.add(asset, blob)
    with transactions.read() as transaction:
        assert transaction.assets.get(TENANT, asset.name) == asset
        assert transaction.assets.blob(TENANT, asset.name) == blob


def test_times_read_back_in_utc_to_the_microsecond(transactions: SqlTransactions) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(create_time=elsewhere), make_blob())
    with transactions.read() as transaction:
        asset = transaction.assets.get(TENANT, make_asset().name)
    assert asset is not None
    assert asset.create_time.isoformat() == NOW.isoformat()


def test_another_tenant_sees_nothing(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob())
    with transactions.read() as transaction:
        assert transaction.assets.get("other", make_asset().name) is None
        assert transaction.assets.blob("other", make_asset().name) is None


def test_two_tenants_may_use_one_name(transactions: SqlTransactions) -> None:
    theirs = make_asset(tenant="other", width=1)
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob(0))
        transaction.assets.add(theirs, make_blob(1))
    with transactions.read() as transaction:
        assert transaction.assets.get("other", theirs.name) == theirs


@pytest.mark.parametrize("clash", ["name", "location"])
def test_an_asset_is_not_overwritten(transactions: SqlTransactions, clash: str) -> None:
    second, blob = (
        (make_asset(0), make_blob(1)) if clash == "name" else (make_asset(1), make_blob())
    )
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob())
    with pytest.raises(ConflictError) as raised, transactions.write() as transaction:
        transaction.assets.add(second, blob)
    assert raised.value.reason is Reason.ALREADY_EXISTS
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_one_engine_cannot_hold_is_refused_on_both(
    transactions: SqlTransactions, text: str
) -> None:
    with pytest.raises(InputError), transactions.write() as transaction:
        transaction.assets.add(replace(make_asset(), media_type=text), make_blob())


def test_known_locations_are_those_of_committed_rows(
    database: Database, transactions: SqlTransactions
) -> None:
    assert known_locations(database) == set()
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(0), make_blob(0))
        transaction.assets.add(make_asset(1, tenant="other"), make_blob(1))
    with pytest.raises(ZeroDivisionError):
        _add_and_fail(transactions)
    assert known_locations(database) == {make_blob(0).location, make_blob(1).location}


def _add_and_fail(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(2), make_blob(2))
        raise ZeroDivisionError


def test_only_files_of_works_that_stay_withdrawn_can_be_erased(
    transactions: SqlTransactions, database: Database
) -> None:
    works = [register(transactions, number) for number in range(3)]
    gone = withdraw(transactions, works[0])
    back = replace(
        withdraw(transactions, works[1]), state=WorkState.REGISTERED, revision=3, update_time=NOW
    )
    with transactions.write() as transaction:
        transaction.works.replace(back, effective_time=NOW + timedelta(days=9))
    with transactions.read() as transaction:
        (found,) = transaction.assets.withdrawn(TENANT, limit=9)
        assert (found.asset, found.work) == (gone.asset, gone.name)
        assert found.location == make_blob(0).location
        assert transaction.assets.withdrawn(TENANT, limit=9, after=gone.asset) == ()
        assert transaction.assets.withdrawn("other", limit=9) == ()
    with transactions.write() as transaction:
        transaction.assets.erase(TENANT, gone.asset, NOW)
    with transactions.read() as transaction:
        assert transaction.assets.blob(TENANT, gone.asset) is None
        assert transaction.assets.get(TENANT, gone.asset) is not None
        assert transaction.assets.withdrawn(TENANT, limit=9) == ()
    assert known_locations(database) == {make_blob(1).location, make_blob(2).location}
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.assets.erase(TENANT, gone.asset, NOW)
