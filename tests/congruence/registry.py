"""What tests of the change log do with works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.congruence.builders import make_asset, make_blob, make_fingerprints, make_work

from raisonne.rights.fingerprint import Fingerprint
from raisonne.rights.work import Work, WorkState
from raisonne.storage.transactions import SqlTransactions


def register(
    transactions: SqlTransactions,
    number: int,
    fingerprints: Sequence[Fingerprint] | None = None,
    **changes: object,
) -> Work:
    work = make_work(number, **changes)
    made = make_fingerprints(number) if fingerprints is None else fingerprints
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(number, tenant=work.tenant), make_blob(number))
        transaction.works.add(work, made)
    return work


def change(transactions: SqlTransactions, work: Work, **changes: object) -> Work:
    changed = replace(work, revision=work.revision + 1, **changes)
    with transactions.write() as transaction:
        transaction.works.replace(changed)
    return changed


def withdraw(transactions: SqlTransactions, work: Work) -> Work:
    return change(transactions, work, state=WorkState.WITHDRAWN)


def restore(transactions: SqlTransactions, work: Work) -> Work:
    return change(transactions, work, state=WorkState.REGISTERED)


def add(transactions: SqlTransactions, work: Work, *fingerprints: Fingerprint) -> tuple[str, ...]:
    with transactions.write() as transaction:
        store = transaction.fingerprints
        return tuple(store.add(work.tenant, work.name, work.asset, fingerprints))


def remove(transactions: SqlTransactions, work: Work, *algorithms: str) -> tuple[str, ...]:
    with transactions.write() as transaction:
        return tuple(transaction.fingerprints.remove(work.tenant, work.name, algorithms))
