from __future__ import annotations

from dataclasses import replace

import pytest
from tests.congruence.builders import TENANT, make_asset, make_blob, make_generation, make_verdict

from raisonne.rights.errors import ConflictError, Reason
from raisonne.rights.generation import GenerationState
from raisonne.storage.transactions import SqlTransactions


def test_a_generation_reads_back_as_it_was_added(transactions: SqlTransactions) -> None:
    blocked = make_generation(0)
    released = make_generation(
        1, state=GenerationState.RELEASED, asset="assets/000000", manifest_label="urn:c2pa:1"
    )
    with transactions.write() as transaction:
        transaction.generations.add(blocked)
        transaction.generations.add(released)
        transaction.verdicts.add(make_verdict())
        transaction.assets.add(make_asset(), make_blob())
    with transactions.read() as transaction:
        assert transaction.generations.get(TENANT, blocked.name) == blocked
        assert transaction.generations.get(TENANT, released.name) == released
        assert transaction.generations.get("other", blocked.name) is None


def test_a_generation_needs_its_verdict(transactions: SqlTransactions) -> None:
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.generations.add(make_generation())


def test_generations_are_listed_by_name_or_by_index_of_their_operation(
    transactions: SqlTransactions,
) -> None:
    order = {"c": 0, "a": 2, "b": 1}
    with transactions.write() as transaction:
        transaction.verdicts.add(make_verdict())
        for name, index in order.items():
            transaction.generations.add(
                make_generation(name=f"generations/{name}", operation="operations/1", index=index)
            )
        transaction.generations.add(make_generation(name="generations/bb"))
    with transactions.read() as transaction:
        store = transaction.generations
        by_name = [made.name[-2:] for made in store.list(TENANT, limit=9)]
        page = [made.name[-2:] for made in store.list(TENANT, limit=2, after="generations/a")]
        by_index = [made.index for made in store.list(TENANT, limit=9, operation="operations/1")]
        assert store.list("other", limit=9, operation="operations/1") == ()
    assert by_name == ["/a", "/b", "bb", "/c"]
    assert page == ["/b", "bb"]
    assert by_index == [0, 1, 2]


def test_a_resumed_job_cannot_make_the_same_artwork_twice(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.verdicts.add(make_verdict())
        transaction.generations.add(make_generation(0, operation="operations/1", index=3))
    with pytest.raises(ConflictError) as raised, transactions.write() as transaction:
        transaction.generations.add(make_generation(1, operation="operations/1", index=3))
    assert raised.value.reason is Reason.ALREADY_EXISTS


def test_a_decision_changes_a_held_record_once(transactions: SqlTransactions) -> None:
    held = make_generation(0, state=GenerationState.HELD, asset="assets/000000")
    released = replace(
        held,
        state=GenerationState.RELEASED,
        asset="assets/000001",
        manifest_label="urn:c2pa:1",
    )
    with transactions.write() as transaction:
        transaction.verdicts.add(make_verdict())
        for number in (0, 1):
            transaction.assets.add(make_asset(number), make_blob(number))
        transaction.generations.add(held)
    with transactions.write() as transaction:
        transaction.generations.decide(released, GenerationState.HELD)
    for stale in (released, replace(held, state=GenerationState.BLOCKED, tenant="other")):
        with pytest.raises(ConflictError), transactions.write() as transaction:
            transaction.generations.decide(stale, GenerationState.HELD)
    with transactions.read() as transaction:
        assert transaction.generations.get(TENANT, held.name) == released
